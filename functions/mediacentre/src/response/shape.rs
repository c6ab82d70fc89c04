//! One Response, and exactly one Assertion, its child.

use super::code::Code;
use super::element::{Element, at_most_one, attribute, children, one};
use super::name::{self, Name};
use super::refusal::Refusal;

/// The root is a response of SAML 2.0.
pub(super) fn check_root(root: Element<'_>) -> Result<(), Refusal> {
    if !root.has_tag_name(name::RESPONSE) {
        return Err(Code::NotAResponse.into());
    }
    check_version(root)
}

/// The only assertion. Whatever else bears its name, in whatever namespace and wherever, is somebody's attempt to have
/// another one read than was signed.
pub(super) fn assertion(response: Element<'_>) -> Result<Element<'_>, Refusal> {
    let elements = || response.descendants().filter(Element::is_element);
    if elements().any(|element| element.tag_name().name().starts_with("Encrypted")) {
        return Err(Code::Encrypted.into());
    }
    let mut assertions = elements().filter(|element| element.tag_name().name() == name::ASSERTION.1);
    let assertion = assertions.next().ok_or(Code::AssertionMissing)?;
    if assertions.next().is_some() {
        return Err(Code::AssertionTwice.into());
    }
    if assertion.parent_element() != Some(response) || !assertion.has_tag_name(name::ASSERTION) {
        return Err(Code::AssertionElsewhere.into());
    }
    check_version(assertion)?;
    check_parts(response, assertion)?;
    id(response)?;
    id(assertion)?;
    Ok(assertion)
}

/// The ID of the response or of the assertion.
pub(super) fn id(element: Element<'_>) -> Result<&str, Refusal> {
    attribute(element, "ID").filter(|id| !id.is_empty()).ok_or_else(|| Code::IdMissing.into())
}

/// What both consist of. The order is not looked at: nothing that is read hangs on it.
fn check_parts(response: Element<'_>, assertion: Element<'_>) -> Result<(), Refusal> {
    let of_response = [name::ISSUER, name::SIGNATURE, name::EXTENSIONS, name::STATUS, name::ASSERTION];
    let parts = children(response, &of_response)?;
    at_most_one(&parts, name::ISSUER)?;
    at_most_one(&parts, name::EXTENSIONS)?;
    let statements =
        [name::STATEMENT, name::AUTHN_STATEMENT, name::AUTHZ_STATEMENT, name::ATTRIBUTE_STATEMENT, name::ADVICE];
    let single = [name::ISSUER, name::SIGNATURE, name::SUBJECT, name::CONDITIONS];
    let parts = children(assertion, &[statements.as_slice(), single.as_slice()].concat())?;
    one(&parts, name::ISSUER)?;
    for part in [name::SUBJECT, name::CONDITIONS, name::ADVICE] {
        at_most_one(&parts, part)?;
    }
    Ok(())
}

fn check_version(element: Element<'_>) -> Result<(), Refusal> {
    if attribute(element, "Version") == Some("2.0") { Ok(()) } else { Err(Code::VersionOther.into()) }
}

/// The child of this name, of an element whose parts were checked.
pub(super) fn part(element: Element<'_>, name: Name) -> Option<Element<'_>> {
    element.children().find(|child| child.has_tag_name(name))
}
