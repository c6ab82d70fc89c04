//! The latest profile of each pupil of a school, of whatever campaign collected it: who is certifiable, and since when that is known. It
//! stands beside the pupil, where no import writes.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::Timestamp;
use rentree_domain::profile::CollectedProfile;
use rentree_domain::progress::Sent;
use rentree_domain::{LearnerId, Score, Uai};
use serde::{Deserialize, Serialize};

use crate::item::{all, put_if, put_new, stored};
use crate::keys::{PROFILES, id_in_sk, school_pk};
use crate::{Item, Key, Table, TableError};

const ENTITY: &str = "LatestProfile";

/// The latest profile of a pupil.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatestProfile {
    /// When the pupil sent it.
    pub at: Timestamp,
    /// The result that it came with. Of two profiles of one moment it decides, as it does in the participation.
    score: Score,
    /// What it said.
    pub profile: CollectedProfile,
    /// How often it was changed: who changes it says which state they saw.
    changes: u32,
}

impl LatestProfile {
    fn order(&self) -> (Timestamp, Score, CollectedProfile) {
        (self.at, self.score, self.profile)
    }
}

impl Table {
    /// The latest profile of each pupil of a school that sent one. What was written just now may be missing: it is shown, and decides
    /// nothing.
    pub async fn latest_profiles(&self, uai: Uai) -> Result<HashMap<LearnerId, LatestProfile>, TableError> {
        let read = |item: Item| {
            let id = id_in_sk(&item, PROFILES).ok_or("no identifier in its key").map_err(TableError::malformed(ENTITY));
            Ok((id?, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
        };
        let query = self.query_items(school_pk(uai), PROFILES).consistent_read(false);
        all(query).await?.into_iter().map(read).collect()
    }

    /// The latest profile of a pupil, if the pupil sent one.
    pub async fn latest_profile(&self, uai: Uai, id: LearnerId) -> Result<Option<LatestProfile>, TableError> {
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
        let Sent { at, score, profile: Some(profile) } = sent else { return Ok(None) };
        let known = self.latest_profile(uai, id).await?;
        let changes = known.as_ref().map_or(0, |known| known.changes + 1);
        let next = LatestProfile { at, score, profile, changes };
        if known.as_ref().is_some_and(|known| known.order() >= next.order()) {
            return Ok(None);
        }
        let item = stored(&next, ENTITY, Key::profile(uai, id))?;
        let write = match known {
            None => put_new(&self.name, item),
            Some(known) => {
                let seen = AttributeValue::N(known.changes.to_string());
                put_if(&self.name, item, "#changes = :seen", Some((":seen", seen)))
            }
        };
        write.map(Some)
    }
}
