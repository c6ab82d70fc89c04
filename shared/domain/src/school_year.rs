//! The school year, named by its first calendar year: 2026 for 2026-2027.

use std::fmt;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A school year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct SchoolYear(i16);

impl SchoolYear {
    /// The year whose first calendar year is `first`; nothing outside 1990–2100.
    pub fn starting_in(first: i16) -> Option<Self> {
        (1990..=2100).contains(&first).then_some(Self(first))
    }

    /// The year that `date` falls in: it turns on 1 August, when SIECLE changes over.
    pub fn of(date: Date) -> Self {
        Self(if date.month() >= 8 { date.year() } else { date.year() - 1 })
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Whether it was before the present one.
    pub fn is_over(self, today: Date) -> bool {
        self < Self::of(today)
    }

    /// Whether pupils who left the school stand in what is shown of it. In the present year they do when they are `asked` for; of one that
    /// is over everybody does: most have left since, and whoever asks for that year asks for them.
    pub fn shows_former(self, asked: bool, today: Date) -> bool {
        asked || self.is_over(today)
    }

    /// Its first calendar year.
    pub fn first(self) -> i16 {
        self.0
    }
}

impl fmt::Display for SchoolYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.0 + 1)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn turns_in_summer() {
        assert_eq!(SchoolYear::of(date(2026, 7, 31)).to_string(), "2025-2026");
        assert_eq!(SchoolYear::of(date(2026, 8, 1)).to_string(), "2026-2027");
    }

    #[test]
    fn who_left_stands_in_every_year_that_is_over_and_in_the_present_one_when_asked_for() {
        let today = date(2026, 11, 27);
        let shown = |first| [false, true].map(|asked| SchoolYear(first).shows_former(asked, today));
        assert_eq!([2024, 2025, 2026].map(shown), [[true, true], [true, true], [false, true]]);
    }

    #[test]
    fn refuses_nonsense() {
        assert_eq!(SchoolYear::starting_in(26), None);
    }
}
