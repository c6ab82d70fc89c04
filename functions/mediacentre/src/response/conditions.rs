//! The conditions under which the assertion counts, and the provider's session.

use jiff::Timestamp;

use super::code::Code;
use super::element::{Element, attribute, children, named, text};
use super::moment::Clock;
use super::name;
use super::refusal::Refusal;
use super::settings::Settings;
use super::shape::part;

/// Every condition is understood and holds. The earliest end, if one is said.
pub(super) fn check(assertion: Element<'_>, settings: &Settings, clock: Clock) -> Result<Option<Timestamp>, Refusal> {
    let conditions = part(assertion, name::CONDITIONS).ok_or(Code::AudienceMissing)?;
    clock.check_begins(attribute(conditions, "NotBefore"))?;
    let end = attribute(conditions, "NotOnOrAfter").map(|end| clock.check_ends(end, Code::Expired)).transpose()?;
    // OneTimeUse asks for no more than is done anyway, and ProxyRestriction is for those who pass assertions on.
    let understood = [name::AUDIENCE_RESTRICTION, name::ONE_TIME_USE, name::PROXY_RESTRICTION];
    let parts = children(conditions, &understood).map_err(|refusal| match refusal.code {
        Code::UnexpectedElement => Code::ConditionUnknown.into(),
        _ => refusal,
    })?;
    check_audiences(&parts, settings)?;
    let session = check_session(assertion, clock)?;
    Ok(end.into_iter().chain(session).min())
}

/// Each restriction names us, perhaps among others.
fn check_audiences(conditions: &[Element<'_>], settings: &Settings) -> Result<(), Refusal> {
    let mut restricted = false;
    for restriction in named(conditions, name::AUDIENCE_RESTRICTION) {
        restricted = true;
        let audiences = children(restriction, &[name::AUDIENCE])?;
        if !audiences.into_iter().filter_map(text).any(|audience| audience == settings.entity_id) {
            return Err(Code::AudienceOther.with(format_args!("Attendu : {}.", settings.entity_id)));
        }
    }
    if restricted { Ok(()) } else { Err(Code::AudienceMissing.into()) }
}

/// Where the provider says when its own session ends, that has not come.
fn check_session(assertion: Element<'_>, clock: Clock) -> Result<Option<Timestamp>, Refusal> {
    let statements = assertion.children().filter(|child| child.has_tag_name(name::AUTHN_STATEMENT));
    let ends = statements.filter_map(|statement| attribute(statement, "SessionNotOnOrAfter"));
    let ends: Vec<_> = ends.map(|end| clock.check_ends(end, Code::SessionOver)).collect::<Result<_, _>>()?;
    Ok(ends.into_iter().min())
}
