//! Failed sign-ins: what is counted, and for how long it holds up whom. `docs/accounts.md` has the rule and its reasons.
//!
//! Strangers count together, by login: on devices where it never signed in. A device where it did has a count of its own for that
//! login, and for no other: so strangers do not lock the owner out, and nobody gets a fresh count against somebody else.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Login;

/// Failures in a row, for a login (or for one that is nobody's: both must look the same), or for a device where it signed in.
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
    /// Until staff unblock, or give another password.
    Blocked,
}

/// What becomes of strangers' failures with a login. What was typed tells, not whose it is: nobody's is held up like somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Ten wait, each time longer. Of e-mail addresses: staff have them, whom nobody could unblock.
    Waits,
    /// Ten wait, thirty block. Of user names: pupils have them, whom staff help.
    Blocks,
}

/// So many failures make strangers wait, again and again; so many on a device void what it keeps of the login.
pub const PATIENCE: u32 = 10;
/// So many of strangers block a user name.
pub const BLOCK: u32 = 30;
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(2);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);

impl Rule {
    /// The rule of a login.
    pub fn of(login: &Login) -> Self {
        match login {
            Login::Email(_) => Self::Waits,
            Login::UserName(_) => Self::Blocks,
        }
    }
}

impl Attempts {
    /// What stands after one more attempt of a stranger that began `now`, taken for a failure until it succeeds: attempts at the
    /// same moment cannot all slip through.
    pub fn attempt(self, rule: Rule, now: Timestamp) -> Result<Self, Locked> {
        if rule == Rule::Blocks && self.failures >= BLOCK {
            return Err(Locked::Blocked);
        }
        if let Some(until) = self.locked_until.filter(|until| *until > now) {
            return Err(Locked::Until(until));
        }
        let failures = self.failures.saturating_add(1);
        Ok(Self { failures, locked_until: wait_after(failures).map(|wait| now + wait) })
    }

    /// The same on a device where the login signed in before; `None` when too many failed there: what it keeps of the login is void,
    /// and it is a stranger's.
    pub fn attempt_on_device(self) -> Option<Self> {
        (self.failures < PATIENCE).then(|| Self { failures: self.failures + 1, locked_until: None })
    }
}

/// Two minutes after ten failures, and twice as long after ten more each time, up to an hour.
fn wait_after(failures: u32) -> Option<SignedDuration> {
    if failures == 0 || !failures.is_multiple_of(PATIENCE) {
        return None;
    }
    let doublings = failures / PATIENCE - 1;
    let wait = 2_i32.checked_pow(doublings).and_then(|times| FIRST_WAIT.checked_mul(times));
    Some(wait.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests;
