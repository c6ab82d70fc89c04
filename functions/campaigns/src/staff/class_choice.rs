//! For which classes of the school a campaign is: some of them, or all where none is chosen.

use std::collections::{BTreeMap, BTreeSet};

use rentree_domain::{Level, Listing, classes_by_level};
use rentree_http::Problem;
use rentree_web::Form;
use schemars::JsonSchema;
use serde::Serialize;

/// A class that may be chosen.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ClassChoice")]
pub(crate) struct Choice {
    pub(crate) division: String,
    /// The level of most of its pupils, as far as their MEF tell it.
    pub(crate) level: Option<Level>,
    /// Whether the campaign is for it.
    pub(crate) chosen: bool,
}

/// The classes of one level, or those whose level nothing tells.
pub(crate) struct Group<'a> {
    /// What the group is called; where there is one group alone, it needs no name.
    pub(crate) title: Option<&'static str>,
    /// How many classes stand before it.
    pub(crate) before: usize,
    /// Its classes.
    pub(crate) choices: &'a [Choice],
}

impl Group<'_> {
    /// Whether all of them are chosen.
    pub(crate) fn is_chosen(&self) -> bool {
        self.choices.iter().all(|choice| choice.chosen)
    }
}

/// Classes that may be chosen, each with its level, if one is known.
pub(crate) type Classes = BTreeMap<String, Option<Level>>;

/// The classes of a school.
pub(crate) fn classes_of(listing: &Listing) -> Classes {
    let mut told: BTreeMap<&str, Vec<Level>> = BTreeMap::new();
    for pupil in listing.enrolled().filter(|pupil| !pupil.division.is_empty()) {
        told.entry(&pupil.division).or_default().extend(pupil.level);
    }
    told.into_iter().map(|(class, levels)| (class.to_owned(), of_most(&levels))).collect()
}

/// Classes whose level nothing tells.
pub(crate) fn without_level(classes: &BTreeSet<String>) -> Classes {
    classes.iter().map(|class| (class.clone(), None)).collect()
}

/// The level that more than half of these are, so that a few pupils of another level do not move a class; one that is half
/// of this and half of that has none.
fn of_most(levels: &[Level]) -> Option<Level> {
    let count = |level: Level| levels.iter().filter(|told| **told == level).count();
    Level::ALL.into_iter().find(|level| 2 * count(*level) > levels.len())
}

/// Each of the classes `offered`: level by level from the youngest, then those without; within a level as a school counts them.
pub(crate) fn choices(offered: &Classes, chosen: &BTreeSet<String>) -> Vec<Choice> {
    let choice = |division: String| {
        let level = offered.get(&division).copied().flatten();
        let chosen = chosen.contains(&division);
        Choice { division, level, chosen }
    };
    let mut choices: Vec<Choice> =
        classes_by_level(offered.keys().map(String::as_str)).into_iter().map(choice).collect();
    choices.sort_by_key(|choice| (choice.level.is_none(), choice.level));
    choices
}

/// Groups `choices`, which stand by level, so that all classes of a level are seen at a glance.
pub(crate) fn groups(choices: &[Choice]) -> Vec<Group<'_>> {
    let mut groups = Vec::new();
    let mut before = 0;
    for choices in choices.chunk_by(|one, next| one.level == next.level) {
        let title = choices.first().and_then(|choice| choice.level).map_or("Autres classes", Level::french);
        groups.push(Group { title: Some(title), before, choices });
        before += choices.len();
    }
    if let [only] = groups.as_mut_slice() {
        only.title = None;
    }
    groups
}

/// What is wrong with a form whose classes were read beside it: its fields first.
pub(crate) fn problem(form: &Form, classes: Result<BTreeSet<String>, Problem>) -> Problem {
    match classes {
        Err(changed) if !form.is_refused() => changed,
        _ => Problem::invalid(form),
    }
}

/// What is told where a class that was chosen is not to be chosen.
pub(crate) const CHANGED: &str = "Une des classes cochées n’est pas à choisir ici, ou n’existe plus dans la liste des élèves. Rien n’a été enregistré : choisissez de nouveau les classes.";

