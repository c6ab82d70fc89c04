//! An import: asked for, followed, settled. What lists call it stands in [`told`].

mod told;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, TransactWriteItem, Update};
use jiff::Timestamp;
use rentree_domain::import::lease::Tries;
use rentree_domain::import::{BrakeReason, Counts, Dated, FileName, ImportState};
use rentree_domain::{ImportId, Uai, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::item::{put_new, stored};
use crate::keys::{IMPORTS, id_in_sk, school_pk};
use crate::transaction::Cancelled;
use crate::{AuditEntry, Item, Key, School, Table, TableError, audit};

pub use told::NEVER_RECEIVED;

pub(crate) const ENTITY: &str = "Import";
/// How many imports the list shows.
const RECENT: i32 = 20;

/// An import of a school's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The state last written; [`Import::state_at`] is what people should see.
    pub state: ImportState,
    /// First and last name of who asked.
    pub requested_by: String,
    /// Who, so that an upload of somebody who was removed meanwhile is not applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester: Option<UserId>,
    /// When.
    pub requested_at: Timestamp,
    /// When the state was last written.
    pub touched_at: Timestamp,
    /// Where in the bucket the file is, or will be.
    pub object_key: String,
    /// What was asked for.
    #[serde(default)]
    pub options: ImportOptions,
    /// A person overruled the brake. Kept: the message that said so may be overtaken by another.
    #[serde(default)]
    pub confirmed: bool,
    /// How often a worker has begun it without settling it. The queue's own count would not do: it counts deliveries,
    /// also those that gave way to a worker.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tries: u32,
    /// How often such a try ended with an error, and its worker gave the lease back. Of the others, the worker died.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failures: u32,
    /// When the message about it comes back that waits for the end of another import; others are copies until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comes_back_at: Option<Timestamp>,
    /// First and last name of who gave it up, or undid it; when stands in `touched_at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
    /// What came of it.
    #[serde(default)]
    pub outcome: Outcome,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

/// What a person may ask of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ImportOptions {
    /// Stop and show the changes before anything is written.
    pub preview: bool,
    /// Import the pupils without problems, and list the others.
    pub set_aside: bool,
}

/// What came of an import; filled as it goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// The `ETag` of the file that was read: what a person confirms is that file and no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// What the school calls the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<FileName>,
    /// `siecle` or `fregata`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Why the file, or the import, was refused as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    /// Why it stopped to ask.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub brake: Vec<BrakeReason>,
    /// In pupils.
    pub counts: Counts,
    /// How many pupils were modified in each field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub modified_fields: BTreeMap<String, usize>,
    /// How many problems the report lists.
    pub problems: usize,
    /// How many remarks it lists.
    #[serde(skip_serializing_if = "is_none")]
    pub remarks: usize,
    /// How many pupils of the file could be imported as they are.
    pub importable: usize,
    /// How many pages the report has.
    pub report_pages: u32,
    /// What the file says of its own age.
    pub dated: Dated,
    /// The roster version that the changes were worked out for: what a person confirms is for that roster and no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown_for: Option<u64>,
    /// The roster version that it wrote, if it wrote pupils, and the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub versions: Option<(u64, u64)>,
    /// What it cost.
    pub cost: Cost,
}

impl Outcome {
    /// Whether the file was refused for its problems alone, and holds pupils without any: they can be imported.
    pub fn has_others(&self) -> bool {
        self.refused.is_none() && self.problems > 0 && self.importable > 0
    }
}

/// A refusal, kept as it was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refused {
    /// A code of the reader, or `technical`, `worker_died`, `upload_missing`.
    pub code: String,
    /// French sentences for the school.
    pub detail: String,
}

/// Requests and items written to the table for an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// Write requests of the run that settled it.
    pub write_requests: usize,
    /// Items of pupils in them.
    pub items_written: usize,
}

/// What came of marking an import as failed for a technical reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// It is marked.
    Failed,
    /// It is settled already, or unknown.
    Settled,
    /// Its lease is alive: a worker may still bring it to its end.
    AtWork {
        /// When to look again, as SQS wants it.
        delay_seconds: i32,
    },
}

/// Why an import could not be settled by a person's word.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// It is no longer in the state that this needs.
    #[error("the import is no longer in the state that this needs")]
    TooLate,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl From<Cancelled> for SettleError {
    fn from(cancelled: Cancelled) -> Self {
        match cancelled {
            Cancelled::Conditions(_) => Self::TooLate,
            Cancelled::Table(error) => Self::Table(error),
        }
    }
}

