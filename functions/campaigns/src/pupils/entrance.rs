//! The page behind a code: what comes next for who is there; and joining by a click, for who is known already.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use rentree_domain::{CampaignId, LearnerId, Method, Progress, Standing, paris};
use rentree_http::{Arrival, Asked, DoneOnTheWay, Face, Input, Problem, WAITING_SIGN_ON};
use rentree_table::Campaign;
use schemars::JsonSchema;
use serde::Deserialize;

use super::decide::Account;
use super::door::Knock;
use super::pupil::Pupil;
use super::told::Offer;
use super::view::{EntranceView, Step};
use super::visit::{Entrance, Visit};
use super::who::IdentityFields;
use crate::Campaigns;
use crate::course_token::CourseToken;

/// What the form of who is known already sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "JoinFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// Whether the sign-on by Médiacentre that waits in this browser is added to the account: it is offered where the name fits. Where it
    /// was offered and is not added, it is forgotten.
    add_mediacentre: bool,
}

/// `GET /campagnes/{code}`
pub(crate) async fn page(
    State(app): State<Campaigns>,
    Asked(arrival): Asked<Arrival>,
    knock: Knock,
    face: Face,
) -> Result<Response, Problem> {
    let visit = app.visit(knock).await?;

    let (step, trial) = tokio::try_join!(app.step(&visit), app.offered_trial(&visit))?;

    let opens = visit.known.as_ref().map(|known| known.user.methods.has(Method::Mediacentre, (app.clock)()));
    let view = EntranceView::new(&visit, step).done(arrival.done(), opens).left(arrival.has_left()).offering(trial);
    Ok(visit.token.on(face.render(StatusCode::OK, &view)?))
}

/// `POST /campagnes/{code}`
pub(crate) async fn join(
    State(app): State<Campaigns>,
    knock: Knock,
    face: Face,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let visit = app.visit(knock).await?;
    let known = visit.known.as_ref().ok_or_else(Problem::signed_out)?;
    visit.check_meant(&input.proof)?;
    visit.check_not_closed()?;
    let adds = input.fields.add_mediacentre;
    visit.check_waiting(adds)?;
    let tie = known.tie.ok_or_else(|| {
        Problem::too_late("Indiquez d’abord vos nom, prénom et date de naissance.")
            .leading_to("Continuer", visit.path())
    })?;

    let (pupil, part) =
        tokio::try_join!(app.enrolled(&visit.entrance, tie.learner), app.standing(visit.entrance.id, tie.learner))?;
    if part.is_none() {
        visit.check_lesson()?;
    }
    let pupil = pupil.ok_or_else(|| Problem::not_a_pupil(LEFT).leading_to("Mes campagnes", "/mes-campagnes"))?;

    if adds {
        if offer(&visit, &pupil) == Offer::SomebodyElse {
            return Err(somebody_else().leading_to("Revenir à la campagne", visit.path()));
        }
        let account = Account::of(known, None);
        let standing = app.tie_known(&visit, &pupil, (&account, true)).await?;
        let standing = standing.map_err(|refused| refused.leading_to("Revenir à la campagne", visit.path()))?;
        let view = EntranceView::new(&visit, app.joined(&visit, &pupil, standing)).after_adding();
        let path = visit.path_after(DoneOnTheWay::MediacentreAdded);
        return Ok(WAITING_SIGN_ON.forget(face.after_post(StatusCode::OK, &path, &view)?));
    }
    let standing = app.join_again(&visit, &pupil, known.signed_in.user, part).await?;

    // Who could have added it and did not has said no, and is not asked again on the page that follows. The next sign-on asks anew.
    let has_declined = offer(&visit, &pupil).is_possible();
    if !has_declined {
        let view = EntranceView::new(&visit, app.joined(&visit, &pupil, standing));
        return face.after_post(StatusCode::OK, &visit.path(), &view);
    }
    let visit = Visit { waiting: None, ..visit };
    let view = EntranceView::new(&visit, app.joined(&visit, &pupil, standing));
    let path = visit.path_after(DoneOnTheWay::MediacentreDeclined);
    Ok(WAITING_SIGN_ON.forget(face.after_post(StatusCode::OK, &path, &view)?))
}

