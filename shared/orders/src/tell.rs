//! What tells an owner of a change is always ordered. The change itself wanted a password or a link, so nobody else can make it come; of
//! passwords that staff hand out, and of roles that administrators give, a mailbox gets so many a day. Of a request to be let in, one answer
//! comes: requests are counted by account and by school, only who confirmed their address sends any, and after a refusal none for sixty days.
//! The change is done: a failure is for us, not a reason to say that nothing was done.

use rentree_domain::{EmailAddress, MailOrder, SecondFactorChange, Uai, UserId};
use rentree_table::Role;

use crate::MailOrders;
use crate::ask::not_ordered;

/// How somebody became administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewRole {
    /// By a link that was mailed, to them or to the school.
    ByLink,
    /// By the word of this administrator.
    GivenBy(UserId),
}

impl MailOrders {
    /// A password was changed.
    pub async fn tell_password_changed(&self, user: UserId) {
        self.tell(&MailOrder::PasswordChanged { user }).await;
    }

    /// Something happened to the second factor of an account.
    pub async fn tell_second_factor(&self, user: UserId, change: SecondFactorChange) {
        self.tell(&MailOrder::SecondFactor { user, change }).await;
    }

    /// Staff of `uai` handed a temporary password out.
    pub async fn tell_password_handed_out(&self, user: UserId, uai: Uai) {
        self.tell(&MailOrder::PasswordHandedOut { user, uai }).await;
    }

    /// `newcomer` became administrator of `uai`: told to the other administrators, but not to who gave the role.
    pub async fn tell_new_administrator(&self, uai: Uai, newcomer: UserId, how: NewRole) {
        let members = match self.table.members(uai).await {
            Ok(members) => members,
            Err(error) => return not_ordered(&error),
        };
        let by_link = how == NewRole::ByLink;
        let told = members.into_iter().filter(|(id, member)| {
            member.role == Role::Administrator && *id != newcomer && how != NewRole::GivenBy(*id)
        });
        for (user, _) in told {
            self.tell(&MailOrder::NewAdministrator { user, newcomer, uai, by_link }).await;
        }
    }

    /// `user`, who had asked for it, was let into the space of `uai`.
    pub async fn tell_access_granted(&self, user: UserId, uai: Uai) {
        self.tell(&MailOrder::AccessGranted { user, uai }).await;
    }

    /// `user`, who had asked for it, was not let into the space of `uai`.
    pub async fn tell_access_refused(&self, user: UserId, uai: Uai) {
        self.tell(&MailOrder::AccessRefused { user, uai }).await;
    }

    /// An account has another address now: told to the former one.
    pub async fn tell_address_changed(&self, former: EmailAddress, address: &EmailAddress) {
        self.tell(&MailOrder::AddressChanged { former, masked: address.masked() }).await;
    }

    async fn tell(&self, order: &MailOrder) {
        if let Err(error) = self.send(order).await {
            not_ordered(&error);
        }
    }
}
