//! What the function reads from its settings. `infra/template.yaml` sets them.

use rentree_runtime::{Settings as Env, SettingsError};

use crate::providers::Providers;
use crate::response::{AttributeNames, Settings, Skew};
use crate::signing::RequestKey;

/// Where responses are posted to, on this site.
pub(crate) const ACS: &str = rentree_http::POSTED_FROM_ELSEWHERE;
/// Where we are described, on this site.
pub(crate) const METADATA: &str = "/mediacentre/metadata";

/// The function's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE`: the DynamoDB table.
    pub table: String,
    /// `ORIGIN`: the product's address for browsers, without a slash at its end.
    pub origin: String,
    /// `IDENTITY_PROVIDERS`: who may sign people on, as [`Providers::parse`] reads it; blank for nobody.
    pub(crate) providers: Providers,
    /// What responses are checked against. `ENTITY_ID`: how identity providers know us, blank for the address of our metadata.
    /// `ATTRIBUTE_NAMES`: what they call IDO, given names, surnames, schools and profiles, separated by commas; blank for the names of
    /// the GAR. `CLOCK_SKEW_SECONDS`: how far their clocks may be off, 300 at most.
    pub(crate) response: Settings,
    /// `REQUEST_SIGNING_KEY` (PKCS#8): what requests are signed with; blank for requests without a signature.
    /// `REQUEST_SIGNING_CERTIFICATE` (X.509): its certificate, if our metadata are to show it. Both are DER in base64.
    pub(crate) signing: Option<RequestKey>,
}

impl Config {
    /// Reads them.
    pub fn read(env: &Env) -> Result<Self, SettingsError> {
        let origin = env.required("ORIGIN")?.trim_end_matches('/').to_owned();
        let providers = Providers::parse(env.optional("IDENTITY_PROVIDERS").unwrap_or("[]"));
        let response = Settings {
            entity_id: env.optional("ENTITY_ID").map_or_else(|| format!("{origin}{METADATA}"), ToOwned::to_owned),
            acs: format!("{origin}{ACS}"),
            attributes: attribute_names(env)?,
            skew: skew(env)?,
        };
        Ok(Self {
            table: env.required("TABLE")?.to_owned(),
            providers: providers.map_err(|error| unreadable("IDENTITY_PROVIDERS", error.to_string()))?,
            response,
            signing: signing(env)?,
            origin,
        })
    }
}

fn unreadable(name: &'static str, why: String) -> SettingsError {
    SettingsError::Unreadable { name, why }
}

fn attribute_names(env: &Env) -> Result<AttributeNames, SettingsError> {
    let Some(names) = env.optional("ATTRIBUTE_NAMES") else { return Ok(AttributeNames::default()) };
    let names: Vec<String> = names.split(',').map(|name| name.trim().to_owned()).collect();
    let five = <[String; 5]>::try_from(names).ok().filter(|names| names.iter().all(|name| !name.is_empty()));
    let expected = "five names, separated by commas";
    let [ido, first_name, last_name, school, profile] =
        five.ok_or(SettingsError::Invalid { name: "ATTRIBUTE_NAMES", expected })?;
    Ok(AttributeNames { ido, first_name, last_name, school, profile })
}

fn skew(env: &Env) -> Result<Skew, SettingsError> {
    const NAME: &str = "CLOCK_SKEW_SECONDS";
    let seconds = u16::try_from(env.number(NAME)?).ok().and_then(|seconds| Skew::seconds(seconds).ok());
    seconds.ok_or(SettingsError::Invalid { name: NAME, expected: "at most 300" })
}

fn signing(env: &Env) -> Result<Option<RequestKey>, SettingsError> {
    const NAME: &str = "REQUEST_SIGNING_KEY";
    let Some(key) = env.optional(NAME) else { return Ok(None) };
    let key = RequestKey::parse(key, env.optional("REQUEST_SIGNING_CERTIFICATE"));
    key.map(Some).map_err(|error| unreadable(NAME, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<const N: usize>(more: [(&str, &str); N]) -> Result<Config, SettingsError> {
        let few = [("TABLE", "t"), ("ORIGIN", "https://rentree.example/"), ("CLOCK_SKEW_SECONDS", "300")];
        Config::read(&Env::from_pairs(few).with(more))
    }

    #[test]
    fn without_providers_nobody_signs_on_and_all_else_has_a_default() {
        let config = read([("IDENTITY_PROVIDERS", " "), ("ENTITY_ID", ""), ("ATTRIBUTE_NAMES", "")]).unwrap();
        assert!(config.providers.is_empty() && config.signing.is_none());
        assert_eq!(config.response.entity_id, "https://rentree.example/mediacentre/metadata");
        assert_eq!(config.response.acs, "https://rentree.example/mediacentre/acs");
        assert_eq!(config.response.attributes.ido, "IDO");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (name, value, told) in [
            ("IDENTITY_PROVIDERS", "[{}]", "IDENTITY_PROVIDERS does not read"),
            ("ATTRIBUTE_NAMES", "IDO,PRE,NOM", "five names"),
            ("ATTRIBUTE_NAMES", "IDO,PRE,NOM,,PRO", "five names"),
            ("CLOCK_SKEW_SECONDS", "301", "at most 300"),
            ("REQUEST_SIGNING_KEY", "AAAA", "no PKCS#8"),
        ] {
            let error = read([(name, value)]).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        let signing = read([("REQUEST_SIGNING_KEY", crate::signing::tests::KEY)]).unwrap().signing;
        assert!(signing.is_some_and(|key| key.certificate.is_none()));
        let names = read([("ATTRIBUTE_NAMES", "id, given, sn, school, role")]).unwrap().response.attributes;
        assert_eq!((names.ido.as_str(), names.profile.as_str()), ("id", "role"));
    }
}
