//! Schools that stand on several lines, and quotes that are never closed.

use super::*;

const ADDRESSES: &str =
    "Identifiant_de_l_etablissement;Nom_etablissement;Adresse_1;Mail;ministere_tutelle;etat;Type_etablissement";

/// What became of a school.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Loaded(String),
    Told(u64, ProblemCode),
}

fn loaded(uai: &str) -> Outcome {
    Outcome::Loaded(uai.to_owned())
}

fn told(line: u64, code: ProblemCode) -> Outcome {
    Outcome::Told(line, code)
}

/// What became of each school.
fn outcome(lines: &str) -> Vec<Outcome> {
    let lines = read(format!("{ADDRESSES}\n{lines}")).unwrap();
    let outcome = lines.into_iter().map(|line| match line {
        Listed::School(school, None) => loaded(school.uai.as_str()),
        Listed::School(_, Some(problem)) | Listed::Refused(problem) => told(problem.line, problem.code),
        Listed::Again(remark) => panic!("{remark:?}"),
    });
    outcome.collect()
}

#[test]
fn a_line_break_in_an_address_is_a_part_of_it() {
    for address in [
        "\"1 RUE X\nBAT B\"",
        "\"1 RUE X\r\nBAT B\"",
        "\"1 RUE X\n\n \nBAT \"\"B\"\"; 2e étage\"",
        "\"\n1 RUE X\n\"",
        "\"1\n2\n3\n4\n5\n6\n7\n8\n9\"",
    ] {
        let found = outcome(&format!("0350760L;A;{address};;;;\n0750654D;B;;;;;\nx;C;;;;;\n"));
        let line = 4 + address.matches('\n').count() as u64;
        assert_eq!(found, [loaded("0350760L"), loaded("0750654D"), told(line, ProblemCode::UaiShape)], "{address}");
    }
}

#[test]
fn what_stands_behind_the_break_is_read() {
    let lines = read(format!("{ADDRESSES}\n0350760L;A;\"1 RUE X\nBAT B\";a@exemple.fr;;FERME;Collège\n")).unwrap();
    let [Listed::School(school, None)] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((school.kind.as_str(), school.closed), ("Collège", true));
    assert_eq!(school.mailbox.as_ref().map(EmailAddress::as_str), Some("a@exemple.fr"));
}

/// A name on two lines is none: mails show it.
#[test]
fn a_line_break_in_a_name_is_told() {
    assert_eq!(
        outcome("0350760L;\"Lycée\nA\";;;;;\n0750654D;B;;;;;"),
        [told(2, ProblemCode::TextDamaged), loaded("0750654D")]
    );
}

#[test]
fn a_quote_that_is_never_closed_takes_no_other_school_with_it() {
    for (broken, others) in [
        // The next line is a school.
        ("0350760L;A;\"1 RUE X;;;;", vec![]),
        // So is this one, with a wrong key.
        ("0350760L;A;\"1 RUE X;;;;\n0010856B;x\";;;;;", vec![told(3, ProblemCode::UaiKey)]),
        // And this one, whose UAI is missing: it has every field.
        ("0350760L;A;\"1 RUE X;;;;\n;x\";;;;;", vec![told(3, ProblemCode::UaiMissing)]),
        // The next school has a line break itself.
        ("0350760L;A;\"1 RUE X;;;;\n0561534N;A;\"1 RUE X\nBAT B\";;;;", vec![loaded("0561534N")]),
        // Its first field is quoted, or its name holds a separator.
        ("0350760L;A;\"1 RUE X;;;;\n\"0561534N\";\"A; B\";;;;;", vec![loaded("0561534N")]),
        ("0350760L;A;\"1 RUE X;;;;\n\"0561534N;A;;;;;", vec![told(3, ProblemCode::Quotes)]),
        // The quote closes, but not where a field ends, or too late.
        ("0350760L;A;\"1 RUE X\nBAT \"B\" 2;;;;", vec![told(3, ProblemCode::FieldCount)]),
        ("0350760L;A;\"1 RUE X\nBAT B\";;", vec![told(3, ProblemCode::FieldCount)]),
    ] {
        let found = outcome(&format!("{broken}\n0750654D;B;;;;;\n9840482B;C;;;;;\n"));
        let mut expected = vec![told(2, ProblemCode::Quotes)];
        expected.extend(others);
        expected.extend([loaded("0750654D"), loaded("9840482B")]);
        assert_eq!(found, expected, "{broken}");
    }
}

#[test]
fn a_break_over_too_many_lines_or_bytes_is_an_open_quote() {
    let many = format!("0350760L;A;\"{}\";;;;\n0750654D;B;;;;;\n", "x\n".repeat(9));
    let found = outcome(&many);
    assert_eq!(found.first(), Some(&told(2, ProblemCode::Quotes)));
    assert_eq!(found.last(), Some(&loaded("0750654D")));
    let long = format!("0350760L;A;\"{0}\n{0}\";;;;\n0750654D;B;;;;;\n", "x".repeat(250));
    assert_eq!(outcome(&long).last(), Some(&loaded("0750654D")));
    assert_eq!(outcome("0350760L;A;\"1 RUE X\n"), [told(2, ProblemCode::Quotes)]);
}

/// A line that is too long, or not UTF-8, belongs to no field.
#[test]
fn a_damaged_line_continues_nothing() {
    let mut file = format!("{ADDRESSES}\n0350760L;A;\"1 RUE X\n").into_bytes();
    file.extend([b'y'; 500]);
    file.extend(b"\nBAT B\";;;;\n0561534N;C;\"1 RUE\nB\xE9\";;;;\n0750654D;B;;;;;\n");
    let codes: Vec<_> = read(file)
        .unwrap()
        .into_iter()
        .map(|line| match line {
            Listed::Refused(problem) => Some((problem.line, problem.code)),
            Listed::School(..) | Listed::Again(_) => None,
        })
        .collect();
    let expected = [
        Some((2, ProblemCode::Quotes)),
        Some((3, ProblemCode::LineTooLong)),
        Some((4, ProblemCode::FieldCount)),
        Some((5, ProblemCode::Quotes)),
        Some((6, ProblemCode::NotUtf8)),
        None,
    ];
    assert_eq!(codes, expected);
}
