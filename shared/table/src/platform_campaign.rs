//! What the platform's team says of the campaigns that it gives: a handful of items in one partition, read by whoever looks at the
//! campaigns of a school. What a school has of them is an item of its own (`campaign.rs`).

use std::collections::BTreeMap;

use jiff::Timestamp;
use rentree_domain::{CampaignId, PlatformCampaign, PlatformCampaignName, Uai};
use sha2::{Digest, Sha256};

use crate::item::{Change, put_if, stored};
use crate::keys::{CAMPAIGNS, PLATFORM, SK};
use crate::transaction::Cancelled;
use crate::{Item, Key, Table, TableError};

const ENTITY: &str = "PlatformCampaign";
/// Nobody has given it meanwhile for the first time: the moment of that is part of identifiers.
const AS_READ: &str = "attribute_not_exists(PK) OR given_at = :given";

/// By the name that the team gives them.
pub type PlatformCampaigns = BTreeMap<PlatformCampaignName, PlatformCampaign>;

/// The identifier of a campaign of the platform's team in a school: always the same, and no other campaign's.
pub(crate) fn given_id(uai: Uai, name: &PlatformCampaignName, campaign: &PlatformCampaign) -> CampaignId {
    let digest = Sha256::digest(format!("{uai} {name}"));
    let mut entropy = [0; 10];
    entropy.copy_from_slice(&digest[..10]);
    CampaignId::new(campaign.given_at, entropy)
}

impl Table {
    /// Stores what the platform's team says of a campaign, in place of what it said before. One that was withdrawn is given again. The
    /// moment when it was first given stays, and is returned with the rest.
    pub async fn tell_platform_campaign(
        &self,
        name: &PlatformCampaignName,
        campaign: PlatformCampaign,
    ) -> Result<PlatformCampaign, TableError> {
        let known = self.platform_campaign(name).await?;
        let given_at = known.map_or(campaign.given_at, |known| known.given_at);
        let campaign = PlatformCampaign { given_at, withdrawn_at: None, ..campaign };
        let given = serde_dynamo::to_attribute_value(given_at).map_err(TableError::malformed(ENTITY))?;
        let item = stored(&campaign, ENTITY, Key::platform_campaign(name))?;
        match self.transact(vec![put_if(&self.name, item, AS_READ, Some((":given", given)))?]).await {
            Ok(()) => Ok(campaign),
            Err(Cancelled::Conditions(_)) => Err(TableError::Contended { operation: "TransactWriteItems" }),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// Withdraws a campaign of the platform's team: no school gets it any more, and nobody can join it. `false`: there is none of this
    /// name. Withdrawn already, it stays so.
    pub async fn withdraw_platform_campaign(
        &self,
        name: &PlatformCampaignName,
        now: Timestamp,
    ) -> Result<bool, TableError> {
        Change::of(Key::platform_campaign(name), "SET withdrawn_at = if_not_exists(withdrawn_at, :now)")
            .only_if("attribute_exists(PK)")
            .text(":now", now.to_string())
            .alone(self)
            .await
    }

    /// What the platform's team says of a campaign.
    pub async fn platform_campaign(&self, name: &PlatformCampaignName) -> Result<Option<PlatformCampaign>, TableError> {
        self.get(Key::platform_campaign(name), ENTITY).await
    }

    /// What the platform's team says of all its campaigns, the withdrawn ones too.
    pub async fn platform_campaigns(&self) -> Result<PlatformCampaigns, TableError> {
        let read = |item: Item| {
            let name = item.get(SK).and_then(|key| key.as_s().ok()?.strip_prefix(CAMPAIGNS));
            let name = name.and_then(|name| PlatformCampaignName::parse(name).ok());
            let name = name.ok_or("no name in its key").map_err(TableError::malformed(ENTITY))?;
            Ok((name, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
        };
        self.items(PLATFORM.to_owned(), CAMPAIGNS).await?.into_iter().map(read).collect()
    }
}
