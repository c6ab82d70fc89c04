//! Realistic SIECLE and Fregata files of invented pupils: any number, any fault on any pupil, any encoding, zipped or
//! not. The same seed gives the same pupils, so that a school can be followed through a year of imports.
//!
//! Also the public directory of schools, with invented ones, and the certifications of a session.
//!
//! No real person: names are drawn from lists, dates and numbers from a generator.

mod certifications;
mod directory;
mod fault;
mod fregata;
mod people;
mod siecle;

use std::io::{Cursor, Write};

use encoding_rs::Encoding;
use jiff::civil::DateTime;
use rentree_domain::Uai;
use rentree_domain::school_year::SchoolYear;

pub use directory::{DirectoryFault, ListedRow, SchoolDirectory};
pub use fault::{Fault, UnknownFault};
pub use people::Pupil;

/// A school's file, before it is written.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The school, as the file will say.
    pub uai: String,
    /// The school year of the file.
    pub school_year: SchoolYear,
    /// When it was exported, Paris time.
    pub exported_at: DateTime,
    /// The pupils, in the order of the file.
    pub pupils: Vec<Pupil>,
    /// Whether the classes stand before the pupils (SIECLE does both).
    pub classes_first: bool,
    seed: u64,
}

/// A file, and where its pupils are.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Line of each pupil, from 1, in the order of [`Sample::pupils`].
    pub lines: Vec<u64>,
}

impl Sample {
    /// `count` pupils of the school `uai`, without any fault.
    pub fn new(uai: Uai, count: usize, seed: u64) -> Self {
        let mut sample = Self {
            uai: uai.to_string(),
            school_year: SchoolYear::of(jiff::civil::date(2026, 9, 1)),
            exported_at: jiff::civil::date(2026, 9, 1).at(8, 30, 0, 0),
            pupils: Vec::with_capacity(count),
            classes_first: false,
            seed,
        };
        sample.enrol(0..count);
        sample
    }

    /// Adds the pupils of these numbers: the same number is always the same pupil of this seed.
    pub fn enrol(&mut self, numbers: impl IntoIterator<Item = usize>) {
        let seed = self.seed;
        self.pupils.extend(numbers.into_iter().map(|number| Pupil::invent(seed, number)));
    }

    /// Puts `fault` on the pupil at `index`.
    pub fn spoil(&mut self, index: usize, fault: Fault) {
        fault.apply(&mut self.pupils, index);
    }

    /// The SIECLE export, declared and written in `encoding`.
    pub fn siecle(&self, encoding: &'static Encoding) -> Rendered {
        siecle::render(self, encoding)
    }

    /// The Fregata export, written in `encoding`.
    pub fn fregata(&self, encoding: &'static Encoding) -> Rendered {
        fregata::render(self, encoding)
    }
}

/// A zip that holds these files, in this order.
///
/// # Panics
/// Never: writing into memory cannot fail.
pub fn zip<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in files {
        writer.start_file(name, options).expect("in memory");
        writer.write_all(bytes).expect("in memory");
    }
    writer.finish().expect("in memory").into_inner()
}

/// The zip as SIECLE gives it.
pub fn siecle_zip(xml: &[u8]) -> Vec<u8> {
    zip([("ElevesSansAdresses.xml", xml)])
}

/// `text` in `encoding`. What the encoding lacks becomes `?`, as in the software that makes such files.
fn encode(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    if encoding == encoding_rs::UTF_8 {
        return text.as_bytes().to_vec();
    }
    let mut encoder = encoding.new_encoder();
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        let mut chunk = vec![0; rest.len() * 2 + 16];
        let (result, read, written) = encoder.encode_from_utf8_without_replacement(rest, &mut chunk, true);
        bytes.extend_from_slice(&chunk[..written]);
        rest = &rest[read..];
        match result {
            encoding_rs::EncoderResult::InputEmpty => return bytes,
            encoding_rs::EncoderResult::OutputFull => {}
            encoding_rs::EncoderResult::Unmappable(_) => bytes.push(b'?'),
        }
    }
}
