//! The provider says that it went well, or why it did not. Failures are mostly unsigned and without an assertion, so this is
//! looked at early: who forges a failure gains a refusal.

use super::code::Code;
use super::element::{Element, at_most_one, attribute, children, one};
use super::name;
use super::refusal::Refusal;

const PREFIX: &str = "urn:oasis:names:tc:SAML:2.0:status:";

/// What SAML core 3.2.2.2 lists: nothing else of a status is quoted.
const KNOWN: [&str; 21] = [
    "Requester",
    "Responder",
    "VersionMismatch",
    "AuthnFailed",
    "InvalidAttrNameOrValue",
    "InvalidNameIDPolicy",
    "NoAuthnContext",
    "NoAvailableIDP",
    "NoPassive",
    "NoSupportedIDP",
    "PartialLogout",
    "ProxyCountExceeded",
    "RequestDenied",
    "RequestUnsupported",
    "RequestVersionDeprecated",
    "RequestVersionTooHigh",
    "RequestVersionTooLow",
    "ResourceNotRecognized",
    "TooManyResponses",
    "UnknownAttrProfile",
    "UnknownPrincipal",
];

/// The top-level code is success.
pub(super) fn check(response: Element<'_>) -> Result<(), Refusal> {
    let elements: Vec<_> = response.children().filter(roxmltree::Node::is_element).collect();
    let status = one(&elements, name::STATUS)?;
    let parts = children(status, &[name::STATUS_CODE, name::STATUS_MESSAGE, name::STATUS_DETAIL])?;
    let code = one(&parts, name::STATUS_CODE)?;
    let second = at_most_one(&children(code, &[name::STATUS_CODE])?, name::STATUS_CODE)?;
    if value(code) == Some("Success") {
        return Ok(());
    }
    let told: Vec<_> = [code].into_iter().chain(second).map(known).collect();
    Err(Code::StatusOther.with(format_args!("Son code est {}.", told.join(" / "))))
}

fn value(code: Element<'_>) -> Option<&str> {
    attribute(code, "Value").and_then(|value| value.strip_prefix(PREFIX))
}

fn known(code: Element<'_>) -> &'static str {
    let value = value(code);
    KNOWN.into_iter().find(|known| Some(*known) == value).unwrap_or("inconnu")
}
