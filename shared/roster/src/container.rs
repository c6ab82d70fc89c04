//! What kind of file is it? Told by its first bytes; a zip is opened and must hold one XML file.

mod archive;
mod foreign;
mod head;

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use crate::options::Options;
use crate::problem::{Refusal, RefusalCode};
use crate::reading::{Format, Reading};
use crate::refusal::{not_ours, too_large, unsupported_encoding};
use crate::{fregata, siecle};
use head::{HEAD_BYTES, is_utf_16, visible};

/// Reads `source`, whatever it is.
pub(crate) fn read<R: Read + Seek>(mut source: R, options: &Options) -> io::Result<Reading> {
    let size = source.seek(SeekFrom::End(0))?;
    source.rewind()?;
    if size > options.limits.file_bytes {
        return Ok(Reading::refused(None, too_large()));
    }
    let mut head = Vec::new();
    source.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    if head.starts_with(b"PK") {
        return archive::read(source, options);
    }
    if is_utf_16(&head) {
        return Ok(Reading::refused(None, unsupported_encoding("UTF-16")));
    }
    let text = visible(&head);
    if text.is_empty() {
        let refusal = Refusal::new(RefusalCode::Empty, "Le fichier est vide. Merci de refaire l’export.");
        return Ok(Reading::refused(None, refusal));
    }
    if let Some(refusal) = foreign::refusal(text) {
        return Ok(Reading::refused(None, refusal));
    }
    if text.starts_with(b"<") {
        return siecle::read(Cursor::new(head).chain(source), options);
    }
    if !fregata::is_header(text) {
        return Ok(Reading::refused(None, not_ours()));
    }
    if size > options.limits.csv_bytes {
        return Ok(Reading::refused(Some(Format::Fregata), too_large()));
    }
    fregata::read(Cursor::new(head).chain(source), options)
}
