//! What an identity provider must know of us.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::Mediacentre;
use crate::xml::escaped;

const CONTENT_TYPE: &str = "application/samlmetadata+xml";

/// `GET /mediacentre/metadata`
pub(crate) async fn page(State(app): State<Mediacentre>) -> Response {
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], app.metadata()).into_response()
}

impl Mediacentre {
    /// Our metadata: one address for responses, and no key to encrypt with, for nothing encrypted is read.
    fn metadata(&self) -> String {
        let config = &self.config;
        let certificate = config.signing.as_ref().and_then(|key| key.certificate.as_ref());
        let key = certificate.map(|certificate| {
            format!(
                concat!(
                    r#"<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">"#,
                    "<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
                ),
                certificate
            )
        });
        format!(
            concat!(
                r#"<?xml version="1.0" encoding="UTF-8"?>"#,
                "\n",
                r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{us}">"#,
                r#"<md:SPSSODescriptor AuthnRequestsSigned="{signs}" WantAssertionsSigned="true" "#,
                r#"protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{key}"#,
                r#"<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" "#,
                r#"Location="{acs}" index="0" isDefault="true"/></md:SPSSODescriptor></md:EntityDescriptor>"#,
                "\n"
            ),
            us = escaped(&config.response.entity_id),
            signs = config.signing.is_some(),
            key = key.as_deref().unwrap_or_default(),
            acs = escaped(&config.response.acs),
        )
    }
}
