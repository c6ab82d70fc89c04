//! Whether the service works, as it finds out at this moment: pages answer, or there would be none; what they are made of is asked for.

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
    let has_data = app.table.session(&SessionHash::of(&[0; 32]), at).await.is_ok();

    let status = if has_data { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let frame = Frame::bare("État du service");
    face.render(status, &StatusView { frame, support: app.config.support_email.clone(), at, has_data })
}
