//! What the platform's team says of the campaigns that it gives: a handful of items in one partition, read by whoever looks at the
//! campaigns of a school. What a school has of them is an item of its own (`campaign.rs`).

use std::collections::BTreeMap;

use jiff::Timestamp;
use rentree_domain::platform_campaign::NotSaid;
use rentree_domain::{CampaignId, PlatformCampaign, PlatformCampaignName, Uai};
use sha2::{Digest, Sha256};

use crate::item::{put_if, stored};
use crate::keys::{CAMPAIGNS, PLATFORM, SK};
use crate::transaction::Cancelled;
use crate::{Item, Key, Table, TableError};

const ENTITY: &str = "PlatformCampaign";
const NEW: &str = "attribute_not_exists(PK)";
/// Nobody has said anything meanwhile.
const AS_READ: &str = "attribute_not_exists(said_at) OR said_at = :seen";

/// Why what the team says of a campaign was not stored.
#[derive(Debug, thiserror::Error)]
pub enum SayError {
    /// It changes nothing.
    #[error(transparent)]
    NotSaid(#[from] NotSaid),
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

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
    /// Stores what the platform's team says of a campaign, in place of what it said before, and returns what holds then. One that was
    /// withdrawn is given again. The moment when it was first given stays: it is part of identifiers.
    pub async fn tell_platform_campaign(
        &self,
        name: &PlatformCampaignName,
        campaign: PlatformCampaign,
    ) -> Result<PlatformCampaign, SayError> {
        let known = self.platform_campaign(name).await?;
        let next = campaign.said_after(known.as_ref())?;
        self.say(name, known.as_ref(), next).await
    }

    /// Withdraws a campaign of the platform's team: no school gets it any more, and nobody can join it. Returns what holds then.
    pub async fn withdraw_platform_campaign(
        &self,
        name: &PlatformCampaignName,
        at: Timestamp,
    ) -> Result<PlatformCampaign, SayError> {
        let known = self.platform_campaign(name).await?.ok_or(NotSaid::Unknown)?;
        let next = known.clone().withdrawn(at)?;
        self.say(name, Some(&known), next).await
    }

    /// Puts `next` in the place of what was read. Of two words that come at the same moment, one looks again.
    async fn say(
        &self,
        name: &PlatformCampaignName,
        known: Option<&PlatformCampaign>,
        next: PlatformCampaign,
    ) -> Result<PlatformCampaign, SayError> {
        if known == Some(&next) {
            return Ok(next);
        }
        let item = stored(&next, ENTITY, Key::platform_campaign(name))?;
        let put = match known {
            None => put_if(&self.name, item, NEW, None)?,
            Some(known) => {
                let seen = serde_dynamo::to_attribute_value(known.said_at).map_err(TableError::malformed(ENTITY))?;
                put_if(&self.name, item, AS_READ, Some((":seen", seen)))?
            }
        };
        match self.transact(vec![put]).await {
            Ok(()) => Ok(next),
            Err(Cancelled::Conditions(_)) => Err(TableError::Contended { operation: "TransactWriteItems" }.into()),
            Err(Cancelled::Table(error)) => Err(error.into()),
        }
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
