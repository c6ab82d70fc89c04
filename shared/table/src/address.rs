//! Confirmed addresses.

use jiff::Timestamp;
use rentree_domain::{EmailAddress, UserId};

use crate::item::{Change, delete_if};
use crate::methods::claim_address;
use crate::transaction::Cancelled;
use crate::user::told;
use crate::{AccountError, Key, Session, SessionHash, Table, User, link};

impl Table {
    /// Gives `id` the address `to`, which the link `secret` confirmed, also when it is theirs already; returns the former one, if
    /// there was one.
    /// Every open session and every link that holds the epoch is over, as with a new password, and `session` begins.
    pub async fn confirm_address(
        &self,
        secret: &[u8; 32],
        (id, user): (UserId, &User),
        to: &EmailAddress,
        session: (&SessionHash, &Session),
        now: Timestamp,
    ) -> Result<Option<EmailAddress>, AccountError> {
        let mut items = vec![
            link::consume(&self.name, secret, now)?,
            // The epoch tells of another address, too.
            Change::of(Key::user(id), "SET email = :to, email_confirmed = :yes, epoch = :next")
                .only_if("epoch = :epoch")
                .text(":to", to.as_str())
                .truth(":yes")
                .number(":epoch", user.epoch)
                .number(":next", user.epoch + 1)
                .in_transaction(&self.name)?,
        ];
        let former = user.methods.email.clone();
        if former.as_ref() == Some(to) {
            // Unless its owner has taken it meanwhile.
            let own = Change::of(Key::email_identity(to), "SET confirmed = :yes").only_if("#user = :id");
            items.push(own.truth(":yes").text(":id", id.to_string()).in_transaction(&self.name)?);
        } else {
            items.push(claim_address(&self.name, to, id, true)?);
        }
        items.push(crate::session::open(&self.name, session)?);
        let others = items.len();
        if let Some(former) = former.as_ref().filter(|former| *former != to) {
            items.push(delete_if(&self.name, Key::email_identity(former), "#user = :id", ":id", &id)?);
        }
        let sent = match self.transact(items.clone()).await {
            // The former address was never confirmed, and is somebody else's by now: its marker is not ours to delete.
            Err(Cancelled::Conditions(failed)) if only_after(&failed, others) => {
                items.truncate(others);
                self.transact(items).await
            }
            sent => sent,
        };
        let errors = [AccountError::Link, AccountError::Moved, AccountError::AddressTaken];
        sent.map_err(|cancelled| told(cancelled, &errors))?;
        Ok(former)
    }
}

/// Whether no condition failed but those from `at` on.
fn only_after(failed: &[bool], at: usize) -> bool {
    !failed.iter().take(at).any(|failed| *failed)
}
