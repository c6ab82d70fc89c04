//! The latest profile of each pupil of a school, of whatever campaign collected it: who is certifiable, and since when that is known. It
//! stands beside the pupil, where no import writes.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::Timestamp;
use rentree_domain::profile::CollectedProfile;
use rentree_domain::progress::Sent;
use rentree_domain::{CampaignId, LearnerId, Score, Uai};
use serde::{Deserialize, Serialize};

use crate::item::{all, put_if, put_new, stored};
use crate::keys::{PROFILES, id_in_sk, school_pk};
use crate::{Item, Key, Table, TableError};

const ENTITY: &str = "LatestProfile";

/// The latest profile of a pupil.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LatestProfile {
    /// When the pupil sent it.
    pub at: Timestamp,
    /// The result that it came with. Of two profiles of one moment it decides, as it does in the participation.
    score: Score,
    /// What it said.
    pub profile: CollectedProfile,
}

/// As it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    /// None, once the only one was taken back.
    #[serde(flatten)]
    latest: Option<LatestProfile>,
    /// How often it was changed: who changes it says which state they saw.
    changes: u32,
}

impl LatestProfile {
    fn of(sent: Sent) -> Option<Self> {
        let Sent { at, score, profile } = sent;
        profile.map(|profile| Self { at, score, profile })
    }
}

impl Table {
    /// The latest profile of each pupil of a school that sent one. What was written just now may be missing: it is shown, and decides
    /// nothing.
    pub async fn latest_profiles(&self, uai: Uai) -> Result<HashMap<LearnerId, LatestProfile>, TableError> {
        let read = |item: Item| {
            let id = id_in_sk(&item, PROFILES).ok_or("no identifier in its key").map_err(TableError::malformed(ENTITY));
            let stored: Stored = serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?;
            Ok((id?, stored.latest))
        };
        let query = self.query_items(school_pk(uai), PROFILES).consistent_read(false);
        let known = all(query).await?.into_iter().map(read).collect::<Result<Vec<_>, TableError>>()?;
        Ok(known.into_iter().filter_map(|(id, latest)| Some((id, latest?))).collect())
    }

    /// The latest profile of a pupil, if the pupil sent one.
    pub async fn latest_profile(&self, uai: Uai, id: LearnerId) -> Result<Option<LatestProfile>, TableError> {
        Ok(self.stored_profile(uai, id).await?.and_then(|stored| stored.latest))
    }

    async fn stored_profile(&self, uai: Uai, id: LearnerId) -> Result<Option<Stored>, TableError> {
        self.get(Key::profile(uai, id), ENTITY).await
    }

    /// What makes the profile that was sent the latest one of a pupil, as part of a transaction, whose condition fails if another one
    /// became it meanwhile. `None` where none was sent, or a later one is known.
    pub(crate) async fn later_profile(
        &self,
        uai: Uai,
        id: LearnerId,
        sent: Sent,
    ) -> Result<Option<TransactWriteItem>, TableError> {
        let Some(latest) = LatestProfile::of(sent) else { return Ok(None) };
        let known = self.stored_profile(uai, id).await?;
        if known.as_ref().and_then(|known| known.latest).is_some_and(|known| known >= latest) {
            return Ok(None);
        }
        self.profile_write(uai, id, (known, Some(latest))).map(Some)
    }

    /// What makes the profile before `taken_back`, which are results of a try in `campaign`, the latest one of a pupil, as part of a
    /// transaction, like [`later_profile`](Self::later_profile). `None` where the latest one is not of them. The index of participations may
    /// be a moment late.
    pub(crate) async fn profile_without(
        &self,
        uai: Uai,
        id: LearnerId,
        (campaign, taken_back): (CampaignId, &[Sent]),
    ) -> Result<Option<TransactWriteItem>, TableError> {
        let known = self.stored_profile(uai, id).await?;
        let latest = known.as_ref().and_then(|known| known.latest);
        if !taken_back.iter().any(|sent| latest.is_some() && LatestProfile::of(*sent) == latest) {
            return Ok(None);
        }
        let others = self.participations_of(id).await?.into_iter().filter(|(other, _)| *other != campaign);
        let before = others.filter_map(|(_, part)| part.latest_profile().and_then(LatestProfile::of)).max();
        self.profile_write(uai, id, (known, before)).map(Some)
    }

    fn profile_write(
        &self,
        uai: Uai,
        id: LearnerId,
        (known, latest): (Option<Stored>, Option<LatestProfile>),
    ) -> Result<TransactWriteItem, TableError> {
        let changes = known.as_ref().map_or(0, |known| known.changes + 1);
        let item = stored(&Stored { latest, changes }, ENTITY, Key::profile(uai, id))?;
        match known {
            None => put_new(&self.name, item),
            Some(known) => {
                let seen = AttributeValue::N(known.changes.to_string());
                put_if(&self.name, item, "#changes = :seen", Some((":seen", seen)))
            }
        }
    }
}
