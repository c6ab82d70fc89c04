use jiff::civil::date;
use proptest::prelude::*;
use rentree_domain::CertificationStatus;
use rentree_domain::certification::Competence;

use super::*;

const HEADER: &str = "numero;constate_le;statut;uai;date_passage;eleve;ine;date_naissance;nom;prenom;score;code_verification;commentaire;1.1;5.2";
const GOOD: &str = "17;2027-06-20T08:00:00Z;validated;0350760L;2027-05-12;;1234567890V;10/03/2012;DUNORD;Karine;612;P-AB12CD34EF56;;4;0";

fn read(file: impl AsRef<[u8]>) -> Result<Vec<Line>, OpenError> {
    let now: Timestamp = "2027-06-30T08:00:00Z".parse().unwrap();
    let session = SessionName::parse("2027-05").unwrap();
    Sheet::open(file.as_ref(), session, now, date(2027, 6, 30))?.map(|line| Ok(line?)).collect()
}

fn lines(rows: &[&str]) -> Vec<Line> {
    read([&[HEADER], rows].concat().join("\n")).unwrap()
}

#[test]
fn a_good_line_states_everything() {
    let [Line::States { line: 2, number, statement }] = &lines(&[GOOD])[..] else { panic!("one statement") };
    assert_eq!((u64::from(*number), statement.status), (17, CertificationStatus::Validated));
    assert_eq!(
        statement.about.by_ine().map(|(ine, day)| (ine.to_string(), day)),
        Some(("1234567890V".to_owned(), date(2012, 3, 10)))
    );
    assert_eq!((statement.taken_on, statement.year().first()), (date(2027, 5, 12), 2026));
    let levels: Vec<_> = statement.levels.iter().map(|(competence, level)| (competence.id(), level.number())).collect();
    assert_eq!(levels, [("1.1", 4), ("5.2", 0)]);
    assert_eq!((statement.score.map(u16::from), statement.session.as_str()), (Some(612), "2027-05"));
    assert_eq!(statement.comment, None);
}

/// A name without a letter is nobody's; a clock that is a little ahead is one, as of a message.
#[test]
fn what_is_no_name_is_left_blank_and_clocks_differ() {
    let line = GOOD.replace("DUNORD", "--").replace("2027-06-20T08:00:00Z", "2027-06-30T08:04:59Z");
    let [Line::States { statement, .. }] = &lines(&[&line])[..] else { panic!("one statement") };
    assert_eq!((statement.about.last_name.as_str(), statement.about.first_name.as_str()), ("", "Karine"));
}

#[test]
fn names_of_columns_are_read_as_a_person_would() {
    let header = HEADER.to_uppercase().replace('_', " ").replace("CODE VERIFICATION", "\"Code vérification\"");
    let [Line::States { statement, .. }] = &read(format!("\u{FEFF}{header};autre\r\n\r\n{GOOD};x\r\n")).unwrap()[..]
    else {
        panic!("one statement")
    };
    assert!(statement.code.is_some());
    assert_eq!(Competence::all().filter(|it| statement.levels.contains_key(it)).count(), 2);
}

