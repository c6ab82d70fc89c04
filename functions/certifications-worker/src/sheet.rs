//! The CSV of a session, read line by line. Pure: bytes in, statements and problems out, whatever the bytes. No line takes another one with
//! it: a quote that is not closed ends with its line. `docs/certifications.md` says what is in the file.

mod columns;
mod line;
mod problem;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead};

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::CertificationNumber;
use rentree_domain::certification::{SessionName, Statement};
use rentree_rows::{Lines, split};

use columns::Columns;
pub use problem::{Problem, ProblemCode, Refusal, RefusalCode};

/// Bytes of a file that are read at most: some hundred thousand certifications.
pub const LARGEST_FILE: u64 = 64 * 1024 * 1024;
/// Bytes of a line, and of a field.
const LONGEST_LINE: usize = 8 * 1024;
const LONGEST_FIELD: usize = 4 * 1024;

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A statement about a certification.
    States {
        /// The line; the header is 1.
        line: u64,
        /// Which certification.
        number: CertificationNumber,
        /// What it states.
        statement: Statement,
    },
    /// Nothing that can be used.
    Refused(Problem),
}

/// Why there are no lines to read.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file tells of no certifications.
    #[error("the file was refused: {}", .0.detail)]
    Refused(Refusal),
    /// The file cannot be read.
    #[error("the file could not be read")]
    Read(#[from] io::Error),
}

/// The lines of a file, one after the other.
#[derive(Debug)]
pub struct Sheet<R> {
    lines: Lines<R>,
    columns: Columns,
    session: SessionName,
    now: Timestamp,
    today: Date,
}

impl<R: BufRead> Sheet<R> {
    /// Reads the header. Whoever reads the file says what time it is.
    pub fn open(source: R, session: SessionName, now: Timestamp, today: Date) -> Result<Self, OpenError> {
        let mut lines = Lines::new(source, LONGEST_LINE);
        let header = loop {
            match lines.next().transpose()? {
                None => return Err(OpenError::Refused(Refusal::new(RefusalCode::Empty, "The file is empty."))),
                Some((_, rentree_rows::Line::Bytes(bytes))) if bytes.trim_ascii().is_empty() => {}
                Some((_, rentree_rows::Line::Bytes(bytes))) => break bytes,
                Some((_, rentree_rows::Line::TooLong)) => {
                    let detail = format!("The header has more than {LONGEST_LINE} bytes: this is no CSV.");
                    return Err(OpenError::Refused(Refusal::new(RefusalCode::NotCsv, detail)));
                }
            }
        };
        let columns = Columns::find(&header, LONGEST_FIELD).map_err(OpenError::Refused)?;
        Ok(Self { lines, columns, session, now, today })
    }

    fn read(&self, line: u64, found: rentree_rows::Line) -> Line {
        let refused = |code| Line::Refused(Problem::new(line, code, None));
        let rentree_rows::Line::Bytes(bytes) = found else { return refused(ProblemCode::LineTooLong) };
        let Ok(text) = str::from_utf8(&bytes) else { return refused(ProblemCode::NotUtf8) };
        let fields = match split(text, LONGEST_FIELD) {
            Ok(fields) => fields,
            Err(broken) => return refused(broken.fault.into()),
        };
        if fields.len() != self.columns.count {
            return refused(ProblemCode::FieldCount);
        }
        let field = |at: Option<usize>| at.and_then(|at| fields.get(at)).map_or("", |field| field.trim());
        match self.statement(&field) {
            Ok((number, statement)) => Line::States { line, number, statement },
            Err((code, number)) => Line::Refused(Problem::new(line, code, number)),
        }
    }
}

impl<R: BufRead> Iterator for Sheet<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<io::Result<Line>> {
        loop {
            return match self.lines.next()? {
                Ok((_, rentree_rows::Line::Bytes(bytes))) if bytes.trim_ascii().is_empty() => continue,
                Ok((number, line)) => Some(Ok(self.read(number, line))),
                Err(error) => Some(Err(error)),
            };
        }
    }
}
