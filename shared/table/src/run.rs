//! The right of one worker to carry an import through, and what it may do with it. DESIGN §4.
//!
//! A run holds the school's lease under a fence number. Every write of pupils checks the fence in the same
//! transaction, so that a worker that was too slow, or thought dead, writes nothing any more. The fence number is also
//! the version that the run writes: never used before, greater than any.

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, TransactWriteItem, Update};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::import::{ImportState, Write};
use rentree_domain::learner::Learner;
use rentree_domain::{ImportId, Uai};

use crate::import::{number, transition};
use crate::learner::write_item;
use crate::school::Applied;
use crate::transaction::{Cancelled, MAX_ITEMS};
use crate::{Cost, Import, Key, Lease, Outcome, ReportLine, School, Table, TableError};

/// What came of asking to begin.
#[derive(Debug)]
pub enum Begin {
    /// The lease is ours.
    Begun(Box<Run>),
    /// Another import of the school is at work.
    Busy,
    /// There is nothing to do: the import is settled, or waits for a person.
    Settled(ImportState),
    /// No such import, or no such school.
    Unknown,
}

/// Why a run cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The lease went to somebody else in the meantime.
    #[error("the lease was lost to another worker")]
    FenceLost,
    /// The lease is ours, but somebody settled the import in the meantime.
    #[error("the import was settled by somebody else")]
    Settled,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl From<Cancelled> for RunError {
    fn from(cancelled: Cancelled) -> Self {
        match cancelled {
            // Every transaction of a run has the school first.
            Cancelled::Conditions(failed) if failed.first() == Some(&true) => Self::FenceLost,
            Cancelled::Conditions(_) => Self::Settled,
            Cancelled::Table(error) => Self::Table(error),
        }
    }
}

/// An import being carried out by us alone.
#[derive(Debug)]
pub struct Run {
    table: Table,
    uai: Uai,
    id: ImportId,
    /// The import as it was when the run began.
    pub import: Import,
    /// The school as it was when the run began.
    pub school: School,
    fence: u64,
    cost: Cost,
}

const ALIVE: [ImportState; 2] = [ImportState::Analysing, ImportState::Applying];
/// What holds as long as the lease is ours.
const FENCE: &str = "fence = :fence AND attribute_exists(lease)";

impl Table {
    /// Takes the school's lease for an import and marks the import as being analysed, in one transaction.
    ///
    /// A lease is free when there is none, when it has expired, or when it is this import's own: its last worker
    /// died, or the message was delivered twice, and the fence sorts them out.
    pub async fn begin(
        &self,
        uai: Uai,
        id: ImportId,
        confirmed: bool,
        lease_for: SignedDuration,
        now: Timestamp,
    ) -> Result<Begin, TableError> {
        let (Some(mut import), Some(school)) = (self.import(uai, id).await?, self.school(uai).await?) else {
            return Ok(Begin::Unknown);
        };
        if !import.state.may_begin(confirmed) {
            return Ok(Begin::Settled(import.state));
        }
        if school.lease.is_some_and(|lease| lease.import != id && lease.expires_ms >= now.as_millisecond()) {
            return Ok(Begin::Busy);
        }
        let fence = school.fence + 1;
        let lease = Lease { import: id, expires_ms: (now + lease_for).as_millisecond() };
        let take = Update::builder()
            .table_name(&self.name)
            .set_key(Some(Key::school(uai).into_item()))
            // Nobody took a lease since we looked; so what we saw of it still holds.
            .condition_expression("fence = :before")
            .update_expression("SET fence = :fence, lease = :lease")
            .expression_attribute_values(":before", number(school.fence))
            .expression_attribute_values(":fence", number(fence))
            .expression_attribute_values(
                ":lease",
                serde_dynamo::to_attribute_value(lease).map_err(TableError::malformed("School"))?,
            )
            .build()
            .map_err(TableError::malformed("School"))?;
        let mut analyse = transition(&self.name, uai, id, &[import.state], ImportState::Analysing, None, now)?;
        import.confirmed |= confirmed;
        if confirmed {
            analyse.update_expression.push_str(", confirmed = :confirmed");
            let values = analyse.expression_attribute_values.get_or_insert_default();
            values.insert(":confirmed".to_owned(), AttributeValue::Bool(true));
        }
        let items = vec![
            TransactWriteItem::builder().update(take).build(),
            TransactWriteItem::builder().update(analyse).build(),
        ];
        match self.transact(items).await {
            Ok(()) => {
                let cost = Cost { write_requests: 1, items_written: 0 };
                Ok(Begin::Begun(Box::new(Run { table: self.clone(), uai, id, import, school, fence, cost })))
            }
            // Somebody was faster: the next look tells who.
            Err(Cancelled::Conditions(_)) => Ok(Begin::Busy),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }
}

impl Run {
    /// Every pupil of the school, as of now, with what a crashed run may have left.
    pub async fn learners(&self) -> Result<Vec<Learner>, RunError> {
        Ok(self.table.all_learners(self.uai).await?)
    }

    /// Writes the report of the import; returns the number of its pages.
    pub async fn write_report(&mut self, lines: &[ReportLine], now: Timestamp) -> Result<u32, RunError> {
        let pages = self.table.write_report(self.uai, self.id, lines, now).await?;
        self.cost.write_requests += pages as usize;
        Ok(pages)
    }

