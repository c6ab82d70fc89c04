//! Who is asking, for which school, in which role. Read from the table at every request: rights end at once.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{Uai, UserId};
use rentree_table::{Role, Session, Table, TableError};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Problem;
use crate::input::Proof;

/// The session cookie. `__Host-`: this host alone, over TLS (or on one's own machine), for every path.
pub const SESSION_COOKIE: &str = "__Host-session";
/// The hidden field of every form.
pub const CSRF_FIELD: &str = "csrf";
const SESSION_VALIDITY: SignedDuration = SignedDuration::from_hours(12);

/// Somebody signed in who may be here.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who.
    pub user: UserId,
    /// First and last name.
    pub name: String,
    /// In this school.
    pub role: Role,
    /// The token for forms.
    pub csrf: String,
}

impl Visitor {
    /// Whether the visitor may import pupils and manage the team.
    pub fn is_administrator(&self) -> bool {
        self.role == Role::Administrator
    }

    /// Checks that a form was meant: its token is this session's, or it is JSON, which no form of another site can
    /// send. `SameSite` and the check of `Origin` stand before this.
    pub fn check_meant(&self, proof: &Proof) -> Result<(), Problem> {
        match proof {
            Proof::Json => Ok(()),
            Proof::Token(Some(token)) if bool::from(token.as_bytes().ct_eq(self.csrf.as_bytes())) => Ok(()),
            Proof::Token(_) => Err(Problem::forged_form()),
        }
    }
}

/// The visitor, if they are a member of the school with at least the role `needed`.
///
/// Who is no member learns nothing: the answer is that of a school that does not exist.
pub async fn authorise(
    table: &Table,
    headers: &HeaderMap,
    uai: Uai,
    needed: Role,
    now: Timestamp,
) -> Result<Visitor, Problem> {
    let secret = session_secret(headers).ok_or_else(Problem::signed_out)?;
    let session = table.session(&secret, now).await?.ok_or_else(Problem::signed_out)?;
    let member = table.member(uai, session.user).await?.ok_or_else(Problem::not_found)?;
    if needed == Role::Administrator && member.role != Role::Administrator {
        return Err(Problem::administrators_only());
    }
    Ok(Visitor { user: session.user, name: member.name, role: member.role, csrf: csrf_token(&secret) })
}

/// Opens a session and returns the value of `Set-Cookie`.
pub async fn open_session(table: &Table, user: UserId, now: Timestamp) -> Result<String, TableError> {
    let secret: [u8; 32] = rentree_runtime::random();
    let session = Session { user, created_at: now, expires_at: (now + SESSION_VALIDITY).as_second() };
    table.create_session(&secret, &session).await?;
    Ok(format!(
        "{SESSION_COOKIE}={}; Path=/; Max-Age={}; HttpOnly; Secure; SameSite=Lax",
        URL_SAFE_NO_PAD.encode(secret),
        SESSION_VALIDITY.as_secs()
    ))
}

fn session_secret(headers: &HeaderMap) -> Option<[u8; 32]> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == SESSION_COOKIE)?;
    URL_SAFE_NO_PAD.decode(value).ok()?.try_into().ok()
}

/// Derived from the secret, so that nothing more is stored, and not the secret itself, so that a page never shows it.
fn csrf_token(secret: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::new().chain_update(b"rentree csrf ").chain_update(secret).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let value = URL_SAFE_NO_PAD.encode([7; 32]);
        let headers = |cookie: String| HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())]);
        assert_eq!(session_secret(&headers(format!("a=b; {SESSION_COOKIE}={value}; c=d"))), Some([7; 32]));
        assert_eq!(session_secret(&headers(format!("x{SESSION_COOKIE}={value}"))), None);
        assert_eq!(session_secret(&headers(format!("{SESSION_COOKIE}=short"))), None);
        assert_eq!(session_secret(&HeaderMap::new()), None);
    }

    #[test]
    fn a_form_needs_the_token_of_its_session() {
        let visitor = Visitor {
            user: UserId::new(Timestamp::UNIX_EPOCH, [0; 10]),
            name: String::new(),
            role: Role::Member,
            csrf: csrf_token(&[7; 32]),
        };
        assert!(visitor.check_meant(&Proof::Token(Some(csrf_token(&[7; 32])))).is_ok());
        assert!(visitor.check_meant(&Proof::Token(Some(csrf_token(&[8; 32])))).is_err());
        assert!(visitor.check_meant(&Proof::Token(None)).is_err());
        assert!(visitor.check_meant(&Proof::Json).is_ok());
    }
}
