//! The address that the tile of the Médiacentre leads to: it sends the browser to the identity provider.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rentree_domain::CampaignCode;
use rentree_http::{Asked, Problem, claimed_session};
use rentree_table::SignOnRequest;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::Mediacentre;
use crate::authn_request::AuthnRequest;
use crate::cookies::NONCE;
use crate::refused::off;

/// What the address says. (The GAR adds `idENT`, `idEtab` and `idRessource`: whom to ask does not hang on them.)
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Towards {
    /// Which identity provider.
    idp: String,
    /// The campaign where the sign-on begins.
    code: String,
}

/// `GET /mediacentre`
pub(crate) async fn begin(
    State(app): State<Mediacentre>,
    Asked(towards): Asked<Towards>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let provider = app.config.providers.chosen(&towards.idp).ok_or_else(off)?;
    let campaign = CampaignCode::parse(&towards.code).ok();

    let now = (app.clock)();
    let nonce = NONCE.secret(&headers).unwrap_or_else(rentree_runtime::random);
    let authn_request = AuthnRequest::new(rentree_runtime::random(), now);
    let location = authn_request.location(provider, &app.config.response, app.config.signing.as_ref());
    let location = location.map_err(|error| Problem::internal(&error))?;

    let former = claimed_session(&headers);
    let request = SignOnRequest::new(provider.entity_id.clone(), &nonce, campaign, former, now);
    app.table.ask_sign_on(&authn_request.id, &request).await?;

    let response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    Ok(NONCE.on(response, &nonce))
}
