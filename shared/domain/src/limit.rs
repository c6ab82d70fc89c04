//! How often something may happen, counted in fixed windows of time.

use jiff::{SignedDuration, Timestamp};

/// At most `count` times in each window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// What is counted, for keys: `a-z` and `-`.
    pub what: &'static str,
    /// How often.
    pub count: u32,
    /// In how long.
    pub window: SignedDuration,
}

/// Failed sign-ins of one client, over all logins that never signed in on the device: a class of 35 may mistype twice each, while
/// somebody beside them sends 300 wrong ones. Each login has a count of its own besides; this one is for who tries one password on many.
pub const FAILURES_BY_CLIENT: Limit =
    Limit { what: "failures-by-client", count: 600, window: SignedDuration::from_mins(10) };
/// Addresses of accounts that are there already, named for a new account by who holds one link: the holder is told so, and not without end.
pub const TAKEN_BY_LINK: Limit = Limit { what: "taken-by-link", count: 30, window: SignedDuration::from_hours(1) };
/// Wrong codes of a second factor, typed for one account by who gave its password, or who is signed in: of a million codes three hold at
/// a time. The limit is by account alone, wherever the codes come from.
pub const SECOND_FACTOR_CODES: Limit =
    Limit { what: "second-factor-codes", count: 10, window: SignedDuration::from_hours(1) };
/// The same in a day: whoever knows a password, and types as many codes as this allows every day, comes in after thirty years on average.
pub const SECOND_FACTOR_CODES_A_DAY: Limit =
    Limit { what: "second-factor-codes-a-day", count: 30, window: SignedDuration::from_hours(24) };
/// Campaign codes that do not exist, typed by one client. A class may copy a code wrongly from the board, twice each.
pub const CODES_BY_CLIENT: Limit = Limit { what: "codes-by-client", count: 150, window: SignedDuration::from_mins(10) };
/// Identities that are nobody's, typed by one client: a class of 35 behind one address may mistype four times each.
pub const IDENTITIES_BY_CLIENT: Limit =
    Limit { what: "identities-by-client", count: 150, window: SignedDuration::from_mins(10) };
/// The same for one campaign, from wherever: all classes of a large school may join at once.
pub const IDENTITIES_BY_CAMPAIGN: Limit =
    Limit { what: "identities-by-campaign", count: 1_500, window: SignedDuration::from_hours(1) };
/// Birth dates that are tried with the name of one pupil, who was meant by whatever was typed: who knows a classmate's name goes
/// through no year of birth dates.
pub const GUESSES_BY_PUPIL: Limit =
    Limit { what: "guesses-by-pupil", count: 10, window: SignedDuration::from_hours(1) };
/// The same in a day.
pub const GUESSES_BY_PUPIL_A_DAY: Limit =
    Limit { what: "guesses-by-pupil-a-day", count: 30, window: SignedDuration::from_hours(24) };
/// The same for the coarse form of a name that was typed, whoever it means and whether it means anybody: so a refusal does not tell
/// that there is such a pupil. The numbers are those of a pupil.
pub const GUESSES_BY_COARSE_NAME: Limit = Limit { what: "guesses-by-coarse-name", ..GUESSES_BY_PUPIL };
/// The same in a day.
pub const GUESSES_BY_COARSE_NAME_A_DAY: Limit =
    Limit { what: "guesses-by-coarse-name-a-day", ..GUESSES_BY_PUPIL_A_DAY };
/// How often it is told of one pupil, by the right name and birth date, that there is an account, or whether somebody is that pupil: so
/// a pupil who comes back is no guess, and nobody watches how a classmate signs in.
pub const FOUND_BY_PUPIL: Limit = Limit { what: "found-by-pupil", count: 10, window: SignedDuration::from_hours(1) };
/// Beyond these counts of [`IDENTITIES_BY_CLIENT`] and [`IDENTITIES_BY_CAMPAIGN`], names must be spelt right: who goes through the
/// names of a school with all their spellings no longer finds anybody by a misspelt one.
pub const LENIENT_BY_CLIENT: u32 = 60;
/// See [`LENIENT_BY_CLIENT`].
pub const LENIENT_BY_CAMPAIGN: u32 = 200;

/// Other names that one account is given in a day: each is written wherever colleagues are shown it, and told in the log of every space.
/// Whoever corrects a slip, and the slip in the correction, needs two.
pub const NAMES_BY_ACCOUNT: Limit =
    Limit { what: "names-by-account", count: 5, window: SignedDuration::from_hours(24) };

/// New codes of one campaign, each in place of the one before: every one makes printed ones void.
pub const NEW_CODES_BY_CAMPAIGN: Limit =
    Limit { what: "new-codes-by-campaign", count: 10, window: SignedDuration::from_hours(1) };

/// Verification codes that prove no certificate, typed by one client. Who reads applications mistypes now and then. Codes have
/// thirteen signs at least: of the shorter ones that were drawn once, one client that never rests would find one in three or four years.
pub const VERIFICATIONS_BY_CLIENT: Limit =
    Limit { what: "verifications-by-client", count: 30, window: SignedDuration::from_mins(10) };

/// Imports that a school asks for: whoever mends a file and tries again needs a few. So a thousand files of one school keep no worker
/// from another one.
pub const IMPORTS_BY_SCHOOL: Limit =
    Limit { what: "imports-by-school", count: 30, window: SignedDuration::from_hours(1) };
/// Imports of a school that wait for their file or are at work, at a time.
pub const OPEN_IMPORTS: usize = 10;

/// Credentials of record books that are not right, sent by one client. Nobody guesses 256 bits: the limit tells a program that goes round
/// in circles that it does.
pub const CREDENTIALS_BY_CLIENT: Limit =
    Limit { what: "credentials-by-client", count: 30, window: SignedDuration::from_mins(10) };
/// Calls of one record book about one school, also those that are refused: it takes a school over once a day. Each stands in the log of
/// the school, which no program that goes round in circles may fill.
pub const CALLS_BY_RECORD_BOOK_AND_SCHOOL: Limit =
    Limit { what: "calls-by-record-book-and-school", count: 60, window: SignedDuration::from_hours(1) };

impl Limit {
    /// When the window that `now` is in began, and when it ends.
    pub fn window_at(&self, now: Timestamp) -> (Timestamp, Timestamp) {
        let length = self.window.as_secs().max(1);
        let began = now.as_second().div_euclid(length) * length;
        let at = |second| Timestamp::from_second(second).unwrap_or(now);
        (at(began), at(began + length))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn now_is_within_its_window(second in -4_000_000_000_i64..4_000_000_000) {
            let now = Timestamp::from_second(second).unwrap();
            let (began, ends) = CODES_BY_CLIENT.window_at(now);
            prop_assert!(began <= now && now < ends);
            prop_assert_eq!(CODES_BY_CLIENT.window_at(ends).0, ends);
        }
    }
}