impl Import {
    /// An import that waits for its file.
    pub fn requested(by: impl Into<String>, at: Timestamp, object_key: String, options: ImportOptions) -> Self {
        Self {
            state: ImportState::AwaitingUpload,
            requested_by: by.into(),
            requester: None,
            requested_at: at,
            touched_at: at,
            object_key,
            options,
            confirmed: false,
            tries: 0,
            failures: 0,
            comes_back_at: None,
            ended_by: None,
            outcome: Outcome::default(),
        }
    }

    /// Asked for by `requester`, who must still be an administrator when the file is applied.
    #[must_use]
    pub fn of(self, requester: UserId) -> Self {
        Self { requester: Some(requester), ..self }
    }

    /// How it was tried since it was asked for, or confirmed.
    pub(crate) fn tried(&self) -> Tries {
        Tries { begun: self.tries, failed: self.failures }
    }

    /// Whether it asks something else than it did `then`, and waits for a person's word on that.
    pub fn asks_anew_since(&self, then: Timestamp) -> bool {
        self.state == ImportState::AwaitingConfirmation && self.touched_at != then
    }

    /// The state to show `now`: time alone ends an import that nothing settles.
    pub fn state_at(&self, now: Timestamp) -> ImportState {
        self.state.at(self.touched_at, now)
    }
}

