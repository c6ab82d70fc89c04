//! What a reading says, for a person or a program: the two faces of `check-roster`.

use std::fmt::Write as _;

use rentree_domain::school_year::SchoolYear;
use serde::Serialize;

use crate::problem::{LeftOut, Problem, ProblemCode, Refusal, Remark, RemarkCode};
use crate::reading::{Format, Reading};

/// One problem with its words, as programs get it.
#[derive(Debug, Serialize)]
pub struct ProblemReport<'a> {
    /// Line of the pupil in the file.
    pub line: u64,
    /// The code.
    pub code: ProblemCode,
    /// The element or column, as the file names it.
    pub field: &'static str,
    /// `DUPONT Karine`.
    pub name: &'a str,
    /// One French sentence.
    pub message: String,
    /// How to mend it.
    pub remedy: String,
}

impl<'a> ProblemReport<'a> {
    /// The words of `problem` for a file of `format`.
    pub fn new(problem: &'a Problem, format: Format) -> Self {
        Self {
            line: problem.line,
            code: problem.code,
            field: problem.field,
            name: &problem.name,
            message: problem.message(),
            remedy: problem.remedy(format),
        }
    }
}

/// One remark with its words, as programs get it.
#[derive(Debug, Serialize)]
pub struct RemarkReport<'a> {
    /// Line of the pupil in the file.
    pub line: u64,
    /// The code.
    pub code: RemarkCode,
    /// `DUPONT Karine`.
    pub name: &'a str,
    /// One French sentence.
    pub message: String,
    /// What to look at.
    pub remedy: String,
}

impl<'a> RemarkReport<'a> {
    /// The words of `remark` for a file of `format`.
    pub fn new(remark: &'a Remark, format: Format) -> Self {
        Self {
            line: remark.line,
            code: remark.code,
            name: &remark.name,
            message: remark.message(),
            remedy: remark.remedy(format),
        }
    }
}

/// A whole reading, as programs get it.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    /// `null` when the file is neither SIECLE nor Fregata.
    pub format: Option<Format>,
    /// `null` when the file was read to its end.
    pub refused: Option<&'a Refusal>,
    /// First calendar year of the school year the file is of.
    pub school_year: Option<i16>,
    /// Pupils that could be imported as they are.
    pub entries: usize,
    /// Pupils who left or have no class.
    pub left_out: &'a [LeftOut],
    /// What the school should look at among the pupils who could be imported.
    pub remarks: Vec<RemarkReport<'a>>,
    /// What is wrong with the others.
    pub problems: Vec<ProblemReport<'a>>,
}

impl<'a> Report<'a> {
    /// The report on `reading`.
    pub fn new(reading: &'a Reading) -> Self {
        let format = reading.format.unwrap_or(Format::Siecle);
        Self {
            format: reading.format,
            refused: reading.refusal.as_ref(),
            school_year: reading.dated.school_year.map(SchoolYear::first),
            entries: reading.entries.len(),
            left_out: &reading.left_out,
            remarks: reading.remarks.iter().map(|remark| RemarkReport::new(remark, format)).collect(),
            problems: reading.problems.iter().map(|problem| ProblemReport::new(problem, format)).collect(),
        }
    }

    /// What `check-roster` ends with: 0 nothing wrong, with remarks or without; 1 problems; 2 refused.
    pub fn exit_status(&self) -> u8 {
        match (self.refused, self.problems.as_slice()) {
            (Some(_), _) => 2,
            (None, []) => 0,
            (None, _) => 1,
        }
    }

    /// The same in French, for a terminal.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        if let Some(refused) = self.refused {
            let _ = writeln!(text, "Fichier refusé ({}).\n{}", refused.code, refused.detail);
            return text;
        }
        let format = match self.format {
            Some(Format::Siecle) => "SIECLE « Élèves sans adresse »",
            Some(Format::Fregata) => "Fregata « Export CSV vers Pix »",
            None => "inconnu",
        };
        let year = self.school_year.map(|y| format!(", année scolaire {y}-{}", y + 1)).unwrap_or_default();
        let _ = writeln!(text, "Format : {format}{year}.");
        let _ = writeln!(text, "Élèves qui peuvent être importés : {}.", self.entries);
        if !self.remarks.is_empty() {
            let _ = writeln!(text, "\nRemarques (ces élèves sont importés) : {}.", self.remarks.len());
            for remark in &self.remarks {
                let _ = writeln!(text, "  {}\n    → {}", remark.message, remark.remedy);
            }
        }
        if !self.left_out.is_empty() {
            let _ = writeln!(text, "\nÉlèves non importés (sortis ou sans classe) : {}.", self.left_out.len());
            for left_out in self.left_out {
                let _ = writeln!(text, "  {}", left_out.message());
            }
        }
        if !self.problems.is_empty() {
            let _ = writeln!(text, "\nLe contenu du fichier comporte des erreurs : {}.", self.problems.len());
            for problem in &self.problems {
                let _ = writeln!(text, "  {}\n    → {}", problem.message, problem.remedy);
            }
        }
        text
    }
}
