//! The classes that a pupil had in a school, by school year: what a yearly import would otherwise overwrite.

use serde::{Deserialize, Serialize};

use crate::school_year::SchoolYear;

/// Results are kept five school years after their own: older classes answer no question.
const KEPT: usize = 8;

/// In which class a pupil was since when, from the oldest year on. A pupil whose class does not change needs no new line in a new year.
///
/// ```
/// use rentree_domain::{Classes, SchoolYear};
///
/// let year = |first| SchoolYear::starting_in(first).unwrap();
/// let classes = Classes::default().then(year(2025), Some("4A")).then(year(2026), Some("3A")).then(year(2027), None);
/// assert_eq!(classes.in_year(year(2025)), Some("4A"));
/// assert_eq!(classes.in_year(year(2026)), Some("3A"));
/// assert_eq!(classes.in_year(year(2027)), None, "who left has none");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Classes(Vec<Since>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Since {
    year: SchoolYear,
    /// `None`: not in the school.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    division: Option<String>,
}

/// The school years of an import: what it writes is of one, and what readers saw before it of another, or of the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RosterYears {
    /// That of the file.
    pub of_file: SchoolYear,
    /// That of the roster before it; the same where there was none.
    pub before: SchoolYear,
}

impl Classes {
    /// The same, but in this class from `year` on, whatever was said of it and of later years.
    #[must_use]
    pub fn then(mut self, year: SchoolYear, division: Option<&str>) -> Self {
        self.0.retain(|since| since.year < year);
        if self.0.last().map(|since| since.division.as_deref()) != Some(division) {
            self.0.push(Since { year, division: division.map(ToOwned::to_owned) });
        }
        let many = self.0.len();
        self.0.drain(..many.saturating_sub(KEPT));
        self
    }

    /// The class that the pupil had last in a school year, if one is known. Only a roster of that year, or of a later one, knows it.
    pub fn in_year(&self, year: SchoolYear) -> Option<&str> {
        self.0.iter().rfind(|since| since.year <= year)?.division.as_deref()
    }

    /// Nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn year(first: i16) -> SchoolYear {
        SchoolYear::starting_in(first).unwrap()
    }

    #[test]
    fn who_stays_in_a_class_of_the_same_name_has_it_in_both_years() {
        let classes = Classes::default().then(year(2025), Some("3A")).then(year(2026), Some("3A"));
        assert_eq!(classes.0.len(), 1);
        assert_eq!((classes.in_year(year(2024)), classes.in_year(year(2026))), (None, Some("3A")));
    }

    #[test]
    fn who_changes_within_a_year_has_the_last_one() {
        let classes = Classes::default().then(year(2026), Some("3A")).then(year(2026), Some("3B"));
        assert_eq!(classes.in_year(year(2026)), Some("3B"));
    }

    #[test]
    fn who_comes_back_was_away_between() {
        let left = Classes::default().then(year(2023), Some("6A")).then(year(2024), None);
        let back = left.then(year(2026), Some("4A"));
        assert_eq!([2023, 2024, 2025, 2026].map(|at| back.in_year(year(at))), [Some("6A"), None, None, Some("4A")]);
    }

    proptest! {
        /// However often a year is told anew, the last word on it holds, and what was before it stays.
        #[test]
        fn the_last_word_on_a_year_holds(
            told in prop::collection::vec((2020_i16..2027, prop::option::of("[1-6][A-C]")), 1..12),
        ) {
            let classes = told.iter().fold(Classes::default(), |classes, (at, division)| {
                classes.then(year(*at), division.as_deref())
            });
            let mut expected: Vec<(i16, Option<&str>)> = Vec::new();
            for (at, division) in &told {
                expected.retain(|(known, _)| known < at);
                expected.push((*at, division.as_deref()));
            }
            for at in 2019..2028 {
                let of = expected.iter().rfind(|(known, _)| *known <= at).and_then(|(_, division)| *division);
                prop_assert_eq!(classes.in_year(year(at)), of);
            }
        }
    }
}
