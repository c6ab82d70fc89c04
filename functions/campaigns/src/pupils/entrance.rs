//! Behind a code: the campaign, its school, who is there, and the next step.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::limit::CODES_BY_CLIENT;
use rentree_domain::{CampaignCode, CampaignId, LearnerId, Progress, Uai};
use rentree_http::{ClientAddress, Face, FormToken, Input, Problem, Proof, SignedIn, signed_in};
use rentree_table::{Campaign, Participation, School};

use super::view::{EntranceView, Step};
use super::who::IdentityFields;
use crate::Campaigns;

/// A campaign, and its school.
#[derive(Debug)]
pub(crate) struct Entrance {
    pub(crate) uai: Uai,
    pub(crate) school: School,
    pub(crate) id: CampaignId,
    pub(crate) campaign: Campaign,
}

/// Somebody at an entrance.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) entrance: Entrance,
    pub(crate) signed_in: Option<SignedIn>,
    pub(crate) token: FormToken,
    pub(crate) client: ClientAddress,
}

impl Visit {
    /// The token of the page's forms.
    pub(crate) fn csrf(&self) -> String {
        self.signed_in.as_ref().map_or_else(|| self.token.csrf(), |signed_in| signed_in.csrf.clone())
    }

    /// Checks that a form was meant.
    pub(crate) fn check_meant(&self, proof: &Proof) -> Result<(), Problem> {
        match &self.signed_in {
            Some(signed_in) => signed_in.check_meant(proof),
            None => self.token.check_meant(proof),
        }
    }

    /// The campaign's page.
    pub(crate) fn path(&self) -> String {
        format!("/campagnes/{}", self.entrance.campaign.code)
    }

    /// Checks that the campaign can be joined.
    pub(crate) fn check_open(&self) -> Result<(), Problem> {
        if self.entrance.campaign.is_archived() { Err(Problem::campaign_archived()) } else { Ok(()) }
    }
}

/// `GET /campagnes/{code}`
pub(crate) async fn page(
    State(app): State<Campaigns>,
    Path(code): Path<String>,
    client: ClientAddress,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let visit = app.visit(&code, client, token, &headers).await?;

    let step = app.step(&visit).await?;

    let view = EntranceView::new(&visit, step);
    Ok(visit.token.on(face.render(StatusCode::OK, &view)?))
}

/// `POST /campagnes/{code}`
pub(crate) async fn join(
    State(app): State<Campaigns>,
    Path(code): Path<String>,
    client: ClientAddress,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
    input: Input<serde_json::Value>,
) -> Result<Response, Problem> {
    let visit = app.visit(&code, client, token, &headers).await?;
    let signed_in = visit.signed_in.as_ref().ok_or_else(Problem::signed_out)?;
    visit.check_meant(&input.proof)?;
    visit.check_open()?;
    let tie = app.table.tie_of(signed_in.user, visit.entrance.uai).await?;
    let tie = tie.ok_or_else(|| {
        Problem::too_late("Indiquez d’abord vos nom, prénom et date de naissance.")
            .leading_to("Continuer", visit.path())
    })?;
    let pupil = app
        .enrolled(&visit.entrance, tie.learner)
        .await?
        .ok_or_else(|| Problem::not_a_pupil(LEFT).leading_to("Mes campagnes", "/mes-campagnes"))?;

    app.join_again(&visit.entrance, &pupil, signed_in.user).await?;

    let view = EntranceView::new(&visit, app.step(&visit).await?);
    face.after_post(StatusCode::OK, &visit.path(), &view)
}

const LEFT: &str =
    "L’établissement ne vous compte plus parmi ses élèves. Si c’est une erreur, demandez à votre enseignant.";

impl Campaigns {
    /// The campaign that a code leads to. Unknown codes are counted before they are looked up: guesses at the same moment all
    /// count.
    pub(crate) async fn entrance(&self, code: &str, client: &ClientAddress) -> Result<Entrance, Problem> {
        let now = (self.clock)();
        if !self.table.allows(&CODES_BY_CLIENT, &client.0, now).await? {
            return Err(Problem::too_many(
                "Trop de codes inconnus depuis votre connexion. Réessayez dans dix minutes.",
            ));
        }
        let entrance = self.entrance_of(code).await?;
        self.table.take_back(&CODES_BY_CLIENT, &client.0, now).await?;
        Ok(entrance)
    }

    async fn entrance_of(&self, code: &str) -> Result<Entrance, Problem> {
        let code = CampaignCode::parse(code).map_err(|_| Problem::unknown_code())?;
        let found = self.table.campaign_of_code(&code).await?;
        let (uai, id, campaign) = found.ok_or_else(Problem::unknown_code)?;
        let school = self.table.school(uai).await?.ok_or_else(Problem::unknown_code)?;
        Ok(Entrance { uai, school, id, campaign })
    }

    /// Who is at the entrance of `code`.
    pub(crate) async fn visit(
        &self,
        code: &str,
        client: ClientAddress,
        token: FormToken,
        headers: &HeaderMap,
    ) -> Result<Visit, Problem> {
        let signed_in = signed_in(&self.table, headers, (self.clock)()).await?;
        // Who is signed in is known by name: the room's wrong codes do not hold them up.
        let entrance = match &signed_in {
            Some(_) => self.entrance_of(code).await?,
            None => self.entrance(code, &client).await?,
        };
        signed_in.as_ref().map_or(Ok(()), SignedIn::check_password)?;
        Ok(Visit { entrance, signed_in, token, client })
    }

    /// What comes next for who is there.
    pub(crate) async fn step(&self, visit: &Visit) -> Result<Step, Problem> {
        let Entrance { uai, id, ref campaign, .. } = visit.entrance;
        let tie = match &visit.signed_in {
            Some(signed_in) => self.table.tie_of(signed_in.user, uai).await?.map(|tie| (signed_in, tie.learner)),
            None => None,
        };
        let Some((signed_in, learner)) = tie else {
            let forms = IdentityFields::default().forms();
            return Ok(if campaign.is_archived() { Step::Archived } else { Step::Identify { forms } });
        };
        if let Some(participation) = self.table.participation(id, learner).await? {
            let user = self.table.user(signed_in.user).await?;
            let user_name = user.and_then(|user| user.methods.user_name).map(|name| name.to_string());
            return Ok(Step::Joined {
                progress: participation.progress(),
                resume: self.resume(id, campaign, learner, &participation),
                is_archived: campaign.is_archived(),
                user_name,
            });
        }
        if campaign.is_archived() {
            return Ok(Step::Archived);
        }
        let is_enrolled = self.enrolled(&visit.entrance, learner).await?.is_some();
        Ok(if is_enrolled { Step::Join } else { Step::Left { forms: IdentityFields::default().forms() } })
    }

    /// Where a pupil begins the course, or goes on with it.
    pub(crate) fn resume(
        &self,
        id: CampaignId,
        campaign: &Campaign,
        learner: LearnerId,
        participation: &Participation,
    ) -> Option<String> {
        let is_open = !campaign.is_archived() && participation.progress() < Progress::Sent;
        let course = self.config.courses.find(&campaign.course).filter(|_| is_open)?;
        Some(course.link(id, learner))
    }
}
