//! Campaigns of a school, and the codes that lead to them.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::platform_campaign::{Closed, Concerned, TEAM};
use rentree_domain::{
    CampaignCode, CampaignId, CampaignKind, CampaignMessage, CampaignTitle, CourseId, Entry, Lesson, Level, Listing,
    PlatformCampaign, PlatformCampaignName, SchoolYear, Uai, UserId, paris,
};
use serde::{Deserialize, Serialize};

use crate::batch::AsOf;
use crate::campaign_code::leading_to;
use crate::item::{Change, put_new, stored};
use crate::keys::{CAMPAIGNS, id_in_sk, school_in_pk, school_pk};
use crate::platform_campaign::{PlatformCampaigns, given_id};
use crate::transaction::Cancelled;
use crate::{AuditEntry, Item, Key, School, Table, TableError, audit};

const ENTITY: &str = "Campaign";
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
    /// What pupils type to join. It stays the campaign's, archived or replaced or not, and is never given to another.
    pub code: CampaignCode,
    /// Who created it, or took it over from who left; nobody of the school, where the platform's team gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// Their first and last name, as it was while they were in the team: they may leave it.
    pub owner_name: String,
    /// When.
    pub created_at: Timestamp,
    /// Since when nobody can join it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// Whether nobody joins it outside of a lesson.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_in_lessons: bool,
    /// The lesson that was opened last; it may be over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson: Option<Lesson>,
    /// What the platform's team calls it, where it gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<PlatformCampaignName>,
    /// Classes that staff have chosen: of a school's own campaign all that it is for; of a given one those whose level nothing tells.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub classes: BTreeSet<String>,
    /// What the platform's team says of it today to this school, where it gave it. Title, message and course are these, too.
    #[serde(skip)]
    pub platform: Option<PlatformCampaign>,
    /// The school year whose ready campaign it is; a school makes one a year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_of: Option<SchoolYear>,
}

/// What a school made of the campaign that is ready for a year.
#[derive(Debug, Serialize, Deserialize)]
struct Made {
    campaign: CampaignId,
}

/// What became of a campaign that was to be made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewed {
    /// It is archived, and the new one is there.
    Made,
    /// It was archived before: nothing is written.
    ArchivedBefore,
    /// Another campaign has the new code: draw again.
    CodeTaken,
}

