//! Which certificates there are, whose they are, and in which order they are printed: from certifications and the list of pupils to what
//! `shared/certificate` draws. Who answers pages and who makes files for a whole school print the same.

mod holder;
mod issued;
mod paper;

pub use holder::Holder;
pub use issued::{Issued, issued};
pub use paper::{Verifying, certificate, log_missing_letters};
