//! A round of offers: one mail to each school of an académie that has no space yet.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of a round, as operators give it: `a-z`, `0-9` and `-`, at most 40 signs. It stands in keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Round(String);

/// The text is no name of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a round is named with a-z, 0-9 and -, at most 40 signs, for instance 2026-rentree")]
pub struct RoundError;

impl Round {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, RoundError> {
        let sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if (1..=40).contains(&text.len()) && text.chars().all(sign) {
            Ok(Self(text.to_owned()))
        } else {
            Err(RoundError)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Round {
    type Error = RoundError;

    fn try_from(text: String) -> Result<Self, RoundError> {
        Self::parse(&text)
    }
}

impl From<Round> for String {
    fn from(round: Round) -> Self {
        round.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_plain_names_only() {
        assert!(Round::parse("2026-rentree").is_ok());
        for text in ["", "2026 rentrée", "A", "a#b", &"a".repeat(41)] {
            assert_eq!(Round::parse(text), Err(RoundError), "{text}");
        }
    }
}
