//! What stands in an address or a cookie for its reader alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use sha2::{Digest as _, Sha256};

const NONCE: usize = 12;

/// Closes and opens what is for its reader alone.
pub(crate) struct Seal(ChaCha20Poly1305);

impl Seal {
    /// The seal of who has a form token, for one `purpose`: what was sealed for another one does not open. The token stands in forms and in
    /// no address, and goes with the session, or with the cookie of who is not signed in.
    pub(crate) fn new(purpose: &str, csrf: &str) -> Self {
        let key = Sha256::new().chain_update(purpose.as_bytes()).chain_update(csrf.as_bytes()).finalize();
        Self::of(key.into())
    }

    /// The seal of who can make `key`.
    pub(crate) fn of(key: [u8; 32]) -> Self {
        Self(ChaCha20Poly1305::new(&Key::from(key)))
    }

    /// `text`, sealed as something `about` one thing.
    pub(crate) fn close(&self, text: &[u8], about: &str) -> String {
        let nonce: [u8; NONCE] = rentree_runtime::random();
        let payload = Payload { msg: text, aad: about.as_bytes() };
        let sealed = self.0.encrypt(&Nonce::from(nonce), payload).unwrap_or_default();
        URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())
    }

    /// What was sealed about the same thing, under the same token.
    pub(crate) fn open(&self, sealed: &str, about: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: about.as_bytes() };
        self.0.decrypt(&Nonce::from(*nonce), payload).ok()
    }
}
