//! What a certification is known by, and what stands on it.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a part of a certification does not read. The part itself is not quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// Of a number.
    #[error("a number of a certification is a whole number from 1 to 9007199254740991")]
    Number,
    /// Of a score.
    #[error("a score of a certification is a whole number from 0 to 1024")]
    Points,
    /// Of a code.
    #[error(
        "a verification code is 13 to 40 signs of A to Z and 0 to 9, with or without hyphens: fewer can be guessed"
    )]
    Code,
    /// Of a session.
    #[error(
        "a session is called by 1 to 60 letters, digits, hyphens, underscores, dots and blanks, and begins with a letter or a digit"
    )]
    Session,
    /// Of a comment.
    #[error("a comment has at most 500 characters, and no control characters")]
    Comment,
}

/// The platform's number of a certification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u64", into = "u64")]
pub struct CertificationNumber(u64);

impl CertificationNumber {
    /// What any program's numbers hold.
    const MOST: u64 = (1 << 53) - 1;
}

impl TryFrom<u64> for CertificationNumber {
    type Error = PartError;

    fn try_from(number: u64) -> Result<Self, PartError> {
        if (1..=Self::MOST).contains(&number) { Ok(Self(number)) } else { Err(PartError::Number) }
    }
}

impl From<CertificationNumber> for u64 {
    fn from(number: CertificationNumber) -> Self {
        number.0
    }
}

impl FromStr for CertificationNumber {
    type Err = PartError;

    fn from_str(text: &str) -> Result<Self, PartError> {
        digits(text).ok_or(PartError::Number)?.try_into()
    }
}

impl fmt::Display for CertificationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What was reached, from 0 to 1024 points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u16", into = "u16")]
pub struct Points(u16);

impl TryFrom<u16> for Points {
    type Error = PartError;

    fn try_from(points: u16) -> Result<Self, PartError> {
        if points <= 1024 { Ok(Self(points)) } else { Err(PartError::Points) }
    }
}

impl From<Points> for u16 {
    fn from(points: Points) -> Self {
        points.0
    }
}

impl FromStr for Points {
    type Err = PartError;

    fn from_str(text: &str) -> Result<Self, PartError> {
        let points = digits(text).and_then(|points| u16::try_from(points).ok());
        points.ok_or(PartError::Points)?.try_into()
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A whole number, written as one: no sign, no blank.
fn digits(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(with = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = PartError;

            fn try_from(text: String) -> Result<Self, PartError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

text!(
    /// What proves a certificate to whoever holds it. Never printed by `Debug`.
    VerificationCode
);
text!(
    /// What the platform calls a session. It is the name of the file that tells of it.
    SessionName
);
text!(
    /// What the jury tells the school. Never printed by `Debug`: it may name somebody.
    JuryComment
);

impl VerificationCode {
    /// The fewest signs. Of an alphabet of 32, which leaves out what looks alike, they hold 65 random bits: nobody guesses one.
    pub const FEWEST: usize = 13;
    /// The most.
    pub const MOST: usize = 40;

    /// Reads a code, in any case.
    pub fn parse(text: &str) -> Result<Self, PartError> {
        let code = text.trim().to_ascii_uppercase();
        let sign = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        let signs = code.bytes().filter(|byte| sign(*byte)).count();
        let fits = (Self::FEWEST..=Self::MOST).contains(&signs)
            && code.len() <= 60
            && code.bytes().all(|byte| sign(byte) || byte == b'-');
        if fits { Ok(Self(code)) } else { Err(PartError::Code) }
    }

    /// Reads a code that somebody types: with blanks, and with dashes of other kinds.
    pub fn typed(text: &str) -> Result<Self, PartError> {
        let dash = |c: char| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c };
        Self::parse(&text.chars().filter(|c| !c.is_whitespace()).map(dash).collect::<String>())
    }

    /// What tells it from other codes: its signs, without the hyphens.
    pub fn signs(&self) -> String {
        self.0.replace('-', "")
    }
}

impl SessionName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, PartError> {
        let sign = |c: char| c.is_alphanumeric() || "-_. ".contains(c);
        let begins = text.chars().next().is_some_and(char::is_alphanumeric);
        let fits = begins && text.chars().count() <= 60 && text.chars().all(sign) && !text.ends_with(' ');
        if fits { Ok(Self(text.to_owned())) } else { Err(PartError::Session) }
    }
}

impl JuryComment {
    /// Reads a comment; line ends become blanks.
    pub fn parse(text: &str) -> Result<Self, PartError> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let damage =
            |c: char| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFD}');
        if text.chars().count() <= 500 && !text.contains(damage) { Ok(Self(text)) } else { Err(PartError::Comment) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_its_shape() {
        for text in ["0", "", "-1", "+1", " 1", "1.0", "9007199254740992", "99999999999999999999"] {
            assert_eq!(text.parse::<CertificationNumber>(), Err(PartError::Number), "{text}");
        }
        assert_eq!("9007199254740991".parse::<CertificationNumber>().map(u64::from), Ok(CertificationNumber::MOST));
        assert_eq!(
            ("1024".parse::<Points>().map(u16::from), "1025".parse::<Points>()),
            (Ok(1024), Err(PartError::Points))
        );
        assert_eq!(VerificationCode::parse(" p-ab12cd34ef56 ").unwrap().as_str(), "P-AB12CD34EF56");
        for text in ["", "P-AB12CD34EF5", "AB12CD34 EF56G", "éAB12CD34EF56", &"A".repeat(41), &"-".repeat(70)] {
            assert_eq!(VerificationCode::parse(text), Err(PartError::Code), "{text}");
        }
        assert_eq!(VerificationCode::typed(" p–ab12\u{a0}cd34 ef56 ").unwrap().as_str(), "P-AB12CD34EF56");
        assert_eq!(VerificationCode::parse("PAB12-CD34EF56").unwrap().signs(), "PAB12CD34EF56");
        for text in ["session 2027-05", "S_12.b", "Été"] {
            assert_eq!(SessionName::parse(text).unwrap().as_str(), text);
        }
        for text in ["", " a", "a ", "../a", "a/b", ".a", &"a".repeat(61)] {
            assert_eq!(SessionName::parse(text), Err(PartError::Session), "{text}");
        }
        assert_eq!(JuryComment::parse(" Fraude\r\nconstatée ").unwrap().as_str(), "Fraude constatée");
        assert_eq!(JuryComment::parse("a\u{0}b"), Err(PartError::Comment));
        assert_eq!(format!("{:?}", JuryComment::parse("Léa").unwrap()), "JuryComment(…)");
    }
}
