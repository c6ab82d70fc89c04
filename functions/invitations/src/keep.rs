//! Letting in again a member who stayed away for so long that their access is suspended.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_http::{Face, Input, Problem, parse_uai};
use rentree_table::AuditAction;
use serde_json::Value;

use crate::Invitations;
use crate::members::{ChangedView, MemberPath};

/// `POST /schools/{uai}/members/{member}/keep`
pub(crate) async fn keep(
    State(app): State<Invitations>,
    Path((uai, id)): MemberPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Value>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let (visitor, (id, member)) = app.managed_member(uai, &id, &headers).await?;
    visitor.check_meant(&input.proof)?;

    // Sent twice, or of somebody who comes: nothing is to be done, and nothing to be told.
    if member.is_absent(visitor.at) {
        let entry = visitor.did(AuditAction::AccessConfirmed).to(&member.name);
        let is_done = app.table.confirm_access(uai, (id, &member), visitor.at, &entry).await?;
        if !is_done && app.table.member(uai, id).await?.is_none() {
            return Err(Problem::not_found());
        }
    }

    let location = format!("/schools/{uai}/team?done=kept");
    face.after_post(StatusCode::OK, &location, &ChangedView { member: id, role: Some(member.role) })
}