/// Every code but those that another test makes, by the one thing that is changed.
#[test]
fn each_thing_that_is_wrong_is_told_by_its_line() {
    let long = "x".repeat(LONGEST_FIELD + 1);
    let comment = format!("0123456789 {}", "x".repeat(500));
    let changed = [
        ("17;", "0;", ProblemCode::Number),
        ("2027-06-20T08:00:00Z", "20/06/2027", ProblemCode::StatedAt),
        ("2027-06-20T08", "2027-07-20T08", ProblemCode::InFuture),
        ("2027-05-12", "2027-07-01", ProblemCode::InFuture),
        ("validated", "validée", ProblemCode::Status),
        ("0350760L", "0350760A", ProblemCode::Uai),
        ("2027-05-12", "12/5/27", ProblemCode::TakenOn),
        ("2027-05-12", "2019-05-12", ProblemCode::TooOld),
        (";;1234567890V", ";x;1234567890V", ProblemCode::Learner),
        ("1234567890V", "1234567890A", ProblemCode::Ine),
        ("10/03/2012", "31/02/2012", ProblemCode::BirthDate),
        ("10/03/2012", "9999-12-31", ProblemCode::BirthDate),
        ("10/03/2012", "01/01/1899", ProblemCode::BirthDate),
        ("10/03/2012", "2027-07-01", ProblemCode::BirthDate),
        ("10/03/2012", "", ProblemCode::PupilMissing),
        (";612;", ";1025;", ProblemCode::Score),
        (";4;0", ";9;0", ProblemCode::Level),
        (";4;0", ";+4;0", ProblemCode::Level),
        ("P-AB12CD34EF56", "P-AB12CD34EF5", ProblemCode::Code),
        (";;4;0", &format!(";{comment};4;0"), ProblemCode::Comment),
        (";;4;0", &format!(";{long};4;0"), ProblemCode::FieldTooLong),
        ("DUNORD", "\"DUNORD", ProblemCode::Quotes),
        (";4;0", ";4", ProblemCode::FieldCount),
    ];
    let mut made = vec![ProblemCode::SchoolUnknown, ProblemCode::LineTooLong, ProblemCode::NotUtf8];
    for (from, to, code) in changed {
        let line = GOOD.replacen(from, to, 1);
        assert_ne!(line, GOOD, "{from}");
        let [Line::Refused(problem), Line::States { .. }] = &lines(&[&line, GOOD])[..] else {
            panic!("{from} → {to}")
        };
        assert_eq!((problem.line, problem.code), (2, code), "{from} → {to}");
        assert!(problem.message.ends_with('.') && !problem.message.contains("DUNORD"), "{}", problem.message);
        made.push(code);
    }
    made.sort_unstable();
    made.dedup();
    assert_eq!(made, ProblemCode::ALL);
    let mut damaged = format!("{HEADER}\n").into_bytes();
    damaged.extend(b"\xFF\n");
    damaged.extend("x".repeat(LONGEST_LINE + 1).bytes());
    let [Line::Refused(one), Line::Refused(two)] = &read(damaged).unwrap()[..] else { panic!("two problems") };
    assert_eq!((one.code, two.code), (ProblemCode::NotUtf8, ProblemCode::LineTooLong));
}

#[test]
fn what_is_no_file_of_certifications_is_refused_as_a_whole() {
    for (file, code) in [
        (String::new(), RefusalCode::Empty),
        ("PK\u{3}\u{4}".to_owned(), RefusalCode::NotCsv),
        (HEADER.replace(';', ","), RefusalCode::MissingColumn),
        (HEADER.replace("numero", "autre"), RefusalCode::MissingColumn),
        (format!("{HEADER};Statut"), RefusalCode::DuplicateColumn),
        ("x".repeat(LONGEST_LINE + 1), RefusalCode::NotCsv),
    ] {
        match read(&file) {
            Err(OpenError::Refused(refusal)) => assert_eq!(refusal.code, code, "{}", refusal.detail),
            other => panic!("{code:?}: {other:?}"),
        }
    }
}

fn junk() -> impl Strategy<Value = Vec<u8>> {
    // Signs that mean something to the reader.
    let token = prop_oneof![
        4 => Just(b"\"".to_vec()),
        4 => Just(b";".to_vec()),
        2 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"17;2027-06-20T08:00:00Z;validated;".to_vec()),
        2 => "[a-zé ]{0,6}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..300),
    ];
    prop::collection::vec(token, 0..12).prop_map(|tokens| tokens.concat())
}

proptest! {
    /// Whatever stands between them, no good line is lost, and nothing is made up.
    #[test]
    fn no_good_line_is_lost(parts in prop::collection::vec((junk(), any::<bool>()), 0..30)) {
        let mut file = format!("{HEADER}\n").into_bytes();
        let mut expected = Vec::new();
        for (number, (junk, is_good)) in (1_000_u64..).zip(parts) {
            file.extend(junk);
            file.push(b'\n');
            if is_good {
                expected.push(number);
                file.extend(GOOD.replacen("17", &number.to_string(), 1).bytes());
                file.push(b'\n');
            }
        }
        let read = read(file).unwrap();
        let found: Vec<u64> = read.iter().filter_map(|line| match line {
            Line::States { number, .. } => Some(u64::from(*number)),
            Line::Refused(_) => None,
        }).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn anything_may_be_thrown_at_it(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = read(bytes);
    }
}
