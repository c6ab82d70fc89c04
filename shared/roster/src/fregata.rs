//! Fregata "Export CSV vers Pix", DOMAIN §5. Columns by name, in any order; encoding and separator by the header.

mod apprentice;
mod columns;
mod newlines;

use std::io::{self, BufRead, BufReader, Read};

use csv::ByteRecord;
use encoding_rs::{Encoding, MACINTOSH, UTF_8, WINDOWS_1252};

use crate::assemble::assemble;
use crate::container::{is_damage, too_large};
use crate::draft::Draft;
use crate::problem::{Refusal, RefusalCode};
use crate::{Format, Options, Reading};
use columns::Columns;
use newlines::UnixLines;

/// Whether the first line of a file names at least one column of Fregata, in whatever encoding.
pub(crate) fn is_header(head: &[u8]) -> bool {
    !head.contains(&0) && Dialect::of(head).is_some()
}

/// Encoding and separator of a file.
#[derive(Debug, Clone, Copy)]
struct Dialect {
    encoding: &'static Encoding,
    separator: u8,
}

impl Dialect {
    /// The one under which the header names the most columns.
    fn of(head: &[u8]) -> Option<Self> {
        let line = head.split(|c| matches!(c, b'\n' | b'\r')).find(|line| !line.trim_ascii().is_empty())?;
        let candidates = [UTF_8, WINDOWS_1252, MACINTOSH].into_iter().flat_map(|encoding| {
            let header = encoding.decode_without_bom_handling(line).0;
            [b';', b',', b'\t'].map(|separator| {
                let known = header.split(char::from(separator)).filter(|name| columns::is_known(name)).count();
                (known, Self { encoding, separator })
            })
        });
        // `max_by_key` keeps the last of equals, and UTF-8 comes first: hence the reversal.
        candidates.filter(|(known, _)| *known > 0).rev().max_by_key(|(known, _)| *known).map(|(_, dialect)| dialect)
    }
}

/// Reads a file that [`is_header`] has recognised.
pub(crate) fn read<R: Read>(mut source: R, options: &Options) -> io::Result<Reading> {
    let mut head = Vec::new();
    source.by_ref().take(4096).read_to_end(&mut head)?;
    if head.starts_with(b"\xEF\xBB\xBF") {
        head.drain(..3);
    }
    let dialect = Dialect::of(&head).unwrap_or(Dialect { encoding: UTF_8, separator: b';' });
    let text = UnixLines::new(BufReader::new(io::Cursor::new(head).chain(source)), options.limits.token_bytes);
    let mut csv =
        csv::ReaderBuilder::new().delimiter(dialect.separator).has_headers(false).flexible(true).from_reader(text);

    let mut reading = Reading::of(Format::Fregata);
    match records(&mut csv, dialect, options) {
        Ok(drafts) => assemble(drafts, &mut reading),
        Err(Stop::Refused(refusal)) => reading.refusal = Some(refusal),
        Err(Stop::Unreadable(error)) => return Err(error),
    }
    Ok(reading)
}

enum Stop {
    Refused(Refusal),
    Unreadable(io::Error),
}

impl From<csv::Error> for Stop {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) if is_damage(&error) => Self::Refused(too_large()),
            csv::ErrorKind::Io(error) => Self::Unreadable(error),
            // Byte records of any length: nothing else can be wrong.
            _ => Self::Refused(Refusal::new(RefusalCode::NotXml, "Le fichier CSV ne peut pas être lu.")),
        }
    }
}

/// A pupil may have swallowed the next one: nobody can tell where lines end.
fn open_quote(line: u64) -> Refusal {
    let detail = format!(
        "Ligne {line} : un guillemet (\") ouvert n’est pas refermé, les lignes suivantes ne peuvent pas être lues. Dans Fregata, sur la \
         fiche apprenant : supprimez ce guillemet, puis refaites l’export."
    );
    Refusal::new(RefusalCode::NotXml, detail)
}

fn records<R: BufRead>(
    csv: &mut csv::Reader<UnixLines<R>>,
    dialect: Dialect,
    options: &Options,
) -> Result<Vec<Draft>, Stop> {
    let mut drafts = Vec::new();
    let mut record = ByteRecord::new();
    let mut columns = None;
    while csv.read_byte_record(&mut record)? {
        // The reader passes over blank lines before it notes where a record begins; where it ended is certain.
        let inner_lines = memchr::memchr_iter(b'\n', record.as_slice()).count() as u64;
        let line = csv.position().line() - 1 - inner_lines;
        let blank = record.iter().all(|value| value.trim_ascii().is_empty());
        match &columns {
            _ if blank => {}
            None => columns = Some(Columns::find(&record, dialect.encoding).map_err(Stop::Refused)?),
            Some(columns) => {
                if drafts.len() == options.limits.pupils {
                    let detail = format!("Le fichier contient plus de {} apprenants.", options.limits.pupils);
                    return Err(Stop::Refused(Refusal::new(RefusalCode::TooManyEntries, detail)));
                }
                if Columns::has_open_quote(&record, dialect.separator) {
                    return Err(Stop::Refused(open_quote(line)));
                }
                let values = columns.values(&record, dialect.encoding, line).map_err(Stop::Refused)?;
                drafts.push(apprentice::read(line, &values, options.today));
            }
        }
    }
    Ok(drafts)
}
