//! The bytes of a school's file → entries, problems and remarks. Pure and streaming: one pass, memory for the entries only.
//!
//! Three files are understood, told apart by their content and never by their name: the SIECLE export "Élèves sans
//! adresse" as XML, the zip that holds it, and the Fregata "Export CSV vers Pix". What is known of them, and what happens
//! to them on their way, is in `docs/files.md`.
//!
//! A file is either **refused** as a whole ([`Refusal`]), or read to its end: pupils that could be imported
//! ([`Reading::entries`]) with what the school should look at ([`Reading::remarks`]), pupils left out
//! ([`Reading::left_out`]) and every problem of the others ([`Reading::problems`]). Nothing is ever skipped silently.
//!
//! The modules are read in this order, and each needs only those after it: `container` (what kind of file is it?),
//! `siecle` and `fregata` (the two formats), `decode` (bytes to text), `assemble` (the end of a reading), `draft`
//! (one pupil while it is read), then what is checked of a value: `check`, `spreadsheet`, `damage`,
//! `odd_name`, `text`.

mod assemble;
mod check;
mod container;
mod damage;
mod decode;
mod draft;
mod duplicates;
mod fregata;
mod lines;
mod odd_name;
mod options;
mod problem;
mod reading;
mod refusal;
pub mod report;
mod siecle;
mod spreadsheet;
mod stop;
#[cfg(test)]
mod tests;
mod text;
mod wording;

use std::io::{self, Read, Seek};

pub use options::{Limits, Options};
pub use problem::{LeftOut, LeftOutCode, Problem, ProblemCode, Refusal, RefusalCode, Remark, RemarkCode};
pub use reading::{Format, Reading, SetAside};

/// Reads a whole file.
///
/// # Errors
/// Only when `source` cannot be read: whatever is wrong with the file itself is in the [`Reading`].
pub fn read<R: Read + Seek>(source: R, options: &Options) -> io::Result<Reading> {
    container::read(source, options)
}
