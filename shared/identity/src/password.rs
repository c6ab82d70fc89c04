//! Argon2id on a blocking thread: a hash takes tens of milliseconds, and must not hold other requests up.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use rentree_domain::Password;

/// 19 MiB, two passes, one lane: OWASP's first recommendation for Argon2id.
static ARGON2: LazyLock<Argon2<'static>> = LazyLock::new(|| {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19 * 1024, 2, 1, None).unwrap_or_default())
});

/// Checked when there is no account: unknown and wrong take the same time, also the first time.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$SZ44e4u2KjAhWVTmKydgpg$/JcZaAkoy7Rngp7eSvxts3ZZHiKBk7n4J/oMnhBtgmo";

/// A password could not be hashed: the machine is out of memory or threads.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed: {0}")]
pub struct HashError(String);

fn hash_now(password: &str) -> Result<String, HashError> {
    let salt: [u8; 16] = rentree_runtime::random();
    let hash: PasswordHash =
        ARGON2.hash_password_with_salt(password.as_bytes(), &salt).map_err(|error| HashError(error.to_string()))?;
    Ok(hash.to_string())
}

/// The hash of a password, in the PHC string format, with a salt of its own.
pub async fn hash(password: Password) -> Result<String, HashError> {
    let hashed = tokio::task::spawn_blocking(move || hash_now(password.expose())).await;
    hashed.map_err(|error| HashError(error.to_string()))?
}

/// Whether `password` is the one of `stored`; never when nothing is stored, after the same work.
pub async fn verify(password: Password, stored: Option<String>) -> Result<bool, HashError> {
    let verified = tokio::task::spawn_blocking(move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| DUMMY.to_owned());
        let hash = PasswordHash::new(&stored).map_err(|error| HashError(error.to_string()))?;
        Ok(ARGON2.verify_password(password.expose().as_bytes(), &hash).is_ok() && known)
    });
    verified.await.map_err(|error| HashError(error.to_string()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_right_password_and_no_other() {
        let stored = hash(Password::typed("trois huîtres")).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify(Password::typed("trois huîtres"), Some(stored.clone())).await.unwrap());
        assert!(!verify(Password::typed("trois huitres"), Some(stored.clone())).await.unwrap());
        assert_ne!(hash(Password::typed("trois huîtres")).await.unwrap(), stored, "each has a salt of its own");
    }

    /// It must cost what the others cost.
    #[tokio::test]
    async fn nobody_has_a_hash_like_everybody() {
        let stored = hash(Password::typed("trois huîtres")).await.unwrap();
        let parameters = |hash: &str| hash.rsplitn(3, '$').last().map(ToOwned::to_owned);
        assert_eq!(parameters(DUMMY), parameters(&stored));
        assert_eq!(DUMMY.len(), stored.len());
        assert!(verify(Password::typed("the password of nobody"), Some(DUMMY.to_owned())).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        assert!(!verify(Password::typed("the password of nobody"), None).await.unwrap());
    }
}
