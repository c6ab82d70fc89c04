//! End the second factor: by the password and a code, so that nobody does who sits down at a session that was left open.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::SecondFactorChange;
use rentree_http::{ClientAddress, Face, Input, NewSession, Problem, require_account};
use rentree_table::AccountError;
use schemars::JsonSchema;
use serde::Serialize;

use super::Fields;
use super::forms::both_form;
use super::tried::{Both, moved, tell_right};
use crate::Accounts;

/// What was done.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SecondFactorEndedView")]
pub(crate) struct EndedView {
    /// Always.
    ended: bool,
}

/// `POST /account/second-factor/end`
pub(crate) async fn end(
    State(app): State<Accounts>,
    client: ClientAddress,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let (signed_in, user) = require_account(&app.table, &headers, now).await?;
    signed_in.check_meant(&input.proof)?;
    let mut form = both_form("end");
    let both = Both { client: &client.0, headers: &headers, fields: &input.fields };
    let Some(right) = app.both_factors((&signed_in, &user), both, &mut form).await? else {
        let view = app.second_factor_again((&signed_in, &user), &headers).await?;
        let problem = Problem::invalid(&form);
        return face.again(problem, &view.with_end(form));
    };

    let session = NewSession::new(signed_in.user, user.holder(), user.epoch + 1, &headers, now);
    let ended = app.table.end_second_factor((signed_in.user, &user), &right.read, session.stored()).await;
    ended.map_err(|error| match error {
        AccountError::Table(error) => error.into(),
        _ => moved(),
    })?;
    tell_right(right.is_recovery_code);
    app.mails.tell_second_factor(signed_in.user, SecondFactorChange::Ended).await;

    Ok(session.on(face.after_post(StatusCode::OK, "/account?done=second-factor-ended", &EndedView { ended: true })?))
}
