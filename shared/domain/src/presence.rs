//! Who still comes to a school's space. Staff move to other schools every summer, and nobody tells the space: so their visits are noted,
//! the team is reviewed once a school year, and whoever stays away for thirteen months is let in again by an administrator only.

use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::{SchoolYear, paris};

/// A visit is noted when the one that was noted last is this long ago.
pub const NOTED_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// A school year and the holidays around it: whoever comes each September is never suspended.
pub const MONTHS_OF_ABSENCE: i64 = 13;

/// Whether a visit is noted, when the last one that was noted was at `last`.
pub fn is_to_note(last: Option<Timestamp>, now: Timestamp) -> bool {
    last.is_none_or(|last| now.duration_since(last) >= NOTED_EVERY)
}

/// Whether somebody stayed away for thirteen months, by the calendar of Paris, since they were `last` known to belong to the team.
pub fn is_absent(last: Timestamp, now: Timestamp) -> bool {
    paris::date(last).saturating_add(MONTHS_OF_ABSENCE.months()) <= paris::date(now)
}

/// Whether a team is to be reviewed that was reviewed `last`, or began then: a new school year came.
pub fn is_review_due(last: Timestamp, now: Timestamp) -> bool {
    SchoolYear::of(paris::date(last)).is_over(paris::date(now))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn thirteen_months_by_the_calendar_of_paris() {
        let last = at("2025-09-01T12:00:00Z");
        assert!(!is_absent(last, at("2026-09-30T21:59:59Z")));
        assert!(is_absent(last, at("2026-09-30T22:00:00Z")), "1 October in Paris");
        assert!(!is_absent(last, at("2024-01-01T00:00:00Z")), "a clock that goes back suspends nobody");
    }

    #[test]
    fn a_team_is_reviewed_after_the_first_of_august() {
        let last = at("2026-07-31T21:59:59Z");
        assert!(is_review_due(last, at("2026-07-31T22:00:00Z")), "1 August in Paris");
        assert!(!is_review_due(at("2026-08-01T00:00:00Z"), at("2027-07-31T12:00:00Z")));
    }

    proptest! {
        /// Visits, so many hours one after the other, noted by the rule.
        #[test]
        fn who_comes_once_a_year_is_never_suspended(pauses in prop::collection::vec(0_i64..24 * 366, 1..60)) {
            let mut now = at("2026-09-01T12:00:00Z");
            let mut noted = vec![now];
            for pause in pauses {
                now += SignedDuration::from_hours(pause);
                let last = noted[noted.len() - 1];
                prop_assert!(!is_absent(last, now));
                if is_to_note(Some(last), now) {
                    noted.push(now);
                }
            }
            prop_assert!(noted.windows(2).all(|pair| pair[1].duration_since(pair[0]) >= NOTED_EVERY));
        }
    }
}
