//! What the school reads, reviewed by eye.

use std::fmt::Write as _;

use encoding_rs::UTF_8;
use rentree_samples::Fault;

use super::{read, sample};
use crate::RefusalCode;
use crate::report::Report;

#[test]
fn every_problem_has_its_sentence_and_its_remedy() {
    let mut sample = sample(80);
    for (rank, fault) in Fault::ALL.iter().enumerate() {
        sample.spoil(1 + 2 * rank, *fault);
    }
    insta::assert_snapshot!("wording_fregata", Report::new(&read(sample.fregata(UTF_8).bytes)).to_text());
    insta::assert_snapshot!("wording_siecle", Report::new(&read(sample.siecle(UTF_8).bytes)).to_text());
}

#[test]
fn every_refusal_says_what_and_how_to_mend_it() {
    let text = String::from_utf8(sample(2).siecle(UTF_8).bytes).unwrap();
    let csv = String::from_utf8(sample(2).fregata(UTF_8).bytes).unwrap();
    let many: Vec<String> = (0..1_001).map(|n| format!("{n}.xml")).collect();
    let mut long = b"<BEE_ELEVES><!--".to_vec();
    long.resize(2 << 20, b'a');
    let files: [(&str, Vec<u8>); 22] = [
        ("empty", Vec::new()),
        ("not_xml", b"bonjour".to_vec()),
        ("workbook", rentree_samples::zip([("[Content_Types].xml", b"".as_slice()), ("xl/workbook.xml", b"")])),
        ("old_workbook", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec()),
        ("pdf", b"%PDF-1.7".to_vec()),
        ("page", b"<!DOCTYPE html><html></html>".to_vec()),
        ("seven_zip", b"7z\xBC\xAF\x27\x1C".to_vec()),
        ("gzip", b"\x1F\x8B\x08".to_vec()),
        ("two_documents", [text.as_bytes(), text.as_bytes()].concat()),
        ("doctype", text.replacen("<BEE", "<!DOCTYPE x><BEE", 1).into_bytes()),
        ("truncated", text.as_bytes()[..900].to_vec()),
        ("wrong_export", b"<BEE_RESPONSABLES/>".to_vec()),
        ("uai_mismatch", text.replace("0350760L", "0750654D").into_bytes()),
        ("encoding_unsupported", text.replace("UTF-8", "EBCDIC").into_bytes()),
        ("encoding_damaged", text.replace("UTF-8", "ISO-8859-15").into_bytes()),
        ("zip_no_xml", rentree_samples::zip([("a.txt", b"a".as_slice())])),
        ("zip_several_xml", rentree_samples::zip([("a.xml", b"a".as_slice()), ("b.xml", b"b")])),
        ("zip_damaged", b"PK\x03\x04".to_vec()),
        ("too_large", long),
        ("too_many_entries", rentree_samples::zip(many.iter().map(|name| (name.as_str(), b"".as_slice())))),
        ("wrong_columns", csv.replace("Statut*", "Status").into_bytes()),
        ("open_quote", csv.replace("LEFÈVRE", "\"LEFÈVRE").replace("ŒUVRARD", "\"").into_bytes()),
    ];
    let mut all = String::new();
    let mut untold = RefusalCode::ALL.to_vec();
    for (name, bytes) in files {
        let reading = read(bytes);
        let refusal = reading.refusal.as_ref().unwrap_or_else(|| panic!("{name} is refused"));
        untold.retain(|code| *code != refusal.code);
        writeln!(all, "{name}: {}", Report::new(&reading).to_text()).unwrap();
    }
    assert_eq!(untold, [], "no file produces these");
    insta::assert_snapshot!("wording_refusals", all);
}
