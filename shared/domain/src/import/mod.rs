//! An import: its states, its plan, its brake. `docs/imports.md` says how.

pub mod brake;
pub mod file_name;
pub mod lease;
pub mod matching;
pub mod message;
pub mod pace;
pub mod plan;
pub mod state;

/// The largest file that a school may upload, in bytes. The largest school has 3,000 pupils: 8.5 MB of XML.
pub const MAX_FILE_BYTES: u64 = 128 * 1024 * 1024;

pub use brake::{BrakeReason, Dated};
pub use file_name::FileName;
pub use lease::{Lease, Progress, Turn};
pub use message::{Resume, Tidy};
pub use pace::Pace;
pub use plan::{Change, ChangeKind, Counts, File, Plan, Write};
pub use state::ImportState;