impl Table {
    /// Counts a try that ended with an error: its worker is alive.
    pub(crate) fn survived(&self, uai: Uai, id: ImportId) -> Result<TransactWriteItem, TableError> {
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(Key::import(uai, id).into_item()))
            .condition_expression("attribute_exists(PK)")
            .update_expression("ADD failures :one")
            .expression_attribute_values(":one", number(1))
            .build()
            .map_err(TableError::malformed(ENTITY))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Notes an import; `entry` tells it. Whether it is noted now: asking twice with one identifier changes nothing.
    pub async fn create_import(
        &self,
        uai: Uai,
        id: ImportId,
        import: &Import,
        entry: &AuditEntry,
    ) -> Result<bool, TableError> {
        let items = vec![
            put_new(&self.name, stored(import, ENTITY, Key::import(uai, id))?)?,
            audit::write(&self.name, uai, entry)?,
        ];
        match self.transact(items).await {
            Ok(()) => Ok(true),
            // It is there: a second click, or our own request, sent again after a lost answer.
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// An import, as of now.
    pub async fn import(&self, uai: Uai, id: ImportId) -> Result<Option<Import>, TableError> {
        self.get(Key::import(uai, id), ENTITY).await
    }

    /// The latest imports of a school, the newest first.
    pub async fn recent_imports(&self, uai: Uai) -> Result<Vec<(ImportId, Import)>, TableError> {
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("PK = :school AND begins_with(SK, :imports)")
            .expression_attribute_values(":school", AttributeValue::S(school_pk(uai)))
            .expression_attribute_values(":imports", AttributeValue::S(IMPORTS.to_owned()))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(RECENT);
        let found = query.send().await.map_err(TableError::request("Query"))?.items.unwrap_or_default();
        let mut imports: Vec<(ImportId, Import)> = found.into_iter().map(read).collect::<Result<_, _>>()?;
        // Keys sort by when a form was shown, people by when it was sent.
        imports.sort_by_key(|(id, import)| Reverse((import.requested_at, *id)));
        Ok(imports)
    }

    /// Marks an import as failed for a technical reason, unless it is settled or a worker may be at work. `confirmed`: the
    /// message that says so carries a person's word; one that does not leaves alone an import that waits for it.
    pub async fn fail_technically(
        &self,
        uai: Uai,
        (id, confirmed): (ImportId, bool),
        refused: Refused,
        now: Timestamp,
    ) -> Result<Marked, TableError> {
        let Some(mut import) = self.import(uai, id).await? else { return Ok(Marked::Settled) };
        if !import.state.may_begin(confirmed) {
            return Ok(Marked::Settled);
        }
        let before = import.state;
        import.outcome.refused = Some(refused);
        let at_rest = ConditionCheck::builder()
            .table_name(&self.name)
            .set_key(Some(Key::school(uai).into_item()))
            .condition_expression("attribute_not_exists(lease) OR lease.#import <> :id OR lease.expires_ms < :now_ms")
            .expression_attribute_names("#import", "import")
            .expression_attribute_values(":id", AttributeValue::S(id.to_string()))
            .expression_attribute_values(":now_ms", AttributeValue::N(now.as_millisecond().to_string()))
            .build()
            .map_err(TableError::malformed("School"))?;
        let failed = transition(&self.name, uai, id, &[before], ImportState::Failed, Some(&import.outcome), now)?;
        let items = vec![
            TransactWriteItem::builder().condition_check(at_rest).build(),
            TransactWriteItem::builder().update(failed).build(),
        ];
        match self.transact(items).await {
            Ok(()) => Ok(Marked::Failed),
            Err(Cancelled::Conditions(failed)) if failed.first() == Some(&true) => {
                let delay_seconds = self.delay_for_lease(uai, id, now).await?.unwrap_or_default();
                Ok(Marked::AtWork { delay_seconds })
            }
            // Its state has changed just now: the next look tells whether it is settled.
            Err(Cancelled::Conditions(_)) => Ok(Marked::AtWork { delay_seconds: 0 }),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// Notes when the message comes back that waits for the turn of an import. Of two that wait, the later note counts.
    pub async fn note_return(&self, uai: Uai, id: ImportId, comes_back_at: Timestamp) -> Result<(), TableError> {
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(Key::import(uai, id).into_item()))
            .condition_expression("attribute_exists(PK)")
            .update_expression("SET comes_back_at = :at")
            .expression_attribute_values(":at", AttributeValue::S(comes_back_at.to_string()))
            .build()
            .map_err(TableError::malformed(ENTITY))?;
        match self.update(update).await {
            Ok(()) | Err(SettleError::TooLate) => Ok(()),
            Err(SettleError::Table(error)) => Err(error),
        }
    }

    /// Gives up an import that waits for its file or for a confirmation; `entry` tells it. `seen`: the import as it was read; if it
    /// has changed since, it is too late.
    pub async fn cancel_import(
        &self,
        uai: Uai,
        (id, seen): (ImportId, &Import),
        entry: &AuditEntry,
        now: Timestamp,
    ) -> Result<(), SettleError> {
        let expired = ended(transition(&self.name, uai, id, &[seen.state], ImportState::Expired, None, now)?, entry);
        let mut items =
            vec![TransactWriteItem::builder().update(expired).build(), audit::write(&self.name, uai, entry)?];
        match seen.state {
            // No space waits for it.
            ImportState::AwaitingUpload => return Ok(self.transact(items).await?),
            ImportState::AwaitingConfirmation => {}
            _ => return Err(SettleError::TooLate),
        }
        let no_longer_waiting = Update::builder()
            .table_name(&self.name)
            .set_key(Some(Key::school(uai).into_item()))
            .condition_expression("waiting.#import = :id")
            .update_expression("REMOVE waiting")
            .expression_attribute_names("#import", "import")
            .expression_attribute_values(":id", AttributeValue::S(id.to_string()))
            .build()
            .map_err(TableError::malformed("School"))?;
        items.push(TransactWriteItem::builder().update(no_longer_waiting).build());
        match self.transact(items.clone()).await {
            // The space waits for another one by now.
            Err(Cancelled::Conditions(failed)) if failed == [false, false, true] => {
                items.truncate(2);
                Ok(self.transact(items).await?)
            }
            sent => Ok(sent?),
        }
    }

    /// Shows that a confirmed import is being taken up again. The message that does it was sent before: when the worker
    /// was faster, there is nothing left to show, not even if it has asked again meanwhile.
    pub async fn mark_confirmed(
        &self,
        uai: Uai,
        id: ImportId,
        seen: &Import,
        now: Timestamp,
    ) -> Result<(), TableError> {
        let waiting = [ImportState::AwaitingConfirmation];
        let mut update = transition(&self.name, uai, id, &waiting, ImportState::Analysing, None, now)?;
        if let Some(condition) = &mut update.condition_expression {
            condition.push_str(" AND touched_at = :seen");
        }
        let values = update.expression_attribute_values.get_or_insert_default();
        values.insert(":seen".to_owned(), AttributeValue::S(seen.touched_at.to_string()));
        match self.update(update).await {
            Ok(()) | Err(SettleError::TooLate) => Ok(()),
            Err(SettleError::Table(error)) => Err(error),
        }
    }

    async fn update(&self, update: Update) -> Result<(), SettleError> {
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(update.key))
            .update_expression(update.update_expression)
            .set_condition_expression(update.condition_expression)
            .set_expression_attribute_names(update.expression_attribute_names)
            .set_expression_attribute_values(update.expression_attribute_values);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error)
                if matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_))) =>
            {
                Err(SettleError::TooLate)
            }
            Err(error) => Err(TableError::request("UpdateItem")(error).into()),
        }
    }

    /// Shows the roster from before `id` again, in one transaction. Possible for the import that readers see, until
    /// the next one begins to write (for then `previous` gets another meaning).
    ///
    /// The fence counts up: a worker whose lease has expired but who is still at work planned for another roster.
    /// `entry` tells it. Import and school are those that were read: if they have changed since, it is too late. So it is if an import came
    /// that changed nobody, for it would be forgotten without having been seen.
    pub async fn undo_import(
        &self,
        uai: Uai,
        (id, import, school): (ImportId, &Import, &School),
        entry: &AuditEntry,
        now: Timestamp,
    ) -> Result<(), SettleError> {
        let Some((version, before)) = import.outcome.versions else { return Err(SettleError::TooLate) };
        // What was applied before it is known only to a School item that shows it.
        if school.applied.as_ref().is_none_or(|applied| applied.import != id) {
            return Err(SettleError::TooLate);
        }
        let nothing_came = match &school.unchanged {
            Some(_) => "unchanged.#import = :since",
            None => "attribute_not_exists(unchanged)",
        };
        let mut update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(Key::school(uai).into_item()))
            .condition_expression(format!(
                "applied.#import = :id AND roster_version = :version AND begun_version = :version AND {nothing_came} \
                 AND (attribute_not_exists(lease) OR lease.expires_ms < :now_ms)"
            ))
            .expression_attribute_names("#import", "import")
            .expression_attribute_values(":id", AttributeValue::S(id.to_string()))
            .expression_attribute_values(":now_ms", AttributeValue::N(now.as_millisecond().to_string()))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":before", number(before));
        if let Some(since) = &school.unchanged {
            update = update.expression_attribute_values(":since", AttributeValue::S(since.import.to_string()));
        }
        update = match &school.applied_before {
            Some(applied) => update
                .update_expression("SET fence = fence + :one, roster_version = :before, applied = :applied REMOVE lease, unchanged, applied_before")
                .expression_attribute_values(
                    ":applied",
                    serde_dynamo::to_attribute_value(applied).map_err(TableError::malformed("School"))?,
                ),
            None => update.update_expression("SET fence = fence + :one, roster_version = :before REMOVE lease, applied, unchanged, applied_before"),
        };
        let succeeded = [ImportState::Succeeded];
        let undone = ended(transition(&self.name, uai, id, &succeeded, ImportState::Undone, None, now)?, entry);
        let items = vec![
            TransactWriteItem::builder().update(update.build().map_err(TableError::malformed("School"))?).build(),
            TransactWriteItem::builder().update(undone).build(),
            audit::write(&self.name, uai, entry)?,
        ];
        Ok(self.transact(items).await?)
    }
}

