//! One import, from top to bottom: begin, fetch, read, decide, apply.

use std::time::Instant;

use rentree_domain::import::brake::{self, BrakeReason};
use rentree_domain::import::plan::plan;
use rentree_domain::{ImportId, LearnerId, Uai, paris};
use rentree_roster::{Options, Reading};
use rentree_table::{Begin, Import, Outcome, Role, Run, RunError, TableError};

use crate::Worker;
use crate::file::{self, FetchError};
use crate::outcome::{self, Verdict};

/// Why an import must be tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    #[error("another import of the school is still at work")]
    Busy,
    #[error("the import cannot be carried on")]
    Run(#[from] RunError),
    #[error("the table failed")]
    Table(#[from] TableError),
    #[error("the file could not be fetched")]
    Fetch(#[source] FetchError),
    #[error("the file could not be read")]
    Read(#[from] std::io::Error),
    #[error("the reader did not come to its end")]
    Reader(#[from] tokio::task::JoinError),
}

impl Worker {
    /// Carries an import through. Returns once it is settled, by us or by another worker.
    pub(crate) async fn process(&self, uai: Uai, id: ImportId, confirmed: bool) -> Result<(), ProcessError> {
        let started = Instant::now();
        let Some(mut run) = self.begin(uai, id, confirmed).await? else { return Ok(()) };
        match self.carry_out(uai, &mut run).await {
            Ok(ending) => {
                let outcome = self.settle(run, ending).await?;
                let counts = outcome.counts;
                tracing::info!(
                    uai = %uai, import = %id, duration_ms = started.elapsed().as_millis(),
                    refused = outcome.refused.as_ref().map(|r| r.code.as_str()), problems = outcome.problems,
                    added = counts.added, modified = counts.modified, reactivated = counts.reactivated,
                    deactivated = counts.deactivated, unchanged = counts.unchanged, left_out = counts.left_out,
                    set_aside = counts.set_aside, write_requests = outcome.cost.write_requests,
                    items_written = outcome.cost.items_written, "an import was settled"
                );
                Ok(())
            }
            Err(error) => {
                if let Err(release) = run.release().await {
                    tracing::warn!(uai = %uai, import = %id, why = %release, "the lease was not released, it will expire");
                }
                Err(error)
            }
        }
    }

    /// Takes the school's lease, waiting a little for another import to end. `None`: there is nothing to do.
    async fn begin(&self, uai: Uai, id: ImportId, confirmed: bool) -> Result<Option<Run>, ProcessError> {
        let deadline = Instant::now() + self.config.busy_wait;
        loop {
            match self.table.begin(uai, id, confirmed, self.config.lease, (self.clock)()).await? {
                Begin::Begun(run) => return Ok(Some(*run)),
                Begin::Settled(state) => {
                    tracing::info!(uai = %uai, import = %id, state = %state, "a late or repeated message has nothing to do");
                    return Ok(None);
                }
                Begin::Unknown => {
                    tracing::warn!(uai = %uai, import = %id, "a file came that nobody asked for");
                    return Ok(None);
                }
                Begin::Busy if Instant::now() >= deadline => return Err(ProcessError::Busy),
                Begin::Busy => tokio::time::sleep(std::time::Duration::from_millis(250)).await,
            }
        }
    }

    /// Everything between the lease and the last transaction.
    async fn carry_out(&self, uai: Uai, run: &mut Run) -> Result<Ending, ProcessError> {
        let now = (self.clock)();
        let import = run.import.clone();
        // Rights end at once, also those to a form that was signed before. (Confirming is the word of who is administrator now.)
        if let Some(requester) = import.requester.filter(|_| !import.confirmed) {
            let member = self.table.member(uai, requester).await?;
            if member.is_none_or(|member| member.role != Role::Administrator) {
                return Ok(Ending::Fail(outcome::no_longer_administrator()));
            }
        }
        let (reading, etag) = match self.read(uai, &import).await {
            Ok(read) => read,
            Err(ProcessError::Fetch(FetchError::Missing)) => return Ok(Ending::Fail(outcome::upload_missing())),
            Err(error) => return Err(error),
        };
        let (mut outcome, lines) = outcome::of_reading(&reading);
        // What a person was shown, and has confirmed or wants the rest of, was another file.
        let is_replaced = import.outcome.etag.is_some() && import.outcome.etag != etag;
        outcome.etag = etag;
        outcome.report_pages = run.write_report(&lines, now).await?;
        let set_aside = match outcome::verdict(&reading, import.options.set_aside) {
            Verdict::Refused { why } => {
                outcome.refused = outcome.refused.or(why);
                return Ok(Ending::Fail(outcome));
            }
            Verdict::Import { set_aside } => set_aside,
        };

        let known = run.learners().await?;
        let version = run.school.roster_version;
        let active = known.iter().filter(|l| l.visible(version).is_some_and(|r| r.active)).count();
        let identities: Vec<_> = set_aside.into_iter().map(|pupil| pupil.identity).collect();
        let new_id = || LearnerId::new(now, rentree_runtime::random());
        let plan = plan(&known, version, reading.entries, &identities, new_id);
        outcome::add_plan(&mut outcome, &plan, identities.len());
        let last = run.school.applied.as_ref().map(|applied| applied.dated).unwrap_or_default();
        if is_replaced {
            outcome.brake.push(BrakeReason::FileReplaced);
        }
        if !import.confirmed || is_replaced {
            let preview = import.options.preview;
            outcome.brake.extend(brake::reasons(preview, active, &outcome.counts, reading.dated, last));
        }
        if !outcome.brake.is_empty() {
            return Ok(Ending::Ask(outcome));
        }

        run.apply(plan.writes, now).await?;
        Ok(Ending::Succeed(outcome))
    }

    /// What the file says, and its `ETag`.
    async fn read(&self, uai: Uai, import: &Import) -> Result<(Reading, Option<String>), ProcessError> {
        let (file, etag) =
            file::fetch(&self.bucket, &self.config.bucket, &import.object_key).await.map_err(ProcessError::Fetch)?;
        let options = Options::new(Some(uai), paris::date((self.clock)()));
        let reading = tokio::task::spawn_blocking(move || rentree_roster::read(file, &options)).await??;
        Ok((reading, etag))
    }

    /// The last transaction.
    async fn settle(&self, run: Run, ending: Ending) -> Result<Outcome, ProcessError> {
        let now = (self.clock)();
        Ok(match ending {
            Ending::Succeed(outcome) => run.succeed(outcome, now).await?,
            Ending::Fail(outcome) => run.fail(outcome, now).await?,
            Ending::Ask(outcome) => run.ask(outcome, now).await?,
        })
    }
}

/// How a run ends.
enum Ending {
    Succeed(Outcome),
    Fail(Outcome),
    Ask(Outcome),
}
