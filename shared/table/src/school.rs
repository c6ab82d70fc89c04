//! A school: what readers see of its roster, and who may write it.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use jiff::Timestamp;
use rentree_domain::import::{Dated, ImportState, Lease};
use rentree_domain::platform_campaign::Audience;
use rentree_domain::{Academie, EmailAddress, GarId, ImportId, Ministry, SchoolYear, Uai, mailbox, paris, presence};
use serde::{Deserialize, Serialize};

use crate::batch::AsOf;
use crate::item::{Change, stored};
use crate::keys::school_in_pk;
use crate::{Import, Item, Key, Table, TableError};

pub(crate) const ENTITY: &str = "School";

/// A school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct School {
    /// Its name, for people.
    pub name: String,
    /// `Type_etablissement` of the directory, for instance `Collège`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Its town, by the directory.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub town: String,
    /// Who it answers to.
    #[serde(default = "unknown_ministry")]
    pub ministry: Ministry,
    /// The e-mail that the directory gives; [`School::mailbox_of`] knows the rule for schools that have none there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailbox: Option<EmailAddress>,
    /// Its académie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub academie: Option<Academie>,
    /// The directory says that it is closed: no offer is made to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// How the Médiacentre knows it, which the operator says; none where the Médiacentre is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mediacentre: Option<InMediacentre>,
    /// When its first administrator joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activated_at: Option<Timestamp>,
    /// When its administrators last reviewed who is in the team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_reviewed_at: Option<Timestamp>,
    /// Readers see the revisions of pupils up to this one. 0: no import yet.
    pub roster_version: u64,
    /// How many leases were ever given: the last one's fence number, which is also the version that it writes.
    pub fence: u64,
    /// The last version whose writing began; `previous` revisions are what was visible before it.
    pub begun_version: u64,
    /// Who may write pupils now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// The import that waits for a person's word, so that every page of the space can say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// The import that made the roster that readers see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<Applied>,
    /// The last import since then, if it changed nobody: the roster is still the one of `applied`, which can be undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unchanged: Option<Applied>,
    /// The import that made the roster before `applied`, for undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied_before: Option<Applied>,
}

/// How the Médiacentre knows a school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InMediacentre {
    /// `idEtab`: the school, for the GAR.
    pub id_etab: GarId,
    /// `idENT`: the ENT that its pupils come from, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_ent: Option<GarId>,
}

/// An import that waits for a person's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The import.
    pub import: ImportId,
    /// Since when.
    pub since: Timestamp,
}

/// What goes on in a space that its people should know, wherever in it they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Underway {
    /// A worker is at an import.
    Running(ImportId),
    /// An import waits for a person's word.
    Waiting(ImportId),
}

/// An import that succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// The import.
    pub import: ImportId,
    /// When it succeeded.
    pub at: Timestamp,
    /// First and last name of who asked for it.
    pub by: String,
    /// What the file says of its own age.
    #[serde(default)]
    pub dated: Dated,
}

impl School {
    /// Name and town, where the directory tells one: `Collège Anne-de-Bretagne, Rennes`.
    pub fn with_town(self) -> String {
        if self.town.is_empty() { self.name } else { format!("{}, {}", self.name, self.town) }
    }

