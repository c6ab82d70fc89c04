//! One shape of SAML response is read; everything else is refused, each reason by its own [`Code`].
//!
//! The files are the rules, in the order in which they are applied: `base64` and `door` (may these bytes be parsed at
//! all?), `shape` (one Response with one Assertion), `issuer`, `signature` (with `algorithm` and `canonical`),
//! `addressee`, `confirmation` and `conditions` (is it for us, for this request, and now?), then `values`. Nothing
//! is parsed twice: values are read from the very nodes whose digest was taken.

mod addressee;
mod algorithm;
mod base64;
#[doc(hidden)] // For `examples/canonical.rs` alone.
pub mod canonical;
mod claim;
mod code;
mod conditions;
mod confirmation;
#[doc(hidden)] // For `examples/canonical.rs` alone.
pub mod door;
mod element;
mod issuer;
mod key;
mod metadata;
mod moment;
mod name;
mod refusal;
mod settings;
mod shape;
mod sign_on;
mod signature;
mod status;
#[cfg(test)]
mod tests;
mod values;

use jiff::Timestamp;

pub use base64::decode;
pub use claim::{Claim, claim};
pub use code::Code;
pub use metadata::{IdentityProvider, MetadataError};
pub use refusal::Refusal;
pub use settings::{AttributeNames, Settings, Skew, SkewError};
pub use sign_on::SignOn;

/// Reads the XML of a response that answers `request`, which was sent to `provider`.
///
/// That the request is used once, by the browser that made it, is for the caller to hold: see [`SignOn::refused_from`].
pub fn read(
    xml: &[u8],
    provider: &IdentityProvider,
    settings: &Settings,
    request: &str,
    now: Timestamp,
) -> Result<SignOn, Refusal> {
    let text = door::text(xml)?;
    let document = door::parse(&text)?;
    let response = document.root_element();
    shape::check_root(response)?;
    status::check(response)?;
    let assertion = shape::assertion(response)?;
    issuer::check(response, assertion, provider)?;
    signature::check(response, assertion, provider)?;
    addressee::check(response, settings, request)?;
    let clock = settings.skew.around(now);
    let confirmed = confirmation::check(assertion, settings, request, clock)?;
    let valid = conditions::check(assertion, settings, clock)?;
    let attributes = values::read(assertion)?;
    SignOn::new(shape::id(assertion)?, clock.end_of(confirmed, valid), attributes, &settings.attributes)
}
