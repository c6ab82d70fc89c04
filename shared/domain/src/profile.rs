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
}
