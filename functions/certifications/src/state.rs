//! The assessment platform states how an examination ended. It may send a statement again, late, or before an older one.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use rentree_domain::certification::{Points, Told};
use rentree_domain::{CertificationNumber, CertificationStatus, LearnerId, SchoolYear, paris};
use rentree_http::Problem;
use rentree_webhook::Doubt;
use schemars::JsonSchema;
use serde::Serialize;

use crate::Certifications;
use crate::message::Message;

/// What holds of the certification now.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CertificationStated")]
pub(crate) struct StatedView {
    number: CertificationNumber,
    /// By its first calendar year.
    school_year: SchoolYear,
    /// When what holds was stated.
    at: Timestamp,
    status: CertificationStatus,
    score: Option<Points>,
    /// The pupil that is meant; `null` while no pupil of the school is. The school sees the certification in either case.
    learner: Option<LearnerId>,
    /// Other certifications that were passed and have the same verification code: none of them has a certificate until that is corrected.
    same_code_as: Vec<CertificationNumber>,
    /// The latest results that were stated, from the oldest; what holds is the last one.
    trace: Vec<Told>,
}

/// `POST /certifications`
pub(crate) async fn state(
    State(app): State<Certifications>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    // The signature is of the bytes: it comes before the parsing.
    let now = (app.clock)();
    app.config.webhook_secrets.check(&headers, &body, now).map_err(|doubt| match doubt {
        Doubt::Forged => Problem::bad_signature(),
        Doubt::Stale => Problem::stale_message(),
    })?;

    let message: Message = serde_json::from_slice(&body)
        .map_err(|error| Problem::bad_request(format!("Le JSON n’a pas pu être lu : {error}.")))?;
    let (number, statement) = message.statement(now)?;

    let mut came = app.table.state_certifications(&[(number, statement)]).await?;
    let known = came.pop().and_then(|(_, known)| known).ok_or_else(Problem::no_school)?;
    let shared = app.table.find_shared_codes([(number, &known)].into_iter(), paris::date(now)).await?;
    if !shared.is_empty() {
        tracing::error!(?shared, "several certifications have the same verification code");
    }

    let view = StatedView {
        number,
        school_year: known.latest.year(),
        at: known.latest.at,
        status: known.latest.status,
        score: known.latest.score,
        learner: known.pupil.map(|pupil| pupil.learner),
        same_code_as: shared.into_values().flatten().collect(),
        trace: known.trace.into_iter().collect(),
    };
    Ok(axum::Json(view).into_response())
}
