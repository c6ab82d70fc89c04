//! Another name of an account, and everywhere its owner is shown by it today: as a colleague, as who answers for campaigns, as who invites,
//! and as who asks to be let in. What was done stands as it was: the log, imports and passwords that were handed out keep the name of then,
//! and so do campaigns of a space that somebody left.

use aws_sdk_dynamodb::types::TransactWriteItem;
use rentree_domain::{PersonName, Uai, UserId};
use tokio::try_join;

use crate::item::Change;
use crate::transaction::MAX_ITEMS;
use crate::{AuditEntry, InvitationState, Key, Table, TableError, audit};

/// A second click, a campaign that is passed on and an invitation that is accepted at the same moment take a turn each.
const TURNS: usize = 8;

/// Tells, in the log, of the name that somebody had before.
pub type TellRenamed<'a> = &'a (dyn Fn(&str) -> AuditEntry + Send + Sync);

impl Table {
    /// Gives an account another name.
    pub async fn rename(&self, id: UserId, first_name: &PersonName, last_name: &PersonName) -> Result<(), TableError> {
        let change = Change::of(Key::user(id), "SET first_name = :first, last_name = :last")
            .only_if("attribute_exists(PK)")
            .text(":first", first_name.as_str())
            .text(":last", last_name.as_str());
        change.alone(self).await?;
        Ok(())
    }

    /// Shows `name` from now on wherever `id` is shown in a space; `tell` tells it, once for each name. What has the name already is left
    /// as it is, so that the same name given again mends what was interrupted.
    pub async fn rename_in_space(
        &self,
        uai: Uai,
        id: UserId,
        name: &str,
        tell: TellRenamed<'_>,
    ) -> Result<(), TableError> {
        for _ in 0..TURNS {
            let changes = self.renaming(uai, id, name, tell).await?;
            let mut is_done = true;
            for some in changes.chunks(MAX_ITEMS) {
                is_done &= self.written(some.to_vec()).await?;
            }
            if is_done {
                return Ok(());
            }
        }
        Err(TableError::Contended { operation: "TransactWriteItems" })
    }

    /// Shows `name` in the request of `id` to be let in, if it is still there.
    pub async fn rename_access_request(&self, uai: Uai, id: UserId, name: &str) -> Result<(), TableError> {
        let change = Change::of(Key::access_request(uai, id), "SET #name = :name").only_if("attribute_exists(PK)");
        change.text(":name", name).alone(self).await?;
        Ok(())
    }

    /// What has another name than `name` in a space by now, as parts of transactions: the place first, with the line of the log.
    async fn renaming(
        &self,
        uai: Uai,
        id: UserId,
        name: &str,
        tell: TellRenamed<'_>,
    ) -> Result<Vec<TransactWriteItem>, TableError> {
        let (member, campaigns, invitations) =
            try_join!(self.member(uai, id), self.campaigns_as_stored(uai), self.pending_of(uai, id))?;
        let mut changes = Vec::new();
        if let Some(member) = member.filter(|member| member.name != name) {
            let place = Change::of(Key::member(uai, id), "SET #name = :name").only_if("#name = :former");
            changes.push(place.text(":name", name).text(":former", &member.name).in_transaction(&self.name)?);
            changes.push(audit::write(&self.name, uai, &tell(&member.name))?);
        }
        for (campaign, stored) in &campaigns {
            if stored.owner == Some(id) && stored.owner_name != name {
                let owned = Change::of(Key::campaign(uai, *campaign), "SET owner_name = :name").only_if("#owner = :id");
                changes.push(owned.text(":name", name).text(":id", id.to_string()).in_transaction(&self.name)?);
            }
        }
        for (invitation, stored) in &invitations {
            if stored.invited_by != name {
                let sent = Change::of(Key::invitation(uai, *invitation), "SET invited_by = :name")
                    .only_if("#state = :pending")
                    .text(":name", name)
                    .value_of(":pending", &InvitationState::Pending)?;
                changes.push(sent.in_transaction(&self.name)?);
            }
        }
        Ok(changes)
    }
}
