//! What may stand in the imports' queue besides the bucket's own events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ImportId, Uai};

/// "Take this import up (again)": a person confirmed it, or wants the pupils without problems imported; or a worker was
/// at work when another message about it came, which gave way and comes back as this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "resume", rename = "import")]
pub struct Resume {
    /// The school.
    pub uai: Uai,
    /// The import.
    pub id: ImportId,
    /// Whether the brake was overruled, for this import alone.
    pub confirmed: bool,
    /// When the first message of the chain was sent; a message that gives way is a new one to the queue.
    pub first_sent_at: Timestamp,
}
