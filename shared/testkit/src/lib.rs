//! Dev-only: the local cloud, provisioned from `infra/template.yaml`, as `cargo dev` and the tests use it.
//!
//! Nothing here can reach the real AWS: every client is built from settings that name endpoints on 127.0.0.1 and keys
//! that mean nothing, and the SDK configuration reads nothing else.

pub mod cloud;
pub mod mail;
pub mod partition;
pub mod provision;
pub mod python;
pub mod stand_in;
pub mod strict;
pub mod template;

pub use cloud::{Cloud, CloudOptions};
pub use mail::SentMail;
pub use provision::{Stack, StackOptions};
pub use stand_in::StandIn;
pub use strict::Strict;
pub use template::Template;

use std::path::{Path, PathBuf};

/// The root of the checkout.
///
/// # Panics
/// When the crate was moved out of `shared/`.
pub fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("shared/testkit is two levels deep").to_owned()
}
