//! Invented pupils.

use rentree_domain::Ine;

const GIRLS: [&str; 24] = [
    "Lœtitia",
    "Noëmie",
    "Maëlle",
    "Chloé",
    "Inès",
    "Zoé",
    "Anaïs",
    "Léa",
    "Jeanne",
    "Aïcha",
    "Fatou",
    "Yasmine",
    "Camille",
    "Romane",
    "Agathe",
    "Mélissa",
    "Capucine",
    "Salomé",
    "Ambre",
    "Héloïse",
    "Thaïs",
    "Élise",
    "Apolline",
    "Océane",
];
const BOYS: [&str; 24] = [
    "N'Golo",
    "Gaël",
    "Théo",
    "Loïc",
    "Raphaël",
    "Jules",
    "Adam",
    "Ibrahim",
    "Mohamed",
    "Côme",
    "Timéo",
    "Éloi",
    "Malo",
    "Augustin",
    "Benoît",
    "François",
    "Jérôme",
    "Joël",
    "Noé",
    "Rémi",
    "Saïd",
    "Ulysse",
    "Yanis",
    "Zacharie",
];
const SURNAMES: [&str; 40] = [
    "D'HÉROUVILLE",
    "LEFÈVRE",
    "MARTIN",
    "BERNARD",
    "PÉREZ",
    "N'DIAYE",
    "GARÇON",
    "LE GOFF",
    "ŒUVRARD",
    "BÉRANGER",
    "DUPONT",
    "CHÂTELAIN",
    "MÜLLER",
    "TRAORÉ",
    "GONÇALVES",
    "NOËL",
    "PRÉVOST",
    "ROUSSEAU",
    "DA SILVA",
    "KERVÉGAN",
    "LAMBERT",
    "FONTAINE",
    "GIRARD",
    "MERCIER",
    "BLANC",
    "GUÉRIN",
    "BOYER",
    "GARNIER",
    "CHEVALIER",
    "FRANÇOIS",
    "LEGRAND",
    "GAUTHIER",
    "PERRIN",
    "ROBIN",
    "CLÉMENT",
    "MORIN",
    "NICOLAS",
    "HENRY",
    "ROUSSEL",
    "MATHIEU",
];
const TOWNS: [(&str, &str, &str); 6] = [
    ("35238", "035", "RENNES"),
    ("75056", "075", "PARIS"),
    ("44109", "044", "NANTES"),
    ("2A004", "02A", "AJACCIO"),
    ("69123", "069", "LYON"),
    ("97411", "974", "SAINT-DENIS"),
];
const ABROAD: [(&str, &str); 4] = [("139", "LISBOA"), ("109", "MÜNCHEN"), ("352", "ALGER"), ("341", "DAKAR")];
const MEFS: [&str; 4] = ["10010012110", "10110001110", "10210001110", "10310019110"];

/// A pupil as a file will show it: texts, so that they can be wrong.
#[derive(Debug, Clone)]
pub struct Pupil {
    /// `ELEVE_ID`.
    pub eleve_id: String,
    /// INE.
    pub ine: String,
    /// Nom de famille.
    pub last_name: String,
    /// Nom d'usage.
    pub usage_name: String,
    /// Premier prénom.
    pub first_name: String,
    /// Deuxième prénom.
    pub second_name: String,
    /// Troisième prénom.
    pub third_name: String,
    /// `DD/MM/YYYY`.
    pub birth_date: String,
    /// `1` or `2`, as in SIECLE.
    pub sex: String,
    /// Three digits, 100 is France.
    pub birth_country: String,
    /// Three characters.
    pub birth_department: String,
    /// INSEE code.
    pub birth_commune: String,
    /// Name of the town, for births abroad.
    pub birth_town: String,
    /// MEF.
    pub mef: String,
    /// `ST` or `AP`.
    pub status: String,
    /// Division.
    pub division: String,
    /// `DD/MM/YYYY`, or blank.
    pub exit_date: String,
    /// A cell of the CSV beyond the last column, or blank: what a row has whose last value was cut in two.
    pub stray_cell: String,
    /// A second given name element of the XML, or blank: what an element has that two pupils share.
    pub stray_first_name: String,
}

impl Pupil {
    /// The pupil `number` of the seed `seed`: always the same one.
    pub fn invent(seed: u64, number: usize) -> Self {
        let mut dice = fastrand::Rng::with_seed(seed.wrapping_mul(0x9E37_79B9).wrapping_add(number as u64));
        let girl = dice.bool();
        let first_names = if girl { &GIRLS } else { &BOYS };
        let mut pick = |list: &[&'static str]| list[dice.usize(..list.len())];
        // The first four are the test names of the field, whatever the seed.
        let (first_name, last_name, girl) = match number {
            0 => ("Lœtitia", "D'HÉROUVILLE", true),
            1 => ("N'Golo", "LEFÈVRE", false),
            2 => ("Noëmie", "ŒUVRARD", true),
            3 => ("François", "GARÇON", false),
            _ => (pick(first_names), pick(&SURNAMES), girl),
        };
        let second_name = if number.is_multiple_of(3) { "" } else { pick(first_names) };
        let third_name = if second_name.is_empty() || !number.is_multiple_of(5) { "" } else { pick(first_names) };
        let usage_name = if number % 11 == 10 { pick(&SURNAMES) } else { "" };
        let level = number % 4;
        let abroad = number % 13 == 12;
        let (commune, department, town) = if abroad { ("", "099", "") } else { TOWNS[dice.usize(..TOWNS.len())] };
        let (country, foreign_town) = if abroad { ABROAD[dice.usize(..ABROAD.len())] } else { ("100", town) };
        Self {
            eleve_id: (1_000_000 + seed % 800 * 100_000 + number as u64).to_string(),
            ine: ine(seed, number),
            last_name: last_name.into(),
            usage_name: usage_name.into(),
            first_name: first_name.into(),
            second_name: second_name.into(),
            third_name: third_name.into(),
            birth_date: format!("{:02}/{:02}/{}", dice.u8(1..=28), dice.u8(1..=12), 2015 - level),
            sex: if girl { "2" } else { "1" }.into(),
            birth_country: country.into(),
            birth_department: department.into(),
            birth_commune: commune.into(),
            birth_town: if abroad { foreign_town } else { "" }.into(),
            mef: MEFS[level].into(),
            status: if number % 17 == 16 { "AP" } else { "ST" }.into(),
            division: format!("{}E{}", 6 - level, 1 + number / 4 % 6),
            exit_date: String::new(),
            stray_cell: String::new(),
            stray_first_name: String::new(),
        }
    }
}

/// An INE véritable that no other number of this seed has: RNIE for most, BEA for one in seven.
fn ine(seed: u64, number: usize) -> String {
    let serial = 100_000_000 + seed % 8_000 * 100_000 + number as u64;
    if number % 7 != 6 {
        return format!("{serial:09}{}{}", char::from(b"ABCDEFGH"[number % 8]), 'B');
    }
    let digits = format!("2{serial:09}");
    ('A'..='Z').map(|key| format!("{digits}{key}")).find(|ine| Ine::parse(ine).is_ok()).unwrap_or(digits)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn everybody_has_an_ine_veritable_of_their_own() {
        let ines: HashSet<_> = (0..10_000).map(|number| Pupil::invent(7, number).ine).collect();
        assert_eq!(ines.len(), 10_000);
        assert!(ines.iter().all(|ine| Ine::parse(ine).is_ok()));
    }

    #[test]
    fn a_number_is_always_the_same_pupil() {
        assert_eq!(Pupil::invent(7, 40).birth_date, Pupil::invent(7, 40).birth_date);
    }
}
