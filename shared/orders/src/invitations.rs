//! Invitations: permitted for a whole list before any of it is written, then ordered one by one.

use jiff::Timestamp;
use rentree_domain::{InvitationId, MailOrder, Uai, UserId};
use rentree_table::TableError;
use tokio::try_join;

use crate::limit::{INVITATIONS_BY_ACCOUNT, INVITATIONS_BY_SCHOOL};
use crate::{MailOrders, OrderError, Refusal};

/// So many invitations of one school may be ordered by one person, now.
#[derive(Debug)]
pub struct InvitationPermit {
    uai: Uai,
    by: UserId,
    many: u32,
    at: Timestamp,
}

impl MailOrders {
    /// Counts `many` invitations of a school, or the same one again, for the school and for who sends them.
    pub async fn permit_invitations(
        &self,
        uai: Uai,
        by: UserId,
        many: u32,
        now: Timestamp,
    ) -> Result<InvitationPermit, Refusal> {
        let account = by.to_string();
        try_join!(
            self.count_many(&INVITATIONS_BY_SCHOOL, uai.as_str(), many, now),
            self.count_many(&INVITATIONS_BY_ACCOUNT, &account, many, now),
        )?;
        Ok(InvitationPermit { uai, by, many, at: now })
    }

    /// Orders one of them, which is stored.
    pub async fn order_invitation(&self, permit: &InvitationPermit, id: InvitationId) -> Result<(), OrderError> {
        self.send(&MailOrder::Invitation { uai: permit.uai, id }).await
    }

    /// Takes back what was counted: nobody was invited.
    pub async fn give_back(&self, permit: InvitationPermit) -> Result<(), TableError> {
        let InvitationPermit { uai, by, many, at } = permit;
        let account = by.to_string();
        try_join!(
            self.table.take_back_many(&INVITATIONS_BY_SCHOOL, uai.as_str(), many, at),
            self.table.take_back_many(&INVITATIONS_BY_ACCOUNT, &account, many, at),
        )?;
        Ok(())
    }
}

impl InvitationPermit {
    /// The school.
    pub fn uai(&self) -> Uai {
        self.uai
    }
}
