//! A code that staff show, during a lesson, to a pupil whom they know: it signs the pupil in, once, without a new password. It is written
//! and read aloud as a [`PersonalCode`](crate::PersonalCode) is.

use jiff::{SignedDuration, Timestamp};

use crate::Lesson;

/// How long a code can be used: as long as it takes to walk back to one's place.
pub const VALID: SignedDuration = SignedDuration::from_mins(10);

/// Until when a code can be used that is shown now, during `lesson`: not beyond it.
pub fn valid_until(lesson: Lesson, now: Timestamp) -> Timestamp {
    let until = (now + VALID).min(lesson.until());
    // As it is stored, so that the page says the same whenever it is sent again.
    Timestamp::from_second(until.as_second()).unwrap_or(until)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ten_minutes_and_not_beyond_the_lesson(shown in 0..7_200_i64) {
            let at = |second| Timestamp::from_second(1_790_000_000 + second).unwrap();
            let lesson = Lesson::begin(at(0));
            let until = valid_until(lesson, at(shown));
            prop_assert_eq!(until, at((shown + 600).min(7_200)));
            prop_assert!(lesson.is_open(at(shown)) && until > at(shown));
        }
    }
}
