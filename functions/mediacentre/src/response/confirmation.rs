//! The subject is confirmed as the bearer of this response, here and now.

use jiff::Timestamp;

use super::addressee::check_request;
use super::code::Code;
use super::element::{Element, at_most_one, attribute, children, named};
use super::moment::Clock;
use super::name;
use super::refusal::Refusal;
use super::settings::Settings;
use super::shape::part;

const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

/// At least one confirmation is "bearer", and every one that is must hold. Others (holder of key, sender vouches) are for
/// other ways of delivery and prove nothing here. The earliest end.
pub(super) fn check(
    assertion: Element<'_>,
    settings: &Settings,
    request: &str,
    clock: Clock,
) -> Result<Timestamp, Refusal> {
    let subject = part(assertion, name::SUBJECT).ok_or(Code::BearerMissing)?;
    let parts = children(subject, &[name::BASE_ID, name::NAME_ID, name::CONFIRMATION])?;
    let bearers = named(&parts, name::CONFIRMATION).filter(|found| attribute(*found, "Method") == Some(BEARER));
    let mut earliest: Option<Timestamp> = None;
    for bearer in bearers {
        let end = check_bearer(bearer, settings, request, clock)?;
        earliest = Some(earliest.map_or(end, |earliest| earliest.min(end)));
    }
    earliest.ok_or_else(|| Code::BearerMissing.into())
}

fn check_bearer(bearer: Element<'_>, settings: &Settings, request: &str, clock: Clock) -> Result<Timestamp, Refusal> {
    let parts = children(bearer, &[name::BASE_ID, name::NAME_ID, name::CONFIRMATION_DATA])?;
    let data = at_most_one(&parts, name::CONFIRMATION_DATA)?.ok_or(Code::RecipientMissing)?;
    let recipient = attribute(data, "Recipient").ok_or(Code::RecipientMissing)?;
    if recipient != settings.acs {
        return Err(Code::RecipientOther.with(format_args!("Attendu : {}.", settings.acs)));
    }
    check_request(data, request)?;
    let end = attribute(data, "NotOnOrAfter").ok_or(Code::EndMissing)?;
    clock.check_begins(attribute(data, "NotBefore"))?;
    clock.check_ends(end, Code::Expired)
}
