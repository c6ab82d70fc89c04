//! The report for operators: one JSON object in the bucket for each file, overwritten by the next. It names nobody: lines, numbers of
//! certifications, and what to mend.

use rentree_domain::CertificationNumber;
use rentree_domain::certification::SessionName;
use rentree_uploads as uploads;
use serde::Serialize;

use crate::Worker;
use crate::error::ProcessError;
use crate::message::key;
use crate::sheet::{Problem, Refusal};

/// How many lines a report lists of each kind. Whoever has more begins with these.
pub(crate) const LISTED: usize = 10_000;

/// What came of a file.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// Where in the bucket it is.
    pub(crate) file: String,
    /// Why nothing of it was loaded, if that is so.
    pub(crate) refused: Option<Refusal>,
    pub(crate) counts: Counts,
    /// The first lines that were refused.
    pub(crate) problems: Vec<Problem>,
    /// The first lines that do not hold: a later statement does, or a greater one of the same moment. Whoever corrects a certification
    /// states a later moment.
    pub(crate) superseded: Vec<LineOf>,
    /// The first certifications that no pupil of their school is found for. They are loaded: the school sees them.
    pub(crate) of_no_pupil: Vec<LineOf>,
    /// The first certifications whose verification code others have, too: none of them has a certificate until that is corrected.
    pub(crate) shared_codes: Vec<SharedCode>,
}

/// In lines of the file, header and blank lines aside. `lines` is the sum of those from `created` to `refused`.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Counts {
    pub(crate) lines: usize,
    /// Certifications that were not known.
    pub(crate) created: usize,
    /// Certifications of which something is new; or whose pupil was found now.
    pub(crate) updated: usize,
    /// Lines that say what is known already.
    pub(crate) unchanged: usize,
    /// Lines that do not hold, for something else does that was stated later, or is greater and of the same moment.
    pub(crate) superseded: usize,
    pub(crate) refused: usize,
    /// Of the lines loaded, those whose certification is of no pupil of the school.
    pub(crate) of_no_pupil: usize,
    /// Of the lines loaded, those whose certification has the code of another one.
    pub(crate) shared_codes: usize,
}

/// A line, its certification, and those that have the same code.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SharedCode {
    pub(crate) line: u64,
    pub(crate) number: CertificationNumber,
    pub(crate) others: Vec<CertificationNumber>,
}

/// A line, and the certification that it is about.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct LineOf {
    pub(crate) line: u64,
    pub(crate) number: CertificationNumber,
}

impl Report {
    pub(crate) fn refuse(&mut self, problem: Problem) {
        self.counts.refused += 1;
        if self.problems.len() < LISTED {
            self.problems.push(problem);
        }
    }

    pub(crate) fn note_of_no_pupil(&mut self, line: u64, number: CertificationNumber) {
        self.counts.of_no_pupil += 1;
        if self.of_no_pupil.len() < LISTED {
            self.of_no_pupil.push(LineOf { line, number });
        }
    }

    pub(crate) fn note_shared_code(&mut self, line: u64, number: CertificationNumber, others: &[CertificationNumber]) {
        self.counts.shared_codes += 1;
        if self.shared_codes.len() < LISTED {
            self.shared_codes.push(SharedCode { line, number, others: others.to_vec() });
        }
    }

    pub(crate) fn note_superseded(&mut self, line: u64, number: CertificationNumber) {
        self.counts.superseded += 1;
        if self.superseded.len() < LISTED {
            self.superseded.push(LineOf { line, number });
        }
    }
}

impl Worker {
    pub(crate) async fn write_report(&self, session: &SessionName, mut report: Report) -> Result<(), ProcessError> {
        let place = format!("reports/certifications/{}.json", session.as_str());
        report.file = key(session);
        uploads::write_report(&self.bucket, &self.config.bucket, &place, &report).await.map_err(ProcessError::Report)
    }
}
