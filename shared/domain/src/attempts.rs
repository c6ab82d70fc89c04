//! Throttling of sign-in, by account: 10 failures wait 2 minutes, 20 wait 4, 30 are blocked until somebody unblocks.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Failures in a row for one account (or for one that does not exist: both must look the same).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Attempts {
    /// How many.
    pub failures: u32,
    /// Nothing is tried before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_until: Option<Timestamp>,
}

/// Why nothing may be tried now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locked {
    /// Until then.
    Until(Timestamp),
    /// Until a new password is set by mail.
    Blocked,
}

const FIRST_LOCK: u32 = 10;
const SECOND_LOCK: u32 = 20;
const BLOCK: u32 = 30;

impl Attempts {
    /// What stands after one more attempt that began `now`, taken for a failure until it succeeds: attempts at the same
    /// moment cannot all slip through.
    pub fn attempt(self, now: Timestamp) -> Result<Self, Locked> {
        if self.failures >= BLOCK {
            return Err(Locked::Blocked);
        }
        if let Some(until) = self.locked_until.filter(|until| *until > now) {
            return Err(Locked::Until(until));
        }
        let failures = self.failures + 1;
        let wait = match failures {
            FIRST_LOCK => Some(SignedDuration::from_mins(2)),
            SECOND_LOCK => Some(SignedDuration::from_mins(4)),
            _ => None,
        };
        Ok(Self { failures, locked_until: wait.map(|wait| now + wait) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_wait_two_minutes_twenty_four_thirty_are_blocked() {
        let mut now = Timestamp::from_second(1_000).unwrap();
        let mut attempts = Attempts::default();
        let mut waits = Vec::new();
        for tried in 1..=30 {
            attempts = match attempts.attempt(now) {
                Ok(attempts) => attempts,
                Err(Locked::Until(until)) => {
                    waits.push((attempts.failures, until.duration_since(now).as_mins()));
                    now = until;
                    attempts.attempt(now).unwrap()
                }
                Err(Locked::Blocked) => panic!("blocked after {tried}"),
            };
            assert_eq!(attempts.failures, tried);
        }
        assert_eq!(waits, [(10, 2), (20, 4)]);
        let a_year_later = now + SignedDuration::from_hours(24 * 365);
        assert_eq!(attempts.attempt(a_year_later), Err(Locked::Blocked));
    }
}
