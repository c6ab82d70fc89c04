//! A pupil's part in a campaign: that they joined, and what the assessment platform tells of them.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::Timestamp;
use rentree_domain::profile::CollectedProfile;
use rentree_domain::progress::{CourseTry, Milestones, ProgressEvent, Sent, Tries};
use rentree_domain::{CampaignId, LearnerId, Progress, Score, Standing, Uai};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::item::{Change, put_new, stored};
use crate::keys::{GSI1, PARTICIPATIONS, campaign_in_pk, campaign_pk, id_in_sk, learner};
use crate::{Item, Key, Table, TableError};

const ENTITY: &str = "Participation";
/// Several messages about one pupil may come at the same moment.
pub(crate) const TURNS: usize = 10;

/// A pupil's part in a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participation {
    /// The school of both.
    pub uai: Uai,
    /// When the pupil joined.
    pub joined_at: Timestamp,
    /// The pupil's class on that day; `None` of who joined before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub division: Option<String>,
    /// When the pupil began the course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When the pupil sent the result that holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// The result that holds: the later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// What the profile said with that result, if it was collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<CollectedProfile>,
    /// The results that do not hold, from the oldest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<Sent>,
    /// Which try at the course counts: all of the above is of it.
    #[serde(default, rename = "course_try", skip_serializing_if = "CourseTry::is_first")]
    pub current: CourseTry,
    /// What staff took back, from the oldest; the latest few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken_back: Vec<TakenBack>,
    /// How often it was changed: who changes it says which state they saw.
    pub(crate) changes: u32,
}

/// A result that staff took back. Who did it stands in the school's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TakenBack {
    /// When.
    pub at: Timestamp,
    /// The result that held until then.
    pub sent: Sent,
}

/// Why an event was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum ProgressError {
    /// The pupil has no part in the campaign.
    #[error("no such participation")]
    Unknown,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Participation {
    pub(crate) fn new(uai: Uai, division: &str, joined_at: Timestamp) -> Self {
        Self {
            uai,
            joined_at,
            division: Some(division.to_owned()),
            started_at: None,
            sent_at: None,
            score: None,
            profile: None,
            former: Vec::new(),
            current: CourseTry::default(),
            taken_back: Vec::new(),
            changes: 0,
        }
    }

    /// How far the pupil is.
    pub fn progress(&self) -> Progress {
        self.milestones().progress()
    }

    /// How far the pupil is, and in which try.
    pub fn standing(&self) -> Standing {
        Standing { progress: self.progress(), of: self.current }
    }

    /// The result that holds.
    pub fn latest_sent(&self) -> Option<Sent> {
        self.sent_at.zip(self.score).map(|(at, score)| Sent { at, score, profile: self.profile })
    }

    /// The latest of all results that told a profile: one that tells none takes nothing of it away.
    pub fn latest_profile(&self) -> Option<Sent> {
        self.former.iter().copied().chain(self.latest_sent()).filter(|sent| sent.profile.is_some()).max()
    }

    fn milestones(&self) -> Milestones {
        Milestones::new(self.started_at, self.former.iter().copied().chain(self.latest_sent()))
    }

    pub(crate) fn tries(&self) -> Tries {
        Tries { current: self.current, milestones: self.milestones() }
    }
}

fn item(campaign: CampaignId, id: LearnerId, participation: &Participation) -> Result<Item, TableError> {
    let mut item = stored(participation, ENTITY, Key::participation(campaign, id))?;
    item.insert(GSI1.0.to_owned(), AttributeValue::S(learner(id)));
    item.insert(GSI1.1.to_owned(), AttributeValue::S(format!("{PARTICIPATIONS}{campaign}")));
    Ok(item)
}

/// Begins a pupil's part in a campaign, as part of a transaction; its condition fails when it was there already.
pub(crate) fn begin(
    table: &str,
    uai: Uai,
    campaign: CampaignId,
    (learner, division): (LearnerId, &str),
    now: Timestamp,
) -> Result<TransactWriteItem, TableError> {
    put_new(table, item(campaign, learner, &Participation::new(uai, division, now))?)
}

impl Table {
    /// Begins a pupil's part in a campaign, which keeps the class of this day. Begun already: `false`, and nothing is written.
    pub async fn begin_participation(
        &self,
        uai: Uai,
        campaign: CampaignId,
        of: (LearnerId, &str),
        now: Timestamp,
    ) -> Result<bool, TableError> {
        self.written(vec![begin(&self.name, uai, campaign, of, now)?]).await
    }

