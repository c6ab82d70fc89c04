//! The pages of joining as an invented pupil sees them, for staff who want to know what their class will see. Whatever is typed is not
//! read; nobody is tied, and nothing is counted.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{CampaignId, Progress, Uai};
use rentree_http::{Asked, Face, Input, Problem, Visitor, authorise_beside, parse_uai};
use rentree_table::{Campaign, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::told::Offer;
use super::view::{EntranceView, NewAccount, Step};
use super::visit::Visit;
use super::who::IdentityFields;
use crate::Campaigns;

const FIRST_NAME: &str = "Camille";
const USER_NAME: &str = "camille.exemple1003";

type CampaignPath = Path<(String, String)>;

/// Which page.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "TrialPage")]
#[serde(default)]
pub(crate) struct Which {
    /// How far the invented pupil is.
    step: At,
}

/// How far the invented pupil is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TrialStep")]
#[serde(rename_all = "snake_case")]
pub(crate) enum At {
    /// To say who one is.
    #[default]
    #[serde(rename = "")]
    Identity,
    /// To create an account.
    Account,
    /// In.
    Joined,
}

/// `GET /schools/{uai}/campaigns/{campaign}/try`
pub(crate) async fn page(
    State(app): State<Campaigns>,
    Path((uai, id)): CampaignPath,
    Asked(which): Asked<Which>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let found = app.campaign(uai, &id);
    let (visitor, campaign) = authorise_beside(&app.table, &headers, uai, Role::Member, (app.clock)(), found).await?;

    face.render(StatusCode::OK, &view(uai, &visitor, &campaign, which.step))
}

/// `POST /schools/{uai}/campaigns/{campaign}/try/identity`
pub(crate) async fn identity(
    State(app): State<Campaigns>,
    Path((uai, id)): CampaignPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Value>,
) -> Result<Response, Problem> {
    app.go_on(&uai, &id, (face, &headers, &input), At::Account).await
}

/// `POST /schools/{uai}/campaigns/{campaign}/try/account`
pub(crate) async fn account(
    State(app): State<Campaigns>,
    Path((uai, id)): CampaignPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Value>,
) -> Result<Response, Problem> {
    app.go_on(&uai, &id, (face, &headers, &input), At::Joined).await
}

impl Campaigns {
    async fn go_on(
        &self,
        uai: &str,
        id: &str,
        (face, headers, input): (Face, &HeaderMap, &Input<Value>),
        to: At,
    ) -> Result<Response, Problem> {
        let uai = parse_uai(uai)?;
        let found = self.campaign(uai, id);
        let (visitor, campaign) =
            authorise_beside(&self.table, headers, uai, Role::Member, (self.clock)(), found).await?;
        visitor.check_meant(&input.proof)?;

        let location = format!("{}?step={}", path(uai, campaign.0), to.name());
        face.after_post(StatusCode::OK, &location, &view(uai, &visitor, &campaign, to))
    }

    /// Where whoever opened the page behind a code may try it: of the school's team, and tied to none of its pupils.
    pub(crate) async fn offered_trial(&self, visit: &Visit) -> Result<Option<String>, Problem> {
        let Some(known) = visit.known.as_ref().filter(|known| known.tie.is_none()) else { return Ok(None) };
        let uai = visit.entrance.uai;
        let member = self.table.member(uai, known.signed_in.user).await?;
        Ok(member.map(|_| path(uai, visit.entrance.id)))
    }
}

fn path(uai: Uai, id: CampaignId) -> String {
    format!("/schools/{uai}/campaigns/{id}/try")
}

fn view(uai: Uai, visitor: &Visitor, (id, campaign): &(CampaignId, Campaign), at: At) -> EntranceView {
    let back = format!("/schools/{uai}/campaigns/{id}");
    EntranceView::trial(visitor.csrf.clone(), &visitor.school, campaign, (path(uai, *id), back), at.step())
}

impl At {
    /// As it stands in the address.
    fn name(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Account => "account",
            Self::Joined => "joined",
        }
    }

    /// What the invented pupil sees.
    fn step(self) -> Step {
        match self {
            Self::Identity => Step::Identify { forms: IdentityFields::default().forms(None) },
            Self::Account => Step::NewAccount(Box::new(NewAccount::invented(FIRST_NAME, USER_NAME))),
            Self::Joined => Step::Joined {
                progress: Progress::Joined,
                sent: None,
                taken_back: None,
                other_level: false,
                resume: None,
                closed: None,
                user_name: Some(USER_NAME.to_owned()),
                by_mediacentre: false,
                mediacentre: Offer::Nothing,
            },
        }
    }
}
