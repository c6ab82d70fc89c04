//! The level of a class, as the MEF of its pupils tells it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A level of collège or of lycée général et technologique. Other courses (CAP, BTS, SEGPA, ULIS, …) have none that we know, and no
/// level is guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "SchoolLevel")]
pub enum Level {
    /// Sixième.
    #[serde(rename = "6e")]
    Sixieme,
    /// Cinquième.
    #[serde(rename = "5e")]
    Cinquieme,
    /// Quatrième.
    #[serde(rename = "4e")]
    Quatrieme,
    /// Troisième.
    #[serde(rename = "3e")]
    Troisieme,
    /// Seconde.
    #[serde(rename = "2de")]
    Seconde,
    /// Première.
    #[serde(rename = "1re")]
    Premiere,
    /// Terminale.
    #[serde(rename = "Tle")]
    Terminale,
}

/// The text is no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no level is called {0}: one of 6e, 5e, 4e, 3e, 2de, 1re, Tle")]
pub struct LevelError(String);

impl Level {
    /// From the youngest.
    pub const ALL: [Self; 7] = [
        Self::Sixieme,
        Self::Cinquieme,
        Self::Quatrieme,
        Self::Troisieme,
        Self::Seconde,
        Self::Premiere,
        Self::Terminale,
    ];

    /// What a MEF (module élémentaire de formation, eleven digits) of this level begins with.
    pub fn mef(self) -> &'static str {
        match self {
            Self::Sixieme => "1001",
            Self::Cinquieme => "1011",
            Self::Quatrieme => "1021",
            Self::Troisieme => "1031",
            Self::Seconde => "2001",
            Self::Premiere => "2011",
            Self::Terminale => "2021",
        }
    }

    /// As people read it: `6e`, `Tle`.
    pub fn french(self) -> &'static str {
        match self {
            Self::Sixieme => "6e",
            Self::Cinquieme => "5e",
            Self::Quatrieme => "4e",
            Self::Troisieme => "3e",
            Self::Seconde => "2de",
            Self::Premiere => "1re",
            Self::Terminale => "Tle",
        }
    }

    /// The level of a MEF, if it is one of these.
    pub fn of_mef(mef: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| mef.starts_with(level.mef()))
    }

    /// Reads what [`french`](Self::french) writes, in any case.
    pub fn parse(text: &str) -> Result<Self, LevelError> {
        let found = Self::ALL.into_iter().find(|level| level.french().eq_ignore_ascii_case(text.trim()));
        found.ok_or_else(|| LevelError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_reads_itself_and_its_mef() {
        for level in Level::ALL {
            assert_eq!(Level::parse(level.french()), Ok(level));
            assert_eq!(Level::of_mef(&format!("{}0012110", level.mef())), Some(level));
            assert_eq!(serde_json::to_value(level).unwrap(), level.french());
        }
        assert_eq!(Level::parse(" tle "), Ok(Level::Terminale));
        assert!(Level::parse("CM2").unwrap_err().to_string().contains("CM2"));
    }

    /// A SEGPA (1641…), a CAP (2401…) and what is no MEF.
    #[test]
    fn no_level_is_guessed() {
        for mef in ["16410001110", "24012110111", "", "100", "6e"] {
            assert_eq!(Level::of_mef(mef), None, "{mef}");
        }
    }
}
