//! What can be wrong with a directory of schools, and how operators are told.

use rentree_rows::{Fault, is_damage};
use serde::Serialize;

use super::codes::codes;

codes! {
    /// What is wrong with a line.
    ProblemCode {
        /// More bytes than a line may have.
        LineTooLong,
        /// Not UTF-8.
        NotUtf8,
        /// A quote is open, or in the wrong place.
        Quotes,
        /// More bytes than a field may have.
        FieldTooLong,
        /// Not as many fields as the header.
        FieldCount,
        /// No UAI.
        UaiMissing,
        /// Not a UAI.
        UaiShape,
        /// Another key letter than the digits give.
        UaiKey,
        /// No name.
        NameMissing,
        /// A name or kind that is too long.
        TextTooLong,
        /// A name or kind with signs that none has.
        TextDamaged,
        /// A warning: the school is loaded without mailbox.
        MailInvalid,
    }
}

impl From<Fault> for ProblemCode {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Open { .. } | Fault::Misplaced { .. } => Self::Quotes,
            Fault::TooLong { .. } => Self::FieldTooLong,
        }
    }
}

codes! {
    /// Why a file is refused as a whole.
    RefusalCode {
        /// Nothing in it, or nothing but a header.
        Empty,
        /// Not a CSV.
        NotCsv,
        /// A column that we need is not there.
        MissingColumn,
        /// A column that we read is there twice.
        DuplicateColumn,
        /// More bytes than a file may have.
        TooLarge,
        /// It was gone before it was read.
        Missing,
        /// It could not be loaded, in spite of every try. Nothing is wrong with it.
        Technical,
    }
}

/// Something wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Line in the file; the header is 1.
    pub line: u64,
    /// What it is.
    pub code: ProblemCode,
    /// The UAI as the file has it, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uai: Option<String>,
    /// What is wrong, where, and how to mend it: one sentence.
    pub message: String,
}

impl Problem {
    pub(super) fn new(line: u64, code: ProblemCode, uai: &str, what: &str) -> Self {
        let uai = shown(uai);
        let message = sentence(line, &uai, what);
        Self { line, code, uai: Some(uai).filter(|uai| !uai.is_empty()), message }
    }

    /// Whether the school is loaded all the same.
    pub fn is_warning(&self) -> bool {
        self.code == ProblemCode::MailInvalid
    }
}

/// What stands in the column of the UAI, whatever it is: a few signs, and none that a terminal would obey.
pub(super) fn shown(uai: &str) -> String {
    uai.chars().filter(|c| !is_damage(*c)).take(20).collect()
}

/// What is said of a line, and of which school.
pub(super) fn sentence(line: u64, uai: &str, what: &str) -> String {
    let about = if uai.is_empty() { String::new() } else { format!(" ({uai})") };
    format!("Line {line}{about}: {what}.")
}

/// Why a file is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// What it is.
    pub code: RefusalCode,
    /// What is wrong, and how to mend it.
    pub detail: String,
}

impl Refusal {
    pub(crate) fn new(code: RefusalCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}
