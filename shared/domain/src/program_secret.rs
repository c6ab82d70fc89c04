//! Secrets that programs keep: 256 random bits, of which we keep the hash. No salt and no slow hash are needed, for nobody goes through
//! 2²⁵⁶ of them.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A secret, as a program sends it: 43 signs. Never printed by `Debug`, and stored as its hash only.
#[derive(Clone)]
pub struct ProgramSecret(String);

impl ProgramSecret {
    /// A secret of `random` bits, which the caller drew.
    pub fn new(random: [u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random))
    }

    /// Reads what a program sent; `None` for what no secret looks like.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    /// As it is handed over, once.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is kept of it: the hash of its signs, so that a shell can make it.
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(&self.0).into())
    }
}

impl fmt::Debug for ProgramSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProgramSecret(…)")
    }
}

/// SHA-256 of a secret. Two are compared in constant time.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecretHash([u8; 32]);

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretHash {}

/// The text is no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash of a secret is 64 hexadecimal digits, lower case: the SHA-256 of its 43 signs")]
pub struct SecretHashError;

impl SecretHash {
    /// A hash that is of no secret: whoever is not known is compared with it.
    pub const OF_NOTHING: Self = Self([0; 32]);

    /// The hash that `digest` is.
    pub(crate) const fn of(digest: [u8; 32]) -> Self {
        Self(digest)
    }
}

impl FromStr for SecretHash {
    type Err = SecretHashError;

    fn from_str(text: &str) -> Result<Self, SecretHashError> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 64 || !text.bytes().all(digit) {
            return Err(SecretHashError);
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| SecretHashError)?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for SecretHash {
    type Error = SecretHashError;

    fn try_from(text: String) -> Result<Self, SecretHashError> {
        text.parse()
    }
}

impl From<SecretHash> for String {
    fn from(hash: SecretHash) -> Self {
        hash.to_string()
    }
}

impl fmt::Display for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_secret_is_proven_by_itself_alone(one: [u8; 32], other: [u8; 32]) {
            let (one_secret, other_secret) = (ProgramSecret::new(one), ProgramSecret::new(other));
            let sent = ProgramSecret::parse(one_secret.as_str()).unwrap();
            prop_assert_eq!(sent.hash(), one_secret.hash());
            prop_assert_eq!(one_secret.hash() == other_secret.hash(), one == other);
            prop_assert!(one_secret.hash() != SecretHash::OF_NOTHING);
            prop_assert_eq!(one_secret.hash().to_string().parse(), Ok(one_secret.hash()));
            let printed = format!("{:?}{:?}", one_secret, one_secret.hash());
            prop_assert!(!printed.contains(one_secret.as_str()) && !printed.contains(&one_secret.hash().to_string()));
        }

        #[test]
        fn all_else_is_no_secret(text in "[A-Za-z0-9_=+/-]{0,60}") {
            if let Some(secret) = ProgramSecret::parse(&text) {
                prop_assert_eq!(secret.as_str().len(), 43);
            }
        }
    }

    /// As `printf %s "$secret" | sha256sum` does.
    #[test]
    fn a_shell_makes_the_same_hash() {
        let secret = ProgramSecret::parse(&"A".repeat(43)).unwrap();
        let hash = "0f007385b6f9d4b7eeb2748605afe1a984a0a3bfa3f014d09e2a784ce9e5cd1a";
        assert_eq!(secret.hash().to_string(), hash);
        for text in ["", &hash[1..], &hash.to_uppercase(), &"é".repeat(32)] {
            assert_eq!(text.parse::<SecretHash>(), Err(SecretHashError), "{text}");
        }
    }
}
