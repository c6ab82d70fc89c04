//! Zips around a document, and files that are something else.

use encoding_rs::UTF_8;
use rentree_samples::zip;

use super::{assert_refused, read, sample, text};
use crate::RefusalCode;

/// A zip of the file of a school with so many pupils.
fn school_zip(name: &str, count: usize) -> Vec<u8> {
    zip([(name, text(count).as_bytes())])
}

#[test]
fn a_zip_is_one_zip_from_its_first_byte() {
    let (one, other) = (school_zip("a.xml", 2), school_zip("b.xml", 5));
    for both in [
        [one.as_slice(), &other].concat(),
        [other.as_slice(), &one].concat(),
        [&other[..other.len() - 30], &one].concat(),
        [one.as_slice(), &other[..other.len() / 2]].concat(),
        [b"PKjunk".as_slice(), &one].concat(),
        [b"\n".as_slice(), &one].concat(),
        [b"\xEF\xBB\xBF".as_slice(), &one].concat(),
    ] {
        assert_refused(both, RefusalCode::ZipDamaged);
    }
    // The same, with the places in the last directory put right, as repairing software does.
    let mut repaired = [other.as_slice(), &one].concat();
    let shift = u32::try_from(other.len()).unwrap();
    let last = |mark: &[u8], bytes: &[u8]| bytes.windows(4).rposition(|window| window == mark).unwrap();
    let (directory, end) = (last(b"PK\x01\x02", &repaired), last(b"PK\x05\x06", &repaired));
    for at in [directory + 42, end + 16] {
        let place = u32::from_le_bytes(repaired[at..at + 4].try_into().unwrap()) + shift;
        repaired[at..at + 4].copy_from_slice(&place.to_le_bytes());
    }
    assert_refused(repaired, RefusalCode::ZipDamaged);
}

#[test]
fn what_a_zip_may_have_around_it() {
    let whole = school_zip("a.xml", 2);
    let with_comment = |comment: &[u8]| {
        let length = u16::try_from(comment.len()).unwrap().to_le_bytes();
        [&whole[..whole.len() - 2], &length, comment].concat()
    };
    for good in [
        with_comment(b"bonjour"),
        with_comment(b"xPK\x05\x06y"),
        with_comment(b"PK\x05\x06 a comment that is longer than the record at the end of a zip"),
        with_comment(&[b'x'; 3_000]),
        [&whole[..], b"\r\n"].concat(),
        [&whole[..], &[0; 512]].concat(),
        [b"PK00", &whole[..]].concat(),
    ] {
        let reading = read(&good);
        assert_eq!((reading.refusal, reading.entries.len()), (None, 2), "{}", good.len());
    }
}

#[test]
fn two_files_of_one_name_in_a_zip() {
    // The writer refuses two of a name: hence the change behind its back, in both places.
    let mut bytes = zip([("a.xml", text(2).as_bytes()), ("b.xml", text(5).as_bytes())]);
    for at in 0..bytes.len() - 5 {
        if &bytes[at..at + 5] == b"b.xml" {
            bytes[at] = b'a';
        }
    }
    let detail = assert_refused(bytes, RefusalCode::ZipSeveralXml);
    assert!(detail.contains("même nom"), "{detail}");
}

#[test]
fn a_zip_compressed_in_another_way() {
    for method in [12_u8, 14, 93, 9] {
        let mut bytes = school_zip("a.xml", 2);
        let directory = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
        (bytes[8], bytes[directory + 10]) = (method, method);
        let detail = assert_refused(bytes, RefusalCode::ZipDamaged);
        assert!(detail.contains("compressé d’une façon"), "{method}: {detail}");
    }
}

#[test]
fn hidden_folders_in_a_zip() {
    let xml = text(2);
    let file = ("a.xml", xml.as_bytes());
    for hidden in [
        ".Trashes/copie.xml",
        ".svn/a/copie.xml",
        "a/.svn/copie.xml",
        "a/__MACOSX/copie.xml",
        "__MACOSX/._a.xml",
        "a\\.git\\copie.xml",
    ] {
        assert_eq!(read(zip([file, (hidden, b"<x/>")])).entries.len(), 2, "{hidden}");
    }
    assert_eq!(read(school_zip("./a.xml", 2)).entries.len(), 2);
    assert_refused(zip([file, ("a/copie.xml", b"<x/>")]), RefusalCode::ZipSeveralXml);
}

