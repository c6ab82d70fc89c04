//! How far a pupil is in a campaign. Messages about it come late, twice and out of order; all end in the same state.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A result, from 0 to 100 per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u8", into = "u8")]
pub struct Score(u8);

/// More than a hundred per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a score is a whole number from 0 to 100")]
pub struct ScoreError;

impl Score {
    /// A number of per cent.
    pub fn new(per_cent: u8) -> Result<Self, ScoreError> {
        if per_cent <= 100 { Ok(Self(per_cent)) } else { Err(ScoreError) }
    }

    /// The number of per cent.
    pub fn per_cent(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Score {
    type Error = ScoreError;

    fn try_from(per_cent: u8) -> Result<Self, ScoreError> {
        Self::new(per_cent)
    }
}

impl From<Score> for u8 {
    fn from(score: Score) -> Self {
        score.0
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How far a pupil is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Has joined the campaign.
    Joined,
    /// Has begun the course.
    Started,
    /// Has sent the result.
    Sent,
}

/// What the assessment platform tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressEvent {
    /// The pupil began.
    Started {
        /// When.
        at: Timestamp,
    },
    /// The pupil sent the result.
    Sent {
        /// When.
        at: Timestamp,
        /// The result.
        score: Score,
    },
}

/// What is known of a pupil's way through a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Milestones {
    /// When the pupil began.
    pub started_at: Option<Timestamp>,
    /// When the pupil sent the result, and the result.
    pub sent: Option<(Timestamp, Score)>,
}

/// Another result was sent before: the first one holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("another score was sent before")]
pub struct OtherScore;

impl Milestones {
    /// What is known after `event`. Of two times of one thing, the earlier holds, so that the order of messages does not count;
    /// who has sent a result has begun, at the latest then.
    pub fn after(self, event: ProgressEvent) -> Result<Self, OtherScore> {
        let earlier = |known: Option<Timestamp>, at: Timestamp| Some(known.map_or(at, |known| known.min(at)));
        Ok(match event {
            ProgressEvent::Started { at } => Self { started_at: earlier(self.started_at, at), ..self },
            ProgressEvent::Sent { at, score } => {
                let sent_at = match self.sent {
                    Some((_, known)) if known != score => return Err(OtherScore),
                    Some((known, _)) => known.min(at),
                    None => at,
                };
                Self { started_at: earlier(self.started_at, at), sent: Some((sent_at, score)) }
            }
        })
    }

    /// How far that is.
    pub fn progress(&self) -> Progress {
        match self {
            Self { sent: Some(_), .. } => Progress::Sent,
            Self { started_at: Some(_), .. } => Progress::Started,
            Self { .. } => Progress::Joined,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(second: i64, score: Option<Score>) -> ProgressEvent {
        let at = Timestamp::from_second(second).unwrap();
        score.map_or(ProgressEvent::Started { at }, |score| ProgressEvent::Sent { at, score })
    }

    fn all(events: &[ProgressEvent]) -> Milestones {
        events.iter().fold(Milestones::default(), |known, event| known.after(*event).unwrap())
    }

    #[test]
    fn a_result_without_a_beginning_sets_both() {
        let score = Score::new(80).unwrap();
        let sent = all(&[event(100, Some(score))]);
        assert_eq!((sent.started_at, sent.progress()), (Timestamp::from_second(100).ok(), Progress::Sent));
        let late = sent.after(event(40, None)).unwrap();
        assert_eq!((late.started_at, late.sent), (Timestamp::from_second(40).ok(), sent.sent));
    }

    #[test]
    fn the_first_result_holds() {
        let sent = all(&[event(100, Some(Score::new(80).unwrap()))]);
        assert_eq!(sent.after(event(50, Some(Score::new(81).unwrap()))), Err(OtherScore));
        assert_eq!(Score::new(101), Err(ScoreError));
        assert!(serde_json::from_str::<Score>("101").is_err() && serde_json::from_str::<Score>("100").is_ok());
    }

    #[test]
    fn progress_is_ordered() {
        assert!(Progress::Joined < Progress::Started && Progress::Started < Progress::Sent);
    }

    prop_compose! {
        /// Events that agree on the result, and another order of them in which each may come again.
        fn events_and_another_order()(score in 0_u8..=100, events in prop::collection::vec((0_i64..1_000, any::<bool>()), 1..8))(
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
            shuffled in Just(events.clone()).prop_shuffle(),
            score in Just(score),
        ) -> (Vec<ProgressEvent>, Vec<ProgressEvent>) {
            let score = Score::new(score).unwrap();
            let of = |(second, sent): &(i64, bool)| event(*second, sent.then_some(score));
            let events: Vec<ProgressEvent> = shuffled.iter().map(of).collect();
            let mut other = events.clone();
            other.reverse();
            for index in order {
                other.push(events[index.index(events.len())]);
            }
            let mut sorted = events.clone();
            sorted.sort_by_key(|event| match event {
                ProgressEvent::Started { at } | ProgressEvent::Sent { at, .. } => *at,
            });
            (sorted, other)
        }
    }

    proptest! {
        #[test]
        fn any_order_and_any_repetition_end_in_the_same_state((events, other) in events_and_another_order()) {
            prop_assert_eq!(all(&events), all(&other));
        }

        #[test]
        fn nobody_goes_back((events, other) in events_and_another_order()) {
            let mut known = Milestones::default();
            for event in events.into_iter().chain(other) {
                let next = known.after(event).unwrap();
                prop_assert!(next.progress() >= known.progress());
                prop_assert!(next.started_at.is_some());
                if let Some((sent_at, _)) = next.sent {
                    prop_assert!(next.started_at.unwrap() <= sent_at);
                }
                known = next;
            }
        }
    }
}
