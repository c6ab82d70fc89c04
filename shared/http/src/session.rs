//! Sessions: a secret in a cookie, its hash in the table.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::UserId;
use rentree_table::{Person, Session, SessionHash, User};
use sha2::{Digest, Sha256};

use crate::SignedIn;
use crate::client::device;

/// The session cookie. `__Host-`: this host alone, over TLS (or on one's own machine), for every path.
pub const SESSION_COOKIE: &str = "__Host-session";
const VALIDITY: SignedDuration = SignedDuration::from_hours(12);

/// A session that is about to begin.
#[derive(Debug)]
pub struct NewSession {
    secret: [u8; 32],
    /// What the table keeps of the secret.
    pub hash: SessionHash,
    /// The session.
    pub session: Session,
}

impl NewSession {
    /// A session of `user`, whose epoch is `epoch`, on the device that `headers` tell.
    pub fn new(user: UserId, epoch: u64, headers: &HeaderMap, now: Timestamp) -> Self {
        let secret: [u8; 32] = rentree_runtime::random();
        let expires_at = (now + VALIDITY).as_second();
        let session = Session { user, epoch, created_at: now, device: device(headers), expires_at };
        Self { secret, hash: SessionHash::of(&secret), session }
    }

    /// What the table wants.
    pub fn stored(&self) -> (&SessionHash, &Session) {
        (&self.hash, &self.session)
    }

    /// Who is signed in by it, once it is stored: `user`, whose account begins with it.
    pub fn signed_in(&self, user: &User) -> SignedIn {
        let person = Person::from(user);
        SignedIn { user: self.session.user, person, session: self.hash.clone(), csrf: form_token(&self.secret) }
    }

    /// `response`, with the cookie.
    pub fn on(&self, mut response: Response) -> Response {
        if let Ok(cookie) = HeaderValue::from_str(&self.cookie()) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// The value of `Set-Cookie`.
    pub fn cookie(&self) -> String {
        let secret = URL_SAFE_NO_PAD.encode(self.secret);
        format!("{SESSION_COOKIE}={secret}; Path=/; Max-Age={}; HttpOnly; Secure; SameSite=Lax", VALIDITY.as_secs())
    }
}

/// The value of `Set-Cookie` that ends a session in the browser.
pub fn forget_cookie() -> String {
    format!("{SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax")
}

/// The secret in a cookie called `name`.
pub(crate) fn cookie_secret(headers: &HeaderMap, name: &str) -> Option<[u8; 32]> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(found, _)| *found == name)?;
    URL_SAFE_NO_PAD.decode(value).ok()?.try_into().ok()
}

/// The hash of the session that a browser claims to have.
pub fn claimed_session(headers: &HeaderMap) -> Option<SessionHash> {
    cookie_secret(headers, SESSION_COOKIE).map(|secret| SessionHash::of(&secret))
}

/// The token for forms: derived from a secret, so that nothing more is stored, and not the secret itself, so that a page
/// never shows it.
pub(crate) fn form_token(secret: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::new().chain_update(b"rentree csrf ").chain_update(secret).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let value = URL_SAFE_NO_PAD.encode([7; 32]);
        let headers = |cookie: String| HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())]);
        let secret = |cookie: String| cookie_secret(&headers(cookie), SESSION_COOKIE);
        assert_eq!(secret(format!("a=b; {SESSION_COOKIE}={value}; c=d")), Some([7; 32]));
        assert_eq!(secret(format!("x{SESSION_COOKIE}={value}")), None);
        assert_eq!(secret(format!("{SESSION_COOKIE}=short")), None);
        assert_eq!(claimed_session(&HeaderMap::new()), None);
    }

    #[test]
    fn a_session_is_found_by_its_own_cookie() {
        let user = UserId::new(Timestamp::UNIX_EPOCH, [0; 10]);
        let new = NewSession::new(user, 0, &HeaderMap::new(), Timestamp::UNIX_EPOCH);
        let cookie = new.cookie();
        let headers = HeaderMap::from_iter([(header::COOKIE, cookie.split(';').next().unwrap().parse().unwrap())]);
        assert_eq!(claimed_session(&headers), Some(new.hash));
    }
}
