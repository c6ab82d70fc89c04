//! Files made after trouble that schools reported in public, each with its outcome. Add a file and its line here for each new
//! kind of trouble.

use std::io::Cursor;

use jiff::civil::date;
use rentree_domain::Uai;

use crate::report::Report;
use crate::{Options, Reading};

/// What reading a file must give.
#[derive(Default)]
struct Case {
    file: &'static str,
    bytes: &'static [u8],
    entries: usize,
    /// Lines and codes of problems.
    problems: &'static [(u64, &'static str)],
    /// Lines and codes of remarks.
    remarks: &'static [(u64, &'static str)],
    refused: Option<&'static str>,
}

macro_rules! cases {
    ($($(#[$why:meta])* $file:literal => { $($field:ident: $value:expr),* $(,)? })+) => {
        [$(Case {
            file: $file,
            bytes: include_bytes!(concat!("cases/", $file)),
            $($field: $value,)*
            ..Case::default()
        }),+]
    };
}

fn cases() -> Vec<Case> {
    let cases = cases! {
        /// CR alone ends lines, as old Mac software writes them.
        "x07.xml" => { entries: 1, problems: &[(10, "sex_missing")] }
        /// Two exports pasted one after the other.
        "x08.xml" => { refused: Some("not_xml") }
        /// The class in a first block, the groups in a second one.
        "x10.xml" => { entries: 2 }
        /// Two divisions, of which the last is "Inactifs".
        "x11.xml" => { entries: 2 }
        /// Signs that nobody can see in an INE.
        "x18.xml" => { entries: 2 }
        /// `-`, `.` and `/` where there is no second name or usage name.
        "x20.xml" => { entries: 3 }
        /// UTF-8 read as Mac Roman.
        "x24.xml" => { refused: Some("encoding_damaged") }
        /// One ELEVE_ID for two children.
        "x35.xml" => { problems: &[(10, "siecle_id_duplicate"), (20, "siecle_id_duplicate")] }
        /// No ELEVE_ID, the same ELENOET on both sides.
        "x36.xml" => { entries: 2 }
        /// A direction mark in a name.
        "x39.xml" => { entries: 2 }
        /// The INE in INE_RNIE alone.
        "x40.xml" => { entries: 2 }
        /// One child under two INE.
        "x41.xml" => { entries: 3, remarks: &[(20, "child_listed_twice")] }
        /// ISO-8859-15 bytes declared as ISO-8859-1.
        "x42.xml" => { entries: 1, problems: &[(10, "sex_missing")] }
        /// UTF-8 under an ISO declaration, whose only accent ends a name with what looks like a space.
        "x44.xml" => { refused: Some("encoding_damaged") }
        /// `sep=;` above the header.
        "c01.csv" => { entries: 2 }
        /// No-break spaces in the header.
        "c02.csv" => { entries: 2 }
        /// Case, a star and an acute accent for an apostrophe in the header.
        "c06.csv" => { entries: 2 }
        /// Classes that a spreadsheet took for numbers and a date.
        "c08.csv" => {
            problems: &[(2, "division_damaged"), (3, "division_damaged"), (4, "division_damaged")]
        }
        /// A MEF in scientific notation.
        "c09.csv" => { entries: 1, remarks: &[(2, "mef_damaged")] }
        /// A quoted cell with a line end and a separator.
        "c12.csv" => { entries: 2 }
        /// A workbook named .csv.
        "c21.csv" => { refused: Some("not_xml") }
        /// A row that is cut.
        "c26.csv" => { entries: 1, problems: &[(3, "row_shape")] }
        /// A separator within the last cell, which is not quoted.
        "c28.csv" => { entries: 1, problems: &[(3, "row_shape")] }
        /// One small file behind a zip64 end record.
        "z05.zip" => { entries: 2 }
    };
    cases.into()
}

fn read(bytes: &[u8]) -> Reading {
    let uai = Uai::parse("0750654D").unwrap();
    crate::read(Cursor::new(bytes), &Options::new(Some(uai), date(2026, 9, 15))).expect("memory")
}

#[test]
fn every_case_has_its_outcome() {
    for case in cases() {
        let reading = read(case.bytes);
        let file = case.file;
        let refusal = reading.refusal.as_ref();
        assert_eq!(refusal.map(|r| r.code.as_str()), case.refused, "{file}: {refusal:?}");
        assert_eq!(reading.entries.len(), case.entries, "{file}: {}", Report::new(&reading).to_text());
        let problems: Vec<_> = reading.problems.iter().map(|p| (p.line, p.code.as_str())).collect();
        assert_eq!(problems, case.problems, "{file}");
        let remarks: Vec<_> = reading.remarks.iter().map(|r| (r.line, r.code.as_str())).collect();
        assert_eq!(remarks, case.remarks, "{file}");
        assert_eq!(reading.left_out, [], "{file}");
        // Remarks alone are no failure: a school is not stopped by what is imported all the same.
        let expected = if case.refused.is_some() { 2 } else { u8::from(!case.problems.is_empty()) };
        assert_eq!(Report::new(&reading).exit_status(), expected, "{file}");
    }
}

#[test]
fn what_they_say() {
    let case = |file: &str| read(cases().iter().find(|case| case.file == file).expect(file).bytes);
    assert_eq!(case("x42.xml").problems[0].name, "LEBŒUF Lœtitia");
    assert_eq!(case("x41.xml").remarks[0].other_line, Some(10));
    assert_eq!(case("x35.xml").problems[1].other_line, Some(10));
    assert_eq!(case("x11.xml").entries[0].division, "6E2");
    assert_eq!(case("x18.xml").entries[1].ine.as_str(), "1234567890V");
    assert_eq!(case("x20.xml").entries[2].usage_name, None);
    assert_eq!(case("x39.xml").entries[0].last_name, "MARTINNITRAM");
    assert_eq!(case("x40.xml").entries[0].ine.as_str(), "123456789AB");
    assert_eq!(case("c09.csv").entries[0].mef, None);
    assert_eq!(case("c12.csv").entries[0].birth_town.as_deref(), Some("SAINT-PIERRE ; LA RÉUNION"));
    let workbook = case("c21.csv").refusal.expect("refused").detail;
    assert!(workbook.contains("classeur"), "{workbook}");
}
