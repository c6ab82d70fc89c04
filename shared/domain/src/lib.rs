//! What Rentrée knows, without I/O: identifiers of the French administration, pupils and their versions, and the
//! pure decisions of an import (matching, plan, brake, states). Clock and randomness are arguments.

pub mod id;
pub mod import;
pub mod ine;
pub mod learner;
pub mod name;
pub mod paris;
pub mod school_year;
pub mod uai;

pub use id::{ImportId, LearnerId, UserId};
pub use ine::{Ine, IneError};
pub use learner::{Entry, Sex};
pub use uai::{Uai, UaiError};
