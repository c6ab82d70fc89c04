//! The pupils of a school year, in their classes of that year, and the numbers of each class. Pure.

use std::collections::{BTreeMap, HashMap};

use rentree_domain::{ByLevel, LearnerId, ListedPupil, Listing};
use rentree_table::PupilYear;
use schemars::JsonSchema;
use serde::Serialize;

/// A pupil in a school year.
#[derive(Debug, Clone)]
pub(crate) struct Pupil {
    pub(crate) listed: ListedPupil,
    /// The class of that year, if it is known.
    pub(crate) division: Option<String>,
    pub(crate) of_year: PupilYear,
}

/// Numbers of pupils.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[schemars(rename = "FollowUpCounts")]
pub(crate) struct Counts {
    /// All of them. Of a year that is over, those who joined a campaign or were certified.
    pub(crate) pupils: usize,
    /// Who joined a campaign.
    pub(crate) joined: usize,
    /// Who sent a result.
    pub(crate) sent: usize,
    /// Mean of their means, in per cent, rounded.
    pub(crate) mean_score: Option<u8>,
    /// Who may be registered for a certification, by the latest profile of that year.
    pub(crate) certifiable: usize,
    /// Whose certification was validated.
    pub(crate) certified: usize,
    #[serde(skip)]
    scores: usize,
}

/// The numbers of a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "FollowUpClass")]
pub(crate) struct Class {
    /// Its name in that school year; `null` for those whose class is not known.
    pub(crate) division: Option<String>,
    /// Its numbers.
    #[serde(flatten)]
    pub(crate) counts: Counts,
}

impl Class {
    /// As people read it.
    pub(crate) fn name(&self) -> &str {
        self.division.as_deref().unwrap_or("inconnue")
    }
}

impl Counts {
    fn add(&mut self, pupil: &Pupil) {
        let of_year = &pupil.of_year;
        self.pupils += 1;
        self.joined += usize::from(of_year.joined > 0);
        self.certifiable += usize::from(of_year.certifiable() == Some(true));
        self.certified += usize::from(of_year.is_certified());
        if let Some(score) = of_year.mean_score() {
            self.sent += 1;
            self.scores += usize::from(score);
            self.mean_score = u8::try_from((2 * self.scores + self.sent) / (2 * self.sent)).ok();
        }
    }
}

/// The pupils of a year by class and name, and how many took part of whom no file tells any more. In the present year, everybody who is in the
/// school is one.
pub(crate) fn pupils(
    listing: &Listing,
    of_year: HashMap<LearnerId, PupilYear>,
    is_present: bool,
) -> (Vec<Pupil>, usize) {
    let mut of_year = of_year;
    let mut pupils = Vec::new();
    for listed in listing.everybody() {
        let Some(year) = of_year.remove(&listed.id).or_else(|| (is_present && !listed.left()).then(PupilYear::default))
        else {
            continue;
        };
        // Of a year that is over, the class of now would be wrong, unless it is all that was kept of who joined then.
        let now = (is_present || year.joined > 0).then_some(listed.division.as_str());
        let division = year.division().or(now).map(ToOwned::to_owned);
        pupils.push(Pupil { listed: listed.clone(), division, of_year: year });
    }
    // By name they are already.
    pupils.sort_by(|one, other| by_class(one).cmp(&by_class(other)));
    (pupils, of_year.len())
}

/// Classes that are not known stand last.
fn by_class(pupil: &Pupil) -> (bool, Option<ByLevel<&str>>) {
    (pupil.division.is_none(), pupil.division.as_deref().map(ByLevel))
}

/// The numbers of all pupils, and of each class.
pub(crate) fn tally(pupils: &[Pupil]) -> (Counts, Vec<Class>) {
    let mut total = Counts::default();
    let mut classes: BTreeMap<(bool, Option<ByLevel<&str>>), Counts> = BTreeMap::new();
    for pupil in pupils {
        total.add(pupil);
        classes.entry(by_class(pupil)).or_default().add(pupil);
    }
    let classes = classes.into_iter().map(|((_, division), counts)| Class {
        division: division.map(|ByLevel(division)| division.to_owned()),
        counts,
    });
    (total, classes.collect())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;

    fn pupil(number: u8, division: &str, left_in: Option<u64>) -> ListedPupil {
        ListedPupil {
            id: LearnerId::new(Timestamp::UNIX_EPOCH, [number; 10]),
            left_in,
            last_name: format!("NOM{number:03}"),
            usage_name: None,
            first_name: "Léa".to_owned(),
            second_name: None,
            third_name: None,
            birth_date: date(2012, 3, 10),
            division: division.to_owned(),
            level: None,
        }
    }

    fn of(number: u8, joined: usize) -> (LearnerId, PupilYear) {
        let mut year = PupilYear::default();
        year.joined = joined;
        (LearnerId::new(Timestamp::UNIX_EPOCH, [number; 10]), year)
    }

    #[test]
    fn who_is_in_the_school_counts_this_year_and_who_took_part_counts_in_any() {
        let listed = vec![pupil(1, "6B", None), pupil(2, "6A", None), pupil(3, "6A", Some(2)), pupil(4, "6A", Some(2))];
        let listing = Listing::new(listed);
        let of_year = || HashMap::from([of(2, 1), of(3, 2), of(5, 0), of(9, 1)]);

        let (present, unlisted) = pupils(&listing, of_year(), true);
        assert_eq!(unlisted, 2, "of whom no file tells");
        let (total, classes) = tally(&present);
        assert_eq!((total.pupils, total.joined, total.sent, total.mean_score), (3, 2, 0, None));
        let numbers: Vec<_> = classes.iter().map(|class| (class.name(), class.counts.pupils)).collect();
        assert_eq!(numbers, [("6A", 2), ("6B", 1)]);

        let (past, _) = pupils(&listing, of_year(), false);
        assert_eq!(past.len(), 2, "who did nothing in that year may not have been there");
        let certified_only = HashMap::from([of(2, 0)]);
        let (past, _) = pupils(&listing, certified_only, false);
        assert_eq!(past[0].division, None, "the class of now is none of that year");
        assert_eq!(tally(&past).1[0].name(), "inconnue");
    }
}
