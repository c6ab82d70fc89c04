//! What each fault is answered with: its code, at its line.

use encoding_rs::{ISO_8859_15, UTF_8, WINDOWS_1252};
use rentree_samples::{Fault, Rendered, Sample, siecle_zip, zip};

use super::{assert_refused, read, sample, uai};
use crate::{Options, Reading, RefusalCode};

/// What only Fregata is checked for.
const FREGATA_FAULTS: [Fault; 11] = [
    Fault::BirthCommuneInvalid,
    Fault::BirthTownMissing,
    Fault::BirthDepartmentMissing,
    Fault::BirthDepartmentInvalid,
    Fault::BirthCountryMissing,
    Fault::BirthCountryInvalid,
    Fault::StatusMissing,
    Fault::StatusInvalid,
    Fault::MefMissing,
    Fault::DivisionMissing,
    Fault::RowShape,
];
/// What only SIECLE has.
const SIECLE_FAULTS: [Fault; 5] =
    [Fault::LeftSchool, Fault::NoDivision, Fault::SiecleIdDuplicate, Fault::ExitDateInvalid, Fault::FieldRepeated];

fn faults(without: &[Fault]) -> impl Iterator<Item = Fault> {
    Fault::ALL.iter().copied().filter(|fault| !without.contains(fault))
}

/// Lines and codes of a reading, left-out pupils and remarks among them.
fn findings(reading: &Reading) -> Vec<(u64, &'static str)> {
    let problems = reading.problems.iter().map(|p| (p.line, p.code.as_str()));
    let left_out = reading.left_out.iter().map(|l| (l.line, l.code.as_str()));
    let remarks = reading.remarks.iter().map(|r| (r.line, r.code.as_str()));
    let mut findings: Vec<_> = problems.chain(left_out).chain(remarks).collect();
    findings.sort_unstable();
    findings
}

/// The same fault on the eleventh of thirty pupils, in a file made by `render`.
fn check_alone(fault: Fault, render: impl Fn(&Sample) -> Rendered) {
    let mut sample = sample(30);
    sample.spoil(10, fault);
    let rendered = render(&sample);
    let reading = read(&rendered.bytes);
    assert_eq!(reading.refusal, None);
    let mut expected = vec![(rendered.lines[10], fault.code())];
    let importable = match fault {
        // Two different children: nobody knows whose number it is.
        Fault::IneDuplicate | Fault::SiecleIdDuplicate => {
            expected.insert(0, (rendered.lines[9], fault.code()));
            28
        }
        Fault::ChildListedTwice | Fault::MefDamaged | Fault::BirthTownDamaged => 30,
        _ => 29,
    };
    assert_eq!(findings(&reading), expected, "{fault:?}");
    assert_eq!(reading.entries.len(), importable, "{fault:?}");
}

#[test]
fn every_siecle_entry_code_at_its_line() {
    for fault in faults(&FREGATA_FAULTS) {
        check_alone(fault, |sample| sample.siecle(ISO_8859_15));
    }
}

#[test]
fn every_fregata_entry_code_at_its_line() {
    for fault in faults(&SIECLE_FAULTS) {
        check_alone(fault, |sample| sample.fregata(UTF_8));
    }
}

#[test]
fn twenty_different_problems_are_told_in_one_go() {
    let faults: Vec<_> = faults(&SIECLE_FAULTS).filter(|fault| *fault != Fault::IneDuplicate).take(20).collect();
    assert_eq!(faults.len(), 20);
    let mut sample = sample(60);
    for (rank, fault) in faults.iter().enumerate() {
        sample.spoil(1 + 2 * rank, *fault);
    }
    let rendered = sample.fregata(WINDOWS_1252);
    let reading = read(&rendered.bytes);
    let expected: Vec<_> =
        faults.iter().enumerate().map(|(rank, f)| (rendered.lines[1 + 2 * rank], f.code())).collect();
    assert_eq!(findings(&reading), expected);
    assert_eq!((reading.entries.len(), reading.set_aside.len()), (40, 20));
}

#[test]
fn a_pupil_can_have_several_problems() {
    let mut sample = sample(3);
    sample.spoil(1, Fault::IneKey);
    sample.spoil(1, Fault::SexMissing);
    sample.spoil(1, Fault::LastNameMissing);
    let reading = read(sample.siecle(UTF_8).bytes);
    assert_eq!((reading.problems.len(), reading.set_aside.len(), reading.entries.len()), (3, 1, 2));
}

#[test]
fn rules_do_not_apply_to_a_pupil_who_is_left_out() {
    let mut sample = sample(3);
    sample.spoil(1, Fault::LeftSchool);
    sample.spoil(1, Fault::IneMissing);
    sample.spoil(2, Fault::NoDivision);
    sample.spoil(2, Fault::SexMissing);
    let reading = read(sample.siecle(UTF_8).bytes);
    assert_eq!((reading.problems.len(), reading.left_out.len(), reading.entries.len()), (0, 2, 1));
}

