//! The page behind a code: what comes next for who is there; and joining by a click, for who is known already.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use rentree_domain::{CampaignId, LearnerId, Progress};
use rentree_http::{Face, Input, Problem};
use rentree_table::Campaign;

use super::door::Knock;
use super::view::{EntranceView, Step};
use super::visit::{Entrance, Visit};
use super::who::IdentityFields;
use crate::Campaigns;

/// `GET /campagnes/{code}`
pub(crate) async fn page(State(app): State<Campaigns>, knock: Knock, face: Face) -> Result<Response, Problem> {
    let visit = app.visit(knock).await?;

    let step = app.step(&visit).await?;

    let view = EntranceView::new(&visit, step);
    Ok(visit.token.on(face.render(StatusCode::OK, &view)?))
}

/// `POST /campagnes/{code}`
pub(crate) async fn join(
    State(app): State<Campaigns>,
    knock: Knock,
    face: Face,
    input: Input<serde_json::Value>,
) -> Result<Response, Problem> {
    let visit = app.visit(knock).await?;
    let known = visit.known.as_ref().ok_or_else(Problem::signed_out)?;
    visit.check_meant(&input.proof)?;
    visit.check_open()?;
    let tie = known.tie.ok_or_else(|| {
        Problem::too_late("Indiquez d’abord vos nom, prénom et date de naissance.")
            .leading_to("Continuer", visit.path())
    })?;

    let (pupil, part) =
        tokio::try_join!(app.enrolled(&visit.entrance, tie.learner), app.progress(visit.entrance.id, tie.learner))?;
    let pupil = pupil.ok_or_else(|| Problem::not_a_pupil(LEFT).leading_to("Mes campagnes", "/mes-campagnes"))?;

    let progress = app.join_again(&visit.entrance, &pupil, known.signed_in.user, part).await?;

    let view = EntranceView::new(&visit, app.joined(&visit, tie.learner, progress));
    face.after_post(StatusCode::OK, &visit.path(), &view)
}

const LEFT: &str =
    "L’établissement ne vous compte plus parmi ses élèves. Si c’est une erreur, demandez à votre enseignant.";

impl Campaigns {
    /// What comes next for who is there.
    pub(crate) async fn step(&self, visit: &Visit) -> Result<Step, Problem> {
        let Entrance { id, ref campaign, .. } = visit.entrance;
        let Some(tie) = visit.known.as_ref().and_then(|known| known.tie) else {
            let forms = IdentityFields::default().forms();
            return Ok(if campaign.is_archived() { Step::Archived } else { Step::Identify { forms } });
        };
        let (part, pupil) =
            tokio::try_join!(self.progress(id, tie.learner), self.enrolled(&visit.entrance, tie.learner))?;
        Ok(match (part, pupil) {
            (Some(progress), _) => self.joined(visit, tie.learner, progress),
            _ if campaign.is_archived() => Step::Archived,
            (None, Some(_)) => Step::Join,
            (None, None) => Step::Left { forms: IdentityFields::default().forms() },
        })
    }

    /// The step of who is in.
    pub(crate) fn joined(&self, visit: &Visit, learner: LearnerId, progress: Progress) -> Step {
        let Entrance { id, ref campaign, .. } = visit.entrance;
        let user_name = visit.known.as_ref().and_then(|known| known.user.methods.user_name.as_ref());
        Step::Joined {
            progress,
            resume: self.resume(id, campaign, learner, progress),
            is_archived: campaign.is_archived(),
            user_name: user_name.map(ToString::to_string),
        }
    }

    /// How far a pupil is in a campaign; `None` for one who has not joined.
    pub(crate) async fn progress(&self, id: CampaignId, learner: LearnerId) -> Result<Option<Progress>, Problem> {
        Ok(self.table.participation(id, learner).await?.map(|part| part.progress()))
    }

    /// Where a pupil begins the course, or goes on with it.
    pub(crate) fn resume(
        &self,
        id: CampaignId,
        campaign: &Campaign,
        learner: LearnerId,
        progress: Progress,
    ) -> Option<String> {
        let is_open = !campaign.is_archived() && progress < Progress::Sent;
        let course = self.config.courses.find(&campaign.course).filter(|_| is_open)?;
        Some(course.link(id, learner))
    }
}
