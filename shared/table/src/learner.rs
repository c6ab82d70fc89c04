//! The pupils of a school, in two versions: readers see one whole roster, whatever a writer is doing. `docs/imports.md` says how.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, TransactWriteItem, Update};
use jiff::civil::Date;
use rentree_domain::import::Write;
use rentree_domain::learner::{Learner, Revision};
use rentree_domain::matching::KnownAs;
use rentree_domain::{Entry, LearnerId, RosterYears, Uai, UserId};
use serde::{Deserialize, Serialize};

use crate::batch::AsOf;
use crate::item::{all, all_at, apart};
use crate::keys::{GSI2, LEARNERS, birth, id_in_sk, school_pk};
use crate::paced::Paced;
use crate::{Item, Key, School, Table, TableError};

const ENTITY: &str = "Learner";
/// A reader whose roster moves under it starts over this often before it gives up.
const READ_ATTEMPTS: usize = 5;

/// What other flows store of a pupil is theirs; this is what an import knows.
#[derive(Deserialize)]
struct Stored {
    current: Revision,
    #[serde(default)]
    previous: Option<Revision>,
    /// The account that the pupil is tied to.
    #[serde(default)]
    user_id: Option<UserId>,
    /// What the index of births has.
    #[serde(default)]
    known_as: Vec<Known>,
}

/// What the index of births holds of a pupil, and no more: the names of both revisions, newest first.
#[derive(Serialize, Deserialize)]
struct Known {
    version: u64,
    active: bool,
    birth_date: Date,
    names: KnownAs,
}

impl Known {
    fn of(revision: &Revision) -> Self {
        let Revision { version, active, entry, .. } = revision;
        Self { version: *version, active: *active, birth_date: entry.birth_date, names: KnownAs::of(entry) }
    }
}

/// What readers see of a school, all of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// The school.
    pub school: School,
    /// Its active pupils, in no meaningful order.
    pub learners: Vec<ActiveLearner>,
    /// Pupils who left, as the last file that held them said.
    pub former: Vec<ActiveLearner>,
}

/// A pupil that readers see (of [`Roster::former`]: saw).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveLearner {
    /// Its identifier.
    pub id: LearnerId,
    /// What the last file said.
    pub entry: Entry,
    /// The account that the pupil is tied to.
    pub user: Option<UserId>,
    /// Of a pupil who left: the roster version that deactivated them. [`Table::rosters_made`] knows the import.
    pub left_in: Option<u64>,
}

/// A pupil who may be the one that joins: active, and born on the day that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its identifier.
    pub id: LearnerId,
    /// Its names.
    pub names: KnownAs,
}

/// Those whom the index of births has on one day, whichever version of the roster a reader sees: they can be read before the school
/// has told its version.
pub struct Born {
    on: Date,
    pupils: Vec<(LearnerId, Vec<Known>)>,
}

impl Born {
    /// Those whom a reader at `roster_version` sees active and born on that day.
    pub fn seen_at(self, roster_version: u64) -> Vec<Candidate> {
        let seen = self.pupils.into_iter().filter_map(|pupil| visible(pupil, roster_version));
        seen.filter(|(_, known)| known.active && known.birth_date == self.on).map(candidate).collect()
    }
}

impl Table {
    /// A school and its pupils, of one roster version; `None` when there is no such school.
    ///
    /// Reads the version again at the end, and starts over if it moved.
    pub async fn roster(&self, uai: Uai) -> Result<Option<Roster>, TableError> {
        let Some((school, learners)) = self.whole(uai).await? else { return Ok(None) };
        let mut roster = Roster { school, learners: Vec::new(), former: Vec::new() };
        for learner in learners {
            let Some(revision) = learner.visible(roster.school.roster_version) else { continue };
            let left_in = revision.deactivated_in();
            let seen = ActiveLearner { id: learner.id, entry: revision.entry.clone(), user: learner.user, left_in };
            if revision.active { roster.learners.push(seen) } else { roster.former.push(seen) }
        }
        Ok(Some(roster))
    }

