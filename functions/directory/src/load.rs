//! One file, from top to bottom: fetch, read, compare, write what differs, report.

use std::fs::File;
use std::io::BufReader;
use std::time::Instant;

use rentree_domain::ListedSchool;
use rentree_table::Change;
use rentree_uploads::{self as uploads, FetchError};
use tokio::sync::mpsc;

use crate::Directory;
use crate::error::ProcessError;
use crate::listing::{Limits, Listed, Listing, OpenError, Problem, Refusal, RefusalCode, Remark};
use crate::report::{Counts, LISTED, LoadReport};

/// Schools handed over at a time: what one transaction holds.
const BATCH: usize = 100;
/// How often a file may be replaced while it is being loaded.
const PATIENCE: usize = 5;

impl Directory {
    /// Loads `directory/<name>.csv`.
    pub(crate) async fn load(&self, name: &str) -> Result<(), ProcessError> {
        let key = format!("directory/{name}.csv");
        // Two events about one name may be carried out at once, and the slower one may have the older file. Whoever ends last
        // looks whether it was the newest.
        for _ in 0..PATIENCE {
            let etag = self.load_once(name, &key).await?;
            let now = uploads::etag(&self.bucket, &self.config.bucket, &key).await.map_err(ProcessError::Fetch)?;
            if now.is_none() || now == etag {
                return Ok(());
            }
            tracing::info!(file = key, "the file was replaced in the meantime, loading it again");
        }
        Err(ProcessError::Restless)
    }

    /// Loads the file as it is now; returns its `ETag`.
    async fn load_once(&self, name: &str, key: &str) -> Result<Option<String>, ProcessError> {
        let started = Instant::now();
        let (outcome, etag) = match uploads::fetch(&self.bucket, &self.config.bucket, key, self.limits.file).await {
            Ok((file, etag)) => (self.load_file(file).await?, etag),
            Err(FetchError::Missing) => (
                Err(Refusal::new(RefusalCode::Missing, "The file was gone before it was read: upload it again.")),
                None,
            ),
            Err(FetchError::TooLarge { size, etag }) => {
                let largest = self.limits.file;
                let detail = format!("The file has {size} bytes, at most {largest} are read: is it the right one?");
                (Err(Refusal::new(RefusalCode::TooLarge, detail)), etag)
            }
            Err(error) => return Err(ProcessError::Fetch(error)),
        };
        let mut report =
            outcome.unwrap_or_else(|refused| LoadReport { refused: Some(refused), ..LoadReport::default() });
        report.file = key.to_owned();
        self.write_load_report(name, &report).await?;
        let counts = report.counts;
        tracing::info!(
            file = key,
            duration_ms = started.elapsed().as_millis(),
            refused_for = report.refused.map(|refusal| format!("{:?}", refusal.code)),
            lines = counts.lines,
            created = counts.created,
            updated = counts.updated,
            unchanged = counts.unchanged,
            closed = counts.closed,
            left_out = counts.left_out,
            refused = counts.refused,
            listed_twice = counts.listed_twice,
            warnings = counts.warnings,
            remarks = report.remarks_total,
            "a directory was read"
        );
        Ok(etag)
    }

    /// Reads and writes at the same time: neither waits for the whole of the other, and memory holds a few hundred schools.
    async fn load_file(&self, file: File) -> Result<Result<LoadReport, Refusal>, ProcessError> {
        let (batches, mut next) = mpsc::channel(2);
        let limits = self.limits;
        let reader = tokio::task::spawn_blocking(move || read(file, limits, &batches));
        let mut counts = Counts::default();
        while let Some(schools) = next.recv().await {
            let schools: Vec<ListedSchool> = schools;
            for change in self.table.load_schools(&schools).await? {
                *match change {
                    Change::Created => &mut counts.created,
                    Change::Updated => &mut counts.updated,
                    Change::Closed => &mut counts.closed,
                    Change::Unchanged => &mut counts.unchanged,
                    Change::LeftOut => &mut counts.left_out,
                } += 1;
            }
        }
        match reader.await? {
            Ok(tally) => {
                let Tally { lines, refused, listed_twice, warnings, problems, remarks_total, remarks } = tally;
                if lines == 0 {
                    return Ok(Err(Refusal::new(RefusalCode::Empty, "The file has a header and no school.")));
                }
                let counts = Counts { lines, refused, listed_twice, warnings, ..counts };
                let problems_total = refused + warnings;
                Ok(Ok(LoadReport { counts, problems_total, problems, remarks_total, remarks, ..LoadReport::default() }))
            }
            Err(OpenError::Refused(refusal)) => Ok(Err(refusal)),
            Err(OpenError::Read(error)) => Err(ProcessError::Read(error)),
        }
    }
}

/// What the reader alone knows.
#[derive(Default)]
struct Tally {
    lines: usize,
    refused: usize,
    listed_twice: usize,
    warnings: usize,
    problems: Vec<Problem>,
    remarks_total: usize,
    remarks: Vec<Remark>,
}

impl Tally {
    fn note(&mut self, problem: Problem) {
        *if problem.is_warning() { &mut self.warnings } else { &mut self.refused } += 1;
        if self.problems.len() < LISTED {
            self.problems.push(problem);
        }
    }

    fn remark(&mut self, remark: Remark) {
        self.remarks_total += 1;
        if self.remarks.len() < LISTED {
            self.remarks.push(remark);
        }
    }
}

/// Reads a file to its end, and hands its schools over in batches.
fn read(file: File, limits: Limits, batches: &mpsc::Sender<Vec<ListedSchool>>) -> Result<Tally, OpenError> {
    let mut tally = Tally::default();
    let mut batch = Vec::with_capacity(BATCH);
    let listing = Listing::open(BufReader::new(file), limits)?;
    listing.remarks().iter().for_each(|remark| tally.remark(remark.clone()));
    for line in listing {
        tally.lines += 1;
        match line? {
            Listed::School(school, warning) => {
                warning.into_iter().for_each(|warning| tally.note(warning));
                batch.push(school);
            }
            Listed::Again(remark) => {
                tally.listed_twice += 1;
                tally.remark(remark);
            }
            Listed::Refused(problem) => tally.note(problem),
        }
        if batch.len() == BATCH && batches.blocking_send(std::mem::take(&mut batch)).is_err() {
            // The table failed, and nobody will look at what we return.
            return Ok(tally);
        }
    }
    if !batch.is_empty() {
        // As above.
        let _ = batches.blocking_send(batch);
    }
    Ok(tally)
}