    /// A pupil's part in a campaign.
    pub async fn participation(
        &self,
        campaign: CampaignId,
        learner: LearnerId,
    ) -> Result<Option<Participation>, TableError> {
        self.get(Key::participation(campaign, learner), ENTITY).await
    }

    /// Everybody's part in a campaign.
    pub async fn participations(&self, campaign: CampaignId) -> Result<Vec<(LearnerId, Participation)>, TableError> {
        let read = |item: Item| Ok((id_in_sk(&item, PARTICIPATIONS).ok_or_else(no_id)?, read(item)?));
        self.items(campaign_pk(campaign), PARTICIPATIONS).await?.into_iter().map(read).collect()
    }

    /// A pupil's part in every campaign. The index may be a moment late.
    pub async fn participations_of(&self, id: LearnerId) -> Result<Vec<(CampaignId, Participation)>, TableError> {
        let read = |item: Item| Ok((campaign_in_pk(&item).ok_or_else(no_id)?, read(item)?));
        self.indexed(learner(id), PARTICIPATIONS).await?.into_iter().map(read).collect()
    }

    /// Records what the assessment platform tells of a pupil's try `of`, and returns what is known then. A profile becomes the pupil's
    /// latest one in the same transaction, if it is. What changes nothing is not written.
    pub async fn record_progress(
        &self,
        campaign: CampaignId,
        (learner, of): (LearnerId, CourseTry),
        event: ProgressEvent,
    ) -> Result<Participation, ProgressError> {
        for _ in 0..TURNS {
            let known = self.participation(campaign, learner).await?.ok_or(ProgressError::Unknown)?;
            if of != known.current {
                return Ok(known);
            }
            let after = known.tries().after(of, event).milestones;
            let profile = match event {
                ProgressEvent::Sent { at, score, profile } => {
                    self.later_profile(known.uai, learner, Sent { at, score, profile }).await?
                }
                ProgressEvent::Started { .. } => None,
            };
            let is_known = after == known.milestones();
            if is_known && profile.is_none() {
                return Ok(known);
            }
            if is_known {
                // The participation tells the profile; the school does not yet.
                if self.written(profile.into_iter().collect()).await? {
                    return Ok(known);
                }
                continue;
            }
            let next = Participation {
                started_at: after.started_at,
                sent_at: after.sent().map(|sent| sent.at),
                score: after.sent().map(|sent| sent.score),
                profile: after.sent().and_then(|sent| sent.profile),
                former: after.former(),
                changes: known.changes + 1,
                ..known
            };
            let change = change(campaign, learner, &next)?;
            let is_written = match profile {
                None => change.alone(self).await?,
                Some(profile) => self.written(vec![change.in_transaction(&self.name)?, profile]).await?,
            };
            if is_written {
                return Ok(next);
            }
            // Another message about the pupil was faster: look again.
        }
        Err(TableError::Contended { operation: "UpdateItem" }.into())
    }
}

/// Updated, never put: other flows may own other attributes.
fn change(campaign: CampaignId, learner: LearnerId, next: &Participation) -> Result<Change, TableError> {
    const STARTED: &str = "SET started_at = :started, #changes = :changes";
    const SENT: &str =
        "SET started_at = :started, sent_at = :sent, score = :score, #former = :former, #changes = :changes";
    const COLLECTED: &str = "SET started_at = :started, sent_at = :sent, score = :score, #profile = :profile, #former = :former, #changes = :changes";
    // A result that tells no profile may take the place of one that did: a profile that is not there is written as none.
    let collected = next.profile.is_some() || next.former.iter().any(|sent| sent.profile.is_some());
    let expression = match next.sent_at {
        None => STARTED,
        Some(_) if collected => COLLECTED,
        Some(_) => SENT,
    };
    let mut change = Change::of(Key::participation(campaign, learner), expression)
        .only_if("#changes = :seen")
        .value_of(":started", &next.started_at)?
        .number(":changes", next.changes)
        .number(":seen", next.changes - 1);
    if next.sent_at.is_some() {
        change = change
            .value_of(":sent", &next.sent_at)?
            .value_of(":score", &next.score)?
            .value_of(":former", &next.former)?;
        if collected {
            change = change.value_of(":profile", &next.profile)?;
        }
    }
    Ok(change)
}

fn read(item: Item) -> Result<Participation, TableError> {
    serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))
}

fn no_id() -> TableError {
    TableError::malformed(ENTITY)("no identifier in its key")
}