/// Why a campaign was not created.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// Another campaign has the code: draw again.
    #[error("the code is another campaign's")]
    CodeTaken,
    /// The campaign stands there already.
    #[error("the campaign was made before")]
    Made,
    /// The school has made the ready campaign of the year.
    #[error("the ready campaign of the year was made before")]
    ReadyMade,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Campaign {
    /// Why nobody can join it on `today`, if that is so.
    pub fn closed(&self, today: Date) -> Option<Closed> {
        let platform = self.platform.as_ref();
        if platform.is_some_and(|platform| platform.withdrawn_at.is_some()) {
            return Some(Closed::Withdrawn);
        }
        if self.archived_at.is_some() {
            return Some(Closed::Archived);
        }
        let (opens_on, closes_on) = platform.map(|platform| (platform.opens_on, platform.closes_on))?;
        if today < opens_on {
            return Some(Closed::NotYet(opens_on));
        }
        (today > closes_on).then_some(Closed::Over(closes_on))
    }

    /// When the lesson ends that is under way. In the archive one opens nothing any more, and is not told of.
    pub fn lesson_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.open_lesson(now).filter(|_| !self.is_archived()).map(Lesson::until)
    }

    /// The lesson that is under way.
    pub fn open_lesson(&self, now: Timestamp) -> Option<Lesson> {
        self.lesson.filter(|lesson| lesson.is_open(now))
    }

    /// Whether nobody can join it now because it is bound to lessons, and none is under way.
    pub fn waits_for_a_lesson(&self, now: Timestamp) -> bool {
        self.only_in_lessons && self.open_lesson(now).is_none()
    }

    /// For which classes it is, of those that the school has.
    pub fn concerned(&self, listing: &Listing) -> Concerned {
        // Staff choose classes of a given campaign because nothing tells their level: without levels it is for all.
        let none = BTreeSet::new();
        let chosen = if self.given.is_some() && self.levels().is_empty() { &none } else { &self.classes };
        Concerned::of(listing, self.levels(), chosen)
    }

    /// For which levels it is; none: for all.
    pub fn levels(&self) -> &BTreeSet<Level> {
        static ALL: BTreeSet<Level> = BTreeSet::new();
        self.platform.as_ref().map_or(&ALL, |platform| &platform.levels)
    }

    /// Whether a pupil's MEF tells a level that it is not for. Of other MEF nobody knows: staff choose their classes.
    pub fn is_of_another_level(&self, pupil: &Entry) -> bool {
        let level = pupil.mef.as_deref().and_then(Level::of_mef);
        !self.levels().is_empty() && level.is_some_and(|level| !self.levels().contains(&level))
    }

    /// Whether it is in the archive: the school put it there, or the platform's team withdrew it.
    pub fn is_archived(&self) -> bool {
        self.put_away_at().is_some()
    }

    /// Since when it is in the archive.
    pub fn put_away_at(&self) -> Option<Timestamp> {
        self.platform.as_ref().and_then(|platform| platform.withdrawn_at).or(self.archived_at)
    }

    /// The campaign as the platform's team tells it today to the school. If the school is not one of those that it is for any more, it is
    /// withdrawn there, since the team's last word.
    fn told_as(self, platform: PlatformCampaign, school: &School) -> Self {
        let is_meant = school.is_of(&platform.audience);
        let withdrawn_at = platform.withdrawn_at.or((!is_meant).then_some(platform.said_at));
        let platform = PlatformCampaign { withdrawn_at, ..platform };
        Self {
            title: platform.title.clone(),
            kind: platform.kind,
            course: platform.course.clone(),
            message: platform.message.clone(),
            platform: Some(platform),
            ..self
        }
    }

    /// Whether it could be joined in a school year.
    pub fn was_open_in(&self, year: SchoolYear) -> bool {
        let of = |at: Timestamp| SchoolYear::of(paris::date(at));
        of(self.created_at) <= year && self.archived_at.is_none_or(|at| of(at) >= year)
    }
}

