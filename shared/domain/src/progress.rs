//! How far a pupil is in a campaign. Messages about it come late, twice and out of order; all end in the same state.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::profile::CollectedProfile;

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
        /// What the profile said, if that was collected.
        profile: Option<CollectedProfile>,
    },
}

/// A result that the platform told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Sent {
    /// When the pupil sent it.
    pub at: Timestamp,
    /// The result.
    pub score: Score,
    /// What the profile said, if that was collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<CollectedProfile>,
}

/// Which try of a pupil at a course: the first one is 0. Staff who take a result back begin another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct CourseTry(u32);

impl CourseTry {
    /// The try after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Whether it is the first one.
    pub fn is_first(&self) -> bool {
        self.0 == 0
    }
}

/// How far a pupil is, and in which try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How far.
    pub progress: Progress,
    /// In which try.
    pub of: CourseTry,
}

impl Standing {
    /// Of who has just joined.
    pub fn joined() -> Self {
        Self { progress: Progress::Joined, of: CourseTry::default() }
    }
}

/// How many results are kept of a pupil in a campaign, the one that holds included.
const RESULTS: usize = 10;

/// What is known of a pupil's way through a course.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Milestones {
    /// When the pupil began.
    pub started_at: Option<Timestamp>,
    /// What the pupil sent, each result once, in the order of their times, then of their scores and profiles; the last one holds.
    results: BTreeSet<Sent>,
}

impl Milestones {
    /// What is known of a pupil who began then and sent these results.
    pub fn new(started_at: Option<Timestamp>, results: impl IntoIterator<Item = Sent>) -> Self {
        Self { started_at, results: results.into_iter().collect() }
    }

    /// What is known after `event`. Of two times of beginning the earlier holds, of two results the later, of two results of one moment
    /// the greater: so the order of messages does not count. Who has sent a result has begun, at the latest then.
    #[must_use]
    pub fn after(mut self, event: ProgressEvent) -> Self {
        let (ProgressEvent::Started { at } | ProgressEvent::Sent { at, .. }) = event;
        self.started_at = Some(self.started_at.map_or(at, |known| known.min(at)));
        if let ProgressEvent::Sent { at, score, profile } = event {
            self.results.insert(Sent { at, score, profile });
        }
        // The latest ones of all that came are the latest ones of those that were kept and the new one: no order matters here, either.
        while self.results.len() > RESULTS {
            self.results.pop_first();
        }
        self
    }

    /// The result that holds.
    pub fn sent(&self) -> Option<Sent> {
        self.results.last().copied()
    }

    /// The results that held before, or came late, from the oldest.
    pub fn former(&self) -> Vec<Sent> {
        let mut former: Vec<Sent> = self.results.iter().copied().collect();
        former.pop();
        former
    }

    /// How far that is.
    pub fn progress(&self) -> Progress {
        match (self.sent(), self.started_at) {
            (Some(_), _) => Progress::Sent,
            (None, Some(_)) => Progress::Started,
            (None, None) => Progress::Joined,
        }
    }
}

/// A pupil's tries at a course: what is known of the one that counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tries {
    /// The one that counts.
    pub current: CourseTry,
    /// What is known of it.
    pub milestones: Milestones,
}

impl Tries {
    /// What is known after `event` of the try `of`. What is told of a try that was taken back changes nothing, however late and often it is
    /// told.
    #[must_use]
    pub fn after(self, of: CourseTry, event: ProgressEvent) -> Self {
        if of == self.current { Self { milestones: self.milestones.after(event), ..self } } else { self }
    }

