//! How many mails, of whom, to whom. `ARCHITECTURE.md` has these numbers with what they are for; a test holds both together.

use jiff::SignedDuration;
use rentree_domain::Limit;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Requests of a space that one client may send. A whole académie may stand behind one address.
pub const REQUESTS_BY_CLIENT: Limit = Limit { what: "requests-by-client", count: 60, window: HOUR };
/// Links to a space that one school's mailbox gets.
pub const REQUESTS_BY_MAILBOX: Limit = Limit { what: "requests-by-mailbox", count: 3, window: HOUR };
/// The same in a day.
pub const REQUESTS_BY_MAILBOX_A_DAY: Limit = Limit { what: "requests-by-mailbox-a-day", count: 10, window: DAY };
/// Sign-ups, forgotten passwords and addresses to confirm that one client asks for.
pub const ACCOUNT_MAILS_BY_CLIENT: Limit = Limit { what: "account-mails-by-client", count: 120, window: HOUR };
/// Addresses that one account asks to confirm: mails to whomever it names.
pub const ADDRESSES_BY_ACCOUNT: Limit = Limit { what: "addresses-by-account", count: 5, window: HOUR };
/// The same in a day.
pub const ADDRESSES_BY_ACCOUNT_A_DAY: Limit = Limit { what: "addresses-by-account-a-day", count: 10, window: DAY };
/// Addresses that accounts begin with, of one client: twelve classes of a lycée join in one hour behind one address.
pub const FIRST_ADDRESSES_BY_CLIENT: Limit = Limit { what: "first-addresses-by-client", count: 600, window: HOUR };
/// The same of one school: a large one joins in a day.
pub const FIRST_ADDRESSES_BY_SCHOOL: Limit = Limit { what: "first-addresses-by-school", count: 3_000, window: DAY };
/// Mails about an account that one mailbox gets.
pub const MAILS_BY_MAILBOX: Limit = Limit { what: "mails-by-mailbox", count: 10, window: HOUR };
/// The same in a day.
pub const MAILS_BY_MAILBOX_A_DAY: Limit = Limit { what: "mails-by-mailbox-a-day", count: 30, window: DAY };
/// Mails of passwords that staff handed out that one mailbox gets, apart from all others: nobody keeps it from being told.
pub const HAND_OUTS_BY_MAILBOX: Limit = Limit { what: "hand-outs-by-mailbox", count: 3, window: DAY };
/// Mails of administrators whom a colleague made one that one mailbox gets, of all schools. Who comes in by a link is told in any case:
/// links are counted themselves.
pub const ADMINISTRATORS_BY_MAILBOX: Limit = Limit { what: "administrators-by-mailbox", count: 20, window: DAY };
/// Requests to be let into spaces that one account sends.
pub const ACCESS_REQUESTS_BY_ACCOUNT: Limit = Limit { what: "access-requests-by-account", count: 5, window: DAY };
/// The same of one client.
pub const ACCESS_REQUESTS_BY_CLIENT: Limit = Limit { what: "access-requests-by-client", count: 60, window: HOUR };
/// Requests that are noted for one school: its administrators read all of them.
pub const ACCESS_REQUESTS_BY_SCHOOL: Limit = Limit { what: "access-requests-by-school", count: 20, window: DAY };
/// Mails of such requests that one mailbox of an administrator gets, of all schools. Those that are not told wait in the space all the same.
pub const ACCESS_REQUESTS_BY_MAILBOX: Limit = Limit { what: "access-requests-by-mailbox", count: 5, window: DAY };
/// The first of the hour that is asked for a mailbox is ordered, whatever its client asked for before.
pub const RESETS_ASKED: Limit = Limit { what: "resets-asked", count: 1, window: HOUR };
/// The first of the hour that leaves for a mailbox leaves, whatever was sent there before.
pub const RESETS_SENT: Limit = Limit { what: "resets-sent", count: 1, window: HOUR };
/// Invitations that one mailbox gets, of all schools.
pub const INVITATIONS_BY_MAILBOX: Limit = Limit { what: "invitations-by-mailbox", count: 20, window: DAY };
/// Invitations that one school sends.
pub const INVITATIONS_BY_SCHOOL: Limit = Limit { what: "invitations-by-school", count: 300, window: DAY };
/// Invitations that one account sends, for all its schools.
pub const INVITATIONS_BY_ACCOUNT: Limit = Limit { what: "invitations-by-account", count: 400, window: DAY };

#[cfg(test)]
mod tests {
    use super::*;

    /// Every number, by its name in the table of `ARCHITECTURE.md`.
    const ALL: [Limit; 21] = [
        REQUESTS_BY_CLIENT,
        REQUESTS_BY_MAILBOX,
        REQUESTS_BY_MAILBOX_A_DAY,
        ACCOUNT_MAILS_BY_CLIENT,
        ADDRESSES_BY_ACCOUNT,
        ADDRESSES_BY_ACCOUNT_A_DAY,
        FIRST_ADDRESSES_BY_CLIENT,
        FIRST_ADDRESSES_BY_SCHOOL,
        MAILS_BY_MAILBOX,
        MAILS_BY_MAILBOX_A_DAY,
        HAND_OUTS_BY_MAILBOX,
        ADMINISTRATORS_BY_MAILBOX,
        ACCESS_REQUESTS_BY_ACCOUNT,
        ACCESS_REQUESTS_BY_CLIENT,
        ACCESS_REQUESTS_BY_SCHOOL,
        ACCESS_REQUESTS_BY_MAILBOX,
        RESETS_ASKED,
        RESETS_SENT,
        INVITATIONS_BY_MAILBOX,
        INVITATIONS_BY_SCHOOL,
        INVITATIONS_BY_ACCOUNT,
    ];

    #[test]
    fn architecture_has_every_number() {
        let text = include_str!("../../../ARCHITECTURE.md");
        for Limit { what, count, window } in ALL {
            let often = if window == HOUR { "an hour" } else { "a day" };
            let row = text.lines().find(|line| line.contains(&format!("`{what}`")));
            let row = row.unwrap_or_else(|| panic!("no row for {what}"));
            assert!(row.contains(&format!("| {count} {often} |")), "{what}: {count} {often}, not {row}");
        }
    }

    #[test]
    fn no_two_count_together() {
        let mut names: Vec<&str> = ALL.iter().map(|limit| limit.what).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
