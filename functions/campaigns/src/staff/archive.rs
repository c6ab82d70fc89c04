//! Archive a campaign, and take it back. Both may be asked for twice.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::platform_campaign::Closed;
use rentree_domain::{CampaignId, paris};
use rentree_http::{ConfirmView, Face, Input, Problem, authorise_beside, parse_uai};
use rentree_table::{AuditAction, Role};
use rentree_web::Section;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::Campaigns;

type CampaignPath = Path<(String, String)>;

/// What was done.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ArchivedView")]
pub(crate) struct ArchivedView {
    campaign: CampaignId,
    /// Whether nobody can join it now.
    archived: bool,
}

/// `GET /schools/{uai}/campaigns/{campaign}/archive`
pub(crate) async fn ask(
    State(app): State<Campaigns>,
    Path((uai, id)): CampaignPath,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let found = app.campaign(uai, &id);
    let (visitor, (id, campaign)) =
        authorise_beside(&app.table, &headers, uai, Role::Member, (app.clock)(), found).await?;

    let view = ConfirmView {
        frame: visitor.frame("Confirmer", uai, &visitor.school, Section::Campaigns),
        csrf: visitor.csrf.clone(),
        alert: None,
        title: format!("Archiver la campagne « {} » ?", campaign.title),
        consequences: vec![
            format!("Plus personne ne pourra la rejoindre avec le code {}.", campaign.code),
            "Ses résultats restent consultables, et vous pourrez la désarchiver.".to_owned(),
        ],
        action: format!("/schools/{uai}/campaigns/{id}/archive"),
        button: "Archiver la campagne",
        hidden: None,
        choice: None,
        back: ("Revenir à la campagne", format!("/schools/{uai}/campaigns/{id}")),
    };
    face.render(StatusCode::OK, &view)
}

/// `POST /schools/{uai}/campaigns/{campaign}/archive`
pub(crate) async fn archive(
    State(app): State<Campaigns>,
    Path((uai, id)): CampaignPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Value>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let found = app.campaign(uai, &id);
    let (visitor, (id, campaign)) = authorise_beside(&app.table, &headers, uai, Role::Member, now, found).await?;
    visitor.check_meant(&input.proof)?;

    let entry = visitor.did(AuditAction::CampaignArchived);
    app.table.archive_campaign(uai, id, now, &entry.to(campaign.title.as_str())).await?;

    let location = format!("/schools/{uai}/campaigns/{id}?done=archived");
    face.after_post(StatusCode::OK, &location, &ArchivedView { campaign: id, archived: true })
}

/// `POST /schools/{uai}/campaigns/{campaign}/restore`
pub(crate) async fn restore(
    State(app): State<Campaigns>,
    Path((uai, id)): CampaignPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Value>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let found = app.campaign(uai, &id);
    let (visitor, (id, campaign)) = authorise_beside(&app.table, &headers, uai, Role::Member, now, found).await?;
    visitor.check_meant(&input.proof)?;
    if campaign.closed(paris::date(now)) == Some(Closed::Withdrawn) {
        return Err(Problem::campaign_closed(
            "Cette campagne est retirée",
            "L’équipe de la plateforme l’a retirée : elle ne peut plus être désarchivée. Ses résultats restent consultables.",
        ));
    }

    let entry = visitor.did(AuditAction::CampaignRestored);
    app.table.restore_campaign(uai, id, &entry.to(campaign.title.as_str())).await?;

    let location = format!("/schools/{uai}/campaigns/{id}?done=restored");
    face.after_post(StatusCode::OK, &location, &ArchivedView { campaign: id, archived: false })
}
