//! The bytes of a school's file → entries and problems. Pure and streaming: one pass, memory for the entries only.
//!
//! Three files are understood, told apart by their content and never by their name: the SIECLE export "Élèves sans
//! adresse" as XML, the zip that holds it, and the Fregata "Export CSV vers Pix".
//!
//! A file is either **refused** as a whole ([`Refusal`]), or read to its end: pupils that could be imported
//! ([`Reading::entries`]), pupils left out ([`Reading::left_out`]) and every problem of the others
//! ([`Reading::problems`]). Nothing is ever skipped silently.

mod assemble;
mod check;
mod container;
mod damage;
mod decode;
mod draft;
mod fregata;
mod problem;
pub mod report;
mod siecle;
#[cfg(test)]
mod tests;
mod wording;

use std::io::{self, Read, Seek};

use jiff::civil::Date;
use rentree_domain::import::{Dated, MAX_FILE_BYTES};
use rentree_domain::learner::Identity;
use rentree_domain::{Entry, Uai};
use serde::Serialize;

pub use problem::{LeftOut, LeftOutCode, Problem, ProblemCode, Refusal, RefusalCode};

/// What must hold for a file, and how much of it is read.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The school that uploads; `None` when nobody knows (the offline command).
    pub uai: Option<Uai>,
    /// The day in Paris, for pupils who left and dates of birth in the future.
    pub today: Date,
    /// Limits on everything.
    pub limits: Limits,
}

impl Options {
    /// Options with the limits of production.
    pub fn new(uai: Option<Uai>, today: Date) -> Self {
        Self { uai, today, limits: Limits::default() }
    }
}

/// How much of a file is read before it is refused.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the file as uploaded.
    pub file_bytes: u64,
    /// Bytes of a CSV, where one open quote can make a record of all the rest. 50,000 pupils take 15 MB.
    pub csv_bytes: u64,
    /// Bytes of text, once out of the zip.
    pub text_bytes: u64,
    /// Text bytes per zipped byte, once the text is over a mebibyte. Real exports reach 25.
    pub zip_ratio: u64,
    /// Files in a zip.
    pub zip_entries: u64,
    /// Pupils, of any kind.
    pub pupils: usize,
    /// Bytes of one tag, one text or one comment.
    pub token_bytes: usize,
    /// Nested elements.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: MAX_FILE_BYTES,
            csv_bytes: 32 * 1024 * 1024,
            text_bytes: 256 * 1024 * 1024,
            zip_ratio: 300,
            zip_entries: 1_000,
            pupils: 50_000,
            token_bytes: 1024 * 1024,
            depth: 32,
        }
    }
}

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
    /// Pupils who left or have no class.
    pub left_out: Vec<LeftOut>,
    /// Everything that is wrong with the other pupils, by line.
    pub problems: Vec<Problem>,
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
    fn refused(format: Option<Format>, refusal: Refusal) -> Self {
        Self { format, refusal: Some(refusal), ..Self::default() }
    }
}

/// Reads a whole file.
///
/// # Errors
/// Only when `source` cannot be read: whatever is wrong with the file itself is in the [`Reading`].
pub fn read<R: Read + Seek>(source: R, options: &Options) -> io::Result<Reading> {
    container::read(source, options)
}