    /// A school and every pupil ever stored for it, such that what a reader sees of them at the school's roster version is one roster.
    pub(crate) async fn whole(&self, uai: Uai) -> Result<Option<(School, Vec<Learner>)>, TableError> {
        let Some(mut school) = self.school(uai).await? else { return Ok(None) };
        for _ in 0..READ_ATTEMPTS {
            let version = school.roster_version;
            let learners = self.all_learners(uai, &mut Paced::new(0)).await?;
            let Some(after) = self.school(uai).await? else { return Ok(None) };
            if after.roster_version == version {
                return Ok(Some((after, learners)));
            }
            school = after;
        }
        Err(TableError::Contended { operation: "Query" })
    }

    /// Those of these pupils of a school that are stored, as of now.
    pub async fn learners(
        &self,
        uai: Uai,
        ids: impl IntoIterator<Item = LearnerId>,
    ) -> Result<HashMap<LearnerId, Learner>, TableError> {
        let keys = ids.into_iter().map(|id| Key::learner(uai, id)).collect();
        let found = self.batch(keys, "SK, #current, #previous, user_id, known_as", AsOf::Now).await?;
        found.into_iter().map(|item| read(item).map(|learner| (learner.id, learner))).collect()
    }

    /// The accounts that these pupils are tied to. It may be a moment late: whoever acts on one reads the pupil.
    pub async fn ties_of(
        &self,
        uai: Uai,
        ids: impl IntoIterator<Item = LearnerId>,
    ) -> Result<HashMap<LearnerId, UserId>, TableError> {
        let keys = ids.into_iter().map(|id| Key::learner(uai, id)).collect();
        let found = self.batch(keys, "SK, user_id", AsOf::AMomentAgo).await?;
        let tie = |mut item: Item| {
            let id = id_in_sk(&item, LEARNERS).ok_or("no identifier").map_err(TableError::malformed(ENTITY))?;
            let user = item.remove("user_id").map(serde_dynamo::from_attribute_value).transpose();
            Ok(user.map_err(TableError::malformed(ENTITY))?.map(|user| (id, user)))
        };
        found.into_iter().filter_map(|item| tie(item).transpose()).collect()
    }

    /// A pupil of a school, active or not, as of now.
    pub async fn learner(&self, uai: Uai, id: LearnerId) -> Result<Option<Learner>, TableError> {
        self.learner_item(uai, id).await?.map(read).transpose()
    }

    /// The same, as it is stored.
    pub(crate) async fn learner_item(&self, uai: Uai, id: LearnerId) -> Result<Option<Item>, TableError> {
        let key = Key::learner(uai, id);
        let get = self.client.get_item().table_name(&self.name).set_key(Some(key.into_item())).consistent_read(true);
        Ok(apart(get.send()).await.map_err(TableError::request("GetItem"))?.item)
    }

    /// The pupils of a school who were born on a day.
    ///
    /// Reads the index of births alone, which holds names and no more: nothing that grows with the school but those born on that
    /// very day. The index may be a moment late: whoever acts on a candidate reads the pupil again.
    pub async fn born_on(&self, uai: Uai, on: Date) -> Result<Born, TableError> {
        let query = self
            .query()
            .index_name("GSI2")
            .key_condition_expression("#born = :born")
            .expression_attribute_names("#born", GSI2.0)
            .expression_attribute_values(":born", AttributeValue::S(birth(uai, on)));
        let pupils = all(query).await?.into_iter().map(known).collect::<Result<_, _>>()?;
        Ok(Born { on, pupils })
    }

    /// The names of every pupil of a school whom a reader at `roster_version` sees active. Reads the whole school, and may be a moment
    /// late.
    pub(crate) async fn names(&self, uai: Uai, roster_version: u64) -> Result<Vec<Candidate>, TableError> {
        let query = self
            .query()
            .key_condition_expression("PK = :school AND begins_with(SK, :learners)")
            .expression_attribute_values(":school", AttributeValue::S(school_pk(uai)))
            .expression_attribute_values(":learners", AttributeValue::S(LEARNERS.to_owned()))
            .projection_expression("SK, known_as");
        let mut names = Vec::new();
        for item in all(query).await? {
            let seen = visible(known(item)?, roster_version);
            names.extend(seen.filter(|(_, known)| known.active).map(candidate));
        }
        Ok(names)
    }

