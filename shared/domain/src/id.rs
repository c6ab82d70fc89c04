//! Identifiers we give ourselves: `UUIDv7`, so that they sort by creation.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Ten random bytes: what a `UUIDv7` holds besides its time. Randomness comes from the caller.
pub type Entropy = [u8; 10];

/// The text is not an identifier of ours (a hyphenated UUID).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: expected a hyphenated UUID")]
pub struct IdError;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier, created `at`.
            pub fn new(at: Timestamp, entropy: Entropy) -> Self {
                let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &entropy).into_uuid())
            }

            /// The identifier as sixteen bytes.
            pub fn into_bytes(self) -> [u8; 16] {
                self.0.into_bytes()
            }

            /// The identifier that these sixteen bytes are.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                // One spelling only: an identifier is a key.
                let id = Uuid::try_parse(text).map_err(|_| IdError)?;
                if id.as_hyphenated().to_string() == text { Ok(Self(id)) } else { Err(IdError) }
            }
        }
    };
}

id!(
    /// A pupil of one school.
    LearnerId
);
id!(
    /// One import of one school.
    ImportId
);
id!(
    /// A person with an account.
    UserId
);
id!(
    /// A request of a school's space.
    ActivationId
);
id!(
    /// An invitation to a school's team.
    InvitationId
);
id!(
    /// An entry of a school's audit log.
    AuditId
);
id!(
    /// A campaign of a school.
    CampaignId
);
id!(
    /// One handing out of temporary passwords.
    HandOutId
);
id!(
    /// A pupil's failed try to join a campaign.
    JoinAttemptId
);

id!(
    /// One asking for the file of a school's certificates.
    PreparedFileId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_by_creation() {
        let early = LearnerId::new(Timestamp::from_second(1_000).unwrap(), [255; 10]);
        let late = LearnerId::new(Timestamp::from_second(1_001).unwrap(), [0; 10]);
        assert!(early.to_string() < late.to_string());
    }

    #[test]
    fn has_one_spelling() {
        let id = ImportId::new(Timestamp::from_second(1_000).unwrap(), [7; 10]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().to_uppercase().parse::<ImportId>(), Err(IdError));
        assert_eq!(id.to_string().replace('-', "").parse::<ImportId>(), Err(IdError));
    }
}
