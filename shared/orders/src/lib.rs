//! Who may order which mail, how often, and the order itself, which the mail worker carries out.
//!
//! Nothing else sends an order, so that none goes without its permit: whoever asks is counted here before it ([`Ask`]), and the mailbox
//! that it goes to when the worker knows it ([`Mailbox`]). The numbers are in [`limit`], and in `ARCHITECTURE.md`.
//!
//! Whoever orders does not wait for SES, and is not told what the worker finds: public forms answer everybody alike.

mod ask;
mod invitations;
pub mod limit;
mod mailbox;
mod queue;
mod tell;

pub use ask::{Ask, Refusal};
pub use invitations::InvitationPermit;
pub use mailbox::Mailbox;
pub use queue::{MailOrders, OrderError};
pub use tell::NewRole;
