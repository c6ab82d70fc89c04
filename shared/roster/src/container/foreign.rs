//! Files that are none of ours, told by their first bytes, so that a refusal can say what was sent and what to send instead.

use crate::problem::{Refusal, RefusalCode};
use crate::refusal::SEND_THIS;

/// The refusal of what begins with `head`, when it is known to be something else.
pub(super) fn refusal(head: &[u8]) -> Option<Refusal> {
    named(head).map(refuse)
}

/// Why this kind of file is refused.
pub(super) fn refuse(what: &str) -> Refusal {
    Refusal::new(RefusalCode::NotXml, format!("Ce fichier est {what}. {SEND_THIS}"))
}

/// A workbook of some spreadsheet, for the zip that holds one, too.
pub(super) const WORKBOOK: &str = "un classeur de tableur (.xlsx ou .ods), même si son nom finit autrement";
pub(super) const APPLE: &str = "un document d’Apple (Pages, Numbers ou Keynote)";
pub(super) const DOCUMENT: &str = "un document de traitement de texte ou une présentation";

fn named(head: &[u8]) -> Option<&'static str> {
    /// First bytes. Sources: the formats' own specifications, as collected in the magic file of `file(1)`.
    const MAGIC: [(&[u8], &str); 26] = [
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "un classeur Excel ancien (.xls) ou un document Word ancien (.doc)"),
        (b"\x09\x00\x04\x00", "un classeur Excel ancien (.xls)"),
        (b"\x09\x02\x06\x00", "un classeur Excel ancien (.xls)"),
        (b"\x09\x04\x06\x00", "un classeur Excel ancien (.xls)"),
        (b"\x09\x08\x08\x00", "un classeur Excel ancien (.xls)"),
        (b"\x09\x08\x10\x00", "un classeur Excel ancien (.xls)"),
        (b"%PDF", "un document PDF"),
        (b"7z\xBC\xAF\x27\x1C", "une archive 7-Zip (.7z)"),
        (b"\x1F\x8B", "une archive gzip (.gz)"),
        (b"Rar!\x1A\x07", "une archive RAR (.rar)"),
        (b"BZh", "une archive bzip2 (.bz2)"),
        (b"\xFD7zXZ\x00", "une archive xz (.xz)"),
        (b"\x28\xB5\x2F\xFD", "une archive Zstandard (.zst)"),
        (b"\x1F\x9D", "une archive compressée (.Z)"),
        (b"\x89PNG", "une image"),
        (b"\xFF\xD8\xFF", "une image"),
        (b"GIF8", "une image"),
        (b"BM", "une image"),
        (b"II*\x00", "une image"),
        (b"MM\x00*", "une image"),
        (b"{\\rtf", "un document de traitement de texte (.rtf)"),
        (b"%!PS", "un document PostScript"),
        (b"MZ", "un programme"),
        (b"\x7FELF", "un programme"),
        (b"SQLite format 3", "une base de données"),
        (b"ID;P", "un classeur de tableur (.slk)"),
    ];
    let known = MAGIC.iter().find(|(magic, _)| is_magic(head, magic)).map(|(_, what)| *what);
    if known.is_some() {
        return known;
    }
    // In a zip; a zip itself is opened.
    if head.starts_with(b"PK\x03\x04") {
        let is_workbook = [b"[Content_Types].xml".as_slice(), b"xl/", b"opendocument.spreadsheet"]
            .iter()
            .any(|name| memchr::memmem::find(head, name).is_some());
        return Some(if is_workbook { WORKBOOK } else { "une archive zip, à l’intérieur d’une autre" });
    }
    if head.get(257..262) == Some(b"ustar") {
        return Some("une archive tar (.tar)");
    }
    of_markup(head)
}

/// Two letters alone may also begin a text.
fn is_magic(head: &[u8], magic: &[u8]) -> bool {
    head.starts_with(magic) && (magic.len() > 2 || !magic.is_ascii() || head.contains(&0))
}

/// Pages and workbooks that are text between `<` and `>`.
fn of_markup(head: &[u8]) -> Option<&'static str> {
    /// Pages that begin at their root, and fragments.
    const PAGE: [&str; 15] = [
        "html", "head", "body", "table", "meta", "title", "script", "style", "div", "p", "h1", "h2", "center", "form",
        "link",
    ];
    let first_tag = first_tag(head)?;
    let begins = |name: &str| first_tag.get(..name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()));
    let name = first_tag[1..].split(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
    let is_page = PAGE.iter().any(|page| name.eq_ignore_ascii_case(page.as_bytes()));
    let is_declared = begins("<!doctype")
        && first_tag["<!doctype".len()..]
            .trim_ascii_start()
            .get(..4)
            .is_some_and(|name| name.eq_ignore_ascii_case(b"html"));
    if is_page || is_declared {
        Some("une page web (HTML), par exemple une page de connexion ou d’erreur enregistrée à la place de l’export")
    } else if begins("<Workbook") || begins("<ss:Workbook") || begins("<office:document") {
        Some("un classeur de tableur enregistré en XML")
    } else {
        None
    }
}

/// From the first tag that is neither a declaration nor a comment.
fn first_tag(head: &[u8]) -> Option<&[u8]> {
    let mut rest = head;
    loop {
        rest = &rest[memchr::memchr(b'<', rest)?..];
        let end: &[u8] = if rest.starts_with(b"<?") {
            b"?>"
        } else if rest.starts_with(b"<!--") {
            b"-->"
        } else {
            return Some(rest);
        };
        rest = &rest[memchr::memmem::find(rest, end)? + end.len()..];
    }
}
