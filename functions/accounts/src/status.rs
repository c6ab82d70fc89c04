//! Tells whether the service works at this moment. That the page answers shows that functions run; one read of the table shows that the
//! data can be reached.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use rentree_http::{Face, Problem};
use rentree_table::SessionHash;
use rentree_web::{Frame, french};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Accounts;

/// The page. It is answered with 503 where something does not work, so that programs need not read it.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "status.html")]
pub(crate) struct StatusView {
    #[serde(skip)]
    frame: Frame,
    /// Where people ask for help.
    support: String,
    /// When it was found out.
    at: Timestamp,
    /// Whether accounts, pupils and campaigns can be read.
    has_data: bool,
}

/// `GET /service/etat`
pub(crate) async fn page(State(app): State<Accounts>, face: Face) -> Result<Response, Problem> {
    let at = (app.clock)();

    // Nobody has this session: what counts is that the question is answered.
    let found = app.table.session(&SessionHash::of(&[0; 32]), at).await;
    if let Err(error) = &found {
        let why = rentree_runtime::telemetry::chain(error);
        tracing::error!(why, "the state of the service: the table does not answer");
    }
    let has_data = found.is_ok();

    let status = if has_data { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let frame = Frame::bare("État du service");
    face.render(status, &StatusView { frame, support: app.config.support_email.clone(), at, has_data })
}
