mod broken_lines;
mod cases;
mod hostile;

use std::collections::BTreeSet;
use std::io::Cursor;

use rentree_samples::{DirectoryFault, SchoolDirectory};

use super::*;

const HEADER: &str = "Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Mail;ministere_tutelle;etat";
const SMALL: Limits = Limits { file: 10_000, line: 400, field: 300 };

fn read(bytes: impl AsRef<[u8]>) -> Result<Vec<Listed>, OpenError> {
    Listing::open(Cursor::new(bytes), SMALL)?.map(|line| Ok(line?)).collect()
}

fn refusal(bytes: impl AsRef<[u8]>) -> Refusal {
    match read(bytes) {
        Err(OpenError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// What is wrong with a single line under the usual header.
fn problem(line: &str) -> Problem {
    match read(format!("{HEADER}\n{line}\n")).unwrap().as_slice() {
        [Listed::Refused(problem) | Listed::School(_, Some(problem))] => problem.clone(),
        other => panic!("{other:?}"),
    }
}

fn school(line: &str) -> ListedSchool {
    match read(format!("{HEADER}\n{line}\n")).unwrap().as_slice() {
        [Listed::School(school, None)] => school.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_school_is_read_whole() {
    let line = "0350760l ; Collège Anne-de-Bretagne ;Collège;CE.0350760L@ac-rennes.fr;MINISTERE DE L'EDUCATION NATIONALE;OUVERT";
    let expected = ListedSchool {
        uai: Uai::parse("0350760L").unwrap(),
        name: "Collège Anne-de-Bretagne".to_owned(),
        kind: "Collège".to_owned(),
        town: String::new(),
        ministry: Ministry::Education,
        mailbox: Some(EmailAddress::parse("ce.0350760l@ac-rennes.fr").unwrap()),
        closed: false,
    };
    assert_eq!(school(line), expected);
}

#[test]
fn columns_are_found_by_name_in_any_order_and_case() {
    let file = "\u{FEFF}etat;code_postal;NOM_ETABLISSEMENT; identifiant_de_l_etablissement \r\nFERME;35000;\"Lycée \"\"A\"\"; et B\";0350760L\r\n";
    let lines = read(file).unwrap();
    let [Listed::School(school, None)] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((school.name.as_str(), school.closed, school.kind.as_str()), ("Lycée \"A\"; et B", true, ""));
    assert_eq!((school.ministry, &school.mailbox), (Ministry::Other, &None));
}

#[test]
fn a_school_is_open_unless_the_directory_says_otherwise() {
    for (state, closed) in [
        ("OUVERT", false),
        ("ouvert", false),
        (" Ouvert ", false),
        ("", false),
        ("FERME", true),
        ("Fermé", true),
        ("A OUVRIR", false),
    ] {
        assert_eq!(school(&format!("0350760L;Lycée;;;;{state}")).closed, closed, "{state}");
    }
}

#[test]
fn blank_lines_and_a_missing_last_line_break_are_harmless() {
    let lines = read(format!("\n  \n{HEADER}\n\n0350760L;A;;;;\r\n \n0750654D;B;;;;")).unwrap();
    assert_eq!(lines.len(), 2, "{lines:?}");
    // Blank lines count.
    let lines = read(format!("{HEADER}\n\n\nx;A;;;;")).unwrap();
    assert!(matches!(lines.as_slice(), [Listed::Refused(Problem { line: 4, .. })]), "{lines:?}");
}

#[test]
fn each_problem_says_what_where_and_how_to_mend_it() {
    for (line, code, message) in [
        (";Lycée;;;;", ProblemCode::UaiMissing, "Line 2: the UAI is missing; fill it in."),
        (
            "350760L;Lycée;;;;",
            ProblemCode::UaiShape,
            "Line 2 (350760L): the UAI has not the shape of one (seven digits and a letter, for instance 0750654D); correct it.",
        ),
        (
            "0010856B;Lycée;;;;",
            ProblemCode::UaiKey,
            "Line 2 (0010856B): the key of the UAI should be A, with these seven digits; correct the digits or the letter.",
        ),
        ("0350760L; ;;;;", ProblemCode::NameMissing, "Line 2 (0350760L): Nom_etablissement is empty; fill it in."),
        (
            "0350760L;Ly\tcée;;;;",
            ProblemCode::TextDamaged,
            "Line 2 (0350760L): Nom_etablissement holds the sign U+0009, which no name has; type it again.",
        ),
        (
            "0350760L;Lyc\u{FFFD}e;;;;",
            ProblemCode::TextDamaged,
            "Line 2 (0350760L): Nom_etablissement holds the sign U+FFFD, which no name has; type it again.",
        ),
        (
            "0350760L;\"Lycée;;;;",
            ProblemCode::Quotes,
            "Line 2: the quote that opens field 2 is not closed; close it on this line, or take it away.",
        ),
        (
            "0350760L;\"Lycée\" Anne;;;;",
            ProblemCode::Quotes,
            "Line 2: something follows the quote that closes field 2; write a quote within a field twice.",
        ),
        (
            "0350760L;Lycée;;;",
            ProblemCode::FieldCount,
            "Line 2: 5 fields where the header has 6; look for a missing or unquoted ; or for a line break within a field.",
        ),
        (
            "0350760L;Lycée;;chez nous;;",
            ProblemCode::MailInvalid,
            "Line 2 (0350760L): Mail is not an e-mail address such as nom@exemple.fr: the school is loaded without it; correct it.",
        ),
    ] {
        let found = problem(line);
        assert_eq!((found.code, found.message.as_str()), (code, message), "{line}");
    }
}

#[test]
fn limits_are_told_and_only_that_line_is_lost() {
    let limits = Limits { file: 10_000, line: 2_000, field: 1_000 };
    let (name, field, line) = ("é".repeat(256), "x".repeat(1_001), "y".repeat(5_000));
    let file = format!(
        "{HEADER}\n0350760L;{name};;;;\n0350760L;{field};;;;\n{line}\n0350760L;{};;;;\n0750654D;B;{};;;\n",
        "é".repeat(255),
        "k".repeat(101)
    );
    let lines: Vec<_> = Listing::open(Cursor::new(file), limits).unwrap().map(Result::unwrap).collect();
    let codes: Vec<_> = lines
        .iter()
        .map(|line| match line {
            Listed::School(..) | Listed::Again(_) => None,
            Listed::Refused(problem) => Some(problem.code),
        })
        .collect();
    let expected = [
        Some(ProblemCode::TextTooLong),
        Some(ProblemCode::FieldTooLong),
        Some(ProblemCode::LineTooLong),
        None,
        Some(ProblemCode::TextTooLong),
    ];
    assert_eq!(codes, expected);
}

#[test]
fn a_line_of_exactly_the_limit_is_read() {
    let start = "0350760L;Lycée;;;";
    for end in ["\n", "\r\n"] {
        for (length, fits) in [(400, true), (401, false), (402, false), (403, false), (404, false), (900, false)] {
            let kept = "m".repeat(length - start.len() - 1);
            let lines = read(format!("{HEADER}\n{start}{kept};{end}0750654D;B;;;;")).unwrap();
            let is_read = !matches!(&lines[0], Listed::Refused(problem) if problem.code == ProblemCode::LineTooLong);
            assert_eq!(is_read, fits, "{length} {end:?}");
            assert!(matches!(lines[1], Listed::School(..)), "{lines:?}");
        }
    }
}

#[test]
fn a_second_line_of_a_school_is_remarked_unless_the_first_was_refused() {
    let lines =
        read(format!("{HEADER}\n0350760L;;;;;\n0350760L;A;;;;\n0350760l;B;;;;FERME\n0350760L; A;;;;\n")).unwrap();
    let [Listed::Refused(missing), Listed::School(school, None), Listed::Again(other), Listed::Again(same)] =
        &lines[..]
    else {
        panic!("{lines:?}");
    };
    assert_eq!((missing.code, school.name.as_str()), (ProblemCode::NameMissing, "A"));
    let expected = Remark {
        line: 4,
        code: RemarkCode::SchoolListedTwice,
        uai: Some("0350760l".to_owned()),
        message: "Line 4 (0350760l): this school is at line 3 already, which is loaded; this line is not, and says otherwise in \
                  Nom_etablissement, etat."
            .to_owned(),
        remedy: "Do nothing where the two lines are parts of one school, as the public directory has them. If line 4 is the right one, \
                 delete line 3 and load the file again."
            .to_owned(),
    };
    assert_eq!(*other, expected);
    assert_eq!(
        same.message,
        "Line 5 (0350760L): this school is at line 3 already, which is loaded; this line is not, and says the same."
    );
}

#[test]
fn a_column_that_is_not_there_is_remarked() {
    let file = "\nIdentifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Mail\n0350760L;A;;\n";
    let listing = Listing::open(Cursor::new(file), SMALL).unwrap();
    let told: Vec<_> = listing.remarks().iter().map(|remark| (remark.line, remark.message.as_str())).collect();
    let expected = [
        (
            2,
            "Line 2: the header has no column ministere_tutelle: no mailbox can be derived from a UAI, so that a school whose line gives \
             no address is not offered a space.",
        ),
        (
            2,
            "Line 2: the header has no column etat: closed schools are loaded as if they were open, and are offered a space.",
        ),
    ];
    assert_eq!(told, expected);
    assert!(listing.remarks().iter().all(|remark| remark.code == RemarkCode::ColumnMissing && remark.uai.is_none()));
    let whole = Listing::open(Cursor::new(HEADER), SMALL).unwrap();
    assert_eq!(whole.remarks(), []);
}

#[test]
fn a_line_that_is_not_utf8_is_lost_alone() {
    let mut file = format!("{HEADER}\n").into_bytes();
    file.extend(b"0350760L;Lyc\xE9e;;;;\n0750654D;B;;;;\n");
    let lines = read(file).unwrap();
    assert!(matches!(&lines[0], Listed::Refused(problem) if problem.code == ProblemCode::NotUtf8));
    assert!(matches!(&lines[1], Listed::School(..)));
}

#[test]
fn what_is_no_directory_is_refused_as_a_whole() {
    for (bytes, code, detail) in [
        (b"".as_slice(), RefusalCode::Empty, "The file is empty."),
        (b"\xEF\xBB\xBF\r\n \n", RefusalCode::Empty, "The file is empty."),
        (b"PK\x03\x04\x14\0", RefusalCode::NotCsv, "The header holds signs that no text has: this is no CSV."),
        (
            b"\xFF\xFEI\0d\0",
            RefusalCode::NotCsv,
            "The header is not UTF-8: this is no CSV, or it must be saved as UTF-8.",
        ),
        (&[b'x'; 500], RefusalCode::NotCsv, "Line 1 has more than 400 bytes: this is no CSV."),
        (
            b"\"Identifiant_de_l_etablissement;Nom",
            RefusalCode::NotCsv,
            "In the header, the quote that opens field 1 is not closed; close it on this line, or take it away.",
        ),
        (
            b"Identifiant_de_l_etablissement,Nom_etablissement\n",
            RefusalCode::MissingColumn,
            "The header has no column Identifiant_de_l_etablissement, and none Nom_etablissement. Columns are separated by ; and here is only one.",
        ),
        (
            b"Nom_etablissement;Mail\n",
            RefusalCode::MissingColumn,
            "The header has no column Identifiant_de_l_etablissement.",
        ),
        (
            b"Identifiant_de_l_etablissement;Nom_etablissement;Mail;mail\n",
            RefusalCode::DuplicateColumn,
            "The header has the column Mail twice: delete one of the two.",
        ),
    ] {
        let found = refusal(bytes);
        assert_eq!((found.code, found.detail.as_str()), (code, detail));
    }
}

/// Where each refusal of a whole file is made, and its test. It is no fault of the samples, which is about a line.
#[test]
fn every_refusal_is_made_by_the_reader_or_by_the_load() {
    let header = SchoolDirectory::new(0, 5).csv();
    let header = String::from_utf8(header).unwrap();
    for code in RefusalCode::ALL {
        let file = match code {
            RefusalCode::NotCsv => "PK\u{3}\u{4}".to_owned(),
            RefusalCode::MissingColumn => header.replace("Nom_etablissement", "Adresse_2"),
            RefusalCode::DuplicateColumn => header.replace("Adresse_1", "Mail"),
            RefusalCode::Empty => String::new(),
            // What no text is refused for: the file is gone, is longer than a test writes, or was tried in vain. The load says so, and
            // `tests/journeys/directory.rs` holds it.
            RefusalCode::TooLarge | RefusalCode::Missing | RefusalCode::Technical => continue,
        };
        assert_eq!(refusal(&file).code, *code, "{file}");
        assert!(refusal(&file).detail.ends_with('.'), "{code:?}");
    }
}

/// The generator of samples knows every code: each fault is answered with its own.
#[test]
fn every_fault_of_the_samples_has_its_code() {
    let (mut problems, mut remarks) = (BTreeSet::new(), BTreeSet::new());
    for fault in DirectoryFault::ALL {
        let mut sample = SchoolDirectory::new(3, 5);
        sample.spoil(1, *fault);
        let listing = Listing::open(Cursor::new(sample.csv()), Limits::default()).unwrap();
        let mut told: Vec<(u64, serde_json::Value)> = Vec::new();
        for remark in listing.remarks() {
            told.push((remark.line, serde_json::json!(remark.code)));
            remarks.insert(remark.code);
        }
        let lines: Vec<_> = listing.map(Result::unwrap).collect();
        assert_eq!(lines.len(), 3, "{fault:?}");
        for line in &lines {
            match line {
                Listed::School(_, None) => {}
                Listed::School(_, Some(problem)) | Listed::Refused(problem) => {
                    assert_eq!(problem.is_warning(), matches!(line, Listed::School(..)));
                    told.push((problem.line, serde_json::json!(problem.code)));
                    problems.insert(problem.code);
                }
                Listed::Again(remark) => {
                    told.push((remark.line, serde_json::json!(remark.code)));
                    remarks.insert(remark.code);
                }
            }
        }
        let line = if *fault == DirectoryFault::ColumnMissing { 1 } else { 3 };
        let expected: Vec<_> =
            (*fault != DirectoryFault::Closed).then(|| (line, fault.code().into())).into_iter().collect();
        assert_eq!(told, expected, "{fault:?}");
    }
    assert_eq!(problems, ProblemCode::ALL.iter().copied().collect());
    assert_eq!(remarks, RemarkCode::ALL.iter().copied().collect());
}

#[test]
fn invented_schools_are_read_as_they_were_invented() {
    let sample = SchoolDirectory::new(2_000, 7);
    let lines: Vec<_> =
        Listing::open(Cursor::new(sample.csv()), Limits::default()).unwrap().map(Result::unwrap).collect();
    for (line, row) in lines.iter().zip(&sample.schools) {
        let Listed::School(school, None) = line else { panic!("{line:?}") };
        assert_eq!((school.uai.as_str(), &school.name, &school.kind), (row.uai.as_str(), &row.name, &row.kind));
        assert_eq!(school.mailbox.as_ref().map_or("", |mailbox| mailbox.as_str()), row.mail);
    }
    assert_eq!(lines.len(), 2_000);
}

#[test]
fn the_town_is_read_where_the_file_has_it() {
    let file = "Identifiant_de_l_etablissement;Nom_etablissement;Nom de la commune\n0350760L;Collège Anne-de-Bretagne; L'Haÿ-les-Roses \n";
    let lines = read(file).unwrap();
    let [Listed::School(school, None)] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(school.town, "L'Haÿ-les-Roses");
}
