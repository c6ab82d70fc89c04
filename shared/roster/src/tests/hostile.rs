//! Files made to hurt are refused within memory and time. Memory is measured by `cargo bench`; here, that they end.

use std::fmt::Write as _;
use std::io::{self, Cursor, Read, Write};

use encoding_rs::UTF_8;
use jiff::civil::date;
use rentree_samples::{siecle_zip, zip};

use super::{assert_refused, read, sample, uai};
use crate::{Options, RefusalCode};

/// A zip whose one file is `head` followed by `length` × `filler`, written without holding it.
fn bomb(head: &[u8], filler: u8, length: u64) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = ::zip::write::SimpleFileOptions::default()
        .compression_method(::zip::CompressionMethod::Deflated)
        .compression_level(Some(1))
        .large_file(true);
    writer.start_file("ElevesSansAdresses.xml", options).unwrap();
    writer.write_all(head).unwrap();
    io::copy(&mut io::repeat(filler).take(length), &mut writer).unwrap();
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_zip_bomb() {
    // A gigabyte here: ten take a minute to make, and are refused at the same byte (see the benchmark).
    assert_refused(bomb(b"", 0, 1 << 30), RefusalCode::TooLarge);
    assert_refused(bomb(b"<BEE_ELEVES>", b' ', 1 << 28), RefusalCode::TooLarge);
}

#[test]
fn a_zip_that_lies_about_its_size() {
    let mut bytes = bomb(b"<BEE_ELEVES>", b' ', 64 << 20);
    // Sizes in the central directory, which readers believe first: say one byte.
    let directory = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    bytes[directory + 24..directory + 28].copy_from_slice(&1_u32.to_le_bytes());
    let code = read(&bytes).refusal.expect("refused").code;
    assert!(matches!(code, RefusalCode::TooLarge | RefusalCode::ZipDamaged), "{code}");
}

#[test]
fn a_zip_with_a_hundred_thousand_files() {
    let mut bytes = zip([("a.xml", b"".as_slice())]);
    let end = bytes.windows(4).rposition(|w| w == b"PK\x05\x06").unwrap();
    bytes[end + 8..end + 12].copy_from_slice(&[0xFF; 4]);
    assert_refused(bytes, RefusalCode::TooManyEntries);
    let many: Vec<String> = (0..1_500).map(|n| format!("{n}.txt")).collect();
    assert_refused(zip(many.iter().map(|name| (name.as_str(), b"".as_slice()))), RefusalCode::TooManyEntries);
}

#[test]
fn a_zip_that_is_cut_or_spoilt() {
    let whole = siecle_zip(&sample(20).siecle(UTF_8).bytes);
    assert_refused(&whole[..whole.len() - 30], RefusalCode::ZipDamaged);
    assert_refused(&whole[..4], RefusalCode::ZipDamaged);
    let mut spoilt = whole.clone();
    let middle = whole.len() / 2;
    spoilt[middle..middle + 40].fill(0xAA);
    let code = read(spoilt).refusal.expect("refused").code;
    assert!(matches!(code, RefusalCode::ZipDamaged | RefusalCode::NotXml | RefusalCode::EncodingDamaged), "{code}");
}

#[test]
fn a_doctype_with_entities() {
    let laughs = "<!DOCTYPE lolz [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]>";
    let text = String::from_utf8(sample(2).siecle(UTF_8).bytes).unwrap();
    let detail = assert_refused(text.replacen("<BEE_ELEVES", &format!("{laughs}<BEE_ELEVES"), 1), RefusalCode::NotXml);
    assert!(detail.contains("DOCTYPE"), "{detail}");
    assert_refused(format!("{laughs}<BEE_ELEVES>&b;</BEE_ELEVES>"), RefusalCode::NotXml);
    assert_refused(text.replacen("Lœtitia", "&lol;", 1), RefusalCode::NotXml);
}

#[test]
fn depth_of_ten_thousand() {
    let mut deep = String::from("<BEE_ELEVES><DONNEES>");
    (0..10_000).for_each(|n| write!(deep, "<E{n}>").unwrap());
    assert_refused(deep, RefusalCode::NotXml);
}

#[test]
fn an_attribute_of_two_hundred_megabytes() {
    let attribute = b"<BEE_ELEVES VERSION='".chain(io::repeat(b'a').take(200 << 20));
    let mut file = tempfile::tempfile().unwrap();
    io::copy(&mut { attribute }, &mut file).unwrap();
    let reading = crate::read(file, &Options::new(Some(uai()), date(2026, 9, 15))).unwrap();
    assert_eq!(reading.refusal.map(|r| r.code), Some(RefusalCode::TooLarge));

    assert_refused(bomb(b"<BEE_ELEVES VERSION='", b'a', 200 << 20), RefusalCode::TooLarge);
    let mut short = b"<BEE_ELEVES VERSION='".to_vec();
    short.resize(8 << 20, b'a');
    assert_refused(short, RefusalCode::TooLarge);
}

#[test]
fn endless_text_comments_and_lines() {
    for head in ["<BEE_ELEVES>", "<BEE_ELEVES><!--", "<BEE_ELEVES><![CDATA[", "<BEE_ELEVES></"] {
        let mut text = head.as_bytes().to_vec();
        text.resize(8 << 20, b'a');
        assert_refused(text, RefusalCode::TooLarge);
    }
    let mut csv = sample(1).fregata(UTF_8).bytes;
    csv.resize(8 << 20, b'a');
    assert_refused(csv, RefusalCode::TooLarge);
}