/// What can be done with the sign-on that waits for the account that is signed in, which is `pupil`'s.
fn offer(visit: &Visit, pupil: &Pupil) -> Offer {
    visit.sign_on().map_or(Offer::Nothing, |sign_on| sign_on.offer(pupil))
}

/// What who has not joined is told while nobody can.
fn shut(entrance: &Entrance) -> Option<Step> {
    let closed = entrance.closed.map(Step::Closed);
    closed.or_else(|| entrance.waits_for_a_lesson.then_some(Step::OutsideLesson))
}

fn somebody_else() -> Problem {
    Problem::other_account(
        "Le Médiacentre donne un autre nom que celui de ce compte. Rien n’a été changé. Si c’est votre Médiacentre, déconnectez-vous, puis recommencez depuis le Médiacentre.",
    )
}

const LEFT: &str =
    "L’établissement ne vous compte plus parmi ses élèves. Si c’est une erreur, demandez à votre enseignant.";

impl Campaigns {
    /// What comes next for who is there.
    pub(crate) async fn step(&self, visit: &Visit) -> Result<Step, Problem> {
        let id = visit.entrance.id;
        let forms = || IdentityFields::default().forms(visit.told_names());
        let Some(tie) = visit.known.as_ref().and_then(|known| known.tie) else {
            return Ok(shut(&visit.entrance).unwrap_or_else(|| Step::Identify { forms: forms() }));
        };
        let part = async { Ok(self.table.participation(id, tie.learner).await?) };
        let (part, pupil) = tokio::try_join!(part, self.enrolled(&visit.entrance, tie.learner))?;
        let step = match (&part, pupil) {
            (Some(part), Some(pupil)) => self.joined(visit, &pupil, part.standing()),
            (Some(part), None) => self.joined_as(visit, (tie.learner, false), part.standing(), Offer::Nothing),
            (None, _) if let Some(shut) = shut(&visit.entrance) => shut,
            (None, Some(pupil)) => {
                let other_level = visit.is_of_another_level(&pupil);
                Step::Join { mediacentre: offer(visit, &pupil), other_level }
            }
            (None, None) => Step::Left { forms: forms() },
        };
        Ok(step.after(part.as_ref()))
    }

    /// The step of `pupil`, who is in.
    pub(crate) fn joined(&self, visit: &Visit, pupil: &Pupil, standing: Standing) -> Step {
        let offer = if visit.entrance.closed.is_some() { Offer::Nothing } else { offer(visit, pupil) };
        self.joined_as(visit, (pupil.learner.id, visit.is_of_another_level(pupil)), standing, offer)
    }

    fn joined_as(
        &self,
        visit: &Visit,
        (learner, other_level): (LearnerId, bool),
        standing: Standing,
        mediacentre: Offer,
    ) -> Step {
        let Entrance { id, ref campaign, .. } = visit.entrance;
        let methods = visit.known.as_ref().map(|known| &known.user.methods);
        Step::Joined {
            progress: standing.progress,
            sent: None,
            taken_back: None,
            other_level,
            resume: self.resume((id, campaign), learner, standing),
            closed: visit.entrance.closed,
            user_name: methods.and_then(|methods| methods.user_name.as_ref()).map(ToString::to_string),
            by_mediacentre: methods.is_some_and(|methods| methods.has(Method::Mediacentre, (self.clock)())),
            mediacentre,
        }
    }

    /// Where a pupil begins the course, or goes on with it.
    pub(crate) fn resume(
        &self,
        (id, campaign): (CampaignId, &Campaign),
        learner: LearnerId,
        standing: Standing,
    ) -> Option<String> {
        let now = (self.clock)();
        let is_open = campaign.closed(paris::date(now)).is_none() && standing.progress < Progress::Sent;
        let course = self.config.courses.find(&campaign.course).filter(|_| is_open)?;
        let token = CourseToken::new(id, learner, standing.of, now).sign(&self.config.webhook_secrets);
        Some(course.link(&token, &campaign.code))
    }
}
