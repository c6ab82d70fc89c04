//! What kind of file is it? Told by its first bytes; a zip is opened and must hold one XML file.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::problem::{Refusal, RefusalCode};
use crate::{Format, Options, Reading, fregata, siecle};

/// Bytes looked at to tell formats and encodings apart: an XML declaration or a CSV header fits.
const HEAD_BYTES: u64 = 4096;

const NOT_OURS: &str = "Ce fichier n’est ni un export SIECLE « Élèves sans adresse » (.xml ou .zip) ni un « Export CSV vers \
                        Pix » de Fregata (.csv). Merci de refaire l’export.";

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
        return read_zip(source, options);
    }
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head);
    match text.iter().find(|c| !c.is_ascii_whitespace()) {
        None => Ok(Reading::refused(
            None,
            Refusal::new(RefusalCode::Empty, "Le fichier est vide. Merci de refaire l’export."),
        )),
        _ if is_utf_16(&head) => Ok(Reading::refused(None, siecle::unsupported_encoding("UTF-16"))),
        Some(b'<') => siecle::read(Cursor::new(head).chain(source), options),
        Some(_) if fregata::is_header(text) && size > options.limits.csv_bytes => {
            Ok(Reading::refused(Some(Format::Fregata), too_large()))
        }
        Some(_) if fregata::is_header(text) => fregata::read(Cursor::new(head).chain(source), options),
        Some(_) => Ok(Reading::refused(None, Refusal::new(RefusalCode::NotXml, NOT_OURS))),
    }
}

fn is_utf_16(head: &[u8]) -> bool {
    matches!(head, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [b'<', 0, ..] | [0, b'<', ..])
}

pub(crate) fn too_large() -> Refusal {
    Refusal::new(
        RefusalCode::TooLarge,
        "Le fichier est trop volumineux pour une liste d’élèves, ou sa structure est anormale. Merci de refaire l’export et de \
         l’importer sans l’ouvrir.",
    )
}

pub(crate) fn zip_damaged() -> Refusal {
    let detail =
        "Le fichier zip est abîmé ou incomplet. Merci de le télécharger à nouveau depuis SIECLE, sans l’ouvrir.";
    Refusal::new(RefusalCode::ZipDamaged, detail)
}

fn read_zip<R: Read + Seek>(mut source: R, options: &Options) -> io::Result<Reading> {
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
    let xml = match only_xml(&archive) {
        Ok(index) => index,
        Err(refusal) => return Ok(Reading::refused(None, refusal)),
    };
    let mut file = match archive.by_index(xml) {
        Ok(file) => file,
        Err(error) => return refuse(error),
    };
    let mut limits = options.limits;
    limits.text_bytes = limits.text_bytes.min((file.compressed_size() * limits.zip_ratio).max(1024 * 1024));
    if file.size() > limits.text_bytes {
        return Ok(Reading::refused(None, too_large()));
    }
    let mut head = Vec::new();
    if let Err(error) = file.by_ref().take(HEAD_BYTES).read_to_end(&mut head) {
        return if is_damage(&error) { Ok(Reading::refused(None, zip_damaged())) } else { Err(error) };
    }
    if is_utf_16(&head) {
        return Ok(Reading::refused(None, siecle::unsupported_encoding("UTF-16")));
    }
    siecle::read(Cursor::new(head).chain(file), &Options { limits, ..*options })
}

const ONE_XML: &str = "Le zip doit contenir un seul fichier .xml, tel que SIECLE le fournit \
                       (ExportXML_ElevesSansAdresses.zip). Merci de l’importer sans le modifier.";

/// The number of files the zip says it holds, before anything is allocated for them. `None`: it has no end record.
fn announced_entries<R: Read + Seek>(source: &mut R) -> io::Result<Option<u64>> {
    const END_RECORD: usize = 22;
    const LONGEST_COMMENT: u64 = 65_535;
    let size = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(size.saturating_sub(END_RECORD as u64 + LONGEST_COMMENT)))?;
    let mut tail = Vec::new();
    source.read_to_end(&mut tail)?;
    let end = memchr::memmem::rfind(&tail, b"PK\x05\x06").filter(|at| at + END_RECORD <= tail.len());
    Ok(end.map(|at| {
        let record = &tail[at..at + END_RECORD];
        // Size and place of the directory: when they stand elsewhere (zip64), so does a count that may be anything.
        // No file of the size that we accept needs that.
        let elsewhere = record[12..16] == [0xFF; 4] || record[16..20] == [0xFF; 4];
        if elsewhere { u64::MAX } else { u64::from(u16::from_le_bytes([record[10], record[11]])) }
    }))
}

/// The index of the one XML file. macOS and hidden files and folders do not count.
fn only_xml<R: Read + Seek>(archive: &ZipArchive<R>) -> Result<usize, Refusal> {
    let is_xml = |index: &usize| {
        let Ok(entry) = archive.by_index_data(*index) else { return false };
        let name = entry.name_raw();
        let base = name.rsplit(|c| matches!(c, b'/' | b'\\')).next().unwrap_or_default();
        !name.starts_with(b"__MACOSX/") && !base.starts_with(b".") && base.to_ascii_lowercase().ends_with(b".xml")
    };
    let mut found = (0..archive.len()).filter(is_xml);
    match (found.next(), found.count()) {
        (Some(index), 0) => Ok(index),
        (Some(_), more) => {
            let detail = format!("Le fichier zip contient {} fichiers .xml. {ONE_XML}", more + 1);
            Err(Refusal::new(RefusalCode::ZipSeveralXml, detail))
        }
        (None, _) => Err(Refusal::new(
            RefusalCode::ZipNoXml,
            format!("Le fichier zip ne contient aucun fichier .xml. {ONE_XML}"),
        )),
    }
}

fn refuse(error: ZipError) -> io::Result<Reading> {
    match error {
        ZipError::Io(error) if !is_damage(&error) => Err(error),
        _ => Ok(Reading::refused(None, zip_damaged())),
    }
}

/// Whether an I/O error says that the bytes are wrong, not that they could not be had.
pub(crate) fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::InvalidData | Kind::InvalidInput | Kind::UnexpectedEof | Kind::Unsupported)
}

impl Reading {
    pub(crate) fn of(format: Format) -> Self {
        Self { format: Some(format), ..Self::default() }
    }
}
