//! A page of each kind, any name, and the same bytes each time.

use proptest::prelude::*;
use rentree_certificate::{Certificate, CertificateError, pdf};
use rentree_domain::PersonName;
use rentree_domain::certification::{Competence, Level, Levels};

use crate::samples::{many, of};

/// Certificates that are drawn in different ways, each with whether the font lacks a letter of it.
pub(crate) fn of_each_kind() -> Vec<(Certificate, bool)> {
    let plain = || of("Lina", "DUPONT");
    let all =
        |level: u8| -> Levels { Competence::all().map(|it| (it, Level::try_from(level).expect("a level"))).collect() };
    vec![
        (plain(), false),
        (Certificate { birth_date: None, class: String::new(), ..plain() }, false),
        (Certificate { levels: all(0), score: 0, ..plain() }, false),
        (Certificate { levels: all(8), score: 1024, ..plain() }, false),
        (of(&["Wilhelmine"; 5].join("-"), &"W".repeat(60)), false),
        (of("Anne-Laure Marie Joséphine Élisabeth", "DE LA ROCHEFOUCAULD-MONTBEL D’ARTOIS"), false),
        (of("N'Golo J.-P.", "D’HÉROUVILLE"), false),
        (of("Ngọc Ánh", "NGUYỄN"), false),
        (of("小明", "王"), true),
        (of("مريم", "Ɛ\u{300}BLA"), true),
        (
            Certificate { school: "Lycée polyvalent ".repeat(12), class: "1re STMG groupe 2".to_owned(), ..plain() },
            false,
        ),
        (Certificate { school: "學".to_owned(), session: "x".repeat(90), number: "9".repeat(90), ..plain() }, true),
    ]
}

#[test]
fn a_page_of_each_kind() {
    let (certificates, missing): (Vec<Certificate>, Vec<bool>) = of_each_kind().into_iter().unzip();
    let file = pdf(&certificates).unwrap();
    let places: Vec<usize> = (0..missing.len()).filter(|place| missing[*place]).collect();
    assert_eq!(file.with_missing_letters, places);
    for (certificate, missing) in of_each_kind() {
        let file = pdf(&[certificate]).unwrap();
        assert!(file.bytes.starts_with(b"%PDF-1.7") && file.with_missing_letters.is_empty() != missing);
    }
}

#[test]
fn the_same_certificates_are_the_same_bytes() {
    let certificates = many(40);
    assert!(pdf(&certificates).unwrap() == pdf(&certificates).unwrap());
    assert!(pdf(&certificates).unwrap() != pdf(&certificates[1..]).unwrap());
}

#[test]
fn the_order_is_the_one_that_is_given() {
    let mut certificates = many(3);
    let forwards = pdf(&certificates).unwrap();
    certificates.reverse();
    assert!(pdf(&certificates).unwrap() != forwards);
}

#[test]
fn what_makes_no_file() {
    assert_eq!(pdf(&[]), Err(CertificateError::Nothing));
    let mut long = of("Lina", "DUPONT");
    long.verification.link = "https://rentree.example/".repeat(200);
    assert_eq!(pdf(&[of("Noé", "DUPONT"), long]), Err(CertificateError::LongLink(1)));
}

#[test]
fn nothing_about_a_pupil_is_printed_for_programmers() {
    let certificate = of("Lina", "DUPONT");
    let printed =
        format!("{certificate:?} {:?} {:?}", certificate.verification, pdf(std::slice::from_ref(&certificate)));
    for private in ["Lina", "DUPONT", &certificate.verification.code, "2012"] {
        assert!(!printed.contains(private), "{printed}");
    }
}

/// A name that `PersonName` accepts.
fn name() -> impl Strategy<Value = PersonName> {
    let letters = prop_oneof!["[A-Za-zÀ-ÿ '’.-]{1,60}", "\\p{Alphabetic}{1,60}", "[\\p{Latin}\\p{Mn} -]{1,60}"];
    letters.prop_filter_map("a name", |text| PersonName::parse(&text).ok())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_accepted_name_makes_a_file(first_name in name(), last_name in name()) {
        let certificate = Certificate { first_name, last_name, ..of("Lina", "DUPONT") };
        let file = pdf(std::slice::from_ref(&certificate));
        prop_assert!(file.is_ok_and(|file| file.bytes.ends_with(b"%%EOF")));
    }
}
