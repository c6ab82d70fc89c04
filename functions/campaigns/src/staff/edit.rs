//! Say anew what a campaign of the school's own is called, what pupils read before they begin, and for which classes it is. Course and
//! kind stay: results that were sent are of them.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{CampaignId, CampaignMessage, CampaignTitle, Uai};
use rentree_http::{Face, Input, Problem, Visitor, authorise_beside, parse_uai, text};
use rentree_table::{AuditAction, Campaign, Role};
use rentree_web::{Form, Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Campaigns;
use crate::staff::class_choice::{self, Choice, Classes, choices, classes_of, without_level};
use crate::staff::texts;

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "CampaignChange")]
#[serde(default)]
pub(crate) struct Fields {
    /// What the campaign is called: 1 to 100 characters.
    #[schemars(with = "text::Title")]
    title: String,
    /// What pupils read before they begin: 500 characters at most. Blank for none.
    #[schemars(with = "text::Message")]
    message: String,
    /// The classes that it is for, of those that the page offers (`choices`); none for all.
    classes: Vec<String>,
}

/// The page of the form.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "edit-campaign.html")]
pub(crate) struct EditView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    /// Whether a class that was chosen is not to be chosen any more.
    #[serde(skip)]
    classes_changed: bool,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    id: CampaignId,
    #[schemars(with = "String")]
    title: CampaignTitle,
    /// What pupils read before they begin.
    #[schemars(with = "Option<String>")]
    message: Option<CampaignMessage>,
    /// The classes that it may be for.
    choices: Vec<Choice>,
}

/// What holds.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CampaignChangedView")]
pub(crate) struct ChangedView {
    campaign: CampaignId,
}

/// `GET /schools/{uai}/campaigns/{campaign}/edit`
pub(crate) async fn page(
    State(app): State<Campaigns>,
    Path((uai, id)): Path<(String, String)>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let found = app.campaign(uai, &id);
    let (visitor, (id, campaign)) =
        authorise_beside(&app.table, &headers, uai, Role::Member, (app.clock)(), found).await?;
    check_own(uai, id, &campaign)?;

    let offered = app.offered(uai, &visitor, &campaign).await?;
    let message = campaign.message.as_ref().map_or("", CampaignMessage::as_str);
    let form = Form::new("edit", texts::fields(campaign.title.as_str(), message));
    let chosen = campaign.classes.clone();
    face.render(StatusCode::OK, &EditView::new(uai, &visitor, (id, campaign), form, choices(&offered, &chosen)))
}

/// `POST /schools/{uai}/campaigns/{campaign}/edit`
pub(crate) async fn change(
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
    check_own(uai, id, &campaign)?;
    let path = format!("/schools/{uai}/campaigns/{id}");

    let offered = app.offered(uai, &visitor, &campaign).await?;
    let Fields { title, message, classes } = input.fields;
    let chosen: BTreeSet<String> = classes.into_iter().collect();
    let classes = class_choice::read(chosen.clone(), &offered, path.clone());
    let mut form = Form::new("edit", texts::fields(&title, &message));
    let read = (texts::title(&mut form, &title), texts::message(&mut form, &message));
    let ((Some(title), Some(message)), Ok(classes)) = (read, &classes) else {
        let classes_changed = classes.is_err();
        let problem = class_choice::problem(&form, classes);
        let view = EditView::new(uai, &visitor, (id, campaign), form, choices(&offered, &chosen));
        return face.again(problem, &EditView { classes_changed, ..view });
    };

    let entry = visitor.did(AuditAction::CampaignChanged).to(title.as_str());
    app.table.change_campaign((uai, id), (&title, message.as_ref(), classes), &entry).await?;

    face.after_post(StatusCode::OK, &format!("{path}?done=changed"), &ChangedView { campaign: id })
}

/// Only the platform's team changes what it gave.
fn check_own(uai: Uai, id: CampaignId, campaign: &Campaign) -> Result<(), Problem> {
    if campaign.given.is_none() {
        return Ok(());
    }
    let detail = "Cette campagne vient de l’équipe de la plateforme : son titre et son message ne se changent pas ici.";
    Err(Problem::too_late(detail).leading_to("Revenir à la campagne", format!("/schools/{uai}/campaigns/{id}")))
}

impl Campaigns {
    /// The classes that the campaign may be for: those of the school, and those that were chosen before and are gone.
    async fn offered(&self, uai: Uai, visitor: &Visitor, campaign: &Campaign) -> Result<Classes, Problem> {
        let listed = self.table.with_listing(uai, visitor.school.clone()).await?;
        let (_, listing) = listed.ok_or_else(Problem::not_found)?;
        let mut offered = without_level(&campaign.classes);
        offered.extend(classes_of(&listing));
        Ok(offered)
    }
}

impl EditView {
    fn new(
        uai: Uai,
        visitor: &Visitor,
        (id, campaign): (CampaignId, Campaign),
        form: Form,
        choices: Vec<Choice>,
    ) -> Self {
        let frame = visitor.frame("Modifier la campagne", uai, &visitor.school, Section::Campaigns);
        let Campaign { title, message, .. } = campaign;
        let csrf = visitor.csrf.clone();
        Self { frame, csrf, form, classes_changed: false, uai, id, title, message, choices }
    }
}
