//! Make other recovery codes: the ones before hold no more.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::SecondFactorChange;
use rentree_http::{ClientAddress, Face, Input, Problem, require_account};

use super::Fields;
use super::forms::both_form;
use super::page::{Drawn, PAGE};
use super::tried::{Both, moved, tell_right};
use crate::Accounts;

/// `POST /account/second-factor/recovery-codes`
pub(crate) async fn renew(
    State(app): State<Accounts>,
    client: ClientAddress,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let (signed_in, user) = require_account(&app.table, &headers, (app.clock)()).await?;
    signed_in.check_meant(&input.proof)?;
    let mut form = both_form("renew");
    let both = Both { client: &client.0, headers: &headers, fields: &input.fields };
    let Some(right) = app.both_factors((&signed_in, &user), both, &mut form).await? else {
        let view = app.second_factor_again((&signed_in, &user), &headers).await?;
        let problem = Problem::invalid(&form);
        return face.again(problem, &view.with_renew(form));
    };

    let drawn = Drawn::draw();
    let factor = right.factor.with_recovery_codes(drawn.hashes());
    if !app.table.keep_recovery_codes((signed_in.user, &user), &factor).await? {
        return Err(moved());
    }
    tell_right(right.is_recovery_code);
    app.mails.tell_second_factor(signed_in.user, SecondFactorChange::NewRecoveryCodes).await;

    let location = format!("{PAGE}?done=renewed");
    Ok(drawn.on(face.after_post(StatusCode::OK, &location, &drawn.view())?))
}
