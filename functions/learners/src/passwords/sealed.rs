//! What was handed out, sealed while it waits for its browser: the table has the sealed bytes, the browser the key, and nobody both.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use jiff::SignedDuration;
use rentree_domain::{HandOutId, Uai};
use rentree_http::{SameSite, SecretCookie};

use super::view::Answer;

const NONCE: usize = 12;
/// An hour in which the question can be answered, and ten minutes in which the answer is shown.
const COOKIE_LASTS: SignedDuration = SignedDuration::from_mins(70);

/// Why a sealed answer does not open.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    /// It was sealed under another key, for another hand-out, or was changed.
    #[error("the answer does not open, or could not be sealed")]
    Aead,
    /// It opened, and does not read.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// Does something with the cookie that keeps the key of a hand-out. Each has a cookie of its own: two tabs do not lose each other's passwords.
pub(crate) fn with_cookie<T>(id: HandOutId, then: impl FnOnce(SecretCookie<'_>) -> T) -> T {
    let name = format!("__Host-passwords-{id}");
    then(SecretCookie { name: &name, same_site: SameSite::Strict, lasts: Some(COOKIE_LASTS) })
}

/// Seals an answer under `key`, for this hand-out alone.
pub(crate) fn seal(
    answer: &Answer,
    key: &[u8; 32],
    nonce: [u8; NONCE],
    of: (Uai, HandOutId),
) -> Result<Vec<u8>, SealError> {
    let (text, context) = (serde_json::to_vec(answer)?, context(of));
    let payload = Payload { msg: &text, aad: context.as_bytes() };
    let sealed = cipher(key).encrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Aead)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Opens an answer that was sealed under `key` for this hand-out.
pub(crate) fn open(sealed: &[u8], key: &[u8; 32], of: (Uai, HandOutId)) -> Result<Answer, SealError> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(SealError::Aead)?;
    let context = context(of);
    let payload = Payload { msg: sealed, aad: context.as_bytes() };
    let text = cipher(key).decrypt(&Nonce::from(*nonce), payload).map_err(|_| SealError::Aead)?;
    Ok(serde_json::from_slice(&text)?)
}

fn cipher(key: &[u8; 32]) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(&Key::from(*key))
}

fn context((uai, id): (Uai, HandOutId)) -> String {
    format!("{uai} {id}")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn id(byte: u8) -> HandOutId {
        HandOutId::new(Timestamp::UNIX_EPOCH, [byte; 10])
    }

    #[test]
    fn an_answer_opens_with_its_key_for_its_hand_out_and_whole() {
        let uai = |text| Uai::parse(text).unwrap();
        let of = (uai("0990001N"), id(1));
        let sealed = seal(&Answer::default(), &[7; 32], [1; NONCE], of).unwrap();
        assert_eq!(open(&sealed, &[7; 32], of).unwrap(), Answer::default());
        assert!(open(&sealed, &[8; 32], of).is_err());
        assert!(open(&sealed, &[7; 32], (of.0, id(2))).is_err());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&changed, &[7; 32], of).is_err(), "{at}");
            assert!(open(&sealed[..at], &[7; 32], of).is_err(), "{at}");
        }
    }
}
