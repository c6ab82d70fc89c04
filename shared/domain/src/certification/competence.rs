//! The sixteen competences in five areas of the reference framework of digital skills (CRCN, article D. 121-1 of the code de l'éducation),
//! and how far a pupil is in each: eight levels, two by two from novice to expert.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const COMPETENCES: [(&str, Area, &str); 16] = [
    ("1.1", Area::Information, "Mener une recherche et une veille d’information"),
    ("1.2", Area::Information, "Gérer des données"),
    ("1.3", Area::Information, "Traiter des données"),
    ("2.1", Area::Communication, "Interagir"),
    ("2.2", Area::Communication, "Partager et publier"),
    ("2.3", Area::Communication, "Collaborer"),
    ("2.4", Area::Communication, "S’insérer dans le monde numérique"),
    ("3.1", Area::Creation, "Développer des documents textuels"),
    ("3.2", Area::Creation, "Développer des documents multimédia"),
    ("3.3", Area::Creation, "Adapter les documents à leur finalité"),
    ("3.4", Area::Creation, "Programmer"),
    ("4.1", Area::Protection, "Sécuriser l’environnement numérique"),
    ("4.2", Area::Protection, "Protéger les données personnelles et la vie privée"),
    ("4.3", Area::Protection, "Protéger la santé, le bien-être et l’environnement"),
    ("5.1", Area::Environment, "Résoudre des problèmes techniques"),
    ("5.2", Area::Environment, "Évoluer dans un environnement numérique"),
];

/// An area of the framework. It follows the European `DigComp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// 1. Information et données.
    Information,
    /// 2. Communication et collaboration.
    Communication,
    /// 3. Création de contenus.
    Creation,
    /// 4. Protection et sécurité.
    Protection,
    /// 5. Environnement numérique.
    Environment,
}

impl Area {
    /// All five, in the order of the framework.
    pub const ALL: [Self; 5] =
        [Self::Information, Self::Communication, Self::Creation, Self::Protection, Self::Environment];

    /// What people read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Information => "Information et données",
            Self::Communication => "Communication et collaboration",
            Self::Creation => "Création de contenus",
            Self::Protection => "Protection et sécurité",
            Self::Environment => "Environnement numérique",
        }
    }

    /// Its competences, in the order of the framework.
    pub fn competences(self) -> impl Iterator<Item = Competence> {
        Competence::all().filter(move |competence| competence.area() == self)
    }
}

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
        COMPETENCES[usize::from(self.0)].0
    }

    /// As the reference framework calls it.
    pub fn name(self) -> &'static str {
        COMPETENCES[usize::from(self.0)].2
    }

    /// The area that it belongs to.
    pub fn area(self) -> Area {
        COMPETENCES[usize::from(self.0)].1
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
#[schemars(rename = "CompetenceLevel")]
pub struct Level(u8);

/// Beyond the framework's levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a level is a whole number from 0 to 8")]
pub struct LevelError;

impl Level {
    /// The highest one.
    pub const MOST: u8 = 8;

    /// Its number.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Level {
    type Error = LevelError;

    fn try_from(number: u8) -> Result<Self, LevelError> {
        if number <= Self::MOST { Ok(Self(number)) } else { Err(LevelError) }
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
    fn sixteen_in_five_areas() {
        let counts: Vec<usize> = Area::ALL.into_iter().map(|area| area.competences().count()).collect();
        assert_eq!(counts, [3, 4, 4, 3, 2]);
        assert!(
            Competence::all().is_sorted_by_key(Competence::id) && Competence::all().is_sorted_by_key(Competence::area)
        );
    }

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
