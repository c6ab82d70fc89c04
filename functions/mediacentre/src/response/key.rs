//! The keys by which a provider may sign: certificates of its metadata, of which the key alone counts. Their names,
//! their ends and who issued them do not (SAML metadata interoperability profile 2.6.1).

use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use webpki::ring::RSA_PKCS1_2048_8192_SHA256;
use webpki::{EndEntityCert, Error};

use super::code::Code;

/// What RSA signatures have at least: those of a key of 2,048 bits.
const SHORTEST: usize = 256;

/// An RSA key, in its certificate.
#[derive(Debug, Clone)]
pub(super) struct Key(CertificateDer<'static>);

impl Key {
    /// The key of an X.509 v3 certificate; `None` if it is no RSA key.
    pub(super) fn from_certificate(der: Vec<u8>) -> Result<Option<Self>, Error> {
        let der = CertificateDer::from(der);
        // No message has the empty signature. What comes back tells whether the key would be asked at all.
        let asked = EndEntityCert::try_from(&der)?.verify_signature(RSA_PKCS1_2048_8192_SHA256, b"", b"");
        let is_rsa = !matches!(asked, Err(Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)));
        Ok(is_rsa.then_some(Self(der)))
    }

    fn holds(&self, algorithm: &dyn SignatureVerificationAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        EndEntityCert::try_from(&self.0)
            .is_ok_and(|certificate| certificate.verify_signature(algorithm, message, signature).is_ok())
    }
}

/// One of the keys made this signature.
pub(super) fn check(
    keys: &[Key],
    algorithm: &dyn SignatureVerificationAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Code> {
    if keys.is_empty() {
        Err(Code::KeyMissing)
    } else if signature.len() < SHORTEST {
        Err(Code::KeyTooShort)
    } else if keys.iter().any(|key| key.holds(algorithm, message, signature)) {
        Ok(())
    } else {
        Err(Code::SignatureWrong)
    }
}