    /// A school without pupils.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: String::new(),
            town: String::new(),
            ministry: Ministry::Other,
            mailbox: None,
            academie: None,
            closed: false,
            mediacentre: None,
            activated_at: None,
            team_reviewed_at: None,
            roster_version: 0,
            fence: 0,
            begun_version: 0,
            lease: None,
            waiting: None,
            applied: None,
            unchanged: None,
            applied_before: None,
        }
    }

    /// The last import that succeeded, whether it changed anybody or not; `None` before the first.
    pub fn last_import(&self) -> Option<&Applied> {
        self.applied.iter().chain(&self.unchanged).max_by_key(|import| import.at)
    }

    /// The school year of the roster that readers see; `None` before the first import.
    pub fn roster_year(&self) -> Option<SchoolYear> {
        let Applied { at, dated, .. } = self.last_import()?;
        Some(dated.school_year.unwrap_or_else(|| SchoolYear::of(paris::date(*at))))
    }

    /// Whether `import`, called `id`, can be undone `now`: readers see what it wrote, nobody began to write since, and no worker is at work.
    pub fn can_undo(&self, id: ImportId, import: &Import, now: Timestamp) -> bool {
        let is_leased = self.lease.is_some_and(|lease| lease.expires_ms >= now.as_millisecond());
        let is_seen = self.applied.as_ref().is_some_and(|applied| applied.import == id);
        let is_last_written = |(version, _)| self.roster_version == version && self.begun_version == version;
        import.state_at(now) == ImportState::Succeeded
            && is_seen
            && !is_leased
            && import.outcome.versions.is_some_and(is_last_written)
    }

    /// Whether its team is to be reviewed: nobody did since the school year began, and it is older than that.
    pub fn is_review_due(&self, now: Timestamp) -> bool {
        self.team_reviewed_at.max(self.activated_at).is_some_and(|last| presence::is_review_due(last, now))
    }

    /// The import that is under way `now`, as far as this item tells: one that waits goes before one that runs.
    pub fn underway(&self, now: Timestamp) -> Option<Underway> {
        let waiting = self.waiting.filter(|waiting| {
            let state = ImportState::AwaitingConfirmation;
            state.at(waiting.since, now) == state
        });
        let running = self.lease.filter(|lease| lease.is_alive(now));
        waiting
            .map(|waiting| Underway::Waiting(waiting.import))
            .or(running.map(|lease| Underway::Running(lease.import)))
    }

    /// Whether it is one of those that a campaign of the platform's team is for; a school that is closed is one of none.
    pub fn is_of(&self, audience: &Audience) -> bool {
        !self.closed && audience.has(self.academie, &self.kind)
    }

    /// Where links to the space of this school are sent, and nowhere else.
    pub fn mailbox_of(&self, uai: Uai) -> Option<EmailAddress> {
        mailbox::of_school(uai, self.mailbox.as_ref(), self.ministry)
    }
}

fn unknown_ministry() -> Ministry {
    Ministry::Other
}

impl Table {
    /// Creates a school unless it is there; whether it was created.
    pub async fn create_school(&self, uai: Uai, school: &School) -> Result<bool, TableError> {
        let item = stored(school, ENTITY, Key::school(uai))?;
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        match put.condition_expression("attribute_not_exists(PK)").send().await {
            Ok(_) => Ok(true),
            Err(error)
                if matches!(error.as_service_error(), Some(PutItemError::ConditionalCheckFailedException(_))) =>
            {
                Ok(false)
            }
            Err(error) => Err(TableError::request("PutItem")(error)),
        }
    }

    /// These schools, as of now, with what a list shows of them; those that are not there are left out.
    pub async fn schools(&self, uais: impl IntoIterator<Item = Uai>) -> Result<HashMap<Uai, School>, TableError> {
        const SHOWN: &str = "PK, #name, roster_version, fence, begun_version, lease, waiting, applied, unchanged, activated_at, team_reviewed_at";
        let found = self.batch(uais.into_iter().map(Key::school).collect(), SHOWN, AsOf::Now).await?;
        let read = |item: Item| {
            let uai = school_in_pk(&item).ok_or("no UAI in its key").map_err(TableError::malformed(ENTITY))?;
            Ok((uai, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
        };
        found.into_iter().map(read).collect()
    }

    /// Turns the Médiacentre of a school on, or off again with `None`; `false` when the school is not known.
    pub async fn set_mediacentre(&self, uai: Uai, known: Option<&InMediacentre>) -> Result<bool, TableError> {
        let change = match known {
            Some(known) => Change::of(Key::school(uai), "SET mediacentre = :known").value_of(":known", known)?,
            None => Change::of(Key::school(uai), "REMOVE mediacentre"),
        };
        change.only_if("attribute_exists(PK)").alone(self).await
    }

    /// A school, as of now.
    pub async fn school(&self, uai: Uai) -> Result<Option<School>, TableError> {
        self.get(Key::school(uai), ENTITY).await
    }
}
