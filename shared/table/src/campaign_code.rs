//! The codes of campaigns: which one each leads to. A code that was replaced leads there still, for whoever has joined, and to nobody
//! else's campaign ever.

use rentree_domain::{CampaignCode, CampaignId, Uai};
use serde::{Deserialize, Serialize};

use crate::item::{Change, put_new, stored};
use crate::transaction::Cancelled;
use crate::{AuditEntry, Item, Key, Table, TableError, audit};

const ENTITY: &str = "CampaignCode";

/// What a code leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodePlace {
    /// The school.
    pub uai: Uai,
    /// Its campaign, archived or not.
    pub campaign: CampaignId,
    /// Whether the campaign has another code: nobody joins with this one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_replaced: bool,
}

/// What came of a new code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewCode {
    /// The campaign has it.
    Given,
    /// Another campaign has it: draw again.
    Taken,
    /// The campaign has another code than the one that was to be replaced.
    Moved,
}

/// That `code` leads to a campaign.
pub(crate) fn leading_to(code: &CampaignCode, (uai, campaign): (Uai, CampaignId)) -> Result<Item, TableError> {
    stored(&CodePlace { uai, campaign, is_replaced: false }, ENTITY, Key::campaign_code(code))
}

impl Table {
    /// What a code leads to, replaced or not. One read, however many campaigns there are.
    pub async fn place_of_code(&self, code: &CampaignCode) -> Result<Option<CodePlace>, TableError> {
        self.get(Key::campaign_code(code), ENTITY).await
    }

    /// Gives a campaign the code `new` in the place of `former`, with which nobody joins from then on; `entry` tells it.
    pub async fn replace_code(
        &self,
        (uai, id): (Uai, CampaignId),
        former: &CampaignCode,
        new: &CampaignCode,
        entry: &AuditEntry,
    ) -> Result<NewCode, TableError> {
        let items = vec![
            put_new(&self.name, leading_to(new, (uai, id))?)?,
            Change::of(Key::campaign(uai, id), "SET code = :new")
                .only_if("code = :former")
                .text(":new", new.as_str())
                .text(":former", former.as_str())
                .in_transaction(&self.name)?,
            Change::of(Key::campaign_code(former), "SET is_replaced = :true")
                .only_if("attribute_exists(PK)")
                .truth(":true")
                .in_transaction(&self.name)?,
            audit::write(&self.name, uai, entry)?,
        ];
        match self.transact(items).await {
            Ok(()) => Ok(NewCode::Given),
            Err(Cancelled::Conditions(failed)) if failed[0] => Ok(NewCode::Taken),
            Err(Cancelled::Conditions(_)) => Ok(NewCode::Moved),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }
}
