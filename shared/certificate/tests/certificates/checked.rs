//! Checkers that are not ours: two validators agree that the files are accessible and archival, and refuse spoilt ones; readers of
//! text, structure and QR codes find what was put in.

use std::path::PathBuf;

use rentree_certificate::{Certificate, pdf};
use rentree_domain::certification::Competence;

use crate::pages::of_each_kind;
use crate::python;
use crate::samples::{many, of};

const VALIDATORS: [&str; 3] = ["page-validation PDF/UA-1", "page-validation PDF/A-2a", "outloud PDF/UA-1"];

fn written(name: &str, bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).expect("a file to check");
    path
}

fn bytes_of_each_kind() -> Vec<u8> {
    let certificates: Vec<Certificate> = of_each_kind().into_iter().map(|(certificate, _)| certificate).collect();
    pdf(&certificates).expect("a file").bytes
}

/// What each validator says of a file.
fn verdicts(name: &str, bytes: &[u8]) -> String {
    let (printed, accepted) = python::run("conforms.py", &[&written(name, bytes)]);
    let all_said = VALIDATORS.iter().all(|validator| printed.contains(validator));
    assert!(all_said && accepted != printed.contains("refused"), "{printed}");
    printed
}

/// `bytes` with every `word` overwritten, as many bytes of the same kind in its place.
fn spoilt(bytes: &[u8], word: &str, by: &str) -> Vec<u8> {
    assert_eq!(word.len(), by.len());
    let mut spoilt = bytes.to_vec();
    let places: Vec<usize> = bytes
        .windows(word.len())
        .enumerate()
        .filter(|(_, window)| *window == word.as_bytes())
        .map(|(place, _)| place)
        .collect();
    assert!(!places.is_empty(), "{word} is not there");
    for place in places {
        spoilt[place..place + by.len()].copy_from_slice(by.as_bytes());
    }
    spoilt
}

#[test]
fn validators_accept_a_page_of_each_kind_and_a_class() {
    for (name, bytes) in [("kinds.pdf", bytes_of_each_kind()), ("class.pdf", pdf(&many(35)).unwrap().bytes)] {
        let said = verdicts(name, &bytes);
        assert!(!said.contains("refused"), "{said}");
    }
}

#[test]
fn validators_refuse_what_is_spoilt() {
    let bytes = bytes_of_each_kind();
    for (word, by, refused) in [
        ("/Marked true", "/Marxed true", &VALIDATORS[..]),
        ("/Alt", "/Alx", &[VALIDATORS[0], VALIDATORS[2]]),
        ("/Lang(fr)", "/Lanx(fr)", &[VALIDATORS[0], VALIDATORS[2]]),
    ] {
        let said = verdicts(&format!("spoilt-{}.pdf", word.len()), &spoilt(&bytes, word, by));
        for validator in refused {
            assert!(said.contains(&format!("{validator}: refused")), "{word}: {said}");
        }
    }
}

#[test]
fn readers_find_names_and_codes() {
    let certificates = [
        many(12),
        vec![of(&["Wilhelmine"; 5].join("-"), "LŒUILLET"), of("小明", "Ɛ\u{300}BLA"), of("N'Golo", "D'HÉROUVILLE")],
    ]
    .concat();
    let (found, ran) = python::run("reads.py", &[&written("read.pdf", &pdf(&certificates).unwrap().bytes)]);
    assert!(ran, "{found}");
    let all = |kind: &str| -> Vec<&str> {
        found
            .lines()
            .filter_map(|line| line.split_once('\t').filter(|(of, _)| *of == kind).map(|(_, text)| text))
            .collect()
    };
    let printed = |text: String| text.replace('\'', "’");
    let names: Vec<String> =
        certificates.iter().map(|c| printed(format!("{} {}", c.first_name, c.last_name))).collect();
    let listed: Vec<String> =
        certificates.iter().map(|c| printed(format!("{} {}", c.last_name, c.first_name))).collect();
    let links: Vec<&str> = certificates.iter().map(|c| c.verification.link.as_str()).collect();

    assert_eq!(all("language"), ["fr"]);
    assert_eq!(
        all("title"),
        ["Certificats de compétences numériques, classe 3A, Collège Joséphine-Baker, Saint-Ouen-sur-Seine"]
    );
    assert!(all("created")[0].starts_with("2026-05-12"), "{found}");
    assert_eq!(all("heading"), names);
    assert_eq!(all("outline"), listed);
    assert_eq!(all("link"), links);
    assert_eq!(all("qr"), links);
    let manage_data: Competence = "1.2".parse().unwrap();
    let level = |c: &Certificate| c.levels.get(&manage_data).map_or(0, |level| level.number()).to_string();
    assert_eq!(all("dots"), certificates.iter().map(level).collect::<Vec<_>>());
    for ((text, name), certificate) in all("text").iter().zip(&names).zip(&certificates) {
        for said in [
            name,
            "Score",
            "points",
            &certificate.number,
            &certificate.verification.code,
            "Évoluer dans un environnement",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
    }
}