#[test]
fn too_many_pupils() {
    let mut options = Options::new(Some(uai()), date(2026, 9, 15));
    options.limits.pupils = 10;
    for bytes in [sample(11).siecle(UTF_8).bytes, sample(11).fregata(UTF_8).bytes] {
        let reading = crate::read(Cursor::new(bytes), &options).unwrap();
        assert_eq!(reading.refusal.map(|r| r.code), Some(RefusalCode::TooManyEntries));
    }
}

/// How much memory it takes, the benchmark measures.
#[test]
fn classes_without_end() {
    let mut options = Options::new(Some(uai()), date(2026, 9, 15));
    options.limits.pupils = 10;
    options.limits.class_bytes = 10_000;
    let text = String::from_utf8(sample(3).siecle(UTF_8).bytes).unwrap();
    let with = |block: &dyn Fn(usize) -> String| {
        let blocks: String = (0..40).map(block).collect();
        let text = text.replacen("<STRUCTURES>", &format!("<STRUCTURES>{blocks}"), 1);
        let reading = crate::read(Cursor::new(text), &options).unwrap();
        reading.refusal.map_or_else(|| reading.entries.len().to_string(), |refusal| refusal.code.to_string())
    };
    let block = |attributes: &str, code: &str| {
        format!(
            "<STRUCTURES_ELEVE {attributes}><STRUCTURE><CODE_STRUCTURE>{code}</CODE_STRUCTURE>\
             <TYPE_STRUCTURE>D</TYPE_STRUCTURE></STRUCTURE></STRUCTURES_ELEVE>"
        )
    };
    assert_eq!(with(&|n| block(&format!("ELEVE_ID='{n}'"), "6E1")), "too_many_entries");
    assert_eq!(with(&|n| block(&format!("ELENOET='{n}'"), "6E1")), "too_many_entries");
    assert_eq!(with(&|n| block("ELEVE_ID='1'", &n.to_string())), "too_many_entries");
    assert_eq!(with(&|_| block("ELEVE_ID='1'", "6E1")), "3");
    assert_eq!(with(&|n| block("ELEVE_ID='1'", &format!("{}{}", n % 4, "6".repeat(100_000)))), "3", "clipped");
    let long = "7".repeat(5_000);
    options.limits.class_bytes = 1_000;
    let text = text.replacen(
        "<STRUCTURES>",
        &format!("<STRUCTURES>{}", [1, 2, 3, 4].map(|n| block(&format!("ELEVE_ID='{n}{long}'"), "6E1")).concat()),
        1,
    );
    let reading = crate::read(Cursor::new(text), &options).unwrap();
    assert_eq!(reading.refusal.map(|r| r.code), Some(RefusalCode::TooLarge));
}

#[test]
fn a_picture() {
    assert_refused(b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\x01\0", RefusalCode::NotXml);
    assert_refused([0_u8; 4096], RefusalCode::NotXml);
}

#[test]
fn a_source_that_cannot_be_read_is_no_fault_of_the_file() {
    struct Broken(Cursor<Vec<u8>>);
    impl Read for Broken {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.0.position() >= 8192 { Err(io::Error::other("disk")) } else { self.0.read(into) }
        }
    }
    impl io::Seek for Broken {
        fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }
    let source = Broken(Cursor::new(sample(50).siecle(UTF_8).bytes));
    assert!(crate::read(source, &Options::new(None, date(2026, 9, 15))).is_err());
}

#[test]
fn an_open_quote_refuses_the_file() {
    let text = String::from_utf8(sample(6).fregata(UTF_8).bytes).unwrap();
    let detail = assert_refused(text.replacen("LEFÈVRE", "\"LEFÈVRE", 1), RefusalCode::NotXml);
    assert!(detail.starts_with("Ligne 3 : un guillemet"), "{detail}");
    let detail = assert_refused(text.replacen("ŒUVRARD", "\"ŒUVRARD\";\"", 1), RefusalCode::NotXml);
    assert!(detail.starts_with("Ligne 4 : un guillemet"), "{detail}");
    assert_eq!(
        read(text.replacen("LEFÈVRE", "\"LEFÈVRE; dit B\"", 1)).entries.len(),
        6,
        "a separator in quotes is fine"
    );
}

#[test]
fn what_a_report_quotes_is_short() {
    let mut sample = sample(3);
    sample.pupils[0].last_name = "É".repeat(100_000);
    sample.pupils[1].ine = "1".repeat(100_000);
    sample.pupils[2].division = "6".repeat(100_000);
    let reading = read(sample.siecle(UTF_8).bytes);
    assert_eq!(reading.problems.len(), 3, "{:?}", reading.refusal);
    for problem in &reading.problems {
        assert!(problem.message().chars().count() < 250, "{}", problem.message().len());
    }
}

#[test]
fn a_zip_whose_directory_stands_elsewhere() {
    let mut bytes = zip([("a.xml", b"".as_slice())]);
    let end = bytes.windows(4).rposition(|w| w == b"PK\x05\x06").unwrap();
    bytes[end + 16..end + 20].copy_from_slice(&[0xFF; 4]);
    assert_refused(bytes, RefusalCode::ZipDamaged);
}
