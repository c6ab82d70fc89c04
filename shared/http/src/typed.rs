//! What somebody typed into a form whose session had ended when it was sent. It is kept in the browser, sealed, and shown in the form
//! again after the same account has signed in: never sent by itself, never to anybody else, and never a password.
//!
//! The table has nothing of it, and no function needs a right for it. The key is made of what the table has of the account, as what a
//! device keeps is ([`crate::Device`]): the stored password, and the identifiers by which the Médiacentre knows its owner. So whoever sits
//! down at the browser has sealed bytes, and another account opens nothing.

mod fill;

use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::Response;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::UserId;
use rentree_table::{Table, User};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::cookie::{SameSite, SecretCookie};
use crate::guard::Presented;
use crate::input::CSRF_FIELD;
use crate::seal::Seal;
use crate::session::{SESSION, form_token};
use crate::shell::Shell;
use crate::{CODE_FIELD, Next};

/// How long what was typed waits for its form.
const WAITS: SignedDuration = SignedDuration::from_mins(30);
const TYPED: SecretCookie<'static> =
    SecretCookie { name: "__Host-typed", same_site: SameSite::Lax, lasts: Some(WAITS) };
/// Browsers keep no cookie of more than four kilobytes; base64 takes a third more.
const LONGEST: usize = 2_700;
/// Where somebody comes by on the way back to the form: what is sent there is not the form.
const ON_THE_WAY: [&str; 4] = ["/sign-in", "/terms", "/temporary-password", "/mediacentre/"];
const NOTICE: &str = "<div class=\"panel\" role=\"status\"><p>Votre session avait pris fin avant l’envoi. Voici ce que vous aviez saisi, sauf les mots de passe. Rien n’a encore été envoyé\u{a0}: vérifiez, puis envoyez.</p></div>";
/// Where boxes were ticked that the page has no more: a list that was searched by a name is shown whole in another session.
const NOT_ALL: &str = "<div class=\"panel\" role=\"status\"><p>Votre session avait pris fin avant l’envoi. Voici ce que vous aviez saisi, sauf les mots de passe et les cases qui ne sont pas dans cette page. Rien n’a encore été envoyé\u{a0}: vérifiez, puis envoyez.</p></div>";

/// A form that a browser sends, as it is before its handler reads it.
pub(crate) struct Sent {
    action: String,
    body: Bytes,
}

/// What is kept of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Typed {
    /// In epoch seconds.
    at: i64,
    action: String,
    /// Each name once: boxes of a list have the same.
    fields: Vec<(String, Vec<String>)>,
}

impl Sent {
    /// Copies the form of `request`, if it is one of a browser that has a session, and small enough to be kept.
    pub(crate) async fn copy(request: Request) -> (Request, Option<Self>) {
        let headers = request.headers();
        let is_form = headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
        let is_small = request.body().size_hint().upper().is_some_and(|length| length <= 4 * LONGEST as u64);
        if request.method() != Method::POST || !is_form || !is_small || SESSION.secret(headers).is_none() {
            return (request, None);
        }
        let action = request.uri().path().to_owned();
        let (parts, body) = request.into_parts();
        // A body that breaks off is no form: its handler says so.
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let request = Request::from_parts(parts, Body::from(body.clone()));
        (request, Some(Self { action, body }))
    }

    /// What somebody typed, once it turned out that their session had ended: `None` when nobody knows whose it was, or there is nothing to
    /// keep. Only what one of our own pages sent: its token is the session's.
    fn typed(&self, headers: &HeaderMap, now: Timestamp) -> Option<Typed> {
        let secret = SESSION.secret(headers)?;
        let pairs: Vec<(String, String)> = serde_html_form::from_bytes(&self.body).ok()?;
        let token = pairs.iter().find(|(name, _)| name == CSRF_FIELD).map(|(_, value)| value)?;
        if !bool::from(token.as_bytes().ct_eq(form_token(&secret).as_bytes())) {
            return None;
        }
        let mut fields: Vec<(String, Vec<String>)> = Vec::new();
        for (name, value) in pairs.into_iter().filter(|(name, _)| !is_left_out(name)) {
            match fields.iter_mut().find(|(known, _)| *known == name) {
                Some((_, values)) => values.push(value),
                None => fields.push((name, vec![value])),
            }
        }
        (!fields.is_empty()).then(|| Typed { at: now.as_second(), action: self.action.clone(), fields })
    }

    /// Keeps it, and leads to the form by way of the sign-in; `None` when it cannot be kept.
    pub(crate) async fn kept(&self, shell: &Shell, headers: &HeaderMap, to_page: Response) -> Option<Response> {
        let now = (shell.clock)();
        let typed = self.typed(headers, now)?;
        let (id, user) = whose(&shell.table, headers).await?;
        let sealed = typed.sealed((id, &user), now)?;
        Some(TYPED.text_on(to_page, &sealed))
    }
}

