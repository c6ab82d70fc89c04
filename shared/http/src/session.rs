//! Sessions: a secret in a cookie, its hash in the table.

use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{Holder, UserId};
use rentree_table::{Person, Session, SessionHash, User};
use sha2::{Digest, Sha256};

use crate::SignedIn;
use crate::client::device;
use crate::cookie::{SIGN_ON_REQUESTS_COOKIE, SameSite, SecretCookie, names};
use crate::device::DEVICE_COOKIE;

/// How long a session holds at the longest, used or not.
const VALIDITY: SignedDuration = SignedDuration::from_hours(12);
/// The session cookie. The browser keeps it until it is closed: whoever closes it and leaves is signed out.
pub const SESSION_COOKIE: &str = "__Host-session";
pub(crate) const SESSION: SecretCookie<'static> =
    SecretCookie { name: SESSION_COOKIE, same_site: SameSite::Lax, lasts: None };

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
    /// A session of `user`, whose epoch is `epoch`, on the device that `headers` tell. `holder` says how long it may rest.
    pub fn new(user: UserId, holder: Holder, epoch: u64, headers: &HeaderMap, now: Timestamp) -> Self {
        let secret: [u8; 32] = rentree_runtime::random();
        let expires_at = (now + VALIDITY).as_second();
        let session = Session { user, holder, epoch, created_at: now, device: device(headers), expires_at };
        Self { secret, hash: SessionHash::of(&secret), session }
    }

    /// What the table wants.
    pub fn stored(&self) -> (&SessionHash, &Session) {
        (&self.hash, &self.session)
    }

    /// Who is signed in by it, once it is stored: `user`, whose account begins with it.
    pub fn signed_in(&self, user: &User) -> SignedIn {
        let (person, csrf) = (Person::from(user), form_token(&self.secret));
        SignedIn { user: self.session.user, person, session: self.hash.clone(), since: self.session.created_at, csrf }
    }

    /// `response`, with the cookie.
    pub fn on(&self, response: Response) -> Response {
        SESSION.on(response, &self.secret)
    }

    /// The value of `Set-Cookie`.
    pub fn cookie(&self) -> String {
        SESSION.value(&self.secret)
    }
}

/// `response`, by which the browser forgets its session.
pub fn forget_session(response: Response) -> Response {
    SESSION.forget(response)
}

/// `response`, by which the browser forgets whatever it has of ours, so that who comes next finds nothing: pages, what scripts keep, and
/// cookies. What the device keeps against lock-outs stays, and so does what binds requests of a sign-on: with it, an answer of the identity
/// provider that is sent again ("back") is refused, without it another sign-on would begin. So cookies are named here, one by one.
pub fn forget_visit(mut response: Response, headers: &HeaderMap) -> Response {
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static(r#""cache", "storage""#));
    names(headers)
        .filter(|name| ![DEVICE_COOKIE, SIGN_ON_REQUESTS_COOKIE].contains(name))
        .fold(response, |response, name| SecretCookie { name, same_site: SameSite::Lax, lasts: None }.forget(response))
}

/// The hash of the session that a browser claims to have.
pub fn claimed_session(headers: &HeaderMap) -> Option<SessionHash> {
    SESSION.secret(headers).map(|secret| SessionHash::of(&secret))
}

/// The token for forms: derived from a secret, so that nothing more is stored, and not the secret itself, so that a page
/// never shows it.
pub(crate) fn form_token(secret: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::new().chain_update(b"rentree csrf ").chain_update(secret).finalize())
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    #[test]
    fn a_session_is_found_by_its_own_cookie() {
        let user = UserId::new(Timestamp::UNIX_EPOCH, [0; 10]);
        let new = NewSession::new(user, Holder::Staff, 0, &HeaderMap::new(), Timestamp::UNIX_EPOCH);
        let cookie = new.cookie();
        let headers = HeaderMap::from_iter([(header::COOKIE, cookie.split(';').next().unwrap().parse().unwrap())]);
        assert_eq!(claimed_session(&headers), Some(new.hash));
        assert_eq!(claimed_session(&HeaderMap::new()), None);
    }
}
