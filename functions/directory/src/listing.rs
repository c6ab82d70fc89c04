//! The CSV of the public directory of schools, read school by school. Pure: bytes in; schools, problems and remarks out, whatever
//! the bytes; memory holds a few lines, and of each school so far its UAI, its line and a few numbers.
//!
//! One line is one school, unless a quoted field is broken over several: `records.rs` says when, and how a quote that is never closed
//! takes no other school with it. `docs/directory.md` says what is in the file, and what becomes of each kind of trouble.

mod codes;
mod columns;
mod problem;
mod records;
mod remark;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead};

use rentree_domain::{EmailAddress, ListedSchool, Ministry, Uai, UaiError, name as names};
use rentree_rows::{Line, Lines, is_damage, split};

use columns::Columns;
pub use problem::{Problem, ProblemCode, Refusal, RefusalCode};
use records::Records;
pub use remark::{Remark, RemarkCode};

/// The longest texts that we keep, in characters.
const LONGEST_NAME: usize = 255;
const LONGEST_KIND: usize = 100;

/// What is read at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole file. The real one has some tens of megabytes.
    pub file: u64,
    /// Bytes of a line, and of the lines of one school.
    pub line: usize,
    /// Bytes of a field, also of those that are ignored.
    pub field: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file: 256 * 1024 * 1024, line: 64 * 1024, field: 8 * 1024 }
    }
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// A school, and what is wrong with the line all the same.
    School(ListedSchool, Option<Problem>),
    /// A school that an earlier line has given already.
    Again(Remark),
    /// The line says nothing that can be used.
    Refused(Problem),
}

/// Why there are no schools to read.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file is no directory of schools.
    #[error("the file was refused: {}", .0.detail)]
    Refused(Refusal),
    /// The file cannot be read.
    #[error("the file could not be read")]
    Read(#[from] io::Error),
}

/// The schools of a directory, one after the other.
#[derive(Debug)]
pub struct Listing<R> {
    records: Records<R>,
    columns: Columns,
    remarks: Vec<Remark>,
    seen: HashMap<Uai, Seen>,
    limits: Limits,
}

/// A school that was read.
#[derive(Debug)]
struct Seen {
    line: u64,
    /// What the columns of [`SAID`] said, as a hash each: enough to tell whether another line says otherwise.
    said: [u64; SAID.len()],
}

/// The columns that two lines of one school may disagree about.
const SAID: [&str; 5] = ["Nom_etablissement", "Type_etablissement", "Mail", "ministere_tutelle", "etat"];

impl<R: BufRead> Listing<R> {
    /// Reads the header.
    pub fn open(source: R, limits: Limits) -> Result<Self, OpenError> {
        let mut lines = Lines::new(source, limits.line);
        let (number, header) = loop {
            match lines.next().transpose()? {
                None => return Err(OpenError::Refused(Refusal::new(RefusalCode::Empty, "The file is empty."))),
                Some((_, Line::Bytes(bytes))) if bytes.trim_ascii().is_empty() => {}
                Some((number, Line::Bytes(bytes))) => break (number, bytes),
                Some((number, Line::TooLong)) => {
                    let detail = format!("Line {number} has more than {} bytes: this is no CSV.", limits.line);
                    return Err(OpenError::Refused(Refusal::new(RefusalCode::NotCsv, detail)));
                }
            }
        };
        let columns = Columns::find(&header, limits.field).map_err(OpenError::Refused)?;
        let remarks =
            columns.missing.iter().map(|missing| Remark::column_missing(number, missing.name, missing.without));
        let remarks = remarks.collect();
        let records = Records::new(lines, &columns, limits.line, limits.field);
        Ok(Self { records, columns, remarks, seen: HashMap::new(), limits })
    }

