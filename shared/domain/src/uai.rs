//! UAI, "unité administrative immatriculée" (also called RNE): how a French school is known.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The 23 key letters of the national registers: no I, O, Q.
pub(crate) const KEY_LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPRSTUVWXYZ";

/// A UAI whose key is right: seven digits and a letter, upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Uai([u8; 8]);

/// Why a text is not a UAI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UaiError {
    /// Not seven digits followed by a letter.
    #[error("a UAI has seven digits and a letter, for instance 0750654D")]
    Shape,
    /// The letter is not the one that the digits give.
    #[error("the key of this UAI should be {expected}")]
    Key {
        /// The letter that the seven digits give.
        expected: char,
    },
}

impl Uai {
    /// Reads a UAI as people type it: any case, spaces around it.
    ///
    /// The key letter is `KEY_LETTERS[number % 23]` over the seven digits.
    pub fn parse(text: &str) -> Result<Self, UaiError> {
        let mut uai: [u8; 8] = text.trim().as_bytes().try_into().map_err(|_| UaiError::Shape)?;
        uai[7].make_ascii_uppercase();
        let mut number = 0_usize;
        for &digit in &uai[..7] {
            if !digit.is_ascii_digit() {
                return Err(UaiError::Shape);
            }
            number = number * 10 + usize::from(digit - b'0');
        }
        if !uai[7].is_ascii_uppercase() {
            return Err(UaiError::Shape);
        }
        let expected = KEY_LETTERS[number % 23];
        if uai[7] == expected { Ok(Self(uai)) } else { Err(UaiError::Key { expected: char::from(expected) }) }
    }

    /// Eight characters, upper case.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Uai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Uai {
    type Err = UaiError;

    fn from_str(text: &str) -> Result<Self, UaiError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Uai {
    type Error = UaiError;

    fn try_from(text: String) -> Result<Self, UaiError> {
        Self::parse(&text)
    }
}

impl From<Uai> for String {
    fn from(uai: Uai) -> Self {
        uai.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accepts_real_ones() {
        for uai in [
            "0750654D", "0752524L", "0920131T", "0010856A", "0442286W", "0060013G", "0350760L", "0782565P", "0561534N",
            "0441550W", "6200001G", "7200001N", "9840482B", "9830003L",
        ] {
            assert_eq!(Uai::parse(uai).map(|u| u.to_string()), Ok(uai.to_owned()));
        }
    }

    #[test]
    fn refuses_a_wrong_key_and_says_the_right_one() {
        assert_eq!(Uai::parse("0010856B"), Err(UaiError::Key { expected: 'A' }));
        for uai in ["0000856A", "0808088X", "1237457A"] {
            assert!(matches!(Uai::parse(uai), Err(UaiError::Key { .. })), "{uai}");
        }
    }

    #[test]
    fn refuses_other_shapes() {
        for text in ["", "075065D", "07506544D", "O750654D", "07506549", "0750654é", "07506 4D"] {
            assert_eq!(Uai::parse(text), Err(UaiError::Shape), "{text}");
        }
    }

    proptest! {
        #[test]
        fn exactly_one_letter_fits(number in 0_u32..10_000_000, upper: bool) {
            let fitting: Vec<_> = ('A'..='Z')
                .filter(|letter| {
                    let letter = if upper { *letter } else { letter.to_ascii_lowercase() };
                    Uai::parse(&format!("  {number:07}{letter} ")).is_ok()
                })
                .collect();
            prop_assert_eq!(fitting.len(), 1);
        }

        #[test]
        fn never_panics(text in ".*") {
            let _ = Uai::parse(&text);
        }
    }
}
