//! When a campaign can be joined: at any time, or only during a lesson. May be said twice.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::CampaignId;
use rentree_http::{Face, Input, Problem, authorise_beside, parse_uai};
use rentree_table::{AuditAction, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Campaigns;

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "JoiningFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// Whether nobody joins it outside of a lesson.
    only_in_lessons: bool,
}

/// What holds.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "JoiningView")]
pub(crate) struct JoiningView {
    campaign: CampaignId,
    /// Whether nobody joins it outside of a lesson.
    only_in_lessons: bool,
}

/// `POST /schools/{uai}/campaigns/{campaign}/joining`
pub(crate) async fn choose(
    State(app): State<Campaigns>,
    Path((uai, id)): Path<(String, String)>,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let found = app.campaign(uai, &id);
    let (visitor, (id, campaign)) = authorise_beside(&app.table, &headers, uai, Role::Member, now, found).await?;
    visitor.check_meant(&input.proof)?;

    let Fields { only_in_lessons } = input.fields;
    let action =
        if only_in_lessons { AuditAction::CampaignBoundToLessons } else { AuditAction::CampaignFreedOfLessons };
    let entry = visitor.did(action);
    app.table.bind_to_lessons((uai, id), only_in_lessons, &entry.to(campaign.title.as_str())).await?;

    let location = format!("/schools/{uai}/campaigns/{id}?done=joining");
    face.after_post(StatusCode::OK, &location, &JoiningView { campaign: id, only_in_lessons })
}
