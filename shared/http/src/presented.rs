//! A session that a browser presents, before the account behind it is read. Whoever reads much for a request reads the account
//! side by side with the rest, and tells nothing of it before the account honours the session.

use axum::http::HeaderMap;
use jiff::Timestamp;
use rentree_domain::UserId;
use rentree_table::{Person, Session, SessionHash, Table, User};

use crate::session::{SESSION_COOKIE, cookie_secret, form_token};
use crate::{Problem, SignedIn};

/// A session that has not run out.
#[derive(Debug)]
pub struct Presented {
    session: Session,
    hash: SessionHash,
    csrf: String,
}

impl Presented {
    /// The session that `headers` present, if there is one. One read, and none without a cookie.
    pub async fn read(table: &Table, headers: &HeaderMap, now: Timestamp) -> Result<Option<Self>, Problem> {
        let Some(secret) = cookie_secret(headers, SESSION_COOKIE) else { return Ok(None) };
        let hash = SessionHash::of(&secret);
        let session = table.session_alone(&hash, now).await?;
        Ok(session.map(|session| Self { session, hash, csrf: form_token(&secret) }))
    }

    /// Whose it is.
    pub fn user(&self) -> UserId {
        self.session.user
    }

    /// Who is signed in by it, if their account honours it still: a new password, for instance, ends the sessions before it.
    pub fn honoured_by(self, user: &User) -> Option<SignedIn> {
        let Self { session, hash, csrf } = self;
        let person = Person::from(user);
        (person.epoch == session.epoch).then_some(SignedIn { user: session.user, person, session: hash, csrf })
    }
}
