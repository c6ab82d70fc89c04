//! Every mail that Rentrée sends, one file each, and the mailer. French; text and HTML come from the same content, so that
//! they cannot drift apart.

mod account;
mod activation;
mod invitation;
mod mailer;
mod offer;
mod parts;
mod sender;
mod team;

pub use account::{
    address_change, address_changed, known_address, password_changed, password_handed_out, password_reset,
    second_factor, sign_up,
};
pub use activation::{Activation, activation};
pub use invitation::{Invitation, invitation};
pub use mailer::{Mailer, SendError};
pub use offer::{Offer, offer};
pub use parts::{Mail, Rendered};
pub use team::{access_granted, access_refused, access_requested, new_administrator};

#[cfg(test)]
mod tests;
