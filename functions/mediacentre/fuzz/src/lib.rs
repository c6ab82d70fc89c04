//! Signed responses, changed in ways that attackers know, before two readers: ours and saml-rs.

mod changing;
mod choices;
mod judging;
mod second_opinion;
mod seeds;

pub use changing::change;
pub use choices::Choices;
pub use judging::{Judge, Verdict};
pub use seeds::Seeds;
