//! Untie a pupil from an account: a classmate joined with the pupil's name and birth date, or an account was lost.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::LearnerId;
use rentree_http::{Face, Input, Problem};
use rentree_table::AuditAction;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{PupilPath, location, refused};
use crate::Learners;
use crate::school::parse_uai;

const NOT_TIED: &str = "L’élève n’est rattaché à aucun compte, ou ne l’est plus : il n’y a rien à détacher.";

/// What was done.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UntiedView {
    learner: LearnerId,
}

/// `POST /schools/{uai}/learners/{learner}/untie`
pub(crate) async fn untie(
    State(app): State<Learners>,
    Path((uai, id)): PupilPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Value>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let (visitor, pupil) = app.visitor_and_pupil(&headers, uai, &id).await?;
    visitor.check_meant(&input.proof)?;

    let user = pupil.user.ok_or_else(|| refused(uai, pupil.id, NOT_TIED))?;

    let entry = app.told_of(&visitor, AuditAction::Untied, &[&pupil]);
    if !app.table.untie(uai, (pupil.id, pupil.entry.ine), user, &entry, (app.clock)()).await? {
        return Err(refused(uai, pupil.id, NOT_TIED));
    }

    let location = format!("{}?done=untied", location(uai, pupil.id));
    face.after_post(StatusCode::OK, &location, &UntiedView { learner: pupil.id })
}
