//! The response was sent to us, and answers the request.

use super::code::Code;
use super::element::{Element, attribute};
use super::refusal::Refusal;
use super::settings::Settings;

/// Destination and `InResponseTo` of the response.
pub(super) fn check(response: Element<'_>, settings: &Settings, request: &str) -> Result<(), Refusal> {
    if attribute(response, "Destination").is_some_and(|destination| destination != settings.acs) {
        return Err(Code::DestinationOther.with(format_args!("Attendu : {}.", settings.acs)));
    }
    check_request(response, request)
}

/// `InResponseTo` of the response, or of a confirmation.
pub(super) fn check_request(element: Element<'_>, request: &str) -> Result<(), Refusal> {
    match attribute(element, "InResponseTo") {
        None => Err(Code::InResponseToMissing.into()),
        Some(answered) if answered != request => Err(Code::InResponseToOther.into()),
        Some(_) => Ok(()),
    }
}
