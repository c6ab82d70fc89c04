//! What we sign and the other server gives back: JSON Web Tokens (RFC 7519) with HMAC-SHA256 (`HS256`), by the secrets that both share. Any
//! library of the other server reads them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Secrets;

/// The only header that we write and believe: whoever may choose an algorithm chooses none.
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
/// Longer tokens are nobody's.
const LONGEST: usize = 2048;

/// A token is not one that we signed, or tells something else than it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is not ours")]
pub struct TokenError;

impl Secrets {
    /// The token that tells `claims`, signed by the first secret.
    pub fn token(&self, claims: &Value) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mac = self.macs(&[signed.as_bytes()]).next().map(|mac| mac.finalize().into_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.unwrap_or_default()))
    }

    /// What a token tells that one of the secrets signed. When it ends is the claims' to say.
    pub fn claims<T: DeserializeOwned>(&self, token: &str) -> Result<T, TokenError> {
        let (signed, signature) = token.rsplit_once('.').filter(|_| token.len() <= LONGEST).ok_or(TokenError)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenError)?;
        if !self.macs(&[signed.as_bytes()]).any(|mac| mac.verify_slice(&signature).is_ok()) {
            return Err(TokenError);
        }
        let (header, payload) = signed.split_once('.').ok_or(TokenError)?;
        if header != URL_SAFE_NO_PAD.encode(HEADER) {
            return Err(TokenError);
        }
        let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| TokenError)?;
        serde_json::from_slice(&payload).map_err(|_| TokenError)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn secrets(byte: u8) -> Secrets {
        Secrets::parse(&base64::engine::general_purpose::STANDARD.encode([byte; 32])).unwrap()
    }

    /// The example of RFC 7515, A.1, has another header; its signature shows that ours is made as others make it.
    #[test]
    fn the_signature_is_that_of_the_standard() {
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let secrets = Secrets(vec![URL_SAFE_NO_PAD.decode(key).unwrap()]);
        let signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let mac = secrets.macs(&[signed.as_bytes()]).next().unwrap().finalize().into_bytes();
        assert_eq!(URL_SAFE_NO_PAD.encode(mac), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        let other_header = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac));
        assert_eq!(
            secrets.claims::<Value>(&other_header),
            Err(TokenError),
            "well signed, of a header that is not ours"
        );
    }

    #[test]
    fn what_was_signed_is_read_while_its_secret_is_known() {
        let claims = json!({"learner": "x", "exp": 1});
        let token = secrets(1).token(&claims);
        assert_eq!(secrets(1).claims(&token), Ok(claims.clone()));
        let rotated = Secrets([secrets(2).0, secrets(1).0].concat());
        assert_eq!(rotated.claims(&token), Ok(claims));
        assert_eq!(secrets(2).claims::<Value>(&token), Err(TokenError));
    }

    #[test]
    fn what_was_not_signed_is_not_read() {
        let token = secrets(1).token(&json!({"learner": "x"}));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (header, payload) = signed.split_once('.').unwrap();
        let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let other = URL_SAFE_NO_PAD.encode(r#"{"learner":"y"}"#);
        for forged in [
            String::new(),
            ".".to_owned(),
            "..".to_owned(),
            signed.to_owned(),
            format!("{signed}."),
            format!("{unsigned}.{payload}."),
            format!("{unsigned}.{payload}.{signature}"),
            format!("{header}.{other}.{signature}"),
            format!("{token}="),
            format!("{token}A"),
            format!("{header}.{payload}{}.{signature}", "A".repeat(LONGEST)),
        ] {
            assert_eq!(secrets(1).claims::<Value>(&forged), Err(TokenError), "{forged}");
        }
        assert_eq!(secrets(1).claims::<u8>(&token), Err(TokenError), "tells something else");
    }
}