#[test]
fn zips_that_are_something_else() {
    for (names, word) in [
        (["[Content_Types].xml", "xl/workbook.xml"], "classeur"),
        (["[Content_Types].xml", "word/document.xml"], "traitement de texte"),
        (["mimetype", "content.xml"], "classeur"),
        (["XL/workbook.xml", "[content_types].xml"], "classeur"),
        (["xl\\workbook.xml", "_rels\\.rels"], "classeur"),
        (["/xl/workbook.bin", "docProps/app.xml"], "classeur"),
        (["content.xml", "META-INF/manifest.xml"], "classeur"),
        (["Index/Document.iwa", "Index/Tables/DataList.iwa"], "classeur"),
        (["Index/Document.iwa", "preview.jpg"], "Pages"),
    ] {
        let detail = assert_refused(zip(names.map(|name| (name, b"".as_slice()))), RefusalCode::NotXml);
        assert!(detail.contains(word), "{detail}");
    }
    for (kind, word) in [("text", "traitement de texte"), ("presentation", "présentation"), ("spreadsheet", "classeur")]
    {
        let kind = format!("application/vnd.oasis.opendocument.{kind}");
        let detail = assert_refused(zip([("mimetype", kind.as_bytes()), ("content.xml", b"")]), RefusalCode::NotXml);
        assert!(detail.contains(word) && (word == "classeur") == detail.contains("classeur"), "{detail}");
    }
    // Under the name of an XML, within a zip.
    let csv = sample(2).fregata(UTF_8).bytes;
    let workbook = zip([("[Content_Types].xml", b"".as_slice()), ("xl/workbook.xml", b"")]);
    for (bytes, code, word) in [
        (workbook.as_slice(), RefusalCode::NotXml, "classeur"),
        (&zip([("a.xml", text(1).as_bytes())]), RefusalCode::NotXml, "archive zip"),
        (b"\xEF\xBB\xBF%PDF-1.4", RefusalCode::NotXml, "PDF"),
        (b" \n%PDF-1.4", RefusalCode::NotXml, "PDF"),
        (&csv, RefusalCode::NotXml, ".csv lui-même"),
        (b"", RefusalCode::Empty, "vide"),
        (b" \r\n", RefusalCode::Empty, "vide"),
        (b"bonjour", RefusalCode::NotXml, "ni un export"),
    ] {
        let detail = assert_refused(zip([("a.xml", bytes)]), code);
        assert!(detail.contains(word), "{detail}");
    }
    let detail = assert_refused(zip([("eleves.csv", b"".as_slice())]), RefusalCode::ZipNoXml);
    assert!(detail.contains("Fregata"), "{detail}");
    assert_refused(zip([("a.xml", b"%PDF-1.7".as_slice())]), RefusalCode::NotXml);
}

#[test]
fn files_of_other_kinds_are_named() {
    let mut tar = vec![0; 600];
    tar[0] = b'a';
    tar[257..262].copy_from_slice(b"ustar");
    for (bytes, word) in [
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), ".xls"),
        (b"\x09\x08\x10\x00\x00\x05".to_vec(), ".xls"),
        (b"\x09\x08\x08\x00\x00\x05".to_vec(), ".xls"),
        (b"\x09\x00\x04\x00\x00\x05".to_vec(), ".xls"),
        (b"<meta charset='utf-8'><title>x</title>".to_vec(), "page web"),
        (b"<title>Connexion</title><p>x".to_vec(), "page web"),
        (b"<script>location='/login'</script>".to_vec(), "page web"),
        (b"<STYLE>td{}</STYLE>".to_vec(), "page web"),
        (b"<div>Erreur</div>".to_vec(), "page web"),
        (b"<p>Session expir\xE9e</p>".to_vec(), "page web"),
        (b"<center><h1>502</h1></center>".to_vec(), "page web"),
        (b"<!DOCTYPE\n  html>".to_vec(), "page web"),
        (b"%PDF-1.4\n".to_vec(), "PDF"),
        (b"7z\xBC\xAF\x27\x1C\0\x04".to_vec(), "7-Zip"),
        (b"\x1F\x8B\x08\0".to_vec(), "gzip"),
        (b"Rar!\x1A\x07\x01\0".to_vec(), "RAR"),
        (tar, "tar"),
        (b"<html><body>Erreur</body></html>".to_vec(), "page web"),
        (b"\xEF\xBB\xBF\n<!-- x -->\n<!DOCTYPE HTML PUBLIC>".to_vec(), "page web"),
        (b"<?xml version='1.0'?><!DOCTYPE html><html/>".to_vec(), "page web"),
        (b"<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?><Workbook/>".to_vec(), "classeur"),
    ] {
        let detail = assert_refused(bytes, RefusalCode::NotXml);
        assert!(detail.contains(word) && detail.contains("Merci d’importer"), "{detail}");
    }
}
