//! An import: its states, its plan, its brake. DESIGN §4.

pub mod brake;
pub mod matching;
pub mod message;
pub mod plan;
pub mod state;

pub use brake::{BrakeReason, Dated};
pub use message::Resume;
pub use plan::{Counts, Plan, Write};
pub use state::ImportState;
