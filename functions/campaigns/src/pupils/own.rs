//! A pupil's own page: the campaigns joined, and how to sign in.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::method::may_use_email;
use rentree_domain::{CampaignKind, Method, Progress, Score, paris};
use rentree_http::{Face, Problem, require_sign_in};
use rentree_web::{Frame, french};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Campaigns;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "own.html")]
pub(crate) struct OwnView {
    #[serde(skip)]
    frame: Frame,
    /// First name.
    first_name: String,
    /// The latest first.
    campaigns: Vec<Row>,
    /// How the account signs in.
    methods: Vec<Method>,
    /// User name, if it has one.
    user_name: Option<String>,
    /// E-mail address, if it has one.
    email: Option<String>,
    /// Whether an address can be added now.
    may_add_email: bool,
}

/// A campaign joined.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OwnCampaignRow")]
struct Row {
    /// Its code.
    code: String,
    /// Its title.
    title: String,
    /// What it is for.
    kind: CampaignKind,
    /// Name of the school.
    school: String,
    /// When the pupil joined.
    joined_at: Timestamp,
    /// How far.
    progress: Progress,
    /// The result, once sent.
    score: Option<Score>,
    /// Whether it is archived.
    is_archived: bool,
    /// Where the course begins or goes on.
    resume: Option<String>,
}

/// `GET /mes-campagnes`
pub(crate) async fn page(State(app): State<Campaigns>, face: Face, headers: HeaderMap) -> Result<Response, Problem> {
    let now = (app.clock)();
    let signed_in = require_sign_in(&app.table, &headers, now).await?;
    let user = app.table.user(signed_in.user).await?.ok_or_else(Problem::signed_out)?;

    let mut campaigns = Vec::new();
    for (uai, tie) in app.table.ties(signed_in.user).await? {
        let Some(school) = app.table.school(uai).await? else { continue };
        for (id, participation) in app.table.participations_of(tie.learner).await? {
            let Some(campaign) = app.table.campaign(uai, id).await? else { continue };
            campaigns.push(Row {
                resume: app.resume(id, &campaign, tie.learner, &participation),
                is_archived: campaign.is_archived(),
                code: campaign.code.to_string(),
                title: campaign.title.to_string(),
                kind: campaign.kind,
                school: school.name.clone(),
                joined_at: participation.joined_at,
                progress: participation.progress(),
                score: participation.score,
            });
        }
    }
    campaigns.sort_by_key(|row| std::cmp::Reverse(row.joined_at));

    let is_old_enough = user.birth_date.is_none_or(|born| may_use_email(born, paris::date(now)));
    let view = OwnView {
        frame: signed_in.frame("Mes campagnes"),
        first_name: user.first_name.to_string(),
        campaigns,
        methods: user.methods.all(),
        may_add_email: user.methods.email.is_none() && is_old_enough,
        user_name: user.methods.user_name.map(|name| name.to_string()),
        email: user.methods.email.map(|email| email.to_string()),
    };
    face.render(StatusCode::OK, &view)
}
