//! Names of people with an account: as staff type them, as a school's file has them for pupils.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;

/// A first or last name: trimmed, single spaces, not empty. Never printed by `Debug`: names never stand in logs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonName(String);

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonNameError {
    /// Nothing, or only spaces.
    #[error("empty")]
    Empty,
    /// More than sixty characters.
    #[error("longer than 60 characters")]
    Long,
    /// Digits, addresses and line ends make mails of ours say what others want.
    #[error("holds signs that no name has")]
    Signs,
}

const MOST: usize = 60;

impl PersonName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, PersonNameError> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(PersonNameError::Empty);
        }
        if name.chars().count() > MOST {
            return Err(PersonNameError::Long);
        }
        // Our mails quote the name, to a school that did not ask: it must not carry a message, a number or a link.
        let sign = |c: char| c.is_alphabetic() || is_combining_mark(c) || " -'’.".contains(c);
        if !name.chars().all(sign) || looks_like_a_domain(&name) || !name.chars().any(char::is_alphabetic) {
            return Err(PersonNameError::Signs);
        }
        Ok(Self(name))
    }

    /// The name of a pupil in a school's file, which may hold what nobody types: other signs become spaces, and a name without
    /// any letter becomes `Élève`.
    pub fn of_file(text: &str) -> Self {
        Self::in_file(text).unwrap_or_else(|| Self("Élève".to_owned()))
    }

    /// The same; `None` of a name without any letter, which is nobody's.
    pub fn in_file(text: &str) -> Option<Self> {
        let kept = |c: char| if c.is_alphabetic() || is_combining_mark(c) || "-'’".contains(c) { c } else { ' ' };
        let name: String = text.chars().take(MOST).map(kept).collect();
        Self::parse(&name).ok()
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `exemple.fr`: a dot between letters, which mail programs turn into a link. (`J.-P. Martin` has none.)
fn looks_like_a_domain(name: &str) -> bool {
    let characters: Vec<char> = name.chars().collect();
    characters
        .windows(4)
        .any(|c| c[0].is_alphanumeric() && c[1] == '.' && c[2].is_alphanumeric() && c[3].is_alphanumeric())
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(…)")
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PersonName {
    type Error = PersonNameError;

    fn try_from(text: String) -> Result<Self, PersonNameError> {
        Self::parse(&text)
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_people_have_them() {
        for (typed, name) in
            [(" Anne  Laure ", "Anne Laure"), ("D’Hérouville", "D’Hérouville"), ("J.-P.", "J.-P."), ("Ngọc", "Ngọc")]
        {
            assert_eq!(PersonName::parse(typed).unwrap().as_str(), name);
        }
    }

    #[test]
    fn names_of_files_always_read() {
        for (text, name) in [
            ("D'HÉROUVILLE", "D'HÉROUVILLE"),
            ("MARTIN (DUPONT)", "MARTIN DUPONT"),
            ("LE GOFF/2", "LE GOFF"),
            ("--", "Élève"),
            ("", "Élève"),
        ] {
            assert_eq!(PersonName::of_file(text).as_str(), name);
        }
        assert_eq!((PersonName::in_file("--"), PersonName::in_file(" ")), (None, None));
        assert_eq!(PersonName::of_file(&"é".repeat(200)).as_str().chars().count(), MOST);
    }

    #[test]
    fn nothing_that_a_mail_would_turn_into_a_link() {
        assert_eq!(PersonName::parse("  "), Err(PersonNameError::Empty));
        assert_eq!(PersonName::parse(&"a".repeat(61)), Err(PersonNameError::Long));
        for text in [
            "http://evil.example",
            "evil.example",
            "www.evil",
            "a@b.fr",
            "<b>Anne</b>",
            "Anne\u{7}",
            "Anne\u{202E}",
            "123",
            "appelez le 08 99",
        ] {
            assert_eq!(PersonName::parse(text), Err(PersonNameError::Signs), "{text}");
        }
    }
}
