//! The same response, read by saml-rs with the rules of ours that it knows.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use saml_rs::{
    AcsEndpoint, AudienceValidationPolicy, AuthnRequest, BrowserInput, ClockSkew, Credentials, EntityId, FormField,
    IdpDescriptor, MetadataTrustPolicy, Pending, PendingSnapshot, RelayStateParam, ReplayPolicy, Saml, SamlError,
    SamlValidationContext, Sp, SpConfig, SpValidationPolicy, SsoResponse, XmlSignatureProfile,
};

use crate::seeds::{ACS, NOW, PROVIDER, REQUEST, US};

pub struct SecondOpinion {
    us: Saml<Sp>,
    provider: IdpDescriptor,
    request: Pending<AuthnRequest>,
}

impl SecondOpinion {
    pub fn new(metadata: &str) -> Result<Self, SamlError> {
        let policy = SpValidationPolicy {
            audience: AudienceValidationPolicy::Validate,
            xml_signatures: XmlSignatureProfile::StrictRsaSha2,
            ..SpValidationPolicy::recommended()
        };
        let config = SpConfig::builder(EntityId::try_new(US)?)
            .acs_endpoint(AcsEndpoint::post(ACS)?)
            .credentials(Credentials::default())
            .validation(policy)
            .build()?;
        let trust = MetadataTrustPolicy::UnsignedForCompatibility;
        let snapshot = PendingSnapshot::<AuthnRequest>::authn_request(
            REQUEST,
            RelayStateParam::absent(),
            PROVIDER,
            "post",
            ACS,
            "post",
        );
        Ok(Self {
            us: Saml::sp(config)?,
            provider: IdpDescriptor::from_metadata_xml_for(EntityId::try_new(PROVIDER)?, metadata, trust)?,
            request: Pending::<AuthnRequest>::from_snapshot(snapshot)?,
        })
    }

    /// The attributes, if it takes the response.
    pub fn read(&self, response: &str) -> Result<BTreeMap<String, Vec<String>>, SamlError> {
        let now: jiff::Timestamp = NOW.parse().expect("a time");
        let now = UNIX_EPOCH + Duration::from_secs(now.as_second().unsigned_abs());
        let context = SamlValidationContext::new(now, ReplayPolicy::DisabledForCompatibility)
            .with_clock_skew(ClockSkew::five_minutes());
        let fields = vec![FormField::new("SAMLResponse", STANDARD.encode(response))];
        let input = BrowserInput::<SsoResponse>::post(fields);
        let session = self.us.finish_sso(&self.provider, &self.request, input, context)?;
        let attributes = session.attributes().as_slice().iter();
        let values = |attribute: &saml_rs::Attribute| {
            attribute.values().iter().map(|value| value.as_str().to_owned()).collect::<Vec<_>>()
        };
        Ok(attributes.map(|attribute| (attribute.name().to_owned(), values(attribute))).collect())
    }
}
