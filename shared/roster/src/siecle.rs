//! SIECLE "Élèves sans adresse", DOMAIN §4. One pass over the document; classes may stand before or after the pupils.

mod document;
mod pupil;

use std::io::{self, BufReader, Cursor, Read};

use encoding_rs::{Encoding, ISO_8859_15, UTF_8, WINDOWS_1252};
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::decode::Utf8Text;
use crate::problem::{Refusal, RefusalCode};
use crate::{Format, Options, Reading};
use document::{Document, Stop};

/// Reads an XML text that begins with `<`, whatever it turns out to be.
pub(crate) fn read<R: Read>(mut source: R, options: &Options) -> io::Result<Reading> {
    let mut head = Vec::new();
    source.by_ref().take(1024).read_to_end(&mut head)?;
    let encoding = match declared_encoding(&head) {
        Ok(encoding) => encoding,
        Err(refusal) => return Ok(Reading::refused(None, refusal)),
    };
    // The decoder knows nothing of byte order marks, and a space before the declaration is an error for XML alone.
    let start = head.iter().position(|c| *c == b'<').unwrap_or_default();
    let blank_lines = memchr::memchr_iter(b'\n', &head[..start]).count() as u64;
    head.drain(..start);
    let text = Utf8Text::new(Cursor::new(head).chain(source), encoding, &options.limits);

    let mut reading = Reading::of(Format::Siecle);
    match Document::new(text, options, blank_lines).read(&mut reading) {
        Ok(()) => {}
        Err(Stop::Refused(refusal)) => {
            if matches!(refusal.code, RefusalCode::NotXml | RefusalCode::ZipDamaged) {
                reading.format = None;
            }
            reading.refusal = Some(refusal);
        }
        Err(Stop::Unreadable(error)) => return Err(error),
    }
    Ok(reading)
}

/// The encoding of the XML declaration; UTF-8 when there is none.
fn declared_encoding(head: &[u8]) -> Result<&'static Encoding, Refusal> {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let utf_8_marked = text.len() != head.len();
    let mut reader = Reader::from_reader(BufReader::new(text.trim_ascii_start()));
    let label = match reader.read_event_into(&mut Vec::new()) {
        Ok(Event::Decl(declaration)) => match declaration.encoding() {
            Some(Ok(label)) => label.into_owned(),
            _ => return Ok(UTF_8),
        },
        _ => return Ok(UTF_8),
    };
    match Encoding::for_label(label.as_bytes()) {
        // A byte order mark is stronger than a declaration that an editor left behind.
        Some(_) if utf_8_marked => Ok(UTF_8),
        // The web's ISO-8859-1 is windows-1252, its superset.
        Some(encoding) if [UTF_8, ISO_8859_15, WINDOWS_1252].contains(&encoding) => Ok(encoding),
        _ => Err(unsupported_encoding(&label)),
    }
}

pub(crate) fn unsupported_encoding(label: &str) -> Refusal {
    let label: String = label.chars().take(40).collect();
    let detail = format!(
        "L’encodage « {label} » de ce fichier n’est pas pris en charge (ISO-8859-15, ISO-8859-1, windows-1252 et UTF-8 le sont). \
         Merci d’importer le fichier tel que SIECLE le fournit, sans l’ouvrir."
    );
    Refusal::new(RefusalCode::EncodingUnsupported, detail)
}
