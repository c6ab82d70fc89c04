//! Identifiant: what a pupil without e-mail signs in with, `karine.dunord1003`. `docs/joining.md` says how it is made.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::name::{first_given_name, fold, fold_letters};

/// `prenom.nom` and four digits: ASCII, lower case. Holds a name and a birthday: masked in `Debug`, hashed in keys.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserName(String);

/// The text is no user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a user name such as karine.dunord1003")]
pub struct UserNameError;

/// A name of a pupil may be long; nobody types more than this.
const LONGEST_PART: usize = 30;
const LONGEST: usize = 2 * LONGEST_PART + 9;
/// So many draws of four digits before eight are tried.
const SHORT_DRAWS: u32 = 5;

impl UserName {
    /// Reads what somebody typed: any case, with accents, apostrophes and spaces wherever a name has them.
    pub fn parse(text: &str) -> Result<Self, UserNameError> {
        let text: String = fold_letters(text).chars().filter(|c| !c.is_whitespace()).collect();
        let (first, rest) = text.split_once('.').ok_or(UserNameError)?;
        let last = rest.trim_end_matches(|c: char| c.is_ascii_digit());
        let sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let reads = !first.is_empty()
            && first.chars().all(sign)
            && last.chars().all(sign)
            && rest.len() >= last.len() + 4
            && text.len() <= LONGEST;
        if reads { Ok(Self(text)) } else { Err(UserNameError) }
    }

    /// The one that is tried first: with day and month of birth.
    pub fn proposed(first_name: &str, last_name: &str, birth_date: Date) -> Self {
        Self::of(first_name, last_name, &format!("{:02}{:02}", birth_date.day(), birth_date.month()))
    }

    /// Another one, with four digits drawn at random, for when the first is taken.
    pub fn drawn(first_name: &str, last_name: &str, entropy: [u8; 4]) -> Self {
        Self::of(first_name, last_name, &format!("{:04}", u32::from_be_bytes(entropy) % 10_000))
    }

    /// The `draw`th one to try: after some, with eight digits. Names without a letter of ours all share ten thousand.
    pub fn another(first_name: &str, last_name: &str, draw: u32, entropy: [u8; 4]) -> Self {
        if draw < SHORT_DRAWS {
            return Self::drawn(first_name, last_name, entropy);
        }
        Self::of(first_name, last_name, &format!("{:08}", u32::from_be_bytes(entropy) % 100_000_000))
    }

    fn of(first_name: &str, last_name: &str, digits: &str) -> Self {
        let part = |name: &str| fold(name).chars().filter(char::is_ascii_alphanumeric).take(LONGEST_PART).collect();
        // Some schools list all given names in the field of the first one.
        let (first, last): (String, String) = (part(&first_given_name(first_name)), part(last_name));
        // A name that has no letter of ours.
        let first = if first.is_empty() { "eleve".to_owned() } else { first };
        // Digits at the end of a name would be read as the four.
        let last = last.trim_end_matches(|c: char| c.is_ascii_digit());
        Self(format!("{first}.{last}{digits}"))
    }

    /// Whether it is made of these names, whatever its digits.
    pub fn is_of(&self, first_name: &str, last_name: &str) -> bool {
        let plain = Self::drawn(first_name, last_name, [0; 4]).0;
        let without_digits = |name: &str| name.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
        without_digits(&self.0) == without_digits(&plain)
    }

    /// `karine.dunord1003`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `k***.d***1003`: enough for its owner to know it again.
    pub fn masked(&self) -> String {
        let (first, rest) = self.0.split_once('.').unwrap_or_default();
        let digits = rest.len().saturating_sub(4);
        let initial = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
        format!("{}***.{}***{}", initial(first), initial(&rest[..digits]), &rest[digits..])
    }
}

impl fmt::Debug for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserName({})", self.masked())
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for UserName {
    type Error = UserNameError;

    fn try_from(text: String) -> Result<Self, UserNameError> {
        Self::parse(&text)
    }
}

impl From<UserName> for String {
    fn from(name: UserName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_user_names() {
        let born = date(2012, 3, 10);
        for (first, last, name) in [
            ("Karine", "Dunord", "karine.dunord1003"),
            ("Jean-Élie", "D'HÉROUVILLE", "jeanelie.dherouville1003"),
            ("Lœtitia", "LE GOFF", "loetitia.legoff1003"),
            ("N'Golo", "Kanté 2", "ngolo.kante1003"),
            ("李", "Wang", "eleve.wang1003"),
            ("Zoé", "王", "zoe.1003"),
            ("Maya Rose Anne", "DURIEUX", "maya.durieux1003"),
            ("Yıldız", "KILIÇ", "yildiz.kilic1003"),
            ("Heʻe", "St Just", "hee.saintjust1003"),
        ] {
            assert_eq!(UserName::proposed(first, last, born).as_str(), name);
        }
        assert_eq!(UserName::drawn("Karine", "Dunord", [0, 0, 0, 7]).as_str(), "karine.dunord0007");
    }

    #[test]
    fn typed_as_children_type() {
        for typed in [
            "karine.dunord1003",
            " Karine.Dunord1003 ",
            "KARINE. DUNORD 1003",
            "Kàrïne.Dunôrd1003",
            "kar’ıne.dunord1003",
        ] {
            assert_eq!(UserName::parse(typed).unwrap().as_str(), "karine.dunord1003");
        }
        for typed in ["", "karine", "karine.dunord", "karine.dunord12", "karine@dunord.1003", "a.b/1234", ".dunord1003"]
        {
            assert_eq!(UserName::parse(typed), Err(UserNameError), "{typed}");
        }
    }

    #[test]
    fn names_tell_whose_they_are() {
        let name = UserName::parse("karine.dunord4821").unwrap();
        assert!(name.is_of("Karine", "DU NORD"));
        assert!(name.is_of("Karine Marie", "Dunord"));
        assert!(!name.is_of("Karine", "Dupont"));
        let long = UserName::another("Karine", "Dunord", 7, [255; 4]);
        assert_eq!(long.as_str(), "karine.dunord94967295");
        assert!(long.is_of("Karine", "Dunord") && UserName::parse(long.as_str()) == Ok(long.clone()));
    }

    #[test]
    fn masked_as_domain_says() {
        let name = UserName::parse("karine.dunord1003").unwrap();
        assert_eq!(name.masked(), "k***.d***1003");
        assert_eq!(format!("{name:?}"), "UserName(k***.d***1003)");
        assert_eq!(UserName::parse("zoe.1003").unwrap().masked(), "z***.***1003");
    }

    proptest! {
        #[test]
        fn whatever_the_name_it_reads_itself_again(first in "\\PC{0,80}", last in "\\PC{0,80}", entropy: [u8; 4], days in 0_i32..20_000) {
            let born = date(1980, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            for name in [UserName::proposed(&first, &last, born), UserName::drawn(&first, &last, entropy)] {
                prop_assert_eq!(UserName::parse(name.as_str()), Ok(name.clone()));
                prop_assert!(name.as_str().is_ascii());
            }
        }

        #[test]
        fn never_panics(text in "\\PC*") {
            if let Ok(name) = UserName::parse(&text) {
                let _ = name.masked();
                prop_assert_eq!(UserName::parse(name.as_str()), Ok(name));
            }
        }
    }
}
