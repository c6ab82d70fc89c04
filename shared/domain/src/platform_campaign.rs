//! A campaign that the platform's team gives to schools: to which of them, when, and for which classes. `docs/platform-campaigns.md`
//! says how it comes to a school.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::plain_name::plain_name;
use crate::{Academie, CampaignKind, CampaignMessage, CampaignTitle, CourseId, Level, Listing, name, paris};

plain_name!(
    /// What operators call a campaign that they give: `a-z`, `0-9` and `-`, at most 40 signs. It stands in keys, and no pupil sees it.
    PlatformCampaignName,
    PlatformCampaignNameError,
    40,
    "a campaign of the platform's team is named with a-z, 0-9 and -, at most 40 signs, for instance 2026-rentree-6e"
);

/// Who gives it, as every school reads it.
pub const TEAM: &str = "Équipe de la plateforme";

/// A campaign of the platform's team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformCampaign {
    /// What it is called.
    pub title: CampaignTitle,
    /// What it is for.
    pub kind: CampaignKind,
    /// Which course it leads to.
    pub course: CourseId,
    /// What pupils read before they begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<CampaignMessage>,
    /// Which schools it is given to.
    #[serde(default)]
    pub audience: Audience,
    /// For which classes; none: for all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub levels: BTreeSet<Level>,
    /// The first day on which pupils can join.
    pub opens_on: Date,
    /// The last one.
    pub closes_on: Date,
    /// When it was first given.
    pub given_at: Timestamp,
    /// Since when it is given no more, and nobody can join it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Timestamp>,
    /// When the team said this of it. A word that is older changes nothing, however late it comes.
    #[serde(default)]
    pub said_at: Timestamp,
}

/// Why a word of the platform's team about a campaign changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSaid {
    /// No campaign has this name.
    #[error("no campaign has this name")]
    Unknown,
    /// The team has said something else since.
    #[error("the team has said something else since")]
    Older,
    /// What pupils did in it was done for this course.
    #[error("its course is {0}")]
    OtherCourse(CourseId),
    /// Its days were past when it was said, and no school is to have it.
    #[error("its days are past")]
    Over,
}

/// Which schools a campaign is given to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audience {
    /// Of these académies; none: of the whole country.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub academies: BTreeSet<Academie>,
    /// Of these kinds, as the directory of schools calls them (`Collège`); none: of all kinds.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub kinds: BTreeSet<String>,
}

impl Audience {
    /// Whether a school of this académie and kind is one of them. Kinds are compared without regard to case and accents.
    pub fn has(&self, academie: Option<Academie>, kind: &str) -> bool {
        let kind = name::fold(kind);
        let is_of_academie = self.academies.is_empty() || academie.is_some_and(|one| self.academies.contains(&one));
        is_of_academie && (self.kinds.is_empty() || self.kinds.iter().any(|one| name::fold(one) == kind))
    }
}

impl PlatformCampaign {
    /// Whether a school that has it not yet gets it on `today`: a campaign that is over is of no use to it.
    pub fn is_given(&self, today: Date) -> bool {
        self.withdrawn_at.is_none() && today <= self.closes_on
    }

    /// What holds once the team has said this where it said `known` before. Of two words the later holds, in whatever order they come;
    /// of two of one moment the one that came first, and a withdrawal goes before both.
    pub fn said_after(self, known: Option<&Self>) -> Result<Self, NotSaid> {
        let next = Self { given_at: known.map_or(self.given_at, |known| known.given_at), withdrawn_at: None, ..self };
        if known == Some(&next) {
            return Ok(next);
        }
        if known.is_some_and(|known| next.said_at <= known.said_at) {
            return Err(NotSaid::Older);
        }
        if let Some(known) = known.filter(|known| known.course != next.course) {
            return Err(NotSaid::OtherCourse(known.course.clone()));
        }
        // Who has it can be told an earlier end. For others it would be a campaign that nobody ever gets.
        let is_held = known.is_some_and(|known| known.withdrawn_at.is_none());
        if !is_held && next.closes_on < paris::date(next.said_at) {
            return Err(NotSaid::Over);
        }
        Ok(next)
    }

    /// What holds once the team has withdrawn it at this moment.
    pub fn withdrawn(self, at: Timestamp) -> Result<Self, NotSaid> {
        if at < self.said_at {
            return Err(NotSaid::Older);
        }
        Ok(Self { withdrawn_at: self.withdrawn_at.or(Some(at)), said_at: at, ..self })
    }
}

