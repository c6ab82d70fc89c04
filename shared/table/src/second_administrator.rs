//! Who administers a space beside the first one. Two are advised: one alone may be away, or leave for another school.

use jiff::Timestamp;
use rentree_domain::UserId;

use crate::{Invitation, Member, Role};

/// Where the second administrator of a space is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondAdministrator {
    /// In the team.
    There,
    /// One administers the space alone, and somebody may still become another by an invitation.
    Awaited,
    /// One administers the space alone, and nobody is awaited to do so, too: another one is advised.
    Wanted,
}

impl SecondAdministrator {
    /// Of a team with so many administrators, whose invitations are `invited`.
    pub fn of<'a>(administrators: usize, invited: impl IntoIterator<Item = &'a Invitation>, now: Timestamp) -> Self {
        if administrators != 1 {
            Self::There
        } else if invited.into_iter().any(|invitation| invitation.awaits_administrator(now)) {
            Self::Awaited
        } else {
            Self::Wanted
        }
    }

    /// The same, of a team that was read.
    pub fn in_team<'a>(
        team: &[(UserId, Member)],
        invited: impl IntoIterator<Item = &'a Invitation>,
        now: Timestamp,
    ) -> Self {
        let administrators = team.iter().filter(|(_, member)| member.role == Role::Administrator);
        Self::of(administrators.count(), invited, now)
    }

    /// Whether it is one of the team.
    pub fn is_there(self) -> bool {
        self == Self::There
    }

    /// Whether somebody is invited to be it.
    pub fn is_awaited(self) -> bool {
        self == Self::Awaited
    }

    /// Whether one is advised.
    pub fn is_wanted(self) -> bool {
        self == Self::Wanted
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use rentree_domain::EmailAddress;

    use super::*;
    use crate::Delivery;

    fn now() -> Timestamp {
        "2026-09-01T12:00:00Z".parse().unwrap()
    }

    fn invited(role: Role) -> Invitation {
        Invitation::new(EmailAddress::parse("anne@example.org").unwrap(), role, (None, "Camille Le Goff"), now())
    }

    #[test]
    fn one_alone_is_advised_to_have_a_second_one() {
        assert_eq!(SecondAdministrator::of(1, [], now()), SecondAdministrator::Wanted);
        assert_eq!(SecondAdministrator::of(2, [], now()), SecondAdministrator::There);
        let member = invited(Role::Member);
        assert_eq!(SecondAdministrator::of(1, [&member], now()), SecondAdministrator::Wanted);
    }

    /// Whoever is awaited may still accept: a link that is too old, or a mail that did not leave, leads nobody in.
    #[test]
    fn whoever_is_invited_is_awaited_while_they_may_accept() {
        let mut invitation = invited(Role::Administrator);
        assert_eq!(SecondAdministrator::of(1, [&invitation], now()), SecondAdministrator::Awaited);
        assert_eq!(SecondAdministrator::of(2, [&invitation], now()), SecondAdministrator::There);
        (invitation.delivery, invitation.sent_at) = (Delivery::Sent, Some(now()));
        assert_eq!(SecondAdministrator::of(1, [&invitation], now()), SecondAdministrator::Awaited);
        let later = now() + (8 * 24).hours();
        assert_eq!(SecondAdministrator::of(1, [&invitation], later), SecondAdministrator::Wanted);
        invitation.delivery = Delivery::Failed;
        assert_eq!(SecondAdministrator::of(1, [&invitation], now()), SecondAdministrator::Wanted);
    }
}
