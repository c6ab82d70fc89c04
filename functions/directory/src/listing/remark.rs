//! What operators should know of a file that is loaded all the same: no school is lost by it, and nothing is wrong with a line.

use serde::Serialize;

use super::codes::codes;
use super::problem::{sentence, shown};

codes! {
    /// What is remarked.
    RemarkCode {
        /// A school on a second line. The first one is loaded.
        SchoolListedTwice,
        /// A column that we would have read is not there.
        ColumnMissing,
    }
}

/// Something to know about a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// Line in the file; the header is 1.
    pub line: u64,
    /// What it is.
    pub code: RemarkCode,
    /// The UAI as the file has it, if it is about a school.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uai: Option<String>,
    /// What is so, where, and what follows: one sentence.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

impl Remark {
    /// A school that `first` has given already; `differ` are the columns that say otherwise here.
    pub(super) fn school_listed_twice(line: u64, uai: &str, first: u64, differ: &[&str]) -> Self {
        let uai = shown(uai);
        let otherwise = match differ {
            [] => "says the same".to_owned(),
            columns => format!("says otherwise in {}", columns.join(", ")),
        };
        let what =
            format!("this school is at line {first} already, which is loaded; this line is not, and {otherwise}");
        Self {
            line,
            code: RemarkCode::SchoolListedTwice,
            message: sentence(line, &uai, &what),
            uai: Some(uai),
            remedy: format!(
                "Do nothing where the two lines are parts of one school, as the public directory has them. If line {line} is the right \
                 one, delete line {first} and load the file again."
            ),
        }
    }

    /// The header, at `line`, lacks a column, and what follows.
    pub(super) fn column_missing(line: u64, column: &str, without: &str) -> Self {
        Self {
            line,
            code: RemarkCode::ColumnMissing,
            uai: None,
            message: sentence(line, "", &format!("the header has no column {column}: {without}")),
            remedy: format!(
                "Download the file again with the column {column}, and load it: what this load left blank, also of schools that were \
                 known, is filled in then."
            ),
        }
    }
}
