//! A zip: it must hold exactly one XML file.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::head::HEAD_BYTES;
use super::{foreign, unreadable};
use crate::decode::{read_head, visible};
use crate::options::Options;
use crate::problem::{Refusal, RefusalCode};
use crate::reading::Reading;
use crate::refusal::{not_ours, too_large, zip_damaged};
use crate::stop::is_damage;
use crate::{fregata, siecle};

const ONE_XML: &str = "Le zip doit contenir un seul fichier .xml, tel que SIECLE le fournit \
                       (ExportXML_ElevesSansAdresses.zip). Merci de l’importer sans le modifier.";

const CSV_ITSELF: &str = "importez le fichier .csv lui-même, sans zip.";

/// The file of Fregata under the name of one of SIECLE.
fn zipped_csv() -> Refusal {
    Refusal::new(
        RefusalCode::NotXml,
        format!(
            "Le fichier .xml de ce zip n’est pas du XML mais l’« Export CSV vers Pix » de Fregata. Merci de refaire l’export et {CSV_ITSELF}"
        ),
    )
}

pub(super) fn read<R: Read + Seek>(mut source: R, options: &Options) -> io::Result<Reading> {
    match announced_entries(&mut source)? {
        None => return Ok(Reading::refused(None, zip_damaged())),
        Some(entries) if entries > options.limits.zip_entries => {
            let detail = format!("Le fichier zip contient trop de fichiers. {ONE_XML}");
            return Ok(Reading::refused(None, Refusal::new(RefusalCode::TooManyEntries, detail)));
        }
        Some(_) => {}
    }
    source.rewind()?;
    let mut archive = match ZipArchive::new(source) {
        Ok(archive) => archive,
        Err(error) => return refuse(error),
    };
    // The directory keeps one of them, and nobody can tell whether it is the right one.
    if archive.has_duplicate_names() {
        let detail = format!("Le fichier zip contient deux fichiers du même nom. {ONE_XML}");
        return Ok(Reading::refused(None, Refusal::new(RefusalCode::ZipSeveralXml, detail)));
    }
    if !begins_the_file(&archive) {
        return Ok(Reading::refused(None, zip_damaged()));
    }
    let names = names(&archive);
    if let Some(what) = office_file(&names, || mime_type(&mut archive)) {
        return Ok(Reading::refused(None, foreign::refuse(what)));
    }
    let xml = match only_xml(&names) {
        Ok(index) => index,
        Err(refusal) => return Ok(Reading::refused(None, refusal)),
    };
    let mut file = match archive.by_index(xml) {
        Ok(file) => file,
        Err(error) => return refuse(error),
    };
    if !matches!(file.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return refuse(ZipError::UnsupportedArchive("a compression that is not read"));
    }
    let mut limits = options.limits;
    limits.text_bytes = limits.text_bytes.min((file.compressed_size() * limits.zip_ratio).max(1024 * 1024));
    if file.size() > limits.text_bytes {
        return Ok(Reading::refused(None, too_large()));
    }
    let head = match read_head(&mut file, HEAD_BYTES) {
        Ok(head) => head,
        Err(error) if is_damage(&error) => return Ok(Reading::refused(None, zip_damaged())),
        Err(error) => return Err(error),
    };
    if let Some(refusal) = unreadable(&head) {
        return Ok(Reading::refused(None, refusal));
    }
    if !visible(&head).starts_with(b"<") {
        let refusal = if fregata::is_header(visible(&head)) { zipped_csv() } else { not_ours() };
        return Ok(Reading::refused(None, refusal));
    }
    siecle::read(Cursor::new(head).chain(file), &Options { limits, ..*options })
}

/// Whether the directory and the first file stand where they are announced, so that nothing stands before them: of two zips
/// one behind the other, only the last one's directory is found, and the pupils of the other would be lost.
fn begins_the_file<R: Read + Seek>(archive: &ZipArchive<R>) -> bool {
    /// A zip made for several volumes that fitted into one begins with a mark of so many bytes. Source: APPNOTE.TXT, 8.5.3.
    const VOLUME_MARK: u64 = 4;
    let first =
        (0..archive.len()).filter_map(|index| archive.by_index_data(index).ok().map(|entry| entry.header_start()));
    archive.offset() <= VOLUME_MARK && first.min().is_none_or(|start| start <= VOLUME_MARK)
}

/// The number of files the zip says it holds, before anything is allocated for them. `None`: its end is not as it should be.
///
/// The end record says so; where it says only that a zip64 end record does, as software writes that made the zip without
/// knowing how much would come, that one is looked up. Source: PKWARE's APPNOTE.TXT, 4.3.14 to 4.3.16.
fn announced_entries<R: Read + Seek>(source: &mut R) -> io::Result<Option<u64>> {
    const END_RECORD: usize = 22;
    const LONGEST_COMMENT: u64 = 65_535;
    const LOCATOR: usize = 20;
    let size = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(size.saturating_sub(END_RECORD as u64 + LONGEST_COMMENT + LOCATOR as u64)))?;
    let mut tail = Vec::new();
    source.read_to_end(&mut tail)?;
    // A comment behind the record may hold its mark, too: the record is the one whose comment ends where the file does. What
    // else follows it, such as a line end, is none of the zip.
    let comment_end = |at: usize| at + END_RECORD + usize::from(u16::from_le_bytes([tail[at + 20], tail[at + 21]]));
    let mut records = memchr::memmem::rfind_iter(&tail, b"PK\x05\x06")
        .filter(|at| at + END_RECORD <= tail.len() && comment_end(*at) <= tail.len())
        .collect::<Vec<_>>()
        .into_iter();
    let last = records.clone().next();
    let Some(end) = records.find(|at| comment_end(*at) == tail.len()).or(last) else {
        return Ok(None);
    };
    // The beginning of another zip, whose end is missing.
    if tail[comment_end(end)..].starts_with(b"PK") {
        return Ok(None);
    }
    let record = &tail[end..end + END_RECORD];
    let count = u16::from_le_bytes([record[10], record[11]]);
    let is_elsewhere = record[12..16] == [0xFF; 4] || record[16..20] == [0xFF; 4];
    let locator = end.checked_sub(LOCATOR).map(|at| &tail[at..end]).filter(|at| at.starts_with(b"PK\x06\x07"));
    match locator {
        Some(locator) if is_elsewhere || count == u16::MAX => {
            let place = locator[8..16].try_into().map_or(u64::MAX, u64::from_le_bytes);
            zip64_entries(source, place, size)
        }
        // Without that record the place of the directory is nowhere.
        None if is_elsewhere => Ok(None),
        _ => Ok(Some(u64::from(count))),
    }
}

