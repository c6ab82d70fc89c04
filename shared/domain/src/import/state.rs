//! The states of an import, and which step may follow which.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A presigned upload form holds this long: enough for a slow line, short enough not to lie about.
pub const UPLOAD_VALIDITY: SignedDuration = SignedDuration::from_hours(1);
/// An import whose file did not come is shown as expired so long after its form ended. The upload may have begun in the
/// form's last minute, and the message about it may be late: nothing good is lost for either.
pub const UPLOAD_MARGIN: SignedDuration = SignedDuration::from_hours(3);
/// A school has this long to confirm; afterwards the file is too old to be believed.
pub const CONFIRMATION_VALIDITY: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Beyond this, no message for the import can still be alive: three tries, or five receives of a message that cannot
/// begin one, are twelve minutes apart at most, and the rest is margin.
pub const PROCESSING_DEADLINE: SignedDuration = SignedDuration::from_hours(2);

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// The form was given, the file has not come.
    AwaitingUpload,
    /// The file is here, and is being read or waits to be.
    Analysing,
    /// Something about the file needs a person's word.
    AwaitingConfirmation,
    /// Pupils are being written; nobody sees it yet.
    Applying,
    /// Readers see the new roster.
    Succeeded,
    /// Nothing changed; the import says why.
    Failed,
    /// The roster from before is back.
    Undone,
    /// Nobody uploaded or confirmed in time, or the school gave it up.
    Expired,
}

impl ImportState {
    /// Its name in the table and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingUpload => "awaiting_upload",
            Self::Analysing => "analysing",
            Self::AwaitingConfirmation => "awaiting_confirmation",
            Self::Applying => "applying",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Undone => "undone",
            Self::Expired => "expired",
        }
    }

    /// In a word or two, for lists.
    pub fn french(self) -> &'static str {
        match self {
            Self::AwaitingUpload => "En attente du fichier",
            Self::Analysing => "Analyse en cours",
            Self::AwaitingConfirmation => "À confirmer",
            Self::Applying => "Import en cours",
            Self::Succeeded => "Réussi",
            Self::Failed => "En erreur",
            Self::Undone => "Annulé après coup",
            Self::Expired => "Abandonné",
        }
    }

    /// Whether nothing will happen any more unless somebody asks for it.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Undone | Self::Expired | Self::AwaitingConfirmation)
    }

    /// Whether it has ended, one way or another.
    pub fn is_over(self) -> bool {
        self.is_settled() && self != Self::AwaitingConfirmation
    }

    /// Whether a worker that has the file may begin, or begin again after a crash.
    ///
    /// `confirmed`: the message carries a person's word.
    pub fn may_begin(self, confirmed: bool) -> bool {
        match self {
            Self::AwaitingUpload | Self::Analysing | Self::Applying => true,
            Self::AwaitingConfirmation => confirmed,
            Self::Succeeded | Self::Failed | Self::Undone | Self::Expired => false,
        }
    }

    /// The state to show `now`, when the stored one was last touched at `since`: time alone ends three of them, so
    /// that an import never stays "in progress" for ever even if every message about it was lost.
    #[must_use]
    pub fn at(self, since: Timestamp, now: Timestamp) -> Self {
        let age = now.duration_since(since);
        match self {
            Self::AwaitingUpload if age > UPLOAD_VALIDITY + UPLOAD_MARGIN => Self::Expired,
            Self::AwaitingConfirmation if age > CONFIRMATION_VALIDITY => Self::Expired,
            Self::Analysing | Self::Applying if age > PROCESSING_DEADLINE => Self::Failed,
            other => other,
        }
    }
}

impl fmt::Display for ImportState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_alone_ends_what_nobody_touches() {
        let since = Timestamp::from_second(1_800_000_000).unwrap();
        let later = |hours| since + SignedDuration::from_hours(hours);
        assert_eq!(ImportState::AwaitingUpload.at(since, later(4)), ImportState::AwaitingUpload);
        assert_eq!(ImportState::AwaitingUpload.at(since, later(5)), ImportState::Expired);
        assert_eq!(ImportState::Analysing.at(since, later(1)), ImportState::Analysing);
        assert_eq!(ImportState::Analysing.at(since, later(3)), ImportState::Failed);
        assert_eq!(ImportState::Applying.at(since, later(3)), ImportState::Failed);
        assert_eq!(ImportState::AwaitingConfirmation.at(since, later(24)), ImportState::AwaitingConfirmation);
        assert_eq!(ImportState::AwaitingConfirmation.at(since, later(200)), ImportState::Expired);
        assert_eq!(ImportState::Succeeded.at(since, later(10_000)), ImportState::Succeeded);
    }

    #[test]
    fn a_late_message_reopens_nothing() {
        for settled in [ImportState::Succeeded, ImportState::Failed, ImportState::Undone, ImportState::Expired] {
            assert!(!settled.may_begin(true) && settled.is_settled() && settled.is_over());
        }
        assert!(ImportState::AwaitingConfirmation.is_settled() && !ImportState::AwaitingConfirmation.is_over());
        assert!(!ImportState::AwaitingConfirmation.may_begin(false));
        assert!(ImportState::AwaitingConfirmation.may_begin(true));
        assert!(ImportState::Applying.may_begin(false), "a crash in the middle of an apply is repaired");
    }
}