    /// Every pupil ever stored for a school, as of now, read at a pace.
    pub(crate) async fn all_learners(&self, uai: Uai, pace: &mut Paced) -> Result<Vec<Learner>, TableError> {
        all_at(pace, self.query_items(school_pk(uai), LEARNERS)).await?.into_iter().map(read).collect()
    }
}

/// What the index of births says of a pupil.
fn known(mut item: Item) -> Result<(LearnerId, Vec<Known>), TableError> {
    let id = id_in_sk(&item, LEARNERS).ok_or("no identifier").map_err(TableError::malformed(ENTITY))?;
    let known: Vec<Known> = match item.remove("known_as") {
        Some(known) => serde_dynamo::from_attribute_value(known).map_err(TableError::malformed(ENTITY))?,
        None => Vec::new(),
    };
    Ok((id, known))
}

/// What a reader at `roster_version` sees of it.
fn visible((id, known): (LearnerId, Vec<Known>), roster_version: u64) -> Option<(LearnerId, Known)> {
    known.into_iter().find(|known| known.version <= roster_version).map(|known| (id, known))
}

fn candidate((id, known): (LearnerId, Known)) -> Candidate {
    Candidate { id, names: known.names }
}

pub(crate) fn read(item: Item) -> Result<Learner, TableError> {
    let id = id_in_sk(&item, LEARNERS).ok_or("no identifier in its key").map_err(TableError::malformed(ENTITY))?;
    let stored: Stored = serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?;
    // All of them are folded at the same time.
    let folding = stored.known_as.first().map(|known| known.names.folding).unwrap_or_default();
    Ok(Learner { id, current: stored.current, previous: stored.previous, user: stored.user_id, folding })
}

/// `write` at `version`, by a file of a school year, as part of a transaction. Items are updated, never put: other flows own other attributes.
pub(crate) fn write_item(
    table: &str,
    uai: Uai,
    (version, years): (u64, RosterYears),
    write: Write,
) -> Result<TransactWriteItem, TableError> {
    let (id, active, entry, previous) = match write {
        Write::Discard { id } => {
            // Somebody may have joined since the pupils were read: no account loses its pupil.
            let delete = Delete::builder()
                .table_name(table)
                .set_key(Some(Key::learner(uai, id).into_item()))
                .condition_expression("attribute_not_exists(user_id)");
            let delete = delete.build().map_err(TableError::malformed(ENTITY))?;
            return Ok(TransactWriteItem::builder().delete(delete).build());
        }
        Write::Revise { id, active, entry, previous } => (id, active, entry, previous),
    };
    let born = birth(uai, entry.birth_date);
    let value = |revision| serde_dynamo::to_attribute_value(revision).map_err(TableError::malformed(ENTITY));
    let set = "SET entity = :entity, #current = :current, known_as = :known, #born = :born, #who = :who";
    let current =
        Revision::written(version, active, entry, previous.as_ref()).in_classes_after(previous.as_ref(), years);
    let known: Vec<Known> = std::iter::once(&current).chain(previous.as_ref()).map(Known::of).collect();
    let known = serde_dynamo::to_attribute_value(known).map_err(TableError::malformed(ENTITY))?;
    let mut update = Update::builder()
        .table_name(table)
        .set_key(Some(Key::learner(uai, id).into_item()))
        .expression_attribute_names("#current", "current")
        .expression_attribute_names("#previous", "previous")
        .expression_attribute_names("#born", GSI2.0)
        .expression_attribute_names("#who", GSI2.1)
        .expression_attribute_values(":entity", AttributeValue::S(ENTITY.to_owned()))
        .expression_attribute_values(":current", value(current)?)
        .expression_attribute_values(":known", known)
        .expression_attribute_values(":born", AttributeValue::S(born))
        .expression_attribute_values(":who", AttributeValue::S(format!("{LEARNERS}{id}")));
    update = match previous {
        Some(previous) => update
            .update_expression(format!("{set}, #previous = :previous"))
            .expression_attribute_values(":previous", value(previous)?),
        None => update.update_expression(format!("{set} REMOVE #previous")),
    };
    Ok(TransactWriteItem::builder().update(update.build().map_err(TableError::malformed(ENTITY))?).build())
}
