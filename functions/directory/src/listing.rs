//! The CSV of the public directory of schools, read line by line. Pure: bytes in, schools and problems out, whatever the
//! bytes; memory holds one line, and the UAI of each school so far.
//!
//! One line is one school. (A line break within quotes would make a quote that is never closed swallow the lines that follow it,
//! and one damaged line must not take others with it.)

mod columns;
mod fields;
mod lines;
mod problem;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, BufRead};

use rentree_domain::{EmailAddress, ListedSchool, Ministry, Uai, UaiError, name as names};

use columns::Columns;
use lines::{Line, Lines};
pub use problem::{Problem, ProblemCode, Refusal, RefusalCode};

/// The longest texts that we keep, in characters.
const LONGEST_NAME: usize = 255;
const LONGEST_KIND: usize = 100;

/// What is read at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole file. The real one has some tens of megabytes.
    pub file: u64,
    /// Bytes of a line.
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

/// The lines of a directory of schools, one after the other.
#[derive(Debug)]
pub struct Listing<R> {
    lines: Lines<R>,
    columns: Columns,
    seen: HashMap<Uai, u64>,
    limits: Limits,
}

impl<R: BufRead> Listing<R> {
    /// Reads the header.
    pub fn open(source: R, limits: Limits) -> Result<Self, OpenError> {
        let mut lines = Lines::new(source, limits.line);
        let header = loop {
            match lines.next().transpose()? {
                None => return Err(OpenError::Refused(Refusal::new(RefusalCode::Empty, "The file is empty."))),
                Some((_, Line::Bytes(bytes))) if bytes.trim_ascii().is_empty() => {}
                Some((_, Line::Bytes(bytes))) => break bytes,
                Some((number, Line::TooLong)) => {
                    let detail = format!("Line {number} has more than {} bytes: this is no CSV.", limits.line);
                    return Err(OpenError::Refused(Refusal::new(RefusalCode::NotCsv, detail)));
                }
            }
        };
        let columns = Columns::find(&header, limits.field).map_err(OpenError::Refused)?;
        Ok(Self { lines, columns, seen: HashMap::new(), limits })
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
        let fields = match fields::split(text, self.limits.field) {
            Ok(fields) => fields,
            Err((code, message)) => return refused(code, "", message),
        };
        let expected = self.columns.count;
        if fields.len() != expected {
            let found = fields.len();
            let message = format!(
                "{found} fields where the header has {expected}; look for a missing or unquoted ; or for a line break within a field"
            );
            return refused(ProblemCode::FieldCount, "", message);
        }
        match self.school(number, &fields) {
            Ok((school, warning)) => Listed::School(school, warning),
            Err(problem) => Listed::Refused(problem),
        }
    }

    fn school(&mut self, number: u64, fields: &[Cow<'_, str>]) -> Result<(ListedSchool, Option<Problem>), Problem> {
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
        if let Some(first) = self.seen.get(&uai) {
            let message = format!("this UAI is already at line {first}, which is loaded; delete one of the two lines");
            return Err(problem(ProblemCode::UaiDuplicate, message));
        }
        let name = text(field(Some(self.columns.name)), "Nom_etablissement", LONGEST_NAME)
            .map_err(|(code, message)| problem(code, message))?;
        if name.is_empty() {
            return Err(problem(ProblemCode::NameMissing, "Nom_etablissement is empty; fill it in".to_owned()));
        }
        let kind = text(field(self.columns.kind), "Type_etablissement", LONGEST_KIND)
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
        self.seen.insert(uai, number);
        let state = field(self.columns.state);
        let school = ListedSchool {
            uai,
            name: name.to_owned(),
            kind: kind.to_owned(),
            ministry: Ministry::parse(field(self.columns.ministry)),
            mailbox,
            // "A OUVRIR" and "A FERMER" have a head at work.
            closed: names::fold(state) == "ferme",
        };
        Ok((school, warning))
    }
}

impl<R: BufRead> Iterator for Listing<R> {
    type Item = io::Result<Listed>;

    fn next(&mut self) -> Option<io::Result<Listed>> {
        loop {
            return match self.lines.next()? {
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

/// Control characters, line and paragraph separators, marks that turn the direction of writing, and what stands for a sign
/// that was lost.
fn is_damage(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFD}')
}
