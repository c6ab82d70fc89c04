//! One import, from top to bottom: begin, fetch, read, decide, apply.

use std::error::Error;
use std::time::Instant;

use jiff::Timestamp;
use rentree_domain::import::brake::{self, BrakeReason};
use rentree_domain::import::plan;
use rentree_domain::import::{FileName, ImportState, Resume};
use rentree_domain::school_year::SchoolYear;
use rentree_domain::{Entry, LearnerId, Uai, paris};
use rentree_roster::{Options, Reading};
use rentree_runtime::telemetry::chain;
use rentree_table::{Begin, Import, Outcome, Role, Run, RunError, TableError};

use crate::Worker;
use crate::file::{self, FetchError, Fetched};
use crate::outcome::{self, Verdict};
use crate::technical::Why;

/// Why a message about an import must come again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
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
    #[error("the queue did not take the message that gives way")]
    GiveWay(#[source] Box<dyn Error + Send + Sync>),
}

impl Worker {
    /// Carries an import through, or gives way to the worker that does.
    pub(crate) async fn process(&self, resume: Resume) -> Result<(), ProcessError> {
        let started = Instant::now();
        let Resume { uai, id, confirmed, .. } = resume;
        if let Some(asked_at) = resume.asked_at
            && self.table.import(uai, id).await?.is_some_and(|import| import.asks_anew_since(asked_at))
        {
            tracing::info!(uai = %uai, import = %id, "a late word on what was asked before confirms nothing");
            return Ok(());
        }
        let mut run = match self.table.begin(uai, id, confirmed, self.config.lease, (self.clock)()).await? {
            Begin::Begun(run) => *run,
            Begin::Busy { delay_seconds } => return self.give_way(resume, delay_seconds).await,
            Begin::Spent => return self.fail_technically(resume, Why::Technical).await,
            Begin::Deadly => return self.fail_technically(resume, Why::WorkersDied).await,
            Begin::Settled(state) => {
                tracing::info!(uai = %uai, import = %id, state = %state, "a late or repeated message has nothing to do");
                // A worker may have died between the import and what follows it.
                return if state == ImportState::Succeeded { self.seek_certified(uai).await } else { Ok(()) };
            }
            Begin::Unknown => {
                tracing::warn!(uai = %uai, import = %id, "a file came that nobody asked for");
                return Ok(());
            }
        };
        let ended = match self.carry_out(uai, &mut run).await {
            Ok(ending) => self.settle(&mut run, ending).await,
            Err(error) => Err(error),
        };
        let error = match ended {
            Ok((state, outcome)) => {
                tell(&resume, &outcome, started);
                return if state == ImportState::Succeeded { self.seek_certified(uai).await } else { Ok(()) };
            }
            Err(error) => error,
        };
        if let Err(release) = run.release().await {
            tracing::info!(uai = %uai, import = %id, why = %release, "the lease was not released: it is lost, or will expire");
        }
        match error {
            // Whoever took the lease over may be at work on this import, or on another one.
            ProcessError::Run(RunError::FenceLost) => {
                let delay_seconds = self.table.delay_for_lease(uai, id, (self.clock)()).await?;
                self.give_way(resume, delay_seconds.unwrap_or_default()).await
            }
            ProcessError::Run(RunError::Settled) => {
                tracing::info!(uai = %uai, import = %id, "the import was settled by somebody else meanwhile");
                Ok(())
            }
            error if run.is_last_try() => {
                tracing::error!(uai = %uai, import = %id, why = chain(&error), "the last try of an import failed");
                self.fail_technically(resume, Why::Technical).await
            }
            error => Err(error),
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
        let (reading, etag, file_name) = match self.read(uai, &import).await {
            Ok(read) => read,
            Err(ProcessError::Fetch(FetchError::Missing)) => return Ok(Ending::Fail(outcome::upload_missing())),
            Err(error) => return Err(error),
        };
        let (mut outcome, mut lines) = outcome::of_reading(&reading);
        // What a person was shown, and has confirmed or wants the rest of, was another file, or another roster.
        let shown = &import.outcome;
        let is_replaced = shown.etag.is_some() && shown.etag != etag;
        let version = run.school.roster_version;
        let is_moved = shown.shown_for.is_some_and(|shown_for| shown_for != version);
        outcome.etag = etag;
        outcome.file_name = file_name;
        let set_aside = match outcome::verdict(&reading, import.options.set_aside) {
            Verdict::Refused { why } => {
                outcome::sort(&mut lines);
                outcome.report_pages = run.write_report(&lines, now).await?;
                outcome.refused = outcome.refused.or(why);
                return Ok(Ending::Fail(outcome));
            }
            Verdict::Import { set_aside } => set_aside,
        };

        let known = run.learners().await?;
        let active = known.iter().filter(|l| l.visible(version).is_some_and(|r| r.active)).count();
        let identities: Vec<_> = set_aside.into_iter().map(|pupil| pupil.identity).collect();
        let left_out: Vec<_> = reading.left_out.into_iter().map(|pupil| pupil.identity).collect();
        let names: Vec<String> = reading.entries.iter().map(Entry::full_name).collect();
        let new_id = || LearnerId::new(now, rentree_runtime::random());
        let file = plan::File { entries: reading.entries, set_aside: &identities, left_out: &left_out };
        let plan = plan::plan(&known, version, file, new_id);
        outcome::add_plan(&mut outcome, &mut lines, &plan);
        outcome::add_renumbered(&mut outcome, &mut lines, &plan.renumbered, |place| {
            (reading.entry_lines[place], names[place].clone())
        });
        outcome::sort(&mut lines);
        outcome.report_pages = run.write_report(&lines, now).await?;
        outcome.shown_for = Some(version);

        outcome.brake.extend(is_replaced.then_some(BrakeReason::FileReplaced));
        outcome.brake.extend(is_moved.then_some(BrakeReason::RosterMoved));
        if !import.confirmed || is_replaced || is_moved {
            let applied = run.school.last_import();
            let question = brake::Question {
                preview: import.options.preview,
                active,
                file: reading.dated,
                last_applied: applied.map(|applied| applied.dated).unwrap_or_default(),
                years: (year(now), applied.map(|applied| year(applied.at))),
            };
            outcome.brake.extend(brake::reasons(&question, &outcome.counts, self.config.brake));
        }
        if !outcome.brake.is_empty() {
            return Ok(Ending::Ask(outcome));
        }

        run.apply(&known, plan.writes, reading.dated.school_year.unwrap_or_else(|| year(now)), self.clock).await?;
        Ok(Ending::Succeed(outcome))
    }

    /// What the file says, its `ETag`, and what the school calls it.
    async fn read(
        &self,
        uai: Uai,
        import: &Import,
    ) -> Result<(Reading, Option<String>, Option<FileName>), ProcessError> {
        let Fetched { file, etag, name } =
            file::fetch(&self.bucket, &self.config.bucket, &import.object_key).await.map_err(ProcessError::Fetch)?;
        let options = Options::new(Some(uai), paris::date((self.clock)()));
        let reading = tokio::task::spawn_blocking(move || rentree_roster::read(file, &options)).await??;
        Ok((reading, etag, name))
    }

    /// The last transaction.
    async fn settle(&self, run: &mut Run, ending: Ending) -> Result<(ImportState, Outcome), ProcessError> {
        let now = (self.clock)();
        Ok(match ending {
            Ending::Succeed(outcome) => (ImportState::Succeeded, run.succeed(outcome, now).await?),
            Ending::Fail(outcome) => (ImportState::Failed, run.fail(outcome, now).await?),
            Ending::Ask(outcome) => (ImportState::AwaitingConfirmation, run.ask(outcome, now).await?),
        })
    }

    /// Certifications of the school find who came, and the classes that were told.
    pub(crate) async fn seek_certified(&self, uai: Uai) -> Result<(), ProcessError> {
        let changed = self.table.seek_certified(uai, self.config.lease.write_units_a_second).await?;
        if changed > 0 {
            tracing::info!(%uai, changed, "certifications were tied to other pupils or classes");
        }
        Ok(())
    }
}

/// The school year that a moment is in.
fn year(at: Timestamp) -> SchoolYear {
    SchoolYear::of(paris::date(at))
}

fn tell(resume: &Resume, outcome: &Outcome, started: Instant) {
    let counts = outcome.counts;
    tracing::info!(
        uai = %resume.uai, import = %resume.id, duration_ms = started.elapsed().as_millis(),
        refused = outcome.refused.as_ref().map(|r| r.code.as_str()), problems = outcome.problems,
        added = counts.added, modified = counts.modified, reactivated = counts.reactivated,
        deactivated = counts.deactivated, unchanged = counts.unchanged, left_out = counts.left_out,
        set_aside = counts.set_aside, write_requests = outcome.cost.write_requests,
        items_written = outcome.cost.items_written, "an import was settled"
    );
}

/// How a run ends.
enum Ending {
    Succeed(Outcome),
    Fail(Outcome),
    Ask(Outcome),
}
