//! The mails that were sent, for people to read and follow. One machine has no mailboxes.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use rentree_http::{Face, Problem};
use rentree_testkit::Stack;
use rentree_web::Frame;
use serde::Serialize;

#[derive(Template, Serialize)]
#[template(path = "mailbox.html")]
struct MailboxView {
    #[serde(skip)]
    frame: Frame,
    /// The latest first.
    mails: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    to: String,
    subject: String,
    text: String,
    /// Where it is shown as programs for mail show it.
    html: String,
}

pub(crate) fn routes(stack: Stack) -> Router {
    Router::new().route("/demo/mailbox", get(page)).with_state(stack)
}

/// The mails themselves, which carry their own style: they stand outside of the product's shell, whose pages may not.
pub(crate) fn mails(stack: Stack) -> Router {
    Router::new().route("/demo/mailbox/{place}", get(mail)).with_state(stack)
}

/// `GET /demo/mailbox`
async fn page(State(stack): State<Stack>, face: Face) -> Result<Response, Problem> {
    let sent = stack.sent_mail().await.map_err(|error| Problem::internal(error.as_ref()))?;
    let row = |(place, mail): (usize, rentree_testkit::SentMail)| Row {
        to: mail.to.join(", "),
        subject: mail.subject,
        text: mail.text,
        html: format!("/demo/mailbox/{place}"),
    };
    let mails = sent.into_iter().enumerate().rev().map(row).collect();
    let view = MailboxView { frame: Frame::bare("Messages envoyés"), mails };
    face.render(StatusCode::OK, &view)
}

/// `GET /demo/mailbox/{place}`
async fn mail(State(stack): State<Stack>, Path(place): Path<usize>) -> Response {
    let sent = stack.sent_mail().await.unwrap_or_default();
    let Some(mail) = sent.into_iter().nth(place) else { return StatusCode::NOT_FOUND.into_response() };
    let style_alone = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    ([(CONTENT_SECURITY_POLICY, style_alone)], Html(mail.html)).into_response()
}

impl Row {
    /// Its lines, and for each whether it is a link.
    fn lines(&self) -> impl Iterator<Item = (&str, bool)> {
        self.text.lines().map(|line| (line, line.starts_with("http://")))
    }
}
