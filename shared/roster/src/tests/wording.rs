//! What the school reads, reviewed by eye.

use std::fmt::Write as _;

use encoding_rs::UTF_8;
use rentree_samples::Fault;

use super::{read, sample};
use crate::report::Report;

#[test]
fn every_problem_has_its_sentence_and_its_remedy() {
    let mut sample = sample(60);
    for (rank, fault) in Fault::ALL.iter().enumerate() {
        sample.spoil(1 + 2 * rank, *fault);
    }
    insta::assert_snapshot!("wording_fregata", Report::new(&read(sample.fregata(UTF_8).bytes)).to_text());
    insta::assert_snapshot!("wording_siecle", Report::new(&read(sample.siecle(UTF_8).bytes)).to_text());
}

#[test]
fn every_refusal_says_what_and_how_to_mend_it() {
    let text = String::from_utf8(sample(2).siecle(UTF_8).bytes).unwrap();
    let files: [(&str, Vec<u8>); 9] = [
        ("empty", Vec::new()),
        ("not_xml", b"bonjour".to_vec()),
        ("doctype", text.replacen("<BEE", "<!DOCTYPE x><BEE", 1).into_bytes()),
        ("truncated", text.as_bytes()[..900].to_vec()),
        ("wrong_export", b"<BEE_RESPONSABLES/>".to_vec()),
        ("uai_mismatch", text.replace("0350760L", "0750654D").into_bytes()),
        ("encoding_unsupported", text.replace("UTF-8", "EBCDIC").into_bytes()),
        ("encoding_damaged", text.replace("UTF-8", "ISO-8859-15").into_bytes()),
        ("zip_no_xml", rentree_samples::zip([("a.txt", b"a".as_slice())])),
    ];
    let mut all = String::new();
    for (name, bytes) in files {
        writeln!(all, "{name}: {}", Report::new(&read(bytes)).to_text()).unwrap();
    }
    insta::assert_snapshot!("wording_refusals", all);
}