    /// What is to be said of the file as a whole.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    fn read(&mut self, number: u64, line: Line) -> Listed {
        let refused = |code, uai: &str, message: String| Listed::Refused(Problem::new(number, code, uai, &message));
        let Line::Bytes(bytes) = line else {
            let limit = self.limits.line;
            let message = format!("the line has more than {limit} bytes; shorten it, or look for a missing line break");
            return refused(ProblemCode::LineTooLong, "", message);
        };
        let Ok(text) = str::from_utf8(&bytes) else {
            let message = "the line is not UTF-8; save the file as UTF-8".to_owned();
            return refused(ProblemCode::NotUtf8, "", message);
        };
        let fields = match split(text, self.limits.field) {
            Ok(fields) => fields,
            Err(broken) => return refused(broken.fault.into(), "", broken.fault.message()),
        };
        let expected = self.columns.count;
        if fields.len() != expected {
            let found = fields.len();
            let message = format!(
                "{found} fields where the header has {expected}; look for a missing or unquoted ; or for a line break within a field"
            );
            return refused(ProblemCode::FieldCount, "", message);
        }
        self.school(number, &fields).unwrap_or_else(Listed::Refused)
    }

    fn school(&mut self, number: u64, fields: &[Cow<'_, str>]) -> Result<Listed, Problem> {
        let field = |at: Option<usize>| at.and_then(|at| fields.get(at)).map_or("", |field| field.trim());
        let typed = field(Some(self.columns.uai));
        let problem = |code, message: String| Problem::new(number, code, typed, &message);

        let uai = Uai::parse(typed).map_err(|error| match error {
            UaiError::Shape if typed.is_empty() => {
                problem(ProblemCode::UaiMissing, "the UAI is missing; fill it in".to_owned())
            }
            UaiError::Shape => problem(
                ProblemCode::UaiShape,
                "the UAI has not the shape of one (seven digits and a letter, for instance 0750654D); correct it"
                    .to_owned(),
            ),
            UaiError::Key { expected } => problem(
                ProblemCode::UaiKey,
                format!(
                    "the key of the UAI should be {expected}, with these seven digits; correct the digits or the letter"
                ),
            ),
        })?;
        let said = self.said(fields);
        if let Some(first) = self.seen.get(&uai) {
            let differ = SAID.iter().zip(first.said.iter().zip(said)).filter(|(_, (before, now))| *before != now);
            let differ: Vec<_> = differ.map(|(column, _)| *column).collect();
            return Ok(Listed::Again(Remark::school_listed_twice(number, typed, first.line, &differ)));
        }
        let name = text(field(Some(self.columns.name)), "Nom_etablissement", LONGEST_NAME)
            .map_err(|(code, message)| problem(code, message))?;
        if name.is_empty() {
            return Err(problem(ProblemCode::NameMissing, "Nom_etablissement is empty; fill it in".to_owned()));
        }
        let kind = text(field(self.columns.kind), "Type_etablissement", LONGEST_KIND)
            .map_err(|(code, message)| problem(code, message))?;
        let town = text(field(self.columns.town), "Nom_commune", LONGEST_KIND)
            .map_err(|(code, message)| problem(code, message))?;
        let mail = field(self.columns.mail);
        let (mailbox, warning) = match EmailAddress::parse(mail) {
            Ok(address) => (Some(address), None),
            Err(_) if mail.is_empty() => (None, None),
            Err(error) => {
                let message = format!("Mail is {error}: the school is loaded without it; correct it");
                (None, Some(problem(ProblemCode::MailInvalid, message)))
            }
        };
        self.seen.insert(uai, Seen { line: number, said });
        let state = field(self.columns.state);
        let school = ListedSchool {
            uai,
            name: name.to_owned(),
            kind: kind.to_owned(),
            town: town.to_owned(),
            ministry: Ministry::parse(field(self.columns.ministry)),
            mailbox,
            // "A OUVRIR" and "A FERMER" have a head at work.
            closed: matches!(names::fold(state).as_str(), "ferme" | "fermee"),
        };
        Ok(Listed::School(school, warning))
    }

    /// What a line says in the columns of [`SAID`].
    fn said(&self, fields: &[Cow<'_, str>]) -> [u64; SAID.len()] {
        let columns = &self.columns;
        [Some(columns.name), columns.kind, columns.mail, columns.ministry, columns.state].map(|at| {
            let mut hasher = DefaultHasher::new();
            at.and_then(|at| fields.get(at)).map(|field| field.trim()).hash(&mut hasher);
            hasher.finish()
        })
    }
}

impl<R: BufRead> Iterator for Listing<R> {
    type Item = io::Result<Listed>;

    fn next(&mut self) -> Option<io::Result<Listed>> {
        loop {
            return match self.records.next()? {
                Ok((_, Line::Bytes(bytes))) if bytes.trim_ascii().is_empty() => continue,
                Ok((number, line)) => Some(Ok(self.read(number, line))),
                Err(error) => Some(Err(error)),
            };
        }
    }
}

/// A text that people will read, in mails among others.
fn text<'a>(text: &'a str, column: &str, longest: usize) -> Result<&'a str, (ProblemCode, String)> {
    let found = text.chars().count();
    if found > longest {
        let message = format!("{column} has {found} characters, at most {longest} are taken; shorten it");
        return Err((ProblemCode::TextTooLong, message));
    }
    match text.chars().find(|c| is_damage(*c)) {
        Some(sign) => {
            let message =
                format!("{column} holds the sign U+{:04X}, which no name has; type it again", u32::from(sign));
            Err((ProblemCode::TextDamaged, message))
        }
        None => Ok(text),
    }
}