/// Puts a campaign that is not in the archive there.
fn archived(uai: Uai, id: CampaignId, now: Timestamp) -> Change {
    Change::of(Key::campaign(uai, id), "SET archived_at = :now")
        .only_if("attribute_exists(PK) AND attribute_not_exists(archived_at)")
        .text(":now", now.to_string())
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
            put_new(&self.name, leading_to(&campaign.code, (uai, id))?)?,
            put_new(&self.name, stored(campaign, ENTITY, Key::campaign(uai, id))?)?,
            audit::write(&self.name, uai, entry)?,
        ];
        if let Some(year) = campaign.ready_of {
            items.push(put_new(&self.name, stored(&Made { campaign: id }, READY, Key::ready_campaign(uai, year))?)?);
        }
        match self.transact(items).await {
            Ok(()) => Ok(()),
            Err(Cancelled::Conditions(failed)) if failed[1] => Err(CampaignError::Made),
            Err(Cancelled::Conditions(failed)) if failed.get(3) == Some(&true) => Err(CampaignError::ReadyMade),
            Err(Cancelled::Conditions(failed)) if failed[0] => Err(CampaignError::CodeTaken),
            Err(Cancelled::Conditions(_)) => Err(TableError::Contended { operation: "TransactWriteItems" }.into()),
            Err(Cancelled::Table(error)) => Err(error.into()),
        }
    }

    /// The campaign that a school made of the one that is ready for a year, archived or not.
    pub async fn ready_campaign(&self, uai: Uai, year: SchoolYear) -> Result<Option<CampaignId>, TableError> {
        let made: Option<Made> = self.get(Key::ready_campaign(uai, year), READY).await?;
        Ok(made.map(|made| made.campaign))
    }

    /// A campaign. One that the platform's team gave costs two reads more, side by side: what the team says of it, and the school, which
    /// tells whether it is for it.
    pub async fn campaign(&self, uai: Uai, id: CampaignId) -> Result<Option<Campaign>, TableError> {
        let Some(campaign) = self.get::<Campaign>(Key::campaign(uai, id), ENTITY).await? else { return Ok(None) };
        let Some(name) = &campaign.given else { return Ok(Some(campaign)) };
        let (platform, school) = tokio::try_join!(self.platform_campaign(name), self.school(uai))?;
        let told = platform.zip(school).ok_or("the platform's team knows it no more, or the school is gone");
        let (platform, school) = told.map_err(TableError::malformed(ENTITY))?;
        Ok(Some(campaign.told_as(platform, &school)))
    }

    /// Every campaign of a school, archived or not, the oldest first; and every campaign that the platform's team gives, whether this
    /// school has it or not.
    pub async fn campaigns(
        &self,
        uai: Uai,
        school: &School,
    ) -> Result<(Vec<(CampaignId, Campaign)>, PlatformCampaigns), TableError> {
        let (campaigns, platform) = tokio::try_join!(self.campaigns_as_stored(uai), self.platform_campaigns())?;
        let told = |(id, campaign): (CampaignId, Campaign)| {
            let told = campaign.given.as_ref().and_then(|name| platform.get(name)).cloned();
            match told {
                Some(told) => (id, campaign.told_as(told, school)),
                None => (id, campaign),
            }
        };
        let campaigns = campaigns.into_iter().map(told).collect();
        Ok((campaigns, platform))
    }

    /// Every campaign that a school has, archived or not, without what the platform's team says today: for who wants neither titles nor days.
    pub(crate) async fn campaigns_as_stored(&self, uai: Uai) -> Result<Vec<(CampaignId, Campaign)>, TableError> {
        let read = |item: Item| {
            let id =
                id_in_sk(&item, CAMPAIGNS).ok_or("no identifier in its key").map_err(TableError::malformed(ENTITY))?;
            Ok((id, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
        };
        self.items(school_pk(uai), CAMPAIGNS).await?.into_iter().map(read).collect()
    }

    /// Gives a campaign of the platform's team to a school, with a code of its own; `false`: the school has it already, archived or
    /// not. Its identifier follows from the school and the campaign, so that whoever gives it twice, or at the same moment as somebody
    /// else, gives it once.
    pub async fn give_campaign(
        &self,
        uai: Uai,
        (name, platform): (&PlatformCampaignName, &PlatformCampaign),
        draw: impl Fn() -> CampaignCode,
        now: Timestamp,
    ) -> Result<bool, TableError> {
        let id = given_id(uai, name, platform);
        let mut campaign = Campaign {
            title: platform.title.clone(),
            kind: platform.kind,
            course: platform.course.clone(),
            message: None,
            code: draw(),
            owner: None,
            owner_name: TEAM.to_owned(),
            created_at: now,
            archived_at: None,
            only_in_lessons: false,
            lesson: None,
            given: Some(name.clone()),
            classes: BTreeSet::new(),
            platform: None,
            ready_of: None,
        };
        for _ in 0..CampaignCode::DRAWS {
            let marker = leading_to(&campaign.code, (uai, id))?;
            let item = stored(&campaign, ENTITY, Key::campaign(uai, id))?;
            match self.transact(vec![put_new(&self.name, marker)?, put_new(&self.name, item)?]).await {
                Ok(()) => return Ok(true),
                Err(Cancelled::Conditions(failed)) if failed[1] => return Ok(false),
                Err(Cancelled::Conditions(_)) => campaign.code = draw(),
                Err(Cancelled::Table(error)) => return Err(error),
            }
        }
        Err(TableError::Contended { operation: "TransactWriteItems" })
    }

    /// Those of these schools that have a campaign of the platform's team, archived or not.
    pub async fn have_campaign(
        &self,
        schools: &[Uai],
        (name, platform): (&PlatformCampaignName, &PlatformCampaign),
    ) -> Result<HashSet<Uai>, TableError> {
        let keys = schools.iter().map(|uai| Key::campaign(*uai, given_id(*uai, name, platform))).collect();
        let found = self.batch(keys, "PK", AsOf::Now).await?;
        let of = |item: &Item| school_in_pk(item).ok_or("no UAI in its key").map_err(TableError::malformed(ENTITY));
        found.iter().map(of).collect()
    }

    /// Chooses the classes of a given campaign whose level nothing tells, in place of those that were chosen before.
    pub async fn choose_classes(
        &self,
        uai: Uai,
        id: CampaignId,
        classes: &BTreeSet<String>,
    ) -> Result<bool, TableError> {
        let change = if classes.is_empty() {
            Change::of(Key::campaign(uai, id), "REMOVE classes")
        } else {
            Change::of(Key::campaign(uai, id), "SET classes = :classes").value_of(":classes", classes)?
        };
        change.only_if("attribute_exists(PK)").alone(self).await
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
        self.tell(uai, archived(uai, id, now), entry).await
    }

    /// Archives a campaign and creates `new` in its place, both or neither: of two who ask for it, or of one who asks twice, one makes
    /// one. `entries` tell both, the archive first.
    pub async fn renew_campaign(
        &self,
        (uai, id): (Uai, CampaignId),
        (new_id, new): (CampaignId, &Campaign),
        entries: [&AuditEntry; 2],
    ) -> Result<Renewed, TableError> {
        let items = vec![
            archived(uai, id, new.created_at).in_transaction(&self.name)?,
            put_new(&self.name, leading_to(&new.code, (uai, new_id))?)?,
            put_new(&self.name, stored(new, ENTITY, Key::campaign(uai, new_id))?)?,
            audit::write(&self.name, uai, entries[0])?,
            audit::write(&self.name, uai, entries[1])?,
        ];
        match self.transact(items).await {
            Ok(()) => Ok(Renewed::Made),
            Err(Cancelled::Conditions(failed)) if failed[0] => Ok(Renewed::ArchivedBefore),
            Err(Cancelled::Conditions(_)) => Ok(Renewed::CodeTaken),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// Says anew what a campaign of the school's own is called, what pupils read before they begin, and for which classes it is; `entry`
    /// tells it. No such campaign, or one of the platform's team: `false`, and nothing is written.
    pub async fn change_campaign(
        &self,
        (uai, id): (Uai, CampaignId),
        (title, message, classes): (&CampaignTitle, Option<&CampaignMessage>, &BTreeSet<String>),
        entry: &AuditEntry,
    ) -> Result<bool, TableError> {
        let expression = match (message.is_some(), classes.is_empty()) {
            (true, false) => "SET title = :title, message = :message, classes = :classes",
            (true, true) => "SET title = :title, message = :message REMOVE classes",
            (false, false) => "SET title = :title, classes = :classes REMOVE message",
            (false, true) => "SET title = :title REMOVE message, classes",
        };
        let mut change = Change::of(Key::campaign(uai, id), expression)
            .only_if("attribute_exists(PK) AND attribute_not_exists(given)")
            .text(":title", title.as_str());
        if let Some(message) = message {
            change = change.text(":message", message.as_str());
        }
        if !classes.is_empty() {
            change = change.value_of(":classes", classes)?;
        }
        self.tell(uai, change, entry).await
    }

    /// Takes a campaign back from the archive; `entry` tells it. Not archived, or no such campaign: `false`, and nothing is
    /// written.
    pub async fn restore_campaign(&self, uai: Uai, id: CampaignId, entry: &AuditEntry) -> Result<bool, TableError> {
        let change = Change::of(Key::campaign(uai, id), "REMOVE archived_at").only_if("attribute_exists(archived_at)");
        self.tell(uai, change, entry).await
    }

    /// Whether the condition of `change` held; then it is done and told.
    pub(crate) async fn tell(&self, uai: Uai, change: Change, entry: &AuditEntry) -> Result<bool, TableError> {
        let items = vec![change.in_transaction(&self.name)?, audit::write(&self.name, uai, entry)?];
        match self.transact(items).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }
}
