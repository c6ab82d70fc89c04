//! Campaigns of a school, and the codes that lead to them.

use jiff::Timestamp;
use rentree_domain::{
    CampaignCode, CampaignId, CampaignKind, CampaignMessage, CampaignTitle, CourseId, SchoolYear, Uai, UserId, paris,
};
use serde::{Deserialize, Serialize};

use crate::item::{Change, put_new, stored};
use crate::keys::{CAMPAIGNS, id_in_sk, school_pk};
use crate::transaction::Cancelled;
use crate::{AuditEntry, Item, Key, Table, TableError, audit};

const ENTITY: &str = "Campaign";
const CODE: &str = "CampaignCode";
const READY: &str = "ReadyCampaign";

/// A campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// What it is called.
    pub title: CampaignTitle,
    /// What it is for.
    pub kind: CampaignKind,
    /// Which course it leads to.
    pub course: CourseId,
    /// What pupils read before they begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<CampaignMessage>,
    /// What pupils type to join. It stays the campaign's, archived or not, and is never given to another.
    pub code: CampaignCode,
    /// Who created it.
    pub owner: UserId,
    /// First and last name of who created it, as it was then: they may leave the team.
    pub owner_name: String,
    /// When.
    pub created_at: Timestamp,
    /// Since when nobody can join it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// The school year whose ready campaign it is; a school makes one a year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_of: Option<SchoolYear>,
}

/// What a code leads to.
#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    uai: Uai,
    campaign: CampaignId,
}

/// What a school made of the campaign that is ready for a year.
#[derive(Debug, Serialize, Deserialize)]
struct Made {
    campaign: CampaignId,
}

/// Why a campaign was not created.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// Another campaign has the code: draw again.
    #[error("the code is another campaign's")]
    CodeTaken,
    /// The school has made the ready campaign of the year.
    #[error("the ready campaign of the year was made before")]
    ReadyMade,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Campaign {
    /// Whether nobody can join it any more.
    pub fn is_archived(&self) -> bool {
        self.archived_at.is_some()
    }

    /// Whether it could be joined in a school year.
    pub fn was_open_in(&self, year: SchoolYear) -> bool {
        let of = |at: Timestamp| SchoolYear::of(paris::date(at));
        of(self.created_at) <= year && self.archived_at.is_none_or(|at| of(at) >= year)
    }
}

impl Table {
    /// Stores a campaign, and its code as its own; `entry` tells it. Of two who make the ready one of a year at the same moment, one does.
    pub async fn create_campaign(
        &self,
        uai: Uai,
        id: CampaignId,
        campaign: &Campaign,
        entry: &AuditEntry,
    ) -> Result<(), CampaignError> {
        let mut items = vec![
            put_new(&self.name, stored(&Marker { uai, campaign: id }, CODE, Key::campaign_code(&campaign.code))?)?,
            put_new(&self.name, stored(campaign, ENTITY, Key::campaign(uai, id))?)?,
            audit::write(&self.name, uai, entry)?,
        ];
        if let Some(year) = campaign.ready_of {
            items.push(put_new(&self.name, stored(&Made { campaign: id }, READY, Key::ready_campaign(uai, year))?)?);
        }
        match self.transact(items).await {
            Ok(()) => Ok(()),
            Err(Cancelled::Conditions(failed)) if failed.get(3) == Some(&true) => Err(CampaignError::ReadyMade),
            Err(Cancelled::Conditions(failed)) if failed[0] => Err(CampaignError::CodeTaken),
            Err(Cancelled::Conditions(_)) => Err(TableError::Contended { operation: "TransactWriteItems" }.into()),
            Err(Cancelled::Table(error)) => Err(error.into()),
        }
    }

    /// A campaign.
    pub async fn campaign(&self, uai: Uai, id: CampaignId) -> Result<Option<Campaign>, TableError> {
        self.get(Key::campaign(uai, id), ENTITY).await
    }

    /// Every campaign of a school, archived or not, the oldest first.
    pub async fn campaigns(&self, uai: Uai) -> Result<Vec<(CampaignId, Campaign)>, TableError> {
        let read = |item: Item| {
            let id =
                id_in_sk(&item, CAMPAIGNS).ok_or("no identifier in its key").map_err(TableError::malformed(ENTITY))?;
            Ok((id, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
        };
        self.items(school_pk(uai), CAMPAIGNS).await?.into_iter().map(read).collect()
    }

    /// The school and the campaign that a code leads to, archived or not. One read, however many campaigns there are.
    pub async fn campaign_of_code(&self, code: &CampaignCode) -> Result<Option<(Uai, CampaignId)>, TableError> {
        let marker: Option<Marker> = self.get(Key::campaign_code(code), CODE).await?;
        Ok(marker.map(|Marker { uai, campaign }| (uai, campaign)))
    }

    /// Archives a campaign: nobody can join it any more. `entry` tells it. Archived already, or no such campaign: `false`, and
    /// nothing is written.
    pub async fn archive_campaign(
        &self,
        uai: Uai,
        id: CampaignId,
        now: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, TableError> {
        let change = Change::of(Key::campaign(uai, id), "SET archived_at = :now")
            .only_if("attribute_exists(PK) AND attribute_not_exists(archived_at)")
            .text(":now", now.to_string());
        self.tell(uai, change, entry).await
    }

    /// Takes a campaign back from the archive; `entry` tells it. Not archived, or no such campaign: `false`, and nothing is
    /// written.
    pub async fn restore_campaign(&self, uai: Uai, id: CampaignId, entry: &AuditEntry) -> Result<bool, TableError> {
        let change = Change::of(Key::campaign(uai, id), "REMOVE archived_at").only_if("attribute_exists(archived_at)");
        self.tell(uai, change, entry).await
    }

    /// Whether the condition of `change` held; then it is done and told.
    async fn tell(&self, uai: Uai, change: Change, entry: &AuditEntry) -> Result<bool, TableError> {
        let items = vec![change.in_transaction(&self.name)?, audit::write(&self.name, uai, entry)?];
        match self.transact(items).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }
}