    /// Writes pupils, invisible until [`succeed`](Self::succeed): ⌈(n + 1) / 99⌉ transactions for n writes.
    pub async fn apply(&mut self, writes: Vec<Write>, now: Timestamp) -> Result<(), RunError> {
        if writes.is_empty() {
            return Ok(());
        }
        let mut writes = writes.into_iter().peekable();
        let mut transaction = self.first_of_apply(now)?;
        loop {
            while transaction.len() < MAX_ITEMS {
                let Some(write) = writes.next() else { break };
                transaction.push(write_item(&self.table.name, self.uai, self.fence, write)?);
                self.cost.items_written += 1;
            }
            self.table.transact(transaction).await?;
            self.cost.write_requests += 1;
            if writes.peek().is_none() {
                return Ok(());
            }
            transaction = vec![self.fence_check()?];
        }
    }

    /// Tells the world that pupils are about to change: from here on the import before cannot be undone.
    fn first_of_apply(&self, now: Timestamp) -> Result<Vec<TransactWriteItem>, RunError> {
        let begin = self
            .school_update()
            .condition_expression(FENCE)
            .update_expression("SET begun_version = :fence")
            .build()
            .map_err(TableError::malformed("School"))?;
        let name = &self.table.name;
        let applying = transition(name, self.uai, self.id, &ALIVE, ImportState::Applying, None, now)?;
        Ok(vec![
            TransactWriteItem::builder().update(begin).build(),
            TransactWriteItem::builder().update(applying).build(),
        ])
    }

    fn fence_check(&self) -> Result<TransactWriteItem, RunError> {
        let check = ConditionCheck::builder()
            .table_name(&self.table.name)
            .set_key(Some(Key::school(self.uai).into_item()))
            .condition_expression(FENCE)
            .expression_attribute_values(":fence", number(self.fence))
            .build()
            .map_err(TableError::malformed("School"))?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }

    fn school_update(&self) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
        Update::builder()
            .table_name(&self.table.name)
            .set_key(Some(Key::school(self.uai).into_item()))
            .expression_attribute_values(":fence", number(self.fence))
    }

    /// The flip: in one transaction readers see the new version, the import has succeeded, and the lease is free.
    pub async fn succeed(mut self, mut outcome: Outcome, now: Timestamp) -> Result<Outcome, RunError> {
        self.cost.write_requests += 1;
        outcome.cost = self.cost;
        let applied = Applied { import: self.id, at: now, by: self.import.requested_by.clone(), dated: outcome.dated };
        let mut set = vec!["applied = :applied"];
        let mut flip = self.school_update().condition_expression(FENCE).expression_attribute_values(
            ":applied",
            serde_dynamo::to_attribute_value(applied).map_err(TableError::malformed("School"))?,
        );
        if self.cost.items_written > 0 {
            outcome.versions = Some((self.fence, self.school.roster_version));
            set.push("roster_version = :fence");
        }
        let mut remove = "REMOVE lease";
        match &self.school.applied {
            Some(before) => {
                set.push("applied_before = :applied_before");
                flip = flip.expression_attribute_values(
                    ":applied_before",
                    serde_dynamo::to_attribute_value(before).map_err(TableError::malformed("School"))?,
                );
            }
            None => remove = "REMOVE lease, applied_before",
        }
        let flip = flip
            .update_expression(format!("SET {} {remove}", set.join(", ")))
            .build()
            .map_err(TableError::malformed("School"))?;
        self.finish(flip, ImportState::Succeeded, &outcome, now).await?;
        Ok(outcome)
    }

    /// The file was no good: nothing changes, the lease is free.
    pub async fn fail(self, outcome: Outcome, now: Timestamp) -> Result<Outcome, RunError> {
        self.leave(ImportState::Failed, outcome, now).await
    }

    /// A person has to say: nothing changes yet, the lease is free.
    pub async fn ask(self, outcome: Outcome, now: Timestamp) -> Result<Outcome, RunError> {
        self.leave(ImportState::AwaitingConfirmation, outcome, now).await
    }

    async fn leave(mut self, state: ImportState, mut outcome: Outcome, now: Timestamp) -> Result<Outcome, RunError> {
        self.cost.write_requests += 1;
        outcome.cost = self.cost;
        let release = self.release_update()?;
        self.finish(release, state, &outcome, now).await?;
        Ok(outcome)
    }

    async fn finish(
        self,
        school: Update,
        state: ImportState,
        outcome: &Outcome,
        now: Timestamp,
    ) -> Result<(), RunError> {
        let settled = transition(&self.table.name, self.uai, self.id, &ALIVE, state, Some(outcome), now)?;
        let items = vec![
            TransactWriteItem::builder().update(school).build(),
            TransactWriteItem::builder().update(settled).build(),
        ];
        Ok(self.table.transact(items).await?)
    }

    fn release_update(&self) -> Result<Update, TableError> {
        self.school_update()
            .condition_expression(FENCE)
            .update_expression("REMOVE lease")
            .build()
            .map_err(TableError::malformed("School"))
    }

    /// Frees the lease after a technical failure, so that other imports of the school need not wait for it to expire.
    /// The import stays as it is: its message will come again.
    pub async fn release(self) -> Result<(), RunError> {
        let release = TransactWriteItem::builder().update(self.release_update()?).build();
        Ok(self.table.transact(vec![release]).await?)
    }
}
