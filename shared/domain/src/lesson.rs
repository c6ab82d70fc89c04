//! A lesson of a campaign: a teacher is with pupils who join. Where a campaign is bound to lessons, nobody joins it outside of one.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a lesson is open from the click that opens it, and how much longer with each that prolongs it.
pub const LASTS: SignedDuration = SignedDuration::from_hours(2);
/// How far ahead a lesson may end, however often it is prolonged: who goes home leaves no lesson open until the evening.
pub const FURTHEST: SignedDuration = SignedDuration::from_hours(4);

/// A lesson that was opened; it may be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lesson {
    until: Timestamp,
}

impl Lesson {
    /// A lesson that begins now.
    pub fn begin(now: Timestamp) -> Self {
        Self { until: now + LASTS }
    }

    /// The lesson that ends then.
    pub fn ending(until: Timestamp) -> Self {
        Self { until }
    }

    /// When it ends: at that very moment, it is over.
    pub fn until(self) -> Timestamp {
        self.until
    }

    /// Whether it is under way.
    pub fn is_open(self, now: Timestamp) -> bool {
        now < self.until
    }

    /// The lesson, prolonged now. One that is over is not: another one begins. Prolonging never shortens.
    pub fn prolonged(self, now: Timestamp) -> Option<Self> {
        let until = (self.until + LASTS).min(now + FURTHEST).max(self.until);
        self.is_open(now).then_some(Self { until })
    }
}

/// What staff do with the lesson of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Act {
    /// Open one.
    #[default]
    Open,
    /// Prolong the one that is under way. Where the end is told that was shown, it is prolonged from there alone: of two clicks, one counts.
    Prolong {
        /// The end that was shown.
        shown: Option<Timestamp>,
    },
    /// End the one that is under way.
    End,
}

/// A lesson that is over cannot be prolonged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the lesson is over")]
pub struct Over;

/// The lesson that takes the place of `lesson`, the one that was opened last; `None`: it is as it should be.
pub fn decide(act: Act, lesson: Option<Lesson>, now: Timestamp) -> Result<Option<Lesson>, Over> {
    let open = lesson.filter(|lesson| lesson.is_open(now));
    match (act, open) {
        (Act::Open, None) => Ok(Some(Lesson::begin(now))),
        (Act::Prolong { .. }, None) => Err(Over),
        (Act::Prolong { shown }, Some(lesson)) if shown.is_none_or(|shown| shown == lesson.until) => {
            Ok(lesson.prolonged(now).filter(|longer| *longer != lesson))
        }
        (Act::End, Some(_)) => Ok(Some(Lesson::ending(now))),
        (Act::Open | Act::Prolong { .. }, Some(_)) | (Act::End, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + seconds).unwrap()
    }

    #[test]
    fn two_hours_to_the_second() {
        let lesson = Lesson::begin(at(0));
        assert!(lesson.is_open(at(0)) && lesson.is_open(at(7_199)));
        assert!(!lesson.is_open(at(7_200)));
        assert_eq!(lesson.prolonged(at(7_199)), Some(Lesson::ending(at(14_400))));
        assert_eq!(lesson.prolonged(at(7_200)), None, "it is over");
    }

    #[test]
    fn a_second_click_changes_nothing() {
        let open = Some(Lesson::begin(at(0)));
        assert_eq!(decide(Act::Open, None, at(0)), Ok(open));
        assert_eq!(decide(Act::Open, open, at(60)), Ok(None));
        assert_eq!(decide(Act::Open, open, at(7_200)), Ok(Some(Lesson::begin(at(7_200)))));
        let prolong = Act::Prolong { shown: Some(at(7_200)) };
        let longer = decide(prolong, open, at(60)).unwrap();
        assert_eq!(longer, Some(Lesson::ending(at(14_400))));
        assert_eq!(decide(prolong, longer, at(61)), Ok(None));
        assert_eq!(decide(prolong, open, at(7_200)), Err(Over));
        assert_eq!(decide(Act::Prolong { shown: None }, longer, at(60)), Ok(Some(Lesson::ending(at(14_460)))));
        let ended = decide(Act::End, open, at(60)).unwrap();
        assert_eq!(ended, Some(Lesson::ending(at(60))));
        assert_eq!(decide(Act::End, ended, at(60)), Ok(None));
        assert_eq!(decide(Act::End, None, at(60)), Ok(None));
    }

    proptest! {
        #[test]
        fn prolonged_is_longer_and_has_an_end(opened in 0..10_000_i64, waits in prop::collection::vec(0..10_000_i64, 0..12)) {
            let (mut lesson, mut now) = (Lesson::begin(at(opened)), opened);
            for wait in waits {
                now += wait;
                let Some(longer) = lesson.prolonged(at(now)) else {
                    prop_assert!(!lesson.is_open(at(now)));
                    break;
                };
                prop_assert!(longer >= lesson && longer.is_open(at(now)));
                prop_assert!(longer.until() <= at(now) + FURTHEST);
                prop_assert!(longer.until() <= lesson.until() + LASTS);
                lesson = longer;
            }
        }
    }
}
