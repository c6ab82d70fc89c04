//! What kind of file is it? Told by its first bytes; a zip is opened and must hold one XML file.

mod archive;
mod foreign;
mod head;

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use crate::decode::{read_head, visible};
use crate::options::Options;
use crate::problem::{Refusal, RefusalCode};
use crate::reading::{Format, Reading};
use crate::refusal::{not_ours, too_large, unsupported_encoding, zip_damaged};
use crate::{fregata, siecle};
use head::{HEAD_BYTES, is_wide_mark, wide_encoding};

/// Reads `source`, whatever it is.
pub(crate) fn read<R: Read + Seek>(mut source: R, options: &Options) -> io::Result<Reading> {
    let size = source.seek(SeekFrom::End(0))?;
    source.rewind()?;
    if size > options.limits.file_bytes {
        return Ok(Reading::refused(None, too_large()));
    }
    let head = read_head(&mut source, HEAD_BYTES)?;
    if head.starts_with(b"PK") {
        return archive::read(source, options);
    }
    // A zip begins the file, or something was put before it and the places in it are wrong.
    if visible(&head).starts_with(b"PK\x03\x04") {
        return Ok(Reading::refused(None, zip_damaged()));
    }
    if let Some(refusal) = unreadable(&head) {
        return Ok(Reading::refused(None, refusal));
    }
    let text = visible(&head);
    if text.starts_with(b"<") {
        return siecle::read(Cursor::new(head).chain(source), options);
    }
    if fregata::is_separator_line(text) {
        return Ok(Reading::refused(None, empty()));
    }
    if !fregata::is_header(text) {
        return Ok(Reading::refused(None, not_ours()));
    }
    if size > options.limits.csv_bytes {
        return Ok(Reading::refused(Some(Format::Fregata), too_large()));
    }
    fregata::read(Cursor::new(head).chain(source), options)
}

/// The refusal of a text that begins with `head` and is empty, or none that is read, by what can be seen of it.
fn unreadable(head: &[u8]) -> Option<Refusal> {
    // Before anything is dropped as white space: an old workbook begins with a tab.
    let text = visible(head);
    if let Some(refusal) = foreign::refusal(head).or_else(|| foreign::refusal(text)) {
        return Some(refusal);
    }
    if text.is_empty() || is_wide_mark(head) {
        return Some(empty());
    }
    wide_encoding(head).map(unsupported_encoding)
}

fn empty() -> Refusal {
    Refusal::new(RefusalCode::Empty, "Le fichier est vide. Merci de refaire l’export.")
}
