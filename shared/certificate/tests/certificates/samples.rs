//! Certificates of invented pupils.

use jiff::civil::date;
use rentree_certificate::{Certificate, Verification};
use rentree_domain::PersonName;
use rentree_domain::certification::{Competence, Level, Levels};

const FIRST_NAMES: [&str; 12] = [
    "Lina",
    "Noé",
    "Zoé",
    "Maëlys",
    "Jean-Élie",
    "N’Golo",
    "Ngọc Ánh",
    "Loïc",
    "Chloé",
    "Françoise",
    "Yıldız",
    "Øyvind",
];
const LAST_NAMES: [&str; 11] = [
    "DUPONT",
    "D’HÉROUVILLE",
    "NGUYỄN",
    "LE GOFF",
    "DA SILVA LEBRUN",
    "KILIÇ",
    "ŁUKASIK",
    "MÜLLER",
    "ÇELIK",
    "LŒUILLET",
    "GARCÍA",
];

/// The certificate of a pupil of that name.
pub(crate) fn of(first_name: &str, last_name: &str) -> Certificate {
    Certificate {
        first_name: PersonName::parse(first_name).expect("a name"),
        last_name: PersonName::parse(last_name).expect("a name"),
        birth_date: Some(date(2012, 3, 1)),
        school: "Collège Joséphine-Baker, Saint-Ouen-sur-Seine".to_owned(),
        class: "3A".to_owned(),
        session: "mai 2026".to_owned(),
        date: date(2026, 5, 12),
        score: 512,
        levels: levels(7),
        number: "2026-0000042".to_owned(),
        verification: Verification {
            code: "R7KD-2MXQ-9FTH-V3PB".to_owned(),
            page: "rentree.example/verification".to_owned(),
            link: "https://rentree.example/verification?code=R7KD2MXQ9FTHV3PB".to_owned(),
        },
    }
}

/// As many, each with a name, a number, a code, levels and a score of its own.
pub(crate) fn many(count: usize) -> Vec<Certificate> {
    (0..count).map(one).collect()
}

fn one(place: usize) -> Certificate {
    let mut certificate = of(FIRST_NAMES[place % FIRST_NAMES.len()], LAST_NAMES[place % LAST_NAMES.len()]);
    let code = format!("{:016X}", (place as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    certificate.number = format!("2026-{place:07}");
    certificate.levels = levels(place);
    certificate.score = certificate.levels.values().map(|level| u16::from(level.number()) * 8).sum();
    certificate.verification.link = format!("https://rentree.example/verification?code={code}");
    let parts: Vec<&str> = (0..4).map(|part| &code[part * 4..part * 4 + 4]).collect();
    certificate.verification.code = parts.join("-");
    certificate
}

fn levels(seed: usize) -> Levels {
    let mut number = seed;
    let level = |competence| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let level = u8::try_from((number >> 33) % 7).ok()?;
        Some((competence, Level::try_from(level).ok()?))
    };
    Competence::all().filter_map(level).collect()
}
