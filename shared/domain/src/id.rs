//! Identifiers we give ourselves: `UUIDv7`, so that they sort by creation, or by when the form was shown that made them.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
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

id!(
    /// A form as it was shown once.
    FormId
);

/// By how much the clock of who showed it may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_mins(1);

impl FormId {
    /// How long a form that stays open counts as the one that was shown.
    pub const COUNTS: SignedDuration = SignedDuration::from_hours(1);

    /// Moment and entropy of what this form makes of `content`, which names its use, who sends it, and where: of two clicks, or of a page that
    /// is sent again, both make the same. Nothing of a form that is an hour old, or of the future: the form is the word of who sends it, and
    /// dates what they make by that much at most.
    pub fn makes(self, content: &str, now: Timestamp) -> Option<(Timestamp, Entropy)> {
        Some((self.shown(now)?, self.entropy(content)))
    }

    /// When it was shown, if it counts still.
    pub fn shown(self, now: Timestamp) -> Option<Timestamp> {
        let (seconds, nanoseconds) = self.0.get_timestamp()?.to_unix();
        let shown = Timestamp::new(seconds.try_into().ok()?, nanoseconds.try_into().ok()?).ok()?;
        let age = now.duration_since(shown);
        (-AHEAD..=Self::COUNTS).contains(&age).then_some(shown)
    }

    /// The same entropy whenever it is asked for, 32 bytes at most.
    pub fn entropy<const N: usize>(self, content: &str) -> [u8; N] {
        let digest = Sha256::new().chain_update(self.into_bytes()).chain_update(content).finalize();
        let mut entropy = [0; N];
        entropy.copy_from_slice(&digest[..N]);
        entropy
    }
}

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

    #[test]
    fn a_form_makes_the_same_of_the_same_for_an_hour() {
        let shown = Timestamp::from_second(1_000_000).unwrap();
        let [form, other] = [1, 2].map(|entropy| FormId::new(shown, [entropy; 10]));
        let made = form.makes("A", shown);
        assert_eq!(made.map(|(at, _)| at), Some(shown));
        assert_eq!(form.makes("A", shown + FormId::COUNTS), made);
        assert_ne!(form.makes("B", shown), made);
        assert_ne!(other.makes("A", shown), made);
        assert_eq!(form.makes("A", shown + FormId::COUNTS + SignedDuration::from_secs(1)), None);
        assert_eq!(form.makes("A", shown - AHEAD), made);
        assert_eq!(form.makes("A", shown - AHEAD - SignedDuration::from_secs(1)), None);
        assert_eq!(FormId::from_bytes([7; 16]).makes("A", shown), None, "no moment is in it");
    }
}
