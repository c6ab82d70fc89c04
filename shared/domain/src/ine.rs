//! INE, "identifiant national de l'élève", and what "INE véritable" means.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::uai::KEY_LETTERS;

/// An INE véritable: eleven characters, upper case, of one of the four families.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ine([u8; 11]);

/// Why an INE is not véritable. Tried in the order of the variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IneError {
    /// Nothing but spaces.
    #[error("no INE")]
    Missing,
    /// All its digits are the same: somebody filled the field to get past it.
    #[error("a placeholder, not an INE")]
    Placeholder,
    /// Given by the school while the national one is awaited (a D in fifth place).
    #[error("a provisional INE")]
    Provisional,
    /// Of no known family.
    #[error("not the shape of an INE")]
    Format,
    /// A BEA or base-36 number whose last character is not the key of the others.
    #[error("the key of the INE is wrong")]
    Key,
}

impl Ine {
    /// Reads an INE: spaces dropped, upper-cased, then told apart by shape.
    ///
    /// | family | shape | key |
    /// |---|---|---|
    /// | RNIE | 9 digits, 2 letters of A–H J K | not public |
    /// | BEA | 10 digits, key letter | `KEY_LETTERS[first ten digits % 23]` |
    /// | apprentice (SIFA) | 4 digits, A, 5 digits, letter | not public |
    /// | base 36 | 10 alphanumerics with a letter, digit | base-36 number of the first ten, % 10 |
    pub fn parse(text: &str) -> Result<Self, IneError> {
        let mut compact = [0_u8; 16];
        let mut length = 0;
        let mut foreign = false;
        for character in text.chars().filter(|c| !c.is_whitespace()) {
            match compact.get_mut(length) {
                Some(slot) if character.is_ascii_alphanumeric() => *slot = character.to_ascii_uppercase() as u8,
                _ => foreign = true,
            }
            length += 1;
        }
        if length == 0 {
            return Err(IneError::Missing);
        }
        if foreign {
            return Err(IneError::Format);
        }
        if is_placeholder(&compact[..length]) {
            return Err(IneError::Placeholder);
        }
        let ine: [u8; 11] = compact[..length].try_into().map_err(|_| IneError::Format)?;
        match shape(&ine) {
            Shape::Rnie | Shape::Apprentice => Ok(Self(ine)),
            Shape::Provisional => Err(IneError::Provisional),
            Shape::Bea if ine[10] == bea_key(&ine) => Ok(Self(ine)),
            Shape::Base36 if ine[10] == base36_key(&ine) => Ok(Self(ine)),
            Shape::Bea | Shape::Base36 => Err(IneError::Key),
            Shape::Unknown => Err(IneError::Format),
        }
    }

    /// Eleven characters, upper case.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

enum Shape {
    Rnie,
    Bea,
    Apprentice,
    Provisional,
    Base36,
    Unknown,
}

fn shape(ine: &[u8; 11]) -> Shape {
    let digits = |range: std::ops::Range<usize>| ine[range].iter().all(u8::is_ascii_digit);
    let key_letter = KEY_LETTERS.contains(&ine[10]);
    if digits(0..9) && ine[9..].iter().all(|c| matches!(c, b'A'..=b'H' | b'J' | b'K')) {
        Shape::Rnie
    } else if digits(0..10) && key_letter {
        Shape::Bea
    } else if digits(0..4) && digits(5..10) && key_letter && ine[4] == b'A' {
        Shape::Apprentice
    } else if digits(0..4) && digits(5..10) && key_letter && ine[4] == b'D' {
        Shape::Provisional
    } else if ine[10].is_ascii_digit() && ine[..10].iter().any(u8::is_ascii_uppercase) {
        Shape::Base36
    } else {
        Shape::Unknown
    }
}

/// All digits the same, in a number that has at least nine of them: `0000000000A`, `000000000AA`, `11111111111`.
/// (An apprentice or base-36 number may by chance hold few digits, all equal.)
fn is_placeholder(compact: &[u8]) -> bool {
    let mut digits = compact.iter().filter(|c| c.is_ascii_digit());
    let Some(first) = digits.next() else { return false };
    let mut count = 1;
    for digit in digits {
        if digit != first {
            return false;
        }
        count += 1;
    }
    count >= 9
}

fn bea_key(ine: &[u8; 11]) -> u8 {
    let number = ine[..10].iter().fold(0_u64, |n, c| n * 10 + u64::from(c - b'0'));
    KEY_LETTERS[usize::try_from(number % 23).unwrap_or_default()]
}

fn base36_key(ine: &[u8; 11]) -> u8 {
    let number = ine[..10]
        .iter()
        .fold(0_u64, |n, c| n * 36 + u64::from(if c.is_ascii_digit() { c - b'0' } else { c - b'A' + 10 }));
    b'0' + u8::try_from(number % 10).unwrap_or_default()
}

impl fmt::Display for Ine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Ine {
    type Error = IneError;

    fn try_from(text: String) -> Result<Self, IneError> {
        Self::parse(&text)
    }
}

impl From<Ine> for String {
    fn from(ine: Ine) -> Self {
        ine.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accepts_the_four_families() {
        for ine in [
            "1234567890V",
            "0212345678V",
            "0603001234Z",
            "2401234567Y",
            "8012345678P",
            "123456789AB",
            "123456789JK",
            "1234A56789B",
            "0A1B2C3D4E0",
            "1ABCDEFGH04",
            "07XYZ123459",
        ] {
            assert_eq!(Ine::parse(ine).map(|i| i.to_string()), Ok(ine.to_owned()));
        }
        assert_eq!(Ine::parse(" 1234 567 890v "), Ine::parse("1234567890V"));
    }

    #[test]
    fn tells_why_the_others_are_not_veritable() {
        for (ine, why) in [
            ("", IneError::Missing),
            ("   ", IneError::Missing),
            ("1234567890A", IneError::Key),
            ("0000000001X", IneError::Key),
            ("0A1B2C3D4E1", IneError::Key),
            ("0000000000A", IneError::Placeholder),
            ("1111111111A", IneError::Placeholder),
            ("00000000000", IneError::Placeholder),
            ("000000000AA", IneError::Placeholder),
            ("0000000000", IneError::Placeholder),
            ("123456789II", IneError::Format),
            ("123456789AL", IneError::Format),
            ("12345678AAB", IneError::Format),
            ("1234567890", IneError::Format),
            ("1234567890VV", IneError::Format),
            ("123456789éV", IneError::Format),
            ("1234D56789B", IneError::Provisional),
        ] {
            assert_eq!(Ine::parse(ine), Err(why), "{ine}");
        }
    }

    proptest! {
        #[test]
        fn exactly_one_key_fits_a_bea_number(number in 0_u64..10_000_000_000) {
            let text = format!("{number:010}");
            prop_assume!(text.bytes().any(|c| c != text.as_bytes()[0]));
            let fitting = KEY_LETTERS.iter().filter(|key| Ine::parse(&format!("{text}{}", char::from(**key))).is_ok());
            prop_assert_eq!(fitting.count(), 1);
        }

        #[test]
        fn what_is_parsed_is_stable(text in "[0-9A-Za-z ]{9,14}") {
            if let Ok(ine) = Ine::parse(&text) {
                prop_assert_eq!(Ine::parse(ine.as_str()), Ok(ine));
            }
        }
    }
}