fn read(item: Item) -> Result<(ImportId, Import), TableError> {
    let id = id_in_sk(&item, IMPORTS).ok_or("no identifier in its key").map_err(TableError::malformed(ENTITY))?;
    Ok((id, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
}

pub(crate) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// `update`, with whose word it is.
fn ended(mut update: Update, entry: &AuditEntry) -> Update {
    update.update_expression.push_str(", ended_by = :by");
    let values = update.expression_attribute_values.get_or_insert_default();
    values.insert(":by".to_owned(), AttributeValue::S(entry.by_name.clone()));
    update
}

/// The update that takes an import from one of the states `from` to the state `to`.
pub(crate) fn transition(
    table: &str,
    uai: Uai,
    id: ImportId,
    from: &[ImportState],
    to: ImportState,
    outcome: Option<&Outcome>,
    now: Timestamp,
) -> Result<Update, TableError> {
    let places: Vec<String> = (0..from.len()).map(|index| format!(":from{index}")).collect();
    let mut update = Update::builder()
        .table_name(table)
        .set_key(Some(Key::import(uai, id).into_item()))
        .condition_expression(format!("#state IN ({})", places.join(", ")))
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":to", AttributeValue::S(to.as_str().to_owned()))
        .expression_attribute_values(":now", AttributeValue::S(now.to_string()));
    for (place, state) in places.into_iter().zip(from) {
        update = update.expression_attribute_values(place, AttributeValue::S(state.as_str().to_owned()));
    }
    let mut expression = "SET #state = :to, touched_at = :now".to_owned();
    if let Some(outcome) = outcome {
        expression.push_str(", outcome = :outcome");
        let outcome = serde_dynamo::to_attribute_value(outcome).map_err(TableError::malformed(ENTITY))?;
        update = update.expression_attribute_values(":outcome", outcome);
    }
    update.update_expression(expression).build().map_err(TableError::malformed(ENTITY))
}
