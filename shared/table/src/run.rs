//! The right of one worker to carry an import through, and what it may do with it. `docs/imports.md` says how.
//!
//! A run holds the school's lease under a fence number. Every write of pupils checks the fence in the same
//! transaction, so that a worker that was too slow, or thought dead, writes nothing any more. The fence number is also
//! the version that the run writes: never used before, greater than any.
//!
//! A lease is taken over only when it has expired, and every transaction that writes pupils renews it: whoever finds
//! it alive gives way to a worker that may be at work.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use jiff::Timestamp;
use rentree_domain::import::lease::{self, Turn, turn};
use rentree_domain::import::{ImportState, Progress, Write};
use rentree_domain::learner::Learner;
use rentree_domain::{ImportId, Listing, RosterYears, SchoolYear, Uai};

use crate::held::{FENCE, Held};
use crate::import::{number, transition};
use crate::learner::write_item;
use crate::school::Applied;
use crate::snapshot::Written;
use crate::transaction::{Cancelled, MAX_ITEMS};
use crate::{Cost, Import, LeaseTerms, Outcome, ReportLine, School, Table, TableError};

/// What came of asking to begin.
#[derive(Debug)]
pub enum Begin {
    /// The lease is ours.
    Begun(Box<Run>),
    /// A worker has the lease, and may be at work.
    Busy {
        /// When to come back, as SQS wants it.
        delay_seconds: i32,
    },
    /// The import was begun as often as it may be, and never ended.
    Spent,
    /// Worker after worker died of the import.
    Deadly,
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
    /// A pupil whom nobody was to see any more has joined a campaign since the pupils were read. Read again, they are kept.
    #[error("a pupil who was to be deleted has an account by now")]
    Tied,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl RunError {
    /// Of a transaction that writes pupils, after `first` items of the run's own.
    pub(crate) fn of_pupils(cancelled: Cancelled, first: usize) -> Self {
        match cancelled {
            Cancelled::Conditions(failed) if !failed.iter().take(first).any(|failed| *failed) => Self::Tied,
            cancelled => cancelled.into(),
        }
    }
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
    /// The import as it was when the run began.
    pub import: Import,
    /// The school as it was when the run began.
    pub school: School,
    held: Held,
    cost: Cost,
    /// The snapshot of the roster that was written, if one was.
    snapshot: Option<Written>,
}

const ALIVE: [ImportState; 2] = [ImportState::Analysing, ImportState::Applying];

impl Table {
    /// Takes the school's lease for an import, counts the try, and marks the import as being analysed, in one
    /// transaction.
    pub async fn begin(
        &self,
        uai: Uai,
        id: ImportId,
        confirmed: bool,
        terms: impl Into<LeaseTerms>,
        now: Timestamp,
    ) -> Result<Begin, TableError> {
        // The school first: whoever takes a lease after this look moves the fence, and what is read of the import below is
        // never older than that look.
        let Some(school) = self.school(uai).await? else { return Ok(Begin::Unknown) };
        let Some(mut import) = self.import(uai, id).await? else { return Ok(Begin::Unknown) };
        // What was shown as expired or failed never rises again, however late its message.
        let shown = import.state_at(now);
        if !shown.may_begin(confirmed) {
            return Ok(Begin::Settled(shown));
        }
        match turn(school.lease, id, import.tried(), now) {
            Turn::Begin => {}
            Turn::GiveWay { delay_seconds } => return Ok(Begin::Busy { delay_seconds }),
            Turn::Spent => return Ok(Begin::Spent),
            Turn::Deadly => return Ok(Begin::Deadly),
        }
        let (held, take) = Held::take(self, (uai, &school), id, terms.into(), now)?;
        let mut analyse = transition(&self.name, uai, id, &[import.state], ImportState::Analysing, None, now)?;
        import.tries += 1;
        import.confirmed |= confirmed;
        analyse.update_expression.push_str(", tries = :tries");
        let values = analyse.expression_attribute_values.get_or_insert_default();
        values.insert(":tries".to_owned(), number(import.tries.into()));
        if confirmed {
            analyse.update_expression.push_str(", confirmed = :confirmed");
            values.insert(":confirmed".to_owned(), AttributeValue::Bool(true));
        }
        let items = vec![take, TransactWriteItem::builder().update(analyse).build()];
        match self.transact(items).await {
            Ok(()) => {
                let cost = Cost { write_requests: 1, items_written: 0 };
                Ok(Begin::Begun(Box::new(Run { import, school, held, cost, snapshot: None })))
            }
            // Somebody was faster: the next look tells who.
            Err(Cancelled::Conditions(_)) => Ok(Begin::Busy { delay_seconds: 0 }),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// How long a message about an import waits for the lease of its school, as SQS wants it; `None` when no lease is
    /// alive.
    pub async fn delay_for_lease(&self, uai: Uai, id: ImportId, now: Timestamp) -> Result<Option<i32>, TableError> {
        let lease = self.school(uai).await?.and_then(|school| school.lease).filter(|lease| lease.is_alive(now));
        Ok(lease.map(|lease| lease.delay_seconds(id, now)))
    }
}

impl Run {
    /// Every pupil of the school, as of now, with what a crashed run may have left.
    pub async fn learners(&mut self) -> Result<Vec<Learner>, RunError> {
        let Held { table, uai, reads, .. } = &mut self.held;
        Ok(table.all_learners(*uai, reads).await?)
    }

    /// Writes the report of the import; returns the number of its pages.
    pub async fn write_report(&mut self, lines: &[ReportLine], now: Timestamp) -> Result<u32, RunError> {
        let Held { table, uai, id, pace, .. } = &mut self.held;
        let pages = table.write_report(*uai, *id, lines, pace, now).await?;
        self.cost.write_requests += pages as usize;
        Ok(pages)
    }

    /// Whether this is the last time that the import is tried.
    pub fn is_last_try(&self) -> bool {
        self.import.tries >= lease::MAX_TRIES
    }

    /// Writes pupils, of whom `known` are stored, and the snapshot of the roster that they make; both invisible until
    /// [`succeed`](Self::succeed). ⌈(n + 1) / 99⌉ transactions for n writes, each of which renews the lease, and a request for each item of
    /// a snapshot that is written or has had its time. `of_file`: the school year of what is written.
    pub async fn apply(
        &mut self,
        known: &[Learner],
        writes: Vec<Write>,
        of_file: SchoolYear,
        clock: impl Fn() -> Timestamp,
    ) -> Result<(), RunError> {
        if writes.is_empty() {
            return Ok(());
        }
        let listing = Listing::after(known, &writes, self.held.fence);
        let years = RosterYears { of_file, before: self.school.roster_year().unwrap_or(of_file) };
        self.write_pupils(writes, years, &clock).await?;

        // From the first transaction on, nothing leads back to what was before the roster that readers see.
        let Held { table, uai, fence, pace, .. } = &mut self.held;
        self.cost.write_requests += table.end_snapshots(*uai, *fence, self.school.roster_version, pace).await?;
        let written = table.write_snapshot(*uai, *fence, &listing, pace, clock()).await?;
        self.cost.write_requests += written.parts as usize;
        self.snapshot = Some(written);
        Ok(())
    }

    async fn write_pupils(
        &mut self,
        writes: Vec<Write>,
        years: RosterYears,
        clock: impl Fn() -> Timestamp,
    ) -> Result<(), RunError> {
        let mut progress = Progress { written: 0, of: u32::try_from(writes.len()).unwrap_or(u32::MAX) };
        let mut writes = writes.into_iter().peekable();
        self.held.progress = Some(progress);
        let mut transaction = self.first_of_apply(clock())?;
        loop {
            let own = transaction.len();
            while transaction.len() < MAX_ITEMS {
                let Some(write) = writes.next() else { break };
                transaction.push(write_item(&self.held.table.name, self.held.uai, (self.held.fence, years), write)?);
                self.cost.items_written += 1;
                progress.written += 1;
            }
            self.held.transact(transaction).await.map_err(|cancelled| RunError::of_pupils(cancelled, own))?;
            self.cost.write_requests += 1;
            if writes.peek().is_none() {
                return Ok(());
            }
            self.held.progress = Some(progress);
            transaction = vec![self.held.renewal(clock())?];
        }
    }

    /// Tells the world that pupils are about to change.
    fn first_of_apply(&self, now: Timestamp) -> Result<Vec<TransactWriteItem>, RunError> {
        let Held { table, uai, id, .. } = &self.held;
        let applying = transition(&table.name, *uai, *id, &ALIVE, ImportState::Applying, None, now)?;
        Ok(vec![self.held.begin_to_write(now)?, TransactWriteItem::builder().update(applying).build()])
    }

    /// The flip: in one transaction readers see the new version, its snapshot stays, the import has succeeded, and the lease is free.
    ///
    /// An import that wrote no pupil takes nobody's place: the one that made the roster can be undone as before.
    pub async fn succeed(&mut self, mut outcome: Outcome, now: Timestamp) -> Result<Outcome, RunError> {
        self.cost.write_requests += 1;
        outcome.cost = self.cost;
        let applied =
            Applied { import: self.held.id, at: now, by: self.import.requested_by.clone(), dated: outcome.dated };
        let takes_the_place = self.snapshot.is_some() || self.school.applied.is_none();
        let mut set = vec![if takes_the_place { "applied = :applied" } else { "unchanged = :applied" }];
        let mut flip = self.held.school_update().condition_expression(FENCE).expression_attribute_values(
            ":applied",
            serde_dynamo::to_attribute_value(applied).map_err(TableError::malformed("School"))?,
        );
        let mut kept = Vec::new();
        if let Some(written) = self.snapshot {
            outcome.versions = Some((self.held.fence, self.school.roster_version));
            set.push("roster_version = :fence");
            kept = self.held.table.kept(written)?;
        }
        // Behind this one stands the import that made the roster before it: one that changed nobody is forgotten, should this be undone.
        let remove = match &self.school.applied {
            _ if !takes_the_place => "REMOVE lease",
            Some(before) => {
                set.push("applied_before = :applied_before");
                flip = flip.expression_attribute_values(
                    ":applied_before",
                    serde_dynamo::to_attribute_value(before).map_err(TableError::malformed("School"))?,
                );
                "REMOVE lease, unchanged"
            }
            None => "REMOVE lease, applied_before",
        };
        let flip = flip
            .update_expression(format!("SET {} {remove}", set.join(", ")))
            .build()
            .map_err(TableError::malformed("School"))?;
        self.finish(flip, (ImportState::Succeeded, &outcome), kept, now).await?;
        Ok(outcome)
    }

    /// The file was no good: nothing changes, the lease is free.
    pub async fn fail(&mut self, outcome: Outcome, now: Timestamp) -> Result<Outcome, RunError> {
        let release = self.held.release()?;
        self.leave(release, ImportState::Failed, outcome, now).await
    }

    /// A person has to say: nothing changes yet, the lease is free, and tries count anew from the person's word on.
    pub async fn ask(&mut self, outcome: Outcome, now: Timestamp) -> Result<Outcome, RunError> {
        let release = self.held.release_waiting(now)?;
        self.leave(release, ImportState::AwaitingConfirmation, outcome, now).await
    }

    async fn leave(
        &mut self,
        release: Update,
        state: ImportState,
        mut outcome: Outcome,
        now: Timestamp,
    ) -> Result<Outcome, RunError> {
        self.cost.write_requests += 1;
        outcome.cost = self.cost;
        self.finish(release, (state, &outcome), Vec::new(), now).await?;
        Ok(outcome)
    }

    async fn finish(
        &mut self,
        school: Update,
        (state, outcome): (ImportState, &Outcome),
        others: Vec<TransactWriteItem>,
        now: Timestamp,
    ) -> Result<(), RunError> {
        let Held { table, uai, id, .. } = &self.held;
        let mut settled = transition(&table.name, *uai, *id, &ALIVE, state, Some(outcome), now)?;
        settled.update_expression.push_str(" REMOVE tries, failures");
        let mut items = vec![
            TransactWriteItem::builder().update(school).build(),
            TransactWriteItem::builder().update(settled).build(),
        ];
        items.extend(others);
        Ok(self.held.transact(items).await?)
    }

    /// Frees the lease after a technical failure, so that other imports of the school need not wait for it to expire.
    /// The import stays as it is: its message will come again, and the try was counted, as one that its worker survived.
    pub async fn release(&self) -> Result<(), RunError> {
        let Held { table, uai, id, .. } = &self.held;
        let release = TransactWriteItem::builder().update(self.held.release()?).build();
        Ok(table.transact(vec![release, table.survived(*uai, *id)?]).await?)
    }
}
