//! The application on somebody's phone that makes codes: for the tour and for tests.

use anyhow::Context;
use jiff::Timestamp;
use totp_rs::{Builder, Secret};

/// The code at `at` of an application that was told `secret`, as the page shows it.
pub fn code(secret: &str, at: Timestamp) -> anyhow::Result<String> {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).ok().context("a secret in base32")?;
    let totp = Builder::new().with_secret(secret).with_digits(6).with_step_duration(30).build_noncompliant();
    Ok(totp.generate(u64::try_from(at.as_second())?).to_string())
}
