//! What may stand in the imports' queue besides the bucket's own events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ImportId, Uai};

/// "Take this import up (again)": a person confirmed it, or wants the pupils without problems imported. Also what a message
/// becomes that gives way to a worker at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "resume", rename = "import")]
pub struct Resume {
    /// The school.
    pub uai: Uai,
    /// The import.
    pub id: ImportId,
    /// Whether the brake was overruled, for this import alone.
    pub confirmed: bool,
    /// When the first message of the chain was sent; a message that gives way is a new one to the queue. `None`: by this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_sent_at: Option<Timestamp>,
}

/// "Put right what an undone import left behind": nobody sees it, but the index of births.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tidy", rename = "roster")]
pub struct Tidy {
    /// The school.
    pub uai: Uai,
    /// The import that was undone.
    pub id: ImportId,
    /// See [`Resume::first_sent_at`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_sent_at: Option<Timestamp>,
}
