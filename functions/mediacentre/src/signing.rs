//! Requests that are signed, for an identity provider that wants them so.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;

/// RSA with SHA-256.
const ALGORITHM: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

/// What requests are signed with, and the certificate by which identity providers know it.
#[derive(Clone)]
pub(crate) struct RequestKey {
    key: Arc<KeyPair>,
    /// In base64, as our metadata show it; without it, it is handed over in another way.
    pub(crate) certificate: Option<String>,
}

impl fmt::Debug for RequestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestKey(…)")
    }
}

/// Why a key does not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestKeyError {
    #[error("it is no PKCS#8 of an RSA key of 2,048 bits or more, DER in base64")]
    Key,
    #[error("its certificate is no base64")]
    Certificate,
}

/// The signature could not be made.
#[derive(Debug, thiserror::Error)]
#[error("a request could not be signed")]
pub(crate) struct NotSigned;

impl RequestKey {
    /// Reads both, DER in base64.
    pub(crate) fn parse(key: &str, certificate: Option<&str>) -> Result<Self, RequestKeyError> {
        let der = STANDARD.decode(key).map_err(|_| RequestKeyError::Key)?;
        let key = KeyPair::from_pkcs8(&der).map_err(|_| RequestKeyError::Key)?;
        let reads = certificate.is_none_or(|certificate| STANDARD.decode(certificate).is_ok());
        if !reads {
            return Err(RequestKeyError::Certificate);
        }
        Ok(Self { key: Arc::new(key), certificate: certificate.map(ToOwned::to_owned) })
    }

    /// `query` with algorithm and signature: SAML bindings 3.4.4.1.
    pub(crate) fn sign(&self, query: &str, encode: impl Fn(&str) -> String) -> Result<String, NotSigned> {
        let signed = format!("{query}&SigAlg={}", encode(ALGORITHM));
        let mut signature = vec![0; self.key.public().modulus_len()];
        let made = self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature);
        made.map_err(|_| NotSigned)?;
        Ok(format!("{signed}&Signature={}", encode(&STANDARD.encode(signature))))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    /// A key that stands in this repository, and signs nothing else.
    pub(crate) const KEY: &str = include_str!("signing/test-key.b64");
    pub(crate) const CERTIFICATE: &str = include_str!("signing/test-certificate.b64");

    #[test]
    fn the_signature_is_of_the_query_before_it() {
        let key = RequestKey::parse(KEY, Some(CERTIFICATE)).unwrap();
        let signed = key.sign("SAMLRequest=abc", |text| text.replace(['+', '/', '='], "_")).unwrap();
        let (query, _) = signed.split_once("&Signature=").unwrap();
        assert!(query.starts_with("SAMLRequest=abc&SigAlg=http"), "{query}");

        let signed = key.sign("SAMLRequest=abc", ToOwned::to_owned).unwrap();
        let (query, signature) = signed.split_once("&Signature=").unwrap();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.key.public().as_ref());
        public.verify(query.as_bytes(), &STANDARD.decode(signature).unwrap()).unwrap();
    }

    #[test]
    fn what_is_no_key_is_told_and_nothing_is_printed() {
        assert!(matches!(RequestKey::parse("AAAA", None), Err(RequestKeyError::Key)));
        assert!(matches!(RequestKey::parse(KEY, Some("no base64")), Err(RequestKeyError::Certificate)));
        assert_eq!(format!("{:?}", RequestKey::parse(KEY, None).unwrap()), "RequestKey(…)");
    }
}
