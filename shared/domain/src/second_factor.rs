//! The second factor of staff, who read the data of minors: codes of an application on their phone (RFC 6238), and recovery codes for
//! whoever lost it. Which code is right at which moment is read in `functions/accounts`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::SecretHash;

/// How long somebody may be an administrator before they are asked for a second factor.
pub const ASKED_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many recovery codes there are at a time.
pub const RECOVERY_CODES: usize = 10;
/// Letters and digits of a recovery code that nobody takes for another: no `i`, `l`, `o`, `u`.
const SIGNS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Sixteen signs of five bits each.
const CODE_BYTES: usize = 10;
const CODE_SIGNS: usize = CODE_BYTES * 8 / 5;

/// Whether somebody is asked for a second factor who has none. `administrates_since`: since when they are in each of the teams of which
/// they are an administrator.
pub fn is_asked_for(administrates_since: impl IntoIterator<Item = Timestamp>, now: Timestamp) -> bool {
    administrates_since.into_iter().any(|since| now.duration_since(since) > ASKED_AFTER)
}

/// What an application on somebody's phone and the table both know: 160 random bits, as RFC 4226 recommends. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeSecret([u8; 20]);

impl CodeSecret {
    /// The secret that begins the random bytes of `seed`.
    pub fn of(seed: &[u8; 32]) -> Self {
        let mut bytes = [0; 20];
        bytes.copy_from_slice(&seed[..20]);
        Self(bytes)
    }

    /// As it is.
    pub fn bytes(&self) -> [u8; 20] {
        self.0
    }
}

impl fmt::Debug for CodeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeSecret(…)")
    }
}

impl From<CodeSecret> for String {
    fn from(secret: CodeSecret) -> Self {
        URL_SAFE_NO_PAD.encode(secret.0)
    }
}

impl TryFrom<String> for CodeSecret {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("not the secret of a second factor")
    }
}

/// A recovery code, `4f7k-9q2m-xw5t-b8hd`: 80 random bits, which stand in for a code of the application once. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode([u8; CODE_BYTES]);

impl RecoveryCode {
    /// The codes that the random bytes of `seed` make: a browser keeps the seed until it has shown them, and we keep their hashes.
    pub fn all_of(seed: &[u8; 32]) -> [Self; RECOVERY_CODES] {
        std::array::from_fn(|number| {
            let number = u8::try_from(number).unwrap_or_default();
            let drawn = Sha256::new().chain_update(b"rentree recovery code ").chain_update([number]).chain_update(seed);
            let mut bytes = [0; CODE_BYTES];
            bytes.copy_from_slice(&drawn.finalize()[..CODE_BYTES]);
            Self(bytes)
        })
    }

    /// Reads what somebody typed, in any case, with blanks and hyphens anywhere; `None` for what no code looks like.
    pub fn parse(text: &str) -> Option<Self> {
        let signs = text.chars().filter(|sign| !sign.is_whitespace() && *sign != '-');
        let mut values = Vec::with_capacity(CODE_SIGNS);
        for sign in signs.take(CODE_SIGNS + 1) {
            // As they are read aloud and copied by hand.
            let sign = match sign.to_ascii_lowercase() {
                'o' => '0',
                'i' | 'l' => '1',
                other => other,
            };
            values.push(SIGNS.iter().position(|known| char::from(*known) == sign)?);
        }
        if values.len() != CODE_SIGNS {
            return None;
        }
        let mut bytes = [0; CODE_BYTES];
        for (place, value) in values.into_iter().enumerate() {
            for bit in 0..5 {
                let at = place * 5 + bit;
                bytes[at / 8] |= u8::from(value & (0b1_0000 >> bit) != 0) << (7 - at % 8);
            }
        }
        Some(Self(bytes))
    }

    /// What is kept of it. No slow hash is needed: nobody goes through 2⁸⁰ of them.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(Sha256::new().chain_update(b"rentree recovery code ").chain_update(self.0).finalize().into())
    }
}

impl fmt::Display for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in 0..CODE_SIGNS {
            if place > 0 && place % 4 == 0 {
                f.write_str("-")?;
            }
            let bits = (0..5).map(|bit| place * 5 + bit);
            let value = bits.fold(0, |value, at| value << 1 | usize::from(self.0[at / 8] >> (7 - at % 8) & 1));
            fmt::Write::write_char(f, char::from(SIGNS[value]))?;
        }
        Ok(())
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_788_249_600 + second).unwrap()
    }

    proptest! {
        /// Whoever administrates no space is never asked, and nobody is before thirty days in any of them are over.
        #[test]
        fn who_administrates_for_thirty_days_is_asked(since in proptest::collection::vec(0_i64..10_000_000, 0..4), now in 0_i64..10_000_000) {
            let expected = since.iter().any(|since| now - since > 30 * 24 * 3_600);
            prop_assert_eq!(is_asked_for(since.into_iter().map(at), at(now)), expected);
        }

        #[test]
        fn a_recovery_code_is_read_as_it_is_shown(seed: [u8; 32], which in 0..RECOVERY_CODES) {
            let code = &RecoveryCode::all_of(&seed)[which];
            let shown = code.to_string();
            prop_assert_eq!(shown.len(), 19);
            for typed in [shown.clone(), shown.to_uppercase(), shown.replace('-', " "), shown.replace('0', "O").replace('1', "l")] {
                prop_assert_eq!(RecoveryCode::parse(&typed), Some(code.clone()));
            }
            prop_assert_eq!(RecoveryCode::parse(&shown[1..]), None);
            prop_assert_eq!(RecoveryCode::parse(&format!("{shown}0")), None);
            let printed = format!("{:?}{:?}", code, code.hash());
            prop_assert!(!printed.contains(&shown[..4]));
        }

        #[test]
        fn no_two_codes_are_the_same(seed: [u8; 32]) {
            let codes = RecoveryCode::all_of(&seed);
            for (place, one) in codes.iter().enumerate() {
                prop_assert!(codes[place + 1..].iter().all(|other| other.hash() != one.hash()));
            }
        }

        #[test]
        fn whatever_is_typed_is_a_code_or_none(text in "\\PC{0,24}") {
            if let Some(code) = RecoveryCode::parse(&text) {
                prop_assert_eq!(RecoveryCode::parse(&code.to_string()), Some(code));
            }
        }

        #[test]
        fn a_secret_comes_back_as_it_was_stored(seed: [u8; 32]) {
            let secret = CodeSecret::of(&seed);
            prop_assert_eq!(CodeSecret::try_from(String::from(secret.clone())), Ok(secret.clone()));
            let printed = format!("{secret:?}");
            prop_assert_eq!(printed, "CodeSecret(…)");
        }
    }
}
