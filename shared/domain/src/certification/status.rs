//! How an examination ended.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an examination ended. In the order in which one holds over another that was stated at the same moment: what is final holds over what
/// is not, and a cancellation over everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CertificationStatus {
    /// Begun, or not judged yet.
    Started,
    /// The examination could not be judged.
    InError,
    /// Not passed.
    Rejected,
    /// Passed.
    Validated,
    /// It does not count.
    Cancelled,
}

/// The text is no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a status is one of started, in_error, rejected, validated, cancelled")]
pub struct StatusError;

impl CertificationStatus {
    /// As people look for them.
    pub const ALL: [Self; 5] = [Self::Validated, Self::Rejected, Self::Started, Self::InError, Self::Cancelled];

    /// As programs read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::InError => "in_error",
            Self::Rejected => "rejected",
            Self::Validated => "validated",
            Self::Cancelled => "cancelled",
        }
    }

    /// As people read it.
    pub fn french(self) -> &'static str {
        match self {
            Self::Started => "En cours",
            Self::InError => "En erreur",
            Self::Rejected => "Rejetée",
            Self::Validated => "Validée",
            Self::Cancelled => "Annulée",
        }
    }
}

impl FromStr for CertificationStatus {
    type Err = StatusError;

    fn from_str(text: &str) -> Result<Self, StatusError> {
        Self::ALL.into_iter().find(|status| status.name() == text).ok_or(StatusError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_programs_read() {
        for status in CertificationStatus::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.name());
            assert_eq!(status.name().parse(), Ok(status));
        }
        assert!(CertificationStatus::Rejected < CertificationStatus::Validated);
    }
}
