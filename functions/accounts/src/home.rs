//! The address that people know: it leads to where they work.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Redirect;
use rentree_http::Problem;

use crate::Accounts;

/// `GET /`
pub(crate) async fn home(State(app): State<Accounts>, headers: HeaderMap) -> Result<Redirect, Problem> {
    let Some((signed_in, spaces)) = app.signed_in_with_spaces(&headers).await? else {
        return Ok(Redirect::to("/sign-in"));
    };
    // Most people of staff have one space; most pupils have none.
    match spaces.as_slice() {
        [(uai, _)] => Ok(Redirect::to(&format!("/schools/{uai}/learners"))),
        [] if signed_in.person.birth_date.is_some() => Ok(Redirect::to("/mes-campagnes")),
        [] if !app.table.ties(signed_in.user).await?.is_empty() => Ok(Redirect::to("/mes-campagnes")),
        _ => Ok(Redirect::to("/spaces")),
    }
}
