//! Who may sign people on: the GAR, its test environment, an ENT that speaks SAML.

use rentree_domain::EntityId;
use serde::Deserialize;

use crate::response::{self, IdentityProvider};

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct Provider {
    /// What logs and the address `/mediacentre?idp=…` call it.
    pub(crate) id: String,
    pub(crate) entity_id: EntityId,
    /// Where it takes requests by redirect.
    pub(crate) sign_on: String,
    /// Its name and its keys, as responses are checked against them.
    pub(crate) saml: IdentityProvider,
}

/// All of them; the first is the one that is meant when nobody says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Providers(Vec<Provider>);

/// As the setting has it: the essentials of the provider's metadata, for all settings of a function are 4 kB at most.
#[derive(Deserialize)]
struct Described {
    id: String,
    entity_id: String,
    sign_on: String,
    /// X.509 v3, DER in base64: several while one is replaced.
    certificates: Vec<String>,
}

/// Why the setting does not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProvidersError {
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error("an id is a word of a-z, 0-9 and -, and stands once: {0:?}")]
    Id(String),
    #[error("{0}: its entity_id is 1 to 1024 characters without blanks, and nobody else's")]
    EntityId(String),
    #[error("{0}: sign_on is an address that begins with https:// (or, on one machine, http://)")]
    SignOn(String),
    #[error("{0}: it has no certificate of an RSA key, or one of them is no X.509 v3 in base64")]
    Certificates(String),
}

impl Providers {
    /// Reads `[{"id", "entity_id", "sign_on", "certificates": [base64, …]}, …]`.
    pub(crate) fn parse(json: &str) -> Result<Self, ProvidersError> {
        let mut providers: Vec<Provider> = Vec::new();
        for described in serde_json::from_str::<Vec<Described>>(json)? {
            let provider = Provider::read(described)?;
            if providers.iter().any(|other| other.id == provider.id) {
                return Err(ProvidersError::Id(provider.id));
            }
            if providers.iter().any(|other| other.entity_id == provider.entity_id) {
                return Err(ProvidersError::EntityId(provider.id));
            }
            providers.push(provider);
        }
        Ok(Self(providers))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one that an address names; the first, if it names none of them.
    pub(crate) fn chosen(&self, id: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.id == id).or(self.0.first())
    }

    /// The one that a response claims to be from; another one, if it is none of them: it will refuse the response.
    pub(crate) fn claimed(&self, entity_id: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.entity_id.as_str() == entity_id).or(self.0.first())
    }
}

impl Provider {
    fn read(described: Described) -> Result<Self, ProvidersError> {
        let Described { id, entity_id, sign_on, certificates } = described;
        let sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || !id.chars().all(sign) {
            return Err(ProvidersError::Id(id));
        }
        let Ok(entity_id) = EntityId::parse(&entity_id) else { return Err(ProvidersError::EntityId(id)) };
        if !(sign_on.starts_with("https://") || sign_on.starts_with("http://")) || !sign_on.is_ascii() {
            return Err(ProvidersError::SignOn(id));
        }
        let certificates: Option<Vec<_>> =
            certificates.iter().map(|text| response::decode(text.as_bytes()).ok()).collect();
        let saml = certificates
            .and_then(|certificates| IdentityProvider::new(entity_id.as_str(), certificates).ok())
            .filter(IdentityProvider::has_keys);
        let Some(saml) = saml else { return Err(ProvidersError::Certificates(id)) };
        Ok(Self { id, entity_id, sign_on, saml })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::signing::tests::CERTIFICATE;

    fn described(id: &str) -> Value {
        let entity_id = format!("https://{id}.example/metadata");
        let sign_on = format!("https://{id}.example/sso?a=b");
        json!({"id": id, "entity_id": entity_id, "sign_on": sign_on, "certificates": [CERTIFICATE]})
    }

    /// Two of them.
    pub(crate) fn providers() -> Providers {
        Providers::parse(&json!([described("gar"), described("ent-2")]).to_string()).unwrap()
    }

    #[test]
    fn the_first_is_meant_when_nobody_says() {
        let providers = providers();
        let chosen = |id| providers.chosen(id).unwrap().id.as_str();
        assert_eq!((chosen(""), chosen("nobody"), chosen("ent-2")), ("gar", "gar", "ent-2"));
        let claimed = |entity| providers.claimed(entity).unwrap().id.as_str();
        assert_eq!((claimed("https://ent-2.example/metadata"), claimed("https://other.example")), ("ent-2", "gar"));
        assert!(Providers::default().chosen("gar").is_none());
    }

    #[test]
    fn what_is_wrong_is_told() {
        let changed = |name: &str, value: Value| {
            let mut one = described("gar");
            one[name] = value;
            json!([one])
        };
        for (setting, told) in [
            (json!({}), "invalid type"),
            (json!([{"id": "gar"}]), "missing field"),
            (changed("id", json!("GAR 1")), "an id is a word"),
            (json!([described("gar"), described("gar")]), "an id is a word"),
            (changed("entity_id", json!("a b")), "entity_id"),
            (changed("sign_on", json!("idp.example/sso")), "sign_on"),
            (changed("certificates", json!([])), "no certificate"),
            (changed("certificates", json!(["AAAA"])), "no certificate"),
        ] {
            let error = Providers::parse(&setting.to_string()).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        let twice = json!([described("gar"), {"id": "b", "entity_id": "https://gar.example/metadata",
            "sign_on": "https://b.example", "certificates": [CERTIFICATE]}]);
        assert!(matches!(Providers::parse(&twice.to_string()), Err(ProvidersError::EntityId(_))));
    }
}
