//! Fregata "Export CSV vers Pix": see `docs/files.md`. Columns by name, in any order; encoding and separator by the header.

mod apprentice;
mod columns;
mod dialect;
mod records;
mod row;

use std::io::{self, BufRead, BufReader, Read};

use crate::assemble::assemble;
use crate::decode::{read_head, without_marks};
use crate::draft::Draft;
use crate::options::Options;
use crate::problem::{Refusal, RefusalCode};
use crate::reading::{Format, Reading};
use crate::refusal::{not_ours, too_large, too_many};
use crate::stop::{Stop, is_damage};
use crate::text::is_padding;
use columns::Columns;
use dialect::Dialect;
pub(crate) use dialect::is_separator_line;
use records::{Cells, RecordError, Records};
use row::Rows;

/// Whether the first line of a file names at least one column of Fregata, in whatever encoding.
pub(crate) fn is_header(head: &[u8]) -> bool {
    let text = head.trim_ascii_end();
    let text = &text[..text.iter().rposition(|byte| !is_padding(*byte)).map_or(0, |last| last + 1)];
    !text.contains(&0) && Dialect::of(text).is_some()
}

/// Reads a file that [`is_header`] has recognised.
pub(crate) fn read<R: Read>(mut source: R, options: &Options) -> io::Result<Reading> {
    let mut head = read_head(&mut source, 4096)?;
    head.drain(..head.len() - without_marks(&head).len());
    let Some(dialect) = Dialect::of(&head) else {
        return Ok(Reading::refused(None, not_ours()));
    };
    let source = BufReader::new(io::Cursor::new(head).chain(source));
    let records = Records::new(source, dialect.separator, options.limits.token_bytes);

    let mut reading = Reading::of(Format::Fregata);
    match drafts(records, dialect, options) {
        Ok(drafts) => assemble(drafts, &mut reading),
        Err(Stop::Refused(refusal)) => reading.refusal = Some(refusal),
        Err(Stop::Unreadable(error)) => return Err(error),
    }
    Ok(reading)
}

impl From<RecordError> for Stop {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::OpenQuote(line) => Self::Refused(open_quote(line)),
            RecordError::Io(error) if is_damage(&error) => Self::Refused(too_large()),
            RecordError::Io(error) => Self::Unreadable(error),
        }
    }
}

/// A pupil may have swallowed all those behind: nobody can tell where rows end.
fn open_quote(line: u64) -> Refusal {
    let detail = format!(
        "Ligne {line} : un guillemet (\") ouvert n’est pas refermé, les lignes suivantes ne peuvent pas être lues. Dans Fregata, sur la \
         fiche apprenant : supprimez ce guillemet, puis refaites l’export."
    );
    Refusal::new(RefusalCode::NotXml, detail)
}

fn drafts<R: BufRead>(mut records: Records<R>, dialect: Dialect, options: &Options) -> Result<Vec<Draft>, Stop> {
    let mut cells = Cells::default();
    let columns = loop {
        let Some(row) = records.next()? else { return Ok(Vec::new()) };
        cells.split(row.text, dialect.separator);
        if !row::is_blank(&cells, dialect) && !is_separator_line(row.text) {
            break Columns::find(&cells, |cell| row::decode_lossy(without_marks(cell), dialect), row.line)?;
        }
    };
    let mut rows = Rows::new(dialect, columns, options.today);
    while let Some(row) = records.next()? {
        rows.read(row)?;
        if rows.drafts.len() > options.limits.pupils {
            return Err(too_many("apprenants", options.limits.pupils).into());
        }
    }
    Ok(rows.drafts)
}
