//! What may stand in the imports' queue besides the bucket's own events.

use serde::{Deserialize, Serialize};

use crate::{ImportId, Uai};

/// "Take this import up (again)": a person confirmed it, or wants the pupils without problems imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "resume", rename = "import")]
pub struct Resume {
    /// The school.
    pub uai: Uai,
    /// The import.
    pub id: ImportId,
    /// Whether the brake was overruled, for this import alone.
    pub confirmed: bool,
}