/// Whether this browser keeps what was typed into a form.
pub fn keeps_a_form(headers: &HeaderMap) -> bool {
    TYPED.text(headers).is_some_and(|sealed| !sealed.is_empty())
}

/// Passwords and codes, which nobody keeps, and the token, which the page has anew.
fn is_left_out(name: &str) -> bool {
    name == CSRF_FIELD || name == CODE_FIELD || name.contains("password")
}

/// The page of ours that a request comes from, as it was asked: a list with its filters and its page. What was `done`, or
/// `withdrawn`, a moment before is told once.
pub(crate) fn page_of(headers: &HeaderMap, origin: &str) -> Option<Next> {
    let referer = headers.get(header::REFERER)?.to_str().ok()?;
    let address: Uri = referer.strip_prefix(origin).filter(|path| path.starts_with('/'))?.parse().ok()?;
    let asked = address.query().unwrap_or_default().split('&');
    let asked: Vec<&str> = asked.filter(|pair| !matches!(pair.split('=').next(), Some("done" | "withdrawn"))).collect();
    let path = address.path();
    let with_query = format!("{path}?{}", asked.join("&"));
    // Without its query, if that is longer than any of ours.
    let pages = [with_query.trim_end_matches('?'), path].map(|page| Next::from(page.to_owned()));
    pages.into_iter().find(|page| !page.as_str().is_empty())
}

/// Whose session a browser has or had: the table has it until it deletes it, ended or not.
async fn whose(table: &Table, headers: &HeaderMap) -> Option<(UserId, User)> {
    let session = crate::claimed_session(headers)?;
    let id = table.owner_of_session(&session).await.ok()??;
    Some((id, table.user(id).await.ok()??))
}

/// `page`, with what was typed in its form, if this browser keeps something for it and the account is the same.
pub(crate) async fn shown_again(shell: &Shell, headers: &HeaderMap, page: Response) -> Response {
    let is_page =
        page.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let Some(sealed) = TYPED.text(headers).filter(|_| is_page && page.status() == StatusCode::OK) else { return page };
    let now = (shell.clock)();
    let Ok(presented) = Presented::read(&shell.table, headers, now).await else { return page };
    let Ok(Some((signed_in, user))) = presented.account(&shell.table).await else { return page };
    let Some(typed) = Typed::opened(sealed, (signed_in.user, &user), now) else { return page };

    let (mut parts, body) = page.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let filled =
        str::from_utf8(&bytes).ok().and_then(|html| fill::fill(html, &typed.action, &typed.pairs(), [NOTICE, NOT_ALL]));
    let body = match filled {
        Some(html) => {
            parts.headers.remove(header::CONTENT_LENGTH);
            Body::from(html)
        }
        None => Body::from(bytes),
    };
    Response::from_parts(parts, body)
}

/// `answer` to a form: whatever this browser kept for one is past, unless this was on the way back to it.
pub(crate) fn past(headers: &HeaderMap, path: &str, answer: Response) -> Response {
    let is_on_the_way = ON_THE_WAY.iter().any(|way| path.starts_with(way));
    if is_on_the_way || TYPED.text(headers).is_none() { answer } else { TYPED.forget(answer) }
}

impl Typed {
    /// Name and value of each control.
    fn pairs(&self) -> Vec<(String, String)> {
        let pairs = self.fields.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        pairs.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// For a cookie; `None` when it is too long.
    fn sealed(&self, (id, user): (UserId, &User), now: Timestamp) -> Option<String> {
        let text = serde_json::to_vec(self).ok().filter(|text| text.len() <= LONGEST)?;
        Some(seal_of(user, now).close(&text, &id.to_string()))
    }

    /// What `account` typed a while ago.
    fn opened(text: &str, (id, user): (UserId, &User), now: Timestamp) -> Option<Self> {
        let text = seal_of(user, now).open(text, &id.to_string())?;
        let typed: Self = serde_json::from_slice(&text).ok()?;
        (typed.at + WAITS.as_secs() > now.as_second()).then_some(typed)
    }
}

/// Under what the form of `user` is sealed: nobody has it without the table.
fn seal_of(user: &User, now: Timestamp) -> Seal {
    let secret = user.password_hash.as_deref().unwrap_or_default();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(b"rentree typed ");
    for id in user.methods.mediacentre.at(now) {
        mac.update(id.id.ido.as_str().as_bytes());
        mac.update(b" ");
    }
    Seal::of(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests;
