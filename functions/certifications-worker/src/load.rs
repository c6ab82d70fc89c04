//! One file, from top to bottom: fetch, read, state a hundred lines at a time, report.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::time::Instant;

use jiff::Timestamp;
use rentree_domain::certification::{SessionName, Statement};
use rentree_domain::{CertificationNumber, paris};
use rentree_table::Recorded;
use rentree_uploads::{self as uploads, FetchError};
use tokio::sync::mpsc;

use crate::Worker;
use crate::error::ProcessError;
use crate::message::key;
use crate::report::Report;
use crate::sheet::{LARGEST_FILE, Line, OpenError, Problem, ProblemCode, Refusal, RefusalCode, Sheet};

/// Lines handed over at a time.
const BATCH: usize = 100;

impl Worker {
    /// Loads `certifications/<session>.csv`. Of two uploads that are loaded at once, it does not matter which one ends last: the later
    /// statement holds.
    pub(crate) async fn load(&self, session: &SessionName) -> Result<(), ProcessError> {
        let started = Instant::now();
        let report = match uploads::fetch(&self.bucket, &self.config.bucket, &key(session), LARGEST_FILE).await {
            Ok((file, _)) => self.load_file(file, session).await?,
            Err(FetchError::Missing) => {
                refused(RefusalCode::Missing, "The file was gone before it was read: upload it again.".to_owned())
            }
            Err(FetchError::TooLarge { size, .. }) => refused(
                RefusalCode::TooLarge,
                format!("The file has {size} bytes, at most {LARGEST_FILE} are read: divide it by sessions."),
            ),
            Err(error) => return Err(ProcessError::Fetch(error)),
        };
        let (counts, why) = (report.counts, report.refused.as_ref().map(|refusal| refusal.code));
        self.write_report(session, report).await?;
        tracing::info!(
            session = session.as_str(),
            duration_ms = started.elapsed().as_millis(),
            refused_for = why.map(|code| format!("{code:?}")),
            lines = counts.lines,
            created = counts.created,
            updated = counts.updated,
            unchanged = counts.unchanged,
            superseded = counts.superseded,
            refused = counts.refused,
            of_no_pupil = counts.of_no_pupil,
            shared_codes = counts.shared_codes,
            "certifications were read"
        );
        Ok(())
    }

    /// Reads and writes at the same time: memory holds a few hundred lines.
    async fn load_file(&self, file: File, session: &SessionName) -> Result<Report, ProcessError> {
        let (batches, mut next) = mpsc::channel(2);
        let (session, now) = (session.clone(), (self.clock)());
        let reader = tokio::task::spawn_blocking(move || read(file, &session, now, &batches));
        let mut report = Report::default();
        while let Some(lines) = next.recv().await {
            self.state(lines, &mut report).await?;
        }
        match reader.await? {
            Ok(()) if report.counts.lines == 0 => {
                Ok(refused(RefusalCode::Empty, "The file has a header and no certification.".to_owned()))
            }
            Ok(()) => Ok(report),
            Err(OpenError::Refused(refusal)) => Ok(Report { refused: Some(refusal), ..Report::default() }),
            Err(OpenError::Read(error)) => Err(ProcessError::Read(error)),
        }
    }

    async fn state(&self, lines: Vec<Line>, report: &mut Report) -> Result<(), ProcessError> {
        report.counts.lines += lines.len();
        let mut numbers: Vec<u64> = Vec::new();
        let mut statements: Vec<(CertificationNumber, Statement)> = Vec::new();
        for line in lines {
            match line {
                Line::States { line, number, statement } => {
                    numbers.push(line);
                    statements.push((number, statement));
                }
                Line::Refused(problem) => report.refuse(problem),
            }
        }
        let came = self.table.state_certifications(&statements).await?;
        let known =
            came.iter().zip(&statements).filter_map(|((_, known), (number, _))| Some((*number, known.as_ref()?)));
        let shared = self.table.find_shared_codes(known, paris::date((self.clock)())).await?;
        // Of several lines about one certification, the one that holds counts for what came of them.
        let mut changed: HashMap<CertificationNumber, Recorded> = HashMap::new();
        for ((line, (number, statement)), (recorded, known)) in numbers.into_iter().zip(statements).zip(came) {
            let Some(known) = known.filter(|_| recorded != Recorded::NoSchool) else {
                report.refuse(Problem::new(line, ProblemCode::SchoolUnknown, Some(number)));
                continue;
            };
            if recorded != Recorded::Unchanged {
                changed.insert(number, recorded);
            }
            if known.pupil.is_none() {
                report.note_of_no_pupil(line, number);
            }
            if let Some(others) = shared.get(&number) {
                report.note_shared_code(line, number, others);
            }
            if known.latest != statement {
                report.note_superseded(line, number);
                continue;
            }
            *match changed.remove(&number) {
                Some(Recorded::Created) => &mut report.counts.created,
                Some(_) => &mut report.counts.updated,
                None => &mut report.counts.unchanged,
            } += 1;
        }
        // Schools are looked for after lines are read: people go through a report by line.
        report.problems.sort_by_key(|problem| problem.line);
        Ok(())
    }
}

fn refused(code: RefusalCode, detail: String) -> Report {
    Report { refused: Some(Refusal::new(code, detail)), ..Report::default() }
}

/// Reads a file to its end, and hands its lines over in batches.
fn read(file: File, session: &SessionName, now: Timestamp, batches: &mpsc::Sender<Vec<Line>>) -> Result<(), OpenError> {
    let mut batch = Vec::with_capacity(BATCH);
    for line in Sheet::open(BufReader::new(file), session.clone(), now, paris::date(now))? {
        batch.push(line?);
        if batch.len() == BATCH && batches.blocking_send(std::mem::take(&mut batch)).is_err() {
            // The table failed, and nobody will look at what we return.
            return Ok(());
        }
    }
    if !batch.is_empty() {
        // As above.
        let _ = batches.blocking_send(batch);
    }
    Ok(())
}
