//! End sessions on other devices.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_http::{Face, Input, NewSession, Problem, require_sign_in};
use rentree_table::{AccountError, SessionHash};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Accounts;

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "EndSessionFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// The name of a session, or `others`: all but the one that asks.
    session: String,
}

/// What was done.
#[derive(Serialize, JsonSchema)]
pub(crate) struct EndedView {
    /// Always.
    ended: bool,
}

/// `POST /account/sessions`
pub(crate) async fn end(
    State(app): State<Accounts>,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    const PAGE: &str = "/account?done=sessions";
    let now = (app.clock)();
    let signed_in = require_sign_in(&app.table, &headers, now).await?;
    signed_in.check_meant(&input.proof)?;
    let view = EndedView { ended: true };

    if input.fields.session == "others" {
        // A new epoch ends them all, those that the index does not know yet included.
        let epoch = signed_in.person.epoch;
        let session = NewSession::new(signed_in.user, epoch + 1, &headers, now);
        let ended = app.table.end_other_sessions(signed_in.user, epoch, session.stored()).await;
        ended.map_err(|error| match error {
            AccountError::Table(error) => error.into(),
            _ => {
                Problem::too_late("Vos sessions viennent d’être modifiées depuis un autre appareil. Rechargez la page.")
                    .leading_to("Mon compte", "/account")
            }
        })?;
        return Ok(session.on(face.after_post(StatusCode::OK, PAGE, &view)?));
    }

    // Only one's own: a name that somebody else's session has ends nothing, and is told as nothing.
    let named = SessionHash::parse(&input.fields.session).ok_or_else(Problem::not_found)?;
    let found = app.table.session(&named, now).await?;
    if found.is_none_or(|session| session.user != signed_in.user) {
        return Err(Problem::not_found());
    }
    app.table.end_session(&named).await?;

    face.after_post(StatusCode::OK, PAGE, &view)
}