/// Why a campaign cannot be joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "why", content = "on", rename_all = "snake_case")]
pub enum Closed {
    /// The school has archived it.
    Archived,
    /// The platform's team has withdrawn it.
    Withdrawn,
    /// It opens on this day.
    NotYet(Date),
    /// This was its last day.
    Over(Date),
}

/// For which classes of a school a campaign is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concerned {
    /// These; `None`: all.
    classes: Option<BTreeSet<String>>,
    /// Classes of which no pupil's MEF tells a level: staff choose.
    pub unknown: BTreeSet<String>,
}

impl Concerned {
    /// The classes of a campaign for `levels`, of those that a school has, and those that its staff have `chosen` among the ones
    /// whose level nothing tells. A class with pupils of several levels is concerned if one of them is. Without levels it is for the
    /// classes chosen; where none is, for all.
    pub fn of(listing: &Listing, levels: &BTreeSet<Level>, chosen: &BTreeSet<String>) -> Self {
        if levels.is_empty() {
            let classes = (!chosen.is_empty()).then(|| chosen.clone());
            return Self { classes, unknown: BTreeSet::new() };
        }
        let mut by_class: BTreeMap<&str, BTreeSet<Level>> = BTreeMap::new();
        for pupil in listing.enrolled() {
            by_class.entry(&pupil.division).or_default().extend(pupil.level);
        }
        let unknown: BTreeSet<_> =
            by_class.iter().filter(|(_, told)| told.is_empty()).map(|(class, _)| (*class).to_owned()).collect();
        let by_level = by_class.iter().filter(|(_, told)| !told.is_disjoint(levels)).map(|(class, _)| *class);
        let by_choice = unknown.intersection(chosen).map(String::as_str);
        let classes = by_level.chain(by_choice).map(ToOwned::to_owned).collect();
        Self { classes: Some(classes), unknown }
    }

