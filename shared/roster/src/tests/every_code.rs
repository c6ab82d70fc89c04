//! Every code has a file that makes it, a sentence that says what and where, and a remedy. `ALL` holds every variant by its making,
//! and the matches here name each one: a new code is not built, or fails, until somebody has given it all three.

use std::collections::BTreeSet;

use encoding_rs::UTF_8;
use rentree_samples::{Fault, zip};

use super::{read, sample};
use crate::report::Report;
use crate::{LeftOutCode, ProblemCode, RefusalCode, RemarkCode};

/// A file that is refused for this reason alone. A refusal is about a whole file and a fault of `shared/samples` about one pupil, so
/// that no fault can make one: what is refused is a sound sample, of which the bytes, the envelope or the heading were changed.
fn refused_file(code: RefusalCode) -> Vec<u8> {
    let xml = String::from_utf8(sample(2).siecle(UTF_8).bytes).unwrap();
    let csv = String::from_utf8(sample(2).fregata(UTF_8).bytes).unwrap();
    match code {
        RefusalCode::Empty => sample(0).siecle(UTF_8).bytes,
        RefusalCode::NotXml => xml.as_bytes()[..xml.len() / 2].to_vec(),
        RefusalCode::WrongExport => xml.replace("BEE_ELEVES", "BEE_RESPONSABLES").into_bytes(),
        RefusalCode::UaiMismatch => xml.replace("0350760L", "0750654D").into_bytes(),
        RefusalCode::EncodingUnsupported => xml.replace("UTF-8", "EBCDIC").into_bytes(),
        RefusalCode::EncodingDamaged => xml.replace("UTF-8", "ISO-8859-15").into_bytes(),
        RefusalCode::ZipNoXml => zip([("eleves.txt", xml.as_bytes())]),
        RefusalCode::ZipSeveralXml => zip([("a.xml", xml.as_bytes()), ("b.xml", xml.as_bytes())]),
        RefusalCode::ZipDamaged => {
            let whole = zip([("a.xml", xml.as_bytes())]);
            whole[..whole.len() / 2].to_vec()
        }
        RefusalCode::TooLarge => xml.replacen("<PRENOM>", &format!("<PRENOM>{}", "a".repeat(2 << 20)), 1).into_bytes(),
        RefusalCode::TooManyEntries => {
            let names: Vec<String> = (0..1_001).map(|number| format!("{number}.xml")).collect();
            zip(names.iter().map(|name| (name.as_str(), xml.as_bytes())))
        }
        RefusalCode::WrongColumns => csv.replace("Statut*", "Status").into_bytes(),
    }
}

#[test]
fn every_refusal_has_its_file_its_sentence_and_its_remedy() {
    for code in RefusalCode::ALL {
        let reading = read(refused_file(*code));
        let refusal = reading.refusal.unwrap_or_else(|| panic!("{code}: {} entries", reading.entries.len()));
        assert_eq!(refusal.code, *code, "{}", refusal.detail);
        assert_eq!(reading.entries, [], "{code}: nothing of a refused file is imported");
        let (what, remedy) = refusal.detail.rsplit_once(['.', ':']).map_or(("", ""), |(told, _)| {
            told.find("Merci d").or_else(|| told.find("Dans SIECLE")).map_or((told, ""), |at| told.split_at(at))
        });
        assert!(what.trim_end().ends_with('.') && !remedy.is_empty(), "{code}: {}", refusal.detail);
    }
}

#[test]
fn every_code_about_a_pupil_has_its_fault_its_sentence_and_its_remedy() {
    let mut told = BTreeSet::new();
    for fault in Fault::ALL {
        let mut sample = sample(30);
        sample.spoil(10, *fault);
        for rendered in [sample.siecle(UTF_8), sample.fregata(UTF_8)] {
            let reading = read(&rendered.bytes);
            let report = Report::new(&reading);
            let problems = report.problems.iter().map(|p| (p.line, p.code.as_str(), &p.message, &p.remedy));
            let remarks = report.remarks.iter().map(|r| (r.line, r.code.as_str(), &r.message, &r.remedy));
            for (line, code, message, remedy) in problems.chain(remarks) {
                assert_sentence(line, code, message);
                assert!(remedy.ends_with('.') && remedy.contains("export"), "{code} says how to mend it: {remedy}");
                told.insert(code);
            }
            // Left out is no fault: nothing is to be mended, and the sentence is all.
            for left_out in report.left_out {
                assert_sentence(left_out.line, left_out.code.as_str(), &left_out.message());
                told.insert(left_out.code.as_str());
            }
        }
    }
    let problems = ProblemCode::ALL.iter().map(|code| code.as_str());
    let remarks = RemarkCode::ALL.iter().map(|code| code.as_str());
    let left_out = LeftOutCode::ALL.iter().map(|code| code.as_str());
    let codes: BTreeSet<_> = problems.chain(remarks).chain(left_out).collect();
    assert_eq!(told, codes, "each code has its fault in shared/samples");
}

#[track_caller]
fn assert_sentence(line: u64, code: &str, message: &str) {
    assert!(message.starts_with(&format!("Ligne {line} : ")) && message.ends_with('.'), "{code}: {message}");
}
