//! What a file holds.

use rentree_domain::Entry;
use rentree_domain::import::Dated;
use rentree_domain::learner::Identity;
use serde::Serialize;

use crate::problem::{LeftOut, Problem, Refusal, Remark};

/// Which software made the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// SIECLE "Élèves sans adresse", as XML or in its zip.
    Siecle,
    /// Fregata "Export CSV vers Pix".
    Fregata,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// `None` when the file is neither.
    pub format: Option<Format>,
    /// Why the file was refused; the lists below may then be incomplete.
    pub refusal: Option<Refusal>,
    /// The school that the file says it is of, as written there.
    pub uai: Option<String>,
    /// When the file was made, if it says so.
    pub dated: Dated,
    /// Pupils that could be imported, in the order of the file.
    pub entries: Vec<Entry>,
    /// The line of each of [`entries`](Self::entries), from 1.
    pub entry_lines: Vec<u64>,
    /// Pupils who left or have no class.
    pub left_out: Vec<LeftOut>,
    /// Everything that is wrong with the other pupils, by line.
    pub problems: Vec<Problem>,
    /// What the school should look at among [`entries`](Self::entries), by line. A remark keeps nobody out.
    pub remarks: Vec<Remark>,
    /// Who the pupils with problems are, one per pupil, by line.
    pub set_aside: Vec<SetAside>,
}

/// A pupil of the file who cannot be imported as is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Line in the file, from 1.
    pub line: u64,
    /// `DUPONT Karine`.
    pub name: String,
    /// What could be read of who it is.
    pub identity: Identity,
}

impl Reading {
    pub(crate) fn of(format: Format) -> Self {
        Self { format: Some(format), ..Self::default() }
    }

    pub(crate) fn refused(format: Option<Format>, refusal: Refusal) -> Self {
        Self { format, refusal: Some(refusal), ..Self::default() }
    }
}
