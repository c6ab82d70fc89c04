//! SIECLE "Élèves sans adresse": see `docs/files.md`. One pass over the document; classes may stand before or after the pupils.

mod classes;
mod document;
mod pupil;
mod tag;

use std::io::{self, Cursor, Read};

use encoding_rs::{Encoding, UTF_8};
use rentree_domain::Uai;
use rentree_domain::school_year::SchoolYear;

use crate::assemble::assemble;
use crate::check;
use crate::decode::{Utf8Text, encoding_named, read_head};
use crate::draft::{Draft, is_too_long};
use crate::lines::ends_in;
use crate::options::Options;
use crate::problem::{LeftOutCode, ProblemCode, Refusal, RefusalCode};
use crate::reading::{Format, Reading};
use crate::refusal::{too_many, unsupported_encoding};
use crate::stop::Stop;
use classes::Classes;
use document::Document;
use tag::Tag;

/// Reads an XML text that begins with `<`, whatever it turns out to be.
pub(crate) fn read<R: Read>(mut source: R, options: &Options) -> io::Result<Reading> {
    let mut head = read_head(&mut source, 1024)?;
    // Byte order marks and spaces before the declaration are errors for XML alone.
    let start = head.iter().position(|c| *c == b'<').unwrap_or_default();
    let is_marked = memchr::memmem::find(&head[..start], b"\xEF\xBB\xBF").is_some();
    let lines_before = ends_in(&head[..start]);
    head.drain(..start);
    let encoding = match declared_encoding(&head) {
        // A byte order mark is stronger than a declaration that an editor left behind; the text is stronger than a mark that
        // was put before a text of another encoding.
        Ok(encoding) if is_marked && encoding != UTF_8 => {
            source.by_ref().take(MARKED_BYTES).read_to_end(&mut head)?;
            if begins_as_utf_8(&head) { UTF_8 } else { encoding }
        }
        _ if is_marked => UTF_8,
        Ok(encoding) => encoding,
        Err(refusal) => return Ok(Reading::refused(None, refusal)),
    };
    let text = Utf8Text::new(Cursor::new(head).chain(source), encoding, &options.limits);

    let mut reading = Reading::of(Format::Siecle);
    match read_document(Document::new(text, options, lines_before), &mut reading) {
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

/// How much of a text with a byte order mark is looked at for its first accent.
const MARKED_BYTES: u64 = 1024 * 1024;

/// Whether the first character of `head` beyond ASCII is one of UTF-8.
fn begins_as_utf_8(head: &[u8]) -> bool {
    let first = head.iter().position(|byte| !byte.is_ascii()).unwrap_or(head.len());
    match std::str::from_utf8(&head[first..]) {
        Ok(_) => true,
        // Some characters are right, or the first one is cut by the end of what was looked at.
        Err(error) => error.valid_up_to() > 0 || error.error_len().is_none(),
    }
}

/// The encoding of the XML declaration; UTF-8 when there is none. Capitals are no XML, but they are clear.
fn declared_encoding(head: &[u8]) -> Result<&'static Encoding, Refusal> {
    let Some(label) = declared_label(head) else { return Ok(UTF_8) };
    encoding_named(&label).ok_or_else(|| unsupported_encoding(&label))
}

fn declared_label(head: &[u8]) -> Option<String> {
    let declaration = head.get(..memchr::memmem::find(head, b"?>")?)?;
    if !declaration.get(..5)?.eq_ignore_ascii_case(b"<?xml") {
        return None;
    }
    let declaration = String::from_utf8_lossy(declaration);
    let name = declaration.to_ascii_lowercase().find("encoding")?;
    let value = declaration[name + "encoding".len()..].trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split_once(quote).map(|(label, _)| label.to_owned())
}

/// Reads a whole document into `reading`.
fn read_document<R: Read>(mut document: Document<'_, R>, reading: &mut Reading) -> Result<(), Stop> {
    document.open_root()?;
    let mut drafts = Vec::new();
    let mut classes = Classes::default();
    while let Some(tag) = document.child()? {
        match tag {
            Tag::Parametres => read_parameters(&mut document, reading)?,
            Tag::Donnees => {
                while let Some(tag) = document.child()? {
                    match tag {
                        Tag::Eleves => read_pupils(&mut document, &mut drafts)?,
                        Tag::Structures => classes.read(&mut document)?,
                        _ => document.skip()?,
                    }
                }
            }
            _ => document.skip()?,
        }
    }
    document.end()?;
    if let (Some(expected), None) = (document.options.uai, &reading.uai) {
        let detail = format!(
            "Le fichier n’indique pas l’UAI de l’établissement : impossible de vérifier qu’il s’agit bien du {expected}. \
             Merci de refaire l’export."
        );
        return Err(Refusal::new(RefusalCode::UaiMismatch, detail).into());
    }
    for draft in &mut drafts {
        put_in_class(draft, &classes);
    }
    drop(classes);
    assemble(drafts, reading);
    Ok(())
}

fn read_parameters<R: Read>(document: &mut Document<'_, R>, reading: &mut Reading) -> Result<(), Stop> {
    let mut value = String::new();
    while let Some(tag) = document.child()? {
        value.clear();
        match tag {
            Tag::Uaj => {
                document.value(&mut value)?;
                let found = value.to_ascii_uppercase();
                if !found.is_empty() {
                    check_uai(document.options.uai, &found)?;
                    reading.uai = Some(found);
                }
            }
            Tag::AnneeScolaire => {
                document.value(&mut value)?;
                reading.dated.school_year = value.parse().ok().and_then(SchoolYear::starting_in);
            }
            Tag::Horodatage | Tag::DateExport => {
                document.value(&mut value)?;
                reading.dated.exported_at = reading.dated.exported_at.max(check::date_time(&value));
            }
            _ => document.skip()?,
        }
    }
    Ok(())
}

fn read_pupils<R: Read>(document: &mut Document<'_, R>, drafts: &mut Vec<Draft>) -> Result<(), Stop> {
    let mut values = pupil::Values::default();
    while let Some(tag) = document.child()? {
        if tag != Tag::Eleve {
            document.skip()?;
            continue;
        }
        let limit = document.options.limits.pupils;
        if drafts.len() == limit {
            return Err(too_many("élèves", limit).into());
        }
        let (key, line) = document.key();
        let unless_blank = |text: &String| (!text.is_empty()).then(|| text.clone());
        let mut draft = Draft::new(line);
        draft.siecle_id = unless_blank(&key.eleve_id);
        draft.siecle_number = unless_blank(&key.elenoet);
        drafts.push(draft);
        if let Some(draft) = drafts.last_mut() {
            pupil::read(document, draft, &mut values)?;
        }
    }
    Ok(())
}

/// Gives the pupil the class that the list of classes says, or leaves the pupil out.
fn put_in_class(draft: &mut Draft, classes: &Classes) {
    let class = classes.of(draft.siecle_id.as_deref(), draft.siecle_number.as_deref());
    draft.division = class.map(ToOwned::to_owned);
    if draft.division.is_none() {
        draft.left_out = draft.left_out.or(Some(LeftOutCode::NoDivision));
    }
    // Somebody else may hide behind a pupil who left.
    if draft.has(ProblemCode::FieldRepeated) {
        draft.left_out = None;
    }
    draft.check_division("CODE_STRUCTURE");
    if draft.division.as_deref().is_some_and(is_too_long) {
        draft.note(ProblemCode::FieldTooLong, "CODE_STRUCTURE", None);
    }
}

fn check_uai(expected: Option<Uai>, found: &str) -> Result<(), Refusal> {
    let Some(expected) = expected else { return Ok(()) };
    if found == expected.as_str() {
        return Ok(());
    }
    let found: String = found.chars().take(20).collect();
    let detail = format!(
        "Ce fichier est celui de l’établissement {found}, or cet espace est celui de l’établissement {expected}. Merci d’importer \
         le fichier de l’établissement {expected}."
    );
    Err(Refusal::new(RefusalCode::UaiMismatch, detail))
}