#[test]
fn the_same_child_twice_is_one_error() {
    let mut sample = sample(9);
    let twin = sample.pupils[2].clone();
    sample.pupils.push(twin);
    let rendered = sample.siecle(UTF_8);
    let reading = read(&rendered.bytes);
    assert_eq!(findings(&reading), [(rendered.lines[9], "ine_duplicate")]);
    assert_eq!(reading.problems[0].other_line, Some(rendered.lines[2]));
    assert_eq!(reading.entries.len(), 9);
}

#[test]
fn the_file_of_another_school() {
    let mut sample = sample(2);
    sample.uai = "0750654D".into();
    let detail = assert_refused(sample.siecle(UTF_8).bytes, RefusalCode::UaiMismatch);
    assert!(detail.contains("0750654D") && detail.contains("0350760L"), "{detail}");

    sample.uai = format!(" {} ", uai().as_str().to_lowercase());
    assert_eq!(read(sample.siecle(UTF_8).bytes).refusal, None, "spaces and case do not count");
    sample.uai = String::new();
    assert_refused(sample.siecle(UTF_8).bytes, RefusalCode::UaiMismatch);
    let anybody = Options::new(None, jiff::civil::date(2026, 9, 15));
    let reading = crate::read(std::io::Cursor::new(sample.siecle(UTF_8).bytes), &anybody).unwrap();
    assert_eq!(reading.refusal, None);
}

#[test]
fn another_export() {
    assert_refused("<?xml version='1.0'?><BEE_RESPONSABLES/>", RefusalCode::WrongExport);
    let xml = String::from_utf8(sample(2).siecle(UTF_8).bytes).unwrap();
    let with_addresses = xml.replace("<OPTIONS>", "<ADRESSES><ADRESSE ADRESSE_ID=\"1\"/></ADRESSES><OPTIONS>");
    assert_refused(with_addresses, RefusalCode::WrongExport);
    let with_address = xml.replacen("<CODE_SEXE>", "<ADRESSE_ID>12</ADRESSE_ID><CODE_SEXE>", 1);
    assert_refused(with_address, RefusalCode::WrongExport);
}

#[test]
fn broken_xml() {
    let xml = sample(2).siecle(UTF_8).bytes;
    let detail = assert_refused(&xml[..xml.len() / 2], RefusalCode::NotXml);
    assert!(detail.contains("Ligne "), "{detail}");
    assert_refused("<BEE_ELEVES><DONNEES></BEE_ELEVES>", RefusalCode::NotXml);
    assert_refused("bonjour", RefusalCode::NotXml);
    assert_refused("<!-- rien -->", RefusalCode::NotXml);
}

#[test]
fn zips_without_exactly_one_xml() {
    let xml = sample(2).siecle(UTF_8).bytes;
    let hidden = [("__MACOSX/._a.xml", xml.as_slice()), (".a.xml", &xml), ("dossier/", b""), ("Élèves.XML", &xml)];
    assert_eq!(read(zip(hidden)).entries.len(), 2);
    assert_refused(zip([("a.txt", xml.as_slice())]), RefusalCode::ZipNoXml);
    assert_refused(zip([]), RefusalCode::ZipNoXml);
    assert_refused(zip([("a.xml", xml.as_slice()), ("b.xml", &xml)]), RefusalCode::ZipSeveralXml);
}

#[test]
fn nobody_to_import() {
    assert_refused("", RefusalCode::Empty);
    assert_refused(" \r\n ", RefusalCode::Empty);
    assert_refused("\u{FEFF}\n\u{200B}\u{A0}", RefusalCode::Empty);
    assert_refused("sep=;\r\n", RefusalCode::Empty);
    assert_refused(b"\xFF\xFE", RefusalCode::Empty);
    assert_refused(sample(0).siecle(UTF_8).bytes, RefusalCode::Empty);
    assert_refused(sample(0).fregata(UTF_8).bytes, RefusalCode::Empty);
    let mut gone = sample(2);
    gone.spoil(0, Fault::LeftSchool);
    gone.spoil(1, Fault::NoDivision);
    let reading = read(gone.siecle(UTF_8).bytes);
    assert_eq!(reading.refusal.map(|r| r.code), Some(RefusalCode::Empty));
    assert_eq!(reading.left_out.len(), 2, "they are still listed");
}

#[test]
fn columns_of_another_csv() {
    let csv = String::from_utf8(sample(2).fregata(UTF_8).bytes).unwrap();
    let detail = assert_refused(csv.replace("Code sexe*", "Sexe").replace("Statut*;", ""), RefusalCode::WrongColumns);
    let twice = assert_refused(csv.replace("Statut*;", "Statut*;Division*;"), RefusalCode::WrongColumns);
    assert!(twice.contains("Colonnes en double : « Division* »"), "{twice}");
    for column in ["« Code sexe* »", "« Statut* »", "« Sexe »"] {
        assert!(detail.contains(column), "{detail}");
    }
}

#[test]
fn the_zip_reads_like_its_xml() {
    let xml = sample(30).siecle(ISO_8859_15).bytes;
    assert_eq!(read(siecle_zip(&xml)), read(&xml));
}
