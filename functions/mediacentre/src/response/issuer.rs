//! Who says so: the provider that the request was sent to, and no other. A provider whose keys we know as well could
//! otherwise answer for it.

use super::code::Code;
use super::element::{Element, text};
use super::metadata::IdentityProvider;
use super::name;
use super::refusal::Refusal;
use super::shape::part;

/// The issuer of the assertion, and of the response where it says one.
pub(super) fn check(response: Element<'_>, assertion: Element<'_>, provider: &IdentityProvider) -> Result<(), Refusal> {
    let is_provider = |issuer: Element<'_>| text(issuer).is_some_and(|issuer| issuer == provider.entity_id());
    let expected = format_args!("Attendu : {}.", provider.entity_id());
    if !part(assertion, name::ISSUER).is_some_and(is_provider) {
        return Err(Code::IssuerOther.with(expected));
    }
    if !part(response, name::ISSUER).is_none_or(is_provider) {
        return Err(Code::ResponseIssuerOther.with(expected));
    }
    Ok(())
}
