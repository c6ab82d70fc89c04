//! Choose the classes of a campaign of the platform's team whose level no MEF tells. All of them are said at once: those that are not
//! named are chosen no more.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::CampaignId;
use rentree_http::{Face, Input, Problem, authorise_beside, parse_uai};
use rentree_table::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Campaigns;
use crate::staff::class_choice::{self, without_level};

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ClassesFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// The classes, of those that the campaign's page offers (`choices`).
    classes: Vec<String>,
}

/// What was chosen.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ClassesView")]
pub(crate) struct ClassesView {
    campaign: CampaignId,
    /// The classes chosen.
    classes: BTreeSet<String>,
}

/// `POST /schools/{uai}/campaigns/{campaign}/classes`
pub(crate) async fn choose(
    State(app): State<Campaigns>,
    Path((uai, id)): Path<(String, String)>,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let found = app.campaign(uai, &id);
    let (visitor, (id, campaign)) =
        authorise_beside(&app.table, &headers, uai, Role::Member, (app.clock)(), found).await?;
    visitor.check_meant(&input.proof)?;

    let (_, listing) = app.table.with_listing(uai, visitor.school).await?.ok_or_else(Problem::not_found)?;
    let offered = without_level(&campaign.concerned(&listing).unknown);
    let chosen = class_choice::read(input.fields.classes, &offered, format!("/schools/{uai}/campaigns/{id}"))?;
    let classes = if campaign.given.is_some() {
        app.table.choose_classes(uai, id, &chosen).await?;
        chosen
    } else {
        // Those of the school's own campaign are said where it is changed.
        campaign.classes
    };

    let location = format!("/schools/{uai}/campaigns/{id}?done=classes");
    face.after_post(StatusCode::OK, &location, &ClassesView { campaign: id, classes })
}
