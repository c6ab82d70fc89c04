//! The mails that were sent, for people to read and follow. One machine has no mailboxes.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
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
}

pub(crate) fn routes(stack: Stack) -> Router {
    Router::new().route("/demo/mailbox", get(page)).with_state(stack)
}

/// `GET /demo/mailbox`
async fn page(State(stack): State<Stack>, face: Face) -> Result<Response, Problem> {
    let sent = stack.sent_mail().await.map_err(|error| Problem::internal(error.as_ref()))?;
    let row = |mail: rentree_testkit::SentMail| Row { to: mail.to.join(", "), subject: mail.subject, text: mail.text };
    let view =
        MailboxView { frame: Frame::bare("Messages envoyés"), mails: sent.into_iter().rev().map(row).collect() };
    face.render(StatusCode::OK, &view)
}

impl Row {
    /// Its lines, and for each whether it is a link.
    fn lines(&self) -> impl Iterator<Item = (&str, bool)> {
        self.text.lines().map(|line| (line, line.starts_with("http://")))
    }
}
