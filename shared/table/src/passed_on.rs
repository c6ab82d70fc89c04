//! Whose campaigns are whose: those of who leaves a team are passed on to somebody who stays.

use std::collections::BTreeMap;

use rentree_domain::{CampaignId, Uai, UserId};

use crate::item::Change;
use crate::transaction::MAX_ITEMS;
use crate::{AuditEntry, Key, Table, TableError, audit};

impl Table {
    /// The campaigns of a school that its members made, archived or not, by who answers for them.
    pub async fn campaigns_by_owner(&self, uai: Uai) -> Result<BTreeMap<UserId, Vec<CampaignId>>, TableError> {
        let mut owned: BTreeMap<UserId, Vec<CampaignId>> = BTreeMap::new();
        for (id, campaign) in self.campaigns_as_stored(uai).await? {
            if let Some(owner) = campaign.owner {
                owned.entry(owner).or_default().push(id);
            }
        }
        Ok(owned)
    }

    /// Passes campaigns on from one member to another, whose name is shown from then on; `entry` tells it. Up to 99 at once are passed on
    /// together. `false`: one of them is somebody else's by now; those before are passed on, and it can be done again.
    pub async fn pass_campaigns_on(
        &self,
        uai: Uai,
        campaigns: &[CampaignId],
        (from, to, name): (UserId, UserId, &str),
        entry: &AuditEntry,
    ) -> Result<bool, TableError> {
        for (number, some) in campaigns.chunks(MAX_ITEMS - 1).enumerate() {
            let mut items = if number == 0 { vec![audit::write(&self.name, uai, entry)?] } else { Vec::new() };
            for id in some {
                let change = Change::of(Key::campaign(uai, *id), "SET #owner = :to, owner_name = :name")
                    .only_if("#owner = :from")
                    .text(":from", from.to_string())
                    .text(":to", to.to_string())
                    .text(":name", name);
                items.push(change.in_transaction(&self.name)?);
            }
            if !self.written(items).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