    /// Whether a class is one of them.
    pub fn has(&self, class: &str) -> bool {
        self.classes.as_ref().is_none_or(|classes| classes.contains(class))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::{LearnerId, ListedPupil};

    fn set<const N: usize>(texts: [&str; N]) -> BTreeSet<String> {
        texts.map(ToOwned::to_owned).into()
    }

    fn academie(name: &str) -> Academie {
        Academie::parse(name).unwrap()
    }

    #[test]
    fn an_audience_is_of_académies_and_kinds() {
        let all = Audience::default();
        assert!(all.has(None, "") && all.has(Some(academie("rennes")), "Collège"));
        let some = Audience { academies: [academie("rennes")].into(), kinds: set(["college"]) };
        for (of, kind, is_one) in [
            ("rennes", "Collège", true),
            ("rennes", "COLLEGE", true),
            ("rennes", "Lycée", false),
            ("lyon", "Collège", false),
        ] {
            assert_eq!(some.has(Some(academie(of)), kind), is_one, "{of} {kind}");
        }
        assert!(!some.has(None, "Collège"), "a school of no académie is of none of these");
    }

    fn a_campaign(said_at: &str) -> PlatformCampaign {
        let said_at = said_at.parse().unwrap();
        PlatformCampaign {
            title: CampaignTitle::parse("Rentrée").unwrap(),
            kind: CampaignKind::Assessment,
            course: CourseId::parse("une-epreuve").unwrap(),
            message: None,
            audience: Audience::default(),
            levels: BTreeSet::new(),
            opens_on: date(2026, 9, 1),
            closes_on: date(2026, 10, 15),
            given_at: said_at,
            withdrawn_at: None,
            said_at,
        }
    }

    const MORNING: &str = "2026-09-01T08:00:00Z";
    const NOON: &str = "2026-09-01T10:00:00Z";

    #[test]
    fn a_word_that_comes_late_revives_nothing() {
        let given = a_campaign(MORNING);
        let withdrawn = given.clone().withdrawn(NOON.parse().unwrap()).unwrap();
        assert_eq!((withdrawn.withdrawn_at, withdrawn.given_at), (Some(withdrawn.said_at), given.said_at));
        assert_eq!(given.clone().said_after(Some(&withdrawn)), Err(NotSaid::Older), "the first word comes again");
        assert_eq!(given.clone().said_after(Some(&given)), Ok(given.clone()), "twice is no mistake");
        assert_eq!(a_campaign(NOON).said_after(Some(&withdrawn)), Err(NotSaid::Older), "a withdrawal goes before");
        let later = a_campaign("2026-09-02T08:00:00Z");
        let again = later.clone().said_after(Some(&withdrawn)).unwrap();
        assert_eq!((again.withdrawn_at, again.given_at), (None, given.given_at), "said again, it is given again");
        assert_eq!(again.withdrawn(NOON.parse().unwrap()), Err(NotSaid::Older), "the withdrawal comes late");
        let twice = withdrawn.clone().withdrawn(later.said_at).unwrap();
        assert_eq!(twice.withdrawn_at, withdrawn.withdrawn_at);
    }

    #[test]
    fn the_course_stays_and_days_that_are_past_are_for_who_has_it() {
        let (given, later) = (a_campaign(MORNING), a_campaign(NOON));
        let other = PlatformCampaign { course: CourseId::parse("une-autre").unwrap(), ..later.clone() };
        assert_eq!(other.said_after(Some(&given)), Err(NotSaid::OtherCourse(given.course.clone())));
        let past = PlatformCampaign { closes_on: date(2026, 8, 31), ..later };
        assert_eq!(past.clone().said_after(None), Err(NotSaid::Over));
        assert_eq!(past.clone().said_after(Some(&given)).unwrap().closes_on, date(2026, 8, 31), "it ends earlier");
        let withdrawn = given.withdrawn(MORNING.parse().unwrap()).unwrap();
        assert_eq!(past.said_after(Some(&withdrawn)), Err(NotSaid::Over));
    }

    fn pupil(number: u8, class: &str, level: Option<Level>) -> ListedPupil {
        ListedPupil {
            id: LearnerId::new(Timestamp::UNIX_EPOCH, [number; 10]),
            left_in: None,
            last_name: "NOM".to_owned(),
            usage_name: None,
            first_name: "Léa".to_owned(),
            second_name: None,
            third_name: None,
            birth_date: date(2012, 3, 10),
            division: class.to_owned(),
            level,
        }
    }

    #[test]
    fn classes_are_concerned_by_their_level_or_by_choice() {
        let (sixth, third) = (Some(Level::Sixieme), Some(Level::Troisieme));
        let listing = Listing::new(vec![
            pupil(1, "6A", sixth),
            pupil(2, "6A", None),
            pupil(3, "3B", third),
            pupil(4, "ULIS", None),
            pupil(5, "UPE2A", None),
            pupil(6, "MIXTE", third),
            pupil(7, "MIXTE", sixth),
        ]);
        let levels = [Level::Sixieme].into();
        let concerned = Concerned::of(&listing, &levels, &set(["ULIS", "3B", "9Z"]));
        let has = ["6A", "3B", "ULIS", "UPE2A", "MIXTE", "9Z"].map(|class| concerned.has(class));
        assert_eq!(has, [true, false, true, false, true, false], "what has a level is not chosen");
        assert_eq!(concerned.unknown, set(["ULIS", "UPE2A"]));
        let all = Concerned::of(&listing, &BTreeSet::new(), &BTreeSet::new());
        assert!(all.has("3B") && all.unknown.is_empty());
    }

    proptest! {
        #[test]
        fn every_class_is_concerned_or_not_by_what_is_said(
            told in prop::collection::vec((0_u8..5, prop::option::of(0_usize..7)), 0..30),
            wanted in prop::collection::btree_set(0_usize..7, 1..4),
            chosen in prop::collection::btree_set(0_u8..5, 0..5),
        ) {
            let level = |index: usize| Level::ALL[index];
            let pupils = (0..).zip(&told).map(|(number, (class, index))| pupil(number, &class.to_string(), index.map(level)));
            let listing = Listing::new(pupils.collect());
            let wanted: BTreeSet<Level> = wanted.into_iter().map(level).collect();
            let chosen: BTreeSet<String> = chosen.iter().map(ToString::to_string).collect();
            let concerned = Concerned::of(&listing, &wanted, &chosen);
            for class in 0_u8..5 {
                let levels: BTreeSet<_> = told.iter().filter(|(of, _)| *of == class).filter_map(|(_, index)| index.map(level)).collect();
                let exists = told.iter().any(|(of, _)| *of == class);
                let class = class.to_string();
                let expected = if levels.is_empty() { exists && chosen.contains(&class) } else { !levels.is_disjoint(&wanted) };
                prop_assert_eq!(concerned.has(&class), expected);
                prop_assert_eq!(concerned.unknown.contains(&class), exists && levels.is_empty());
            }
        }
    }
}