/// The classes that were chosen, of those `offered`; the way back from a page that is out of date leads to `back`.
pub(crate) fn read(
    chosen: impl IntoIterator<Item = String>,
    offered: &Classes,
    back: String,
) -> Result<BTreeSet<String>, Problem> {
    let chosen: BTreeSet<String> = chosen.into_iter().collect();
    if chosen.iter().all(|class| offered.contains_key(class)) {
        return Ok(chosen);
    }
    Err(Problem::badly_chosen("Les classes ont changé", CHANGED).leading_to("Choisir de nouveau", back))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;
    use proptest::prelude::*;
    use rentree_domain::{LearnerId, ListedPupil};

    use super::*;

    fn pupil(number: u8, class: &str, level: Option<Level>) -> ListedPupil {
        ListedPupil {
            id: LearnerId::new(Timestamp::UNIX_EPOCH, [number; 10]),
            left_in: None,
            last_name: "DUPONT".to_owned(),
            usage_name: None,
            first_name: "Léa".to_owned(),
            second_name: None,
            third_name: None,
            birth_date: date(2012, 3, 10),
            division: class.to_owned(),
            level,
        }
    }

    /// What each group is called, with its classes.
    fn told(offered: &Classes) -> Vec<(Option<&'static str>, Vec<String>)> {
        let choices = choices(offered, &BTreeSet::new());
        let names = |group: &Group<'_>| group.choices.iter().map(|choice| choice.division.clone()).collect();
        groups(&choices).iter().map(|group| (group.title, names(group))).collect()
    }

    #[test]
    fn classes_stand_by_the_level_of_most_of_their_pupils() {
        let (sixth, fifth) = (Some(Level::Sixieme), Some(Level::Cinquieme));
        let listed = [
            ("Les Pins", sixth),
            ("6A", sixth),
            ("6A", sixth),
            ("6A", fifth),
            ("6A", None),
            ("5 10", fifth),
            ("5 9", fifth),
            ("6/5", sixth),
            ("6/5", fifth),
            ("ULIS", None),
            ("", sixth),
        ];
        let pupils = (0..).zip(listed).map(|(number, (class, level))| pupil(number, class, level));
        let offered = classes_of(&Listing::new(pupils.collect()));
        let group = |title, classes: [&str; 2]| (Some(title), classes.map(ToOwned::to_owned).to_vec());
        assert_eq!(
            told(&offered),
            [group("6e", ["6A", "Les Pins"]), group("5e", ["5 9", "5 10"]), group("Autres classes", ["6/5", "ULIS"])]
        );
    }

    #[test]
    fn one_group_alone_has_no_name() {
        let offered = without_level(&["ULIS", "UPE2A"].map(ToOwned::to_owned).into());
        assert_eq!(told(&offered), [(None, vec!["ULIS".to_owned(), "UPE2A".to_owned()])]);
        assert_eq!(told(&Classes::new()), []);
    }

    #[test]
    fn a_group_is_chosen_when_all_of_it_is() {
        let offered = Classes::from([("6A".to_owned(), None), ("6B".to_owned(), None)]);
        let chosen = |classes: &[&str]| {
            let choices = choices(&offered, &classes.iter().map(|class| (*class).to_owned()).collect());
            groups(&choices).iter().map(Group::is_chosen).collect::<Vec<_>>()
        };
        assert_eq!((chosen(&["6A"]), chosen(&["6A", "6B"])), (vec![false], vec![true]));
    }

    proptest! {
        /// Whatever a school has: nothing is lost, nothing stands twice, no group is empty, and no level has two.
        #[test]
        fn every_class_is_in_one_group(
            offered in prop::collection::btree_map(
                "[0126T A-C]{1,4}",
                prop::option::of(prop::sample::select(&Level::ALL)),
                0..20,
            )
        ) {
            let choices = choices(&offered, &BTreeSet::new());
            let groups = groups(&choices);
            let first = groups.iter().filter_map(|group| group.choices.first());
            let levels: BTreeSet<_> = first.map(|choice| choice.level).collect();
            prop_assert_eq!(levels.len(), groups.len());
            let mut seen = BTreeMap::new();
            for group in &groups {
                prop_assert_eq!(group.before, seen.len());
                seen.extend(group.choices.iter().map(|choice| (choice.division.clone(), choice.level)));
            }
            prop_assert_eq!(seen.len(), choices.len());
            prop_assert_eq!(seen, offered);
        }
    }
}
