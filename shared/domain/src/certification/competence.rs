//! The sixteen competences of the reference framework of digital skills (CRCN), and how far a pupil is in each.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const NAMES: [(&str, &str); 16] = [
    ("1.1", "Mener une recherche et une veille d’information"),
    ("1.2", "Gérer des données"),
    ("1.3", "Traiter des données"),
    ("2.1", "Interagir"),
    ("2.2", "Partager et publier"),
    ("2.3", "Collaborer"),
    ("2.4", "S’insérer dans le monde numérique"),
    ("3.1", "Développer des documents textuels"),
    ("3.2", "Développer des documents multimédia"),
    ("3.3", "Adapter les documents à leur finalité"),
    ("3.4", "Programmer"),
    ("4.1", "Sécuriser l’environnement numérique"),
    ("4.2", "Protéger les données personnelles et la vie privée"),
    ("4.3", "Protéger la santé, le bien-être et l’environnement"),
    ("5.1", "Résoudre des problèmes techniques"),
    ("5.2", "Évoluer dans un environnement numérique"),
];

/// A competence: 1.1 to 5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Competence(u8);

/// The text names no competence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a competence is one of 1.1 to 1.3, 2.1 to 2.4, 3.1 to 3.4, 4.1 to 4.3, 5.1 and 5.2")]
pub struct CompetenceError;

/// Levels by competence. Those that were not assessed are absent.
pub type Levels = BTreeMap<Competence, Level>;

impl Competence {
    /// Every one, in their order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..16).map(Self)
    }

    /// `1.1`.
    pub fn id(self) -> &'static str {
        NAMES[usize::from(self.0)].0
    }

    /// As the reference framework calls it.
    pub fn name(self) -> &'static str {
        NAMES[usize::from(self.0)].1
    }
}

impl FromStr for Competence {
    type Err = CompetenceError;

    fn from_str(text: &str) -> Result<Self, CompetenceError> {
        Self::all().find(|competence| competence.id() == text).ok_or(CompetenceError)
    }
}

impl TryFrom<String> for Competence {
    type Error = CompetenceError;

    fn try_from(text: String) -> Result<Self, CompetenceError> {
        text.parse()
    }
}

impl From<Competence> for String {
    fn from(competence: Competence) -> Self {
        competence.id().to_owned()
    }
}

impl fmt::Display for Competence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A level, from 0 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u8", into = "u8")]
pub struct Level(u8);

/// Beyond the framework's levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a level is a whole number from 0 to 8")]
pub struct LevelError;

impl Level {
    /// Its number.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Level {
    type Error = LevelError;

    fn try_from(number: u8) -> Result<Self, LevelError> {
        if number <= 8 { Ok(Self(number)) } else { Err(LevelError) }
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> Self {
        level.0
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_by_their_numbers() {
        let all: Vec<Competence> = Competence::all().collect();
        assert_eq!(all.len(), 16);
        for competence in all {
            assert_eq!(competence.id().parse(), Ok(competence));
        }
        assert_eq!("1.4".parse::<Competence>(), Err(CompetenceError));
        let levels: Levels = serde_json::from_str(r#"{"5.2": 8, "1.1": 0}"#).unwrap();
        assert_eq!(serde_json::to_string(&levels).unwrap(), r#"{"1.1":0,"5.2":8}"#);
        assert!(serde_json::from_str::<Levels>(r#"{"1.1": 9}"#).is_err());
        assert!(serde_json::from_str::<Levels>(r#"{"6.1": 1}"#).is_err());
    }
}