    /// After staff took the result back: nothing is known of the next try.
    #[must_use]
    pub fn taken_back(self) -> Self {
        Self { current: self.current.next(), milestones: Milestones::default() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(second: i64, score: Option<Score>) -> ProgressEvent {
        let at = Timestamp::from_second(second).unwrap();
        score.map_or(ProgressEvent::Started { at }, |score| ProgressEvent::Sent { at, score, profile: None })
    }

    /// Of few values, so that many are of one moment.
    fn any_event(second: i64, result: Option<(u8, Option<u8>)>) -> ProgressEvent {
        let at = Timestamp::from_second(second).unwrap();
        let profile = |competences: u8| CollectedProfile {
            competences: competences.try_into().unwrap(),
            points: 100.try_into().unwrap(),
        };
        result.map_or(ProgressEvent::Started { at }, |(score, competences)| ProgressEvent::Sent {
            at,
            score: Score::new(score).unwrap(),
            profile: competences.map(profile),
        })
    }

    fn all(events: &[ProgressEvent]) -> Milestones {
        events.iter().fold(Milestones::default(), |known, event| known.after(*event))
    }

    #[test]
    fn a_result_without_a_beginning_sets_both() {
        let score = Score::new(80).unwrap();
        let sent = all(&[event(100, Some(score))]);
        assert_eq!((sent.started_at, sent.progress()), (Timestamp::from_second(100).ok(), Progress::Sent));
        let late = sent.clone().after(event(40, None));
        assert_eq!((late.started_at, late.sent()), (Timestamp::from_second(40).ok(), sent.sent()));
    }

    #[test]
    fn the_later_result_holds_and_the_others_are_kept() {
        let [good, better] = [80, 81].map(|score| Score::new(score).unwrap());
        let of = |second, score| Sent { at: Timestamp::from_second(second).unwrap(), score, profile: None };
        let sent = all(&[event(100, Some(better)), event(200, Some(good)), event(100, Some(better))]);
        assert_eq!((sent.sent(), sent.former()), (Some(of(200, good)), vec![of(100, better)]));
        let same_moment = sent.after(event(200, Some(better)));
        assert_eq!(same_moment.sent(), Some(of(200, better)), "the greater one of a moment");
        assert_eq!(same_moment.former(), [of(100, better), of(200, good)]);
        assert_eq!(Score::new(101), Err(ScoreError));
        assert!(serde_json::from_str::<Score>("101").is_err() && serde_json::from_str::<Score>("100").is_ok());
    }

    #[test]
    fn progress_is_ordered() {
        assert!(Progress::Joined < Progress::Started && Progress::Started < Progress::Sent);
    }

    prop_compose! {
        /// More events than are kept, and another order of them in which each may come again.
        fn events_and_another_order()(events in prop::collection::vec((0_i64..40, prop::option::of((0_u8..3, prop::option::of(0_u8..3)))), 1..30))(
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
            shuffled in Just(events.clone()).prop_shuffle(),
            events in Just(events),
        ) -> (Vec<ProgressEvent>, Vec<ProgressEvent>) {
            let of = |(second, result): (i64, Option<(u8, Option<u8>)>)| any_event(second, result);
            let events: Vec<ProgressEvent> = events.into_iter().map(of).collect();
            let mut other: Vec<ProgressEvent> = shuffled.into_iter().map(of).collect();
            for index in order {
                other.push(events[index.index(events.len())]);
            }
            (events, other)
        }
    }

    proptest! {
        /// Whatever is told of tries, and whenever one is taken back: what counts is what was told of the try that counts since it began.
        #[test]
        fn what_is_told_of_a_try_that_was_taken_back_changes_nothing(
            steps in prop::collection::vec(prop::option::weighted(0.8, (0_u8..3, 0_i64..20, prop::option::of(0_u8..3))), 0..40),
        ) {
            let (mut tries, mut alone) = (Tries::default(), Milestones::default());
            for step in steps {
                let Some((back, second, score)) = step else {
                    (tries, alone) = (tries.taken_back(), Milestones::default());
                    continue;
                };
                let event = any_event(second, score.map(|score| (score, None)));
                let of = CourseTry(tries.current.0.saturating_sub(back.into()));
                if of == tries.current {
                    alone = alone.after(event);
                }
                tries = tries.after(of, event);
                prop_assert_eq!(&tries.milestones, &alone);
            }
        }

        #[test]
        fn any_order_and_any_repetition_end_in_the_same_state((events, other) in events_and_another_order()) {
            prop_assert_eq!(all(&events), all(&other));
        }

        #[test]
        fn nobody_goes_back((events, other) in events_and_another_order()) {
            let mut known = Milestones::default();
            for event in events.into_iter().chain(other) {
                let next = known.clone().after(event);
                prop_assert!(next.progress() >= known.progress());
                prop_assert!(next.started_at.is_some());
                if let Some(sent) = next.sent() {
                    prop_assert!(next.started_at.unwrap() <= sent.at);
                }
                known = next;
            }
        }
    }
}
