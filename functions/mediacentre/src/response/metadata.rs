//! The identity provider as its metadata tell: its name, where it signs people in, and its keys.
//!
//! The GAR's metadata are handed over as text and configured by hand. So what would matter in a feed does not here: no
//! signature of theirs is checked, and no `validUntil` locks pupils out on a day that nobody has written down.

use super::base64;
use super::door;
use super::element::{Element, attribute, text};
use super::key::Key;
use super::name;
use super::refusal::Refusal;

const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";

/// An identity provider.
#[derive(Debug, Clone)]
pub struct IdentityProvider {
    entity_id: String,
    sign_on: Option<String>,
    pub(super) keys: Vec<Key>,
}

/// Metadata that cannot be configured.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// The rules about bytes and XML are those of responses.
    #[error("{}", .0.detail())]
    Xml(Refusal),
    /// There must be one, so that nobody has to choose.
    #[error("les métadonnées décrivent {0} fournisseur(s) d’identité au lieu d’un seul")]
    Providers(usize),
    /// Its name.
    #[error("le fournisseur d’identité n’a pas d’entityID")]
    EntityId,
    /// An X.509 certificate of version 3 in base64, one in each `KeyDescriptor`: others there would be issuers, who must not sign
    /// people in.
    #[error("un certificat de signature est illisible, ou n’est pas seul dans son KeyDescriptor (X.509 v3 attendu)")]
    Certificate,
}

impl IdentityProvider {
    /// Reads metadata that describe one identity provider.
    ///
    /// Keys that are not for signing, and those that are not RSA, are passed over. A provider that has no others is
    /// read: all its responses are refused ([`has_keys`](Self::has_keys) tells before).
    pub fn from_metadata(xml: &[u8]) -> Result<Self, MetadataError> {
        let text = door::text(xml).map_err(MetadataError::Xml)?;
        let document = door::parse(&text).map_err(MetadataError::Xml)?;
        let mut providers = document.descendants().filter(|node| node.has_tag_name(name::IDP));
        let (Some(provider), others) = (providers.next(), providers.count()) else {
            return Err(MetadataError::Providers(0));
        };
        if others > 0 {
            return Err(MetadataError::Providers(others + 1));
        }
        let entity = provider.parent_element().filter(|parent| parent.has_tag_name(name::ENTITY));
        let entity_id = entity.and_then(|entity| attribute(entity, "entityID")).filter(|id| !id.is_empty());
        Ok(Self {
            entity_id: entity_id.ok_or(MetadataError::EntityId)?.to_owned(),
            sign_on: sign_on(provider).map(str::to_owned),
            keys: keys(provider)?,
        })
    }

    /// A provider by the essentials of its metadata: its name, and its certificates for signing (X.509 v3, DER). Those that are not RSA
    /// are passed over.
    pub fn new(entity_id: &str, certificates: impl IntoIterator<Item = Vec<u8>>) -> Result<Self, MetadataError> {
        let keys: Result<Vec<Option<Key>>, _> = certificates.into_iter().map(Key::from_certificate).collect();
        let keys = keys.map_err(|_| MetadataError::Certificate)?.into_iter().flatten().collect();
        Ok(Self { entity_id: entity_id.to_owned(), sign_on: None, keys })
    }

    /// Its name, which responses are issued by.
    pub fn entity_id(&self) -> &str {
        &self.entity_id
    }

    /// Where it takes requests by redirect.
    pub fn sign_on(&self) -> Option<&str> {
        self.sign_on.as_deref()
    }

    /// Whether any response could be by it.
    pub fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }
}

fn sign_on(provider: Element<'_>) -> Option<&str> {
    let mut services = provider.children().filter(|child| child.has_tag_name(name::SIGN_ON_SERVICE));
    let service = services.find(|service| attribute(*service, "Binding") == Some(REDIRECT))?;
    attribute(service, "Location")
}

/// The RSA keys for signing: those of descriptors that say so, or say nothing.
fn keys(provider: Element<'_>) -> Result<Vec<Key>, MetadataError> {
    let descriptors = provider.children().filter(|child| child.has_tag_name(name::KEY_DESCRIPTOR));
    let signing = descriptors.filter(|descriptor| matches!(attribute(*descriptor, "use"), None | Some("signing")));
    let keys: Result<Vec<Option<Key>>, _> = signing.map(key).collect();
    Ok(keys?.into_iter().flatten().collect())
}

fn key(descriptor: Element<'_>) -> Result<Option<Key>, MetadataError> {
    let mut certificates = descriptor.descendants().filter(|node| node.has_tag_name(name::CERTIFICATE));
    let Some(certificate) = certificates.next() else {
        return Ok(None);
    };
    if certificates.next().is_some() {
        return Err(MetadataError::Certificate);
    }
    let der = text(certificate).and_then(|text| base64::spaced(text.as_bytes())).ok_or(MetadataError::Certificate)?;
    Key::from_certificate(der).map_err(|_| MetadataError::Certificate)
}
