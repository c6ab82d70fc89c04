//! When a session ends because nobody uses it. Whoever leaves a computer of the school without signing out leaves no account open for
//! long.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A use is noted when the one that was noted last is this long ago: a session costs one write in five minutes at most. So a session
/// ends at most these minutes sooner than its time after the last use, and never later.
pub const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// Whose session it is, which decides how long it may rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A pupil, on a computer where the next child sits down an hour later.
    #[default]
    Pupil,
    /// Staff, who look at a list again after a lesson.
    Staff,
}

impl Holder {
    /// Whose account it is. One that began as a pupil's is one of staff once its owner joined a team.
    pub const fn of(is_of_pupil: bool) -> Self {
        if is_of_pupil { Self::Pupil } else { Self::Staff }
    }

    /// How long a session may rest.
    pub const fn rests(self) -> SignedDuration {
        match self {
            Self::Pupil => SignedDuration::from_hours(1),
            Self::Staff => SignedDuration::from_hours(2),
        }
    }

    /// After how long a page says that the session ends soon: there is time left, also if the last use was not noted.
    pub fn warned_after(self) -> SignedDuration {
        self.rests() - NOTED_EVERY * 2
    }

    /// How long it may rest, in words.
    pub const fn rests_in_words(self) -> &'static str {
        match self {
            Self::Pupil => "une heure",
            Self::Staff => "deux heures",
        }
    }

    /// Whether a session has ended that was used at `seen`.
    pub fn has_left(self, seen: Timestamp, now: Timestamp) -> bool {
        now.duration_since(seen) >= self.rests()
    }
}

/// Whether a use is noted, when the last one that was noted was at `seen`.
pub fn is_to_note(seen: Timestamp, now: Timestamp) -> bool {
    now.duration_since(seen) >= NOTED_EVERY
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn holder() -> impl Strategy<Value = Holder> {
        prop_oneof![Just(Holder::Pupil), Just(Holder::Staff)]
    }

    /// Uses of a session, so many seconds one after the other: when it ended, if it did, and when uses were noted.
    fn used(holder: Holder, pauses: &[i64]) -> (Option<Timestamp>, Vec<Timestamp>) {
        let (mut now, mut noted) = (Timestamp::UNIX_EPOCH, vec![Timestamp::UNIX_EPOCH]);
        for pause in pauses {
            now += SignedDuration::from_secs(*pause);
            let seen = noted[noted.len() - 1];
            if holder.has_left(seen, now) {
                return (Some(now), noted);
            }
            if is_to_note(seen, now) {
                noted.push(now);
            }
        }
        (None, noted)
    }

    proptest! {
        #[test]
        fn who_never_pauses_for_long_stays(holder in holder(), shares in prop::collection::vec(0_i64..1000, 1..200)) {
            let longest = (holder.rests() - NOTED_EVERY).as_secs();
            let pauses: Vec<i64> = shares.iter().map(|share| longest * share / 1000).collect();
            prop_assert_eq!(used(holder, &pauses).0, None);
        }

        #[test]
        fn who_pauses_for_long_is_out(holder in holder(), pauses in prop::collection::vec(0_i64..600, 0..50), more in 0_i64..40_000) {
            let (ended, _) = used(holder, &[pauses.as_slice(), &[holder.rests().as_secs() + more]].concat());
            prop_assert!(ended.is_some());
        }

        #[test]
        fn uses_are_noted_every_five_minutes_at_most(holder in holder(), pauses in prop::collection::vec(0_i64..2000, 0..200)) {
            let (_, noted) = used(holder, &pauses);
            prop_assert!(noted.windows(2).all(|pair| pair[1].duration_since(pair[0]) >= NOTED_EVERY));
        }
    }

    #[test]
    fn pupils_rest_an_hour_and_staff_two() {
        let at = |minutes| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let left = |holder: Holder, minutes| holder.has_left(at(0), at(minutes));
        assert!(!left(Holder::Pupil, 59) && left(Holder::Pupil, 60));
        assert!(!left(Holder::Staff, 119) && left(Holder::Staff, 120));
        assert!(!left(Holder::Pupil, -90), "a clock that goes back ends nothing");
    }
}
