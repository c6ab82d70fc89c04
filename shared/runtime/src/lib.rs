//! What every function needs before its first request: settings, telemetry, AWS configuration. Built once, in `main`.

pub mod aws;
pub mod batch;
mod lazy;
pub mod settings;
mod several;
pub mod telemetry;

use jiff::Timestamp;

pub use lazy::Lazy;
pub use settings::{Settings, SettingsError};
pub use several::several;

/// Where the time comes from: [`Timestamp::now`], or a fixed time in tests.
pub type Clock = fn() -> Timestamp;

/// `N` bytes that nobody can guess, from the operating system.
///
/// # Panics
/// When the operating system has no randomness to give: nothing that follows could be trusted.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