/// The count in the zip64 end record at `place`.
fn zip64_entries<R: Read + Seek>(source: &mut R, place: u64, size: u64) -> io::Result<Option<u64>> {
    const RECORD: usize = 56;
    if place.checked_add(RECORD as u64).is_none_or(|end| end > size) {
        return Ok(None);
    }
    source.seek(SeekFrom::Start(place))?;
    let mut record = [0; RECORD];
    source.read_exact(&mut record)?;
    let count = record[32..40].try_into().map(u64::from_le_bytes).ok();
    Ok(count.filter(|_| record.starts_with(b"PK\x06\x06")))
}

/// The names in the directory, in its order.
fn names<R: Read + Seek>(archive: &ZipArchive<R>) -> Vec<Vec<u8>> {
    (0..archive.len())
        .map(|index| archive.by_index_data(index).map(|entry| entry.name_raw().to_vec()).unwrap_or_default())
        .collect()
}

/// The index of the one XML file. macOS and hidden files and folders do not count.
fn only_xml(names: &[Vec<u8>]) -> Result<usize, Refusal> {
    let found: Vec<usize> = (0..names.len()).filter(|index| is_file(&names[*index], b".xml")).collect();
    match found.as_slice() {
        [index] => Ok(*index),
        [] => {
            let of_fregata = names.iter().any(|name| is_file(name, b".csv"));
            let hint =
                if of_fregata { format!(" Si c’est l’export de Fregata, {CSV_ITSELF}") } else { String::new() };
            let detail = format!("Le fichier zip ne contient aucun fichier .xml. {ONE_XML}{hint}");
            Err(Refusal::new(RefusalCode::ZipNoXml, detail))
        }
        several => {
            let detail = format!("Le fichier zip contient {} fichiers .xml. {ONE_XML}", several.len());
            Err(Refusal::new(RefusalCode::ZipSeveralXml, detail))
        }
    }
}

fn is_file(name: &[u8], extension: &[u8]) -> bool {
    let is_hidden = |part: &[u8]| (part.starts_with(b".") && part != b"." && part != b"..") || part == b"__MACOSX";
    !name.split(|c| matches!(c, b'/' | b'\\')).any(is_hidden) && name.to_ascii_lowercase().ends_with(extension)
}

/// What office software saves is a zip full of XML, too. `mime_type` is what a file of `OpenDocument` says it is.
fn office_file(names: &[Vec<u8>], mime_type: impl FnOnce() -> Vec<u8>) -> Option<&'static str> {
    let plain = |name: &Vec<u8>| {
        let lower = name.to_ascii_lowercase();
        let slashes: Vec<u8> = lower.into_iter().map(|c| if c == b'\\' { b'/' } else { c }).collect();
        slashes.strip_prefix(b"/").map(<[u8]>::to_vec).unwrap_or(slashes)
    };
    let names: Vec<Vec<u8>> = names.iter().map(plain).collect();
    let holds = |prefix: &[u8]| names.iter().any(|name| name.starts_with(prefix));
    if holds(b"xl/") || holds(b"index/tables") || holds(b"index/calculationengine") {
        Some(foreign::WORKBOOK)
    } else if holds(b"word/") || holds(b"ppt/") {
        Some(foreign::DOCUMENT)
    } else if holds(b"content.xml") && (holds(b"mimetype") || holds(b"meta-inf/manifest.xml")) {
        let mime_type = mime_type();
        let is_kind = |kind: &[u8]| memchr::memmem::find(&mime_type, kind).is_some();
        // Schools send spreadsheets, if anything.
        let is_document = is_kind(b"opendocument.") && !is_kind(b"spreadsheet");
        Some(if is_document { foreign::DOCUMENT } else { foreign::WORKBOOK })
    } else if holds(b"[content_types].xml") {
        Some(foreign::WORKBOOK)
    } else if holds(b"index/document.iwa") {
        Some(foreign::APPLE)
    } else {
        None
    }
}

/// What the file of this name says, the first one of an `OpenDocument` zip.
fn mime_type<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Vec<u8> {
    let mut text = Vec::new();
    if let Ok(file) = archive.by_name("mimetype") {
        // What cannot be read says nothing.
        let _ = file.take(100).read_to_end(&mut text);
    }
    text
}

fn refuse(error: ZipError) -> io::Result<Reading> {
    let detail = match error {
        ZipError::Io(error) if !is_damage(&error) => return Err(error),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => "Le fichier zip est protégé par un mot de passe.",
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            "Le fichier zip est compressé d’une façon qui n’est pas prise en charge."
        }
        _ => return Ok(Reading::refused(None, zip_damaged())),
    };
    let detail = format!("{detail} Merci de l’importer tel que SIECLE le fournit, sans le recréer.");
    Ok(Reading::refused(None, Refusal::new(RefusalCode::ZipDamaged, detail)))
}
