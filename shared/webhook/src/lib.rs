//! Messages of other servers, signed as [Standard Webhooks](https://www.standardwebhooks.com) has it: HMAC-SHA256 of
//! `id.timestamp.body`. Functions that such messages reach check them here, before they parse anything.

mod token;

use std::fmt;

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

pub use token::TokenError;

/// How far the clocks of the two sides may differ, and how long a message may travel.
pub const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// More signatures than any rotation needs are a way to make us work.
const MOST_SIGNATURES: usize = 8;
/// In bytes; Standard Webhooks wants 24 to 64.
const SHORTEST_SECRET: usize = 24;

/// The headers of a message, in the order in which it is signed.
pub const HEADERS: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];

/// What messages are signed with. Never printed.
#[derive(Clone)]
pub struct Secrets(Vec<Vec<u8>>);

/// A secret does not read. It is not quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("each secret is at least 24 random bytes in base64 (32 signs), with or without whsec_ before them")]
pub struct SecretsError;

/// Why a message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// A header is missing, or no signature is one of ours.
    Forged,
    /// Signed too long ago, or in the future: somebody may play it again.
    Stale,
}

impl Secrets {
    /// Reads secrets separated by commas.
    pub fn parse(text: &str) -> Result<Self, SecretsError> {
        let secret = |word: &str| {
            let word = word.trim();
            let secret = STANDARD.decode(word.strip_prefix("whsec_").unwrap_or(word)).map_err(|_| SecretsError)?;
            if secret.len() < SHORTEST_SECRET { Err(SecretsError) } else { Ok(secret) }
        };
        text.split(',').map(secret).collect::<Result<_, _>>().map(Self)
    }

    /// Checks that a message is the platform's, and of now.
    pub fn check(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), Doubt> {
        let [id, timestamp, signatures] = HEADERS.map(|name| headers.get(name).and_then(|value| value.to_str().ok()));
        let (Some(id), Some(timestamp), Some(signatures)) = (id, timestamp, signatures) else {
            return Err(Doubt::Forged);
        };
        let second = timestamp.parse().ok().and_then(|second| Timestamp::from_second(second).ok());
        let sent = second.ok_or(Doubt::Forged)?;
        let given = signatures.split(' ').filter_map(|signature| signature.strip_prefix("v1,"));
        let given = given.take(MOST_SIGNATURES).filter_map(|signature| STANDARD.decode(signature).ok());
        // Each comparison takes the same time, right or wrong.
        let signed = signed(id, timestamp, body);
        let is_ours = |signature: Vec<u8>| self.macs(&signed).any(|mac| mac.verify_slice(&signature).is_ok());
        if id.is_empty() || !given.into_iter().any(is_ours) {
            return Err(Doubt::Forged);
        }
        if now.duration_since(sent).abs() > TOLERANCE { Err(Doubt::Stale) } else { Ok(()) }
    }

    /// `v1,…` by the first secret: what `webhook-signature` says.
    pub fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        let mac = self.macs(&signed(id, timestamp, body)).next().map(|mac| mac.finalize().into_bytes());
        format!("v1,{}", STANDARD.encode(mac.unwrap_or_default()))
    }

    /// Of what is signed, in parts, by each secret.
    fn macs(&self, signed: &[&[u8]]) -> impl Iterator<Item = Hmac<Sha256>> {
        self.0.iter().filter_map(move |secret| {
            let mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
            Some(signed.iter().fold(mac, Mac::chain_update))
        })
    }
}

fn signed<'a>(id: &'a str, timestamp: &'a str, body: &'a [u8]) -> [&'a [u8]; 5] {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body]
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;
    use proptest::prelude::*;

    use super::*;

    // The example of the specification.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIMESTAMP: &str = "1614265330";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn headers(signature: &str) -> HeaderMap {
        let pairs = HEADERS.iter().zip([ID, TIMESTAMP, signature]);
        pairs.map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_614_265_330 + seconds).unwrap()
    }

    #[test]
    fn the_example_of_the_specification() {
        let secrets = Secrets::parse(SECRET).unwrap();
        assert_eq!(secrets.sign(ID, TIMESTAMP, BODY), SIGNATURE);
        assert_eq!(secrets.check(&headers(SIGNATURE), BODY, at(0)), Ok(()));
        let rotated = format!("v1a,AAAA v1,AAAA {SIGNATURE}");
        assert_eq!(secrets.check(&headers(&rotated), BODY, at(0)), Ok(()));
        let two = Secrets::parse(&format!("{}, {SECRET}", STANDARD.encode([7; 32]))).unwrap();
        assert_eq!(two.check(&headers(SIGNATURE), BODY, at(0)), Ok(()));
    }

    #[test]
    fn what_is_not_signed_by_us_is_forged() {
        let secrets = Secrets::parse(SECRET).unwrap();
        assert_eq!(secrets.check(&headers(SIGNATURE), br#"{"test": 2432232315}"#, at(0)), Err(Doubt::Forged));
        assert_eq!(
            Secrets::parse(&STANDARD.encode([7; 32])).unwrap().check(&headers(SIGNATURE), BODY, at(0)),
            Err(Doubt::Forged)
        );
        for signature in ["", "v1,", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", &SIGNATURE[..20]] {
            assert_eq!(secrets.check(&headers(signature), BODY, at(0)), Err(Doubt::Forged), "{signature}");
        }
        for missing in HEADERS {
            let mut some = headers(SIGNATURE);
            some.remove(missing);
            assert_eq!(secrets.check(&some, BODY, at(0)), Err(Doubt::Forged), "{missing}");
        }
    }

    #[test]
    fn time_is_tolerated_five_minutes_both_ways() {
        let secrets = Secrets::parse(SECRET).unwrap();
        for (seconds, told) in [(-301, Err(Doubt::Stale)), (-300, Ok(())), (300, Ok(())), (301, Err(Doubt::Stale))] {
            assert_eq!(secrets.check(&headers(SIGNATURE), BODY, at(seconds)), told, "{seconds}");
        }
    }

    #[test]
    fn secrets_are_long() {
        for text in ["", ",", "whsec_", &STANDARD.encode([1; 23]), &format!("{SECRET},"), "pas du base64, loin de là !"]
        {
            assert_eq!(Secrets::parse(text).unwrap_err(), SecretsError, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_signed_is_believed(secret in prop::collection::vec(any::<u8>(), 24..64), body: Vec<u8>, id in "[!-~]{1,40}") {
            let secrets = Secrets::parse(&STANDARD.encode(secret)).unwrap();
            let mut headers = headers(&secrets.sign(&id, TIMESTAMP, &body));
            headers.insert("webhook-id", id.parse().unwrap());
            prop_assert_eq!(secrets.check(&headers, &body, at(0)), Ok(()));
        }
    }
}
