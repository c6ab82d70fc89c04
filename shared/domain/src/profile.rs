//! What a pupil's profile said when it was collected before a certification.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::certification::{Competence, Points};

/// From so many competences at level 1 on, a pupil may be registered for a certification.
const CERTIFIABLE_FROM: u8 = 5;

/// A number of competences in which a level was reached, from 0 to 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u8", into = "u8")]
pub struct CompetenceCount(u8);

/// More competences than there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a number of competences is a whole number from 0 to 16")]
pub struct CompetenceCountError;

impl TryFrom<u8> for CompetenceCount {
    type Error = CompetenceCountError;

    fn try_from(count: u8) -> Result<Self, CompetenceCountError> {
        if usize::from(count) <= Competence::all().count() { Ok(Self(count)) } else { Err(CompetenceCountError) }
    }
}

impl From<CompetenceCount> for u8 {
    fn from(count: CompetenceCount) -> Self {
        count.0
    }
}

impl fmt::Display for CompetenceCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A profile, as it was when the pupil sent it. Of two the greater is the one with more competences, then with more points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct CollectedProfile {
    /// Competences at level 1 or more.
    pub competences: CompetenceCount,
    /// All points of the profile.
    pub points: Points,
}

impl CollectedProfile {
    /// Whether the pupil may be registered for a certification.
    pub fn is_certifiable(self) -> bool {
        self.competences.0 >= CERTIFIABLE_FROM
    }
}

/// Which pupils a list shows, by what their profile says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CertifiableFilter")]
#[serde(rename_all = "snake_case")]
pub enum Certifiable {
    /// All, with a profile or without.
    #[default]
    #[serde(rename = "")]
    All,
    /// Who may be registered for a certification.
    Yes,
    /// Who may not yet.
    No,
    /// Of whom no profile says.
    Unknown,
}

impl Certifiable {
    /// In the order of the list of choices.
    pub const ALL: [Self; 4] = [Self::All, Self::Yes, Self::No, Self::Unknown];

    /// What people read.
    pub fn french(self) -> &'static str {
        match self {
            Self::All => "Tous",
            Self::Yes => "Certifiables",
            Self::No => "Pas encore certifiables",
            Self::Unknown => "Profil non recueilli",
        }
    }

    /// What forms send.
    pub fn value(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it lets a pupil through of whom a profile says this, if one does.
    pub fn admits(self, says: Option<bool>) -> bool {
        match self {
            Self::All => true,
            Self::Yes => says == Some(true),
            Self::No => says == Some(false),
            Self::Unknown => says.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certifiable_from_five_competences_on() {
        let of = |competences: u8| serde_json::from_str(&format!(r#"{{"competences": {competences}, "points": 100}}"#));
        let certifiable = |competences| of(competences).map(CollectedProfile::is_certifiable);
        assert_eq!([4, 5, 16].map(|count| certifiable(count).unwrap()), [false, true, true]);
        assert!(certifiable(17).is_err());
    }

    #[test]
    fn forms_send_what_is_read_and_each_pupil_is_of_one_kind() {
        for certifiable in Certifiable::ALL {
            assert_eq!(serde_json::to_value(certifiable).unwrap(), certifiable.value());
        }
        for says in [None, Some(false), Some(true)] {
            let admitting = Certifiable::ALL.into_iter().filter(|certifiable| certifiable.admits(says)).count();
            assert_eq!(admitting, 2, "all, and its own: {says:?}");
        }
    }
}
