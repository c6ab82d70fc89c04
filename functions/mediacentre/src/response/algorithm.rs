//! The algorithms that are read, by their names in XML signatures. All others are refused: there is no list of bad ones.

use ring::digest::{self, SHA256, SHA384, SHA512};
use rustls_pki_types::SignatureVerificationAlgorithm;
use webpki::ring::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512};

use super::code::Code;

pub(super) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// How signatures are checked: RSA of 2,048 to 8,192 bits.
pub(super) fn signature(name: &str) -> Result<&'static dyn SignatureVerificationAlgorithm, Code> {
    match name {
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" => Ok(RSA_PKCS1_2048_8192_SHA256),
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" => Ok(RSA_PKCS1_2048_8192_SHA384),
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => Ok(RSA_PKCS1_2048_8192_SHA512),
        _ => Err(Code::SignatureAlgorithmOther),
    }
}

/// How digests are taken.
pub(super) fn digest(name: &str) -> Result<&'static digest::Algorithm, Code> {
    match name {
        "http://www.w3.org/2001/04/xmlenc#sha256" => Ok(&SHA256),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Ok(&SHA384),
        "http://www.w3.org/2001/04/xmlenc#sha512" => Ok(&SHA512),
        _ => Err(Code::DigestAlgorithmOther),
    }
}
