//! Take back a result that a pupil sent by mistake. It is confirmed first, and the pupil may begin again.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::platform_campaign::Closed;
use rentree_domain::progress::Sent;
use rentree_domain::{CampaignId, CampaignTitle, LearnerId, Uai, paris};
use rentree_http::{Face, Input, Problem, authorise_beside, parse_uai};
use rentree_table::{AuditAction, Role, TakeBack, TakenBack};
use rentree_web::{Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;

use crate::Campaigns;

type ResultPath = Path<(String, String, String)>;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "result.html")]
pub(crate) struct ResultView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    campaign: CampaignId,
    #[schemars(with = "String")]
    title: CampaignTitle,
    learner: LearnerId,
    /// `Karine DUPONT`, as the list of pupils has it.
    name: String,
    division: String,
    /// When the pupil joined.
    joined_at: Timestamp,
    /// The result that holds; none where none was sent, or it was taken back.
    sent: Option<Sent>,
    /// Why the pupil could not begin again, if that is so.
    closed: Option<Closed>,
    /// The results that were taken back, from the oldest; the latest ten.
    taken_back: Vec<TakenBack>,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "TakeBackFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// When the result was sent that is taken back, as the page showed it: a later one stays.
    sent_at: Option<Timestamp>,
}

/// What was done.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TakenBackView {
    campaign: CampaignId,
    learner: LearnerId,
    /// The results that were taken back, from the oldest; the latest ten.
    taken_back: Vec<TakenBack>,
}

/// `GET /schools/{uai}/campaigns/{campaign}/results/{learner}`
pub(crate) async fn page(
    State(app): State<Campaigns>,
    Path((uai, id, learner)): ResultPath,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let learner = parse_learner(&learner)?;
    let found = app.campaign(uai, &id);
    let (visitor, (id, campaign)) = authorise_beside(&app.table, &headers, uai, Role::Member, now, found).await?;

    let (part, pupil) = try_join!(app.table.participation(id, learner), app.table.learner(uai, learner))?;
    let (part, pupil) = part.zip(pupil).ok_or_else(Problem::not_found)?;
    let entry = pupil.visible(visitor.school.roster_version).map(|revision| &revision.entry);
    let entry = entry.ok_or_else(Problem::not_found)?;
    let view = ResultView {
        frame: visitor.frame(&format!("Résultat : {}", entry.full_name()), uai, &visitor.school, Section::Campaigns),
        csrf: visitor.csrf.clone(),
        uai,
        campaign: id,
        learner,
        name: format!("{} {}", entry.first_name, entry.last_name),
        division: entry.division.clone(),
        joined_at: part.joined_at,
        sent: part.latest_sent(),
        closed: campaign.closed(paris::date(now)),
        taken_back: part.taken_back,
        title: campaign.title,
    };
    face.render(StatusCode::OK, &view)
}

/// `POST /schools/{uai}/campaigns/{campaign}/results/{learner}/take-back`
pub(crate) async fn take_back(
    State(app): State<Campaigns>,
    Path((uai, id, learner)): ResultPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let learner = parse_learner(&learner)?;
    let found = app.campaign(uai, &id);
    let (visitor, (id, campaign)) = authorise_beside(&app.table, &headers, uai, Role::Member, now, found).await?;
    visitor.check_meant(&input.proof)?;

    let shown = input.fields.sent_at.ok_or_else(|| Problem::bad_request(UNSAID))?;
    let entry = visitor.did(AuditAction::ResultTakenBack).to(campaign.title.as_str()).about(learner);
    let location = format!("/schools/{uai}/campaigns/{id}?done=taken_back#pupils");
    let part = match app.table.take_result_back(uai, (id, learner), shown, &entry).await? {
        TakeBack::Done(part) => part,
        TakeBack::Unknown => return Err(Problem::not_found()),
        other @ (TakeBack::Before | TakeBack::Moved) => {
            let detail = "Ce résultat est déjà annulé, ou l’élève en a envoyé un autre depuis. Regardez celui qui vaut à présent.";
            let result = format!("/schools/{uai}/campaigns/{id}/results/{learner}");
            let problem = Problem::too_late(detail).leading_to("Voir le résultat", result);
            return face.already(other == TakeBack::Before, problem, &location);
        }
    };

    face.after_post(StatusCode::OK, &location, &TakenBackView { campaign: id, learner, taken_back: part.taken_back })
}

const UNSAID: &str =
    "Le champ « sent_at » manque : la date d’envoi du résultat à annuler, telle que sa page l’indique.";

/// The pupil of a path.
fn parse_learner(text: &str) -> Result<LearnerId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}
