//! The mailbox that a mail goes to: how many it gets, whoever ordered them.

use jiff::Timestamp;
use rentree_domain::{EmailAddress, Limit};
use rentree_table::{Table, TableError};

use crate::limit::{
    ACCESS_REQUESTS_BY_MAILBOX, ADMINISTRATORS_BY_MAILBOX, HAND_OUTS_BY_MAILBOX, INVITATIONS_BY_MAILBOX,
    MAILS_BY_MAILBOX, MAILS_BY_MAILBOX_A_DAY, REQUESTS_BY_MAILBOX, REQUESTS_BY_MAILBOX_A_DAY, RESETS_ASKED,
    RESETS_SENT,
};

const ABOUT_AN_ACCOUNT: [Limit; 2] = [MAILS_BY_MAILBOX, MAILS_BY_MAILBOX_A_DAY];

/// What one mailbox may get. Spellings that its provider does not tell apart are one mailbox ([`EmailAddress::mailbox`]).
#[derive(Debug)]
pub struct Mailbox<'a> {
    table: &'a Table,
    subject: String,
    now: Timestamp,
}

impl<'a> Mailbox<'a> {
    /// The mailbox of `address`.
    pub fn of(table: &'a Table, address: &EmailAddress, now: Timestamp) -> Self {
        Self { table, subject: address.mailbox(), now }
    }

    /// Whether it may get one more link to a space.
    pub async fn may_get_space(&self) -> Result<bool, TableError> {
        self.may_get(&[REQUESTS_BY_MAILBOX, REQUESTS_BY_MAILBOX_A_DAY]).await
    }

    /// Whether it may get one more invitation.
    pub async fn may_get_invitation(&self) -> Result<bool, TableError> {
        self.may_get(&[INVITATIONS_BY_MAILBOX]).await
    }

    /// Whether it may get one more mail about an account.
    pub async fn may_get_account_mail(&self) -> Result<bool, TableError> {
        self.may_get(&ABOUT_AN_ACCOUNT).await
    }

    /// Whether it is told once more that staff handed a password out.
    pub async fn may_be_told_of_hand_out(&self) -> Result<bool, TableError> {
        self.may_get(&[HAND_OUTS_BY_MAILBOX]).await
    }

    /// Whether it is told of one more administrator.
    pub async fn may_be_told_of_administrator(&self) -> Result<bool, TableError> {
        self.may_get(&[ADMINISTRATORS_BY_MAILBOX]).await
    }

    /// Whether it is told of one more request of access.
    pub async fn may_be_told_of_access_request(&self) -> Result<bool, TableError> {
        self.may_get(&[ACCESS_REQUESTS_BY_MAILBOX]).await
    }

    /// Whether it may get one more link to another password: always, if none left within the hour.
    pub async fn may_get_reset(&self) -> Result<bool, TableError> {
        let is_first = self.table.allows(&RESETS_SENT, &self.subject, self.now).await?;
        Ok(self.may_get(&ABOUT_AN_ACCOUNT).await? || is_first)
    }

    /// The link that was permitted did not leave: the next one is the first of its hour.
    pub async fn reset_did_not_leave(&self) -> Result<(), TableError> {
        for limit in [RESETS_ASKED, RESETS_SENT] {
            self.table.forget_counts(&limit, std::slice::from_ref(&self.subject), self.now).await?;
        }
        Ok(())
    }

    async fn may_get(&self, limits: &[Limit]) -> Result<bool, TableError> {
        for limit in limits {
            if !self.table.allows(limit, &self.subject, self.now).await? {
                tracing::warn!(limit = limit.what, "a mailbox got too many mails, this one is not sent");
                return Ok(false);
            }
        }
        Ok(true)
    }
}
