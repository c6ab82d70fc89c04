//! First name, last name, birth date, or a personal code: which pupil of the school is this?

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use rentree_domain::method::may_use_email;
use rentree_domain::{UserName, paris};
use rentree_http::{Face, Input, Problem};
use rentree_table::JoinOutcome;

use super::account::DRAWS;
use super::counted::Back;
use super::decide::{Next, Refusal, back_at_once};
use super::door::Knock;
use super::find::{Pupil, Tried};
use super::view::{EntranceView, NewAccount, Step};
use super::visit::Visit;
use super::who::{Answer, IdentityFields, WhoForms, code_form};
use crate::Campaigns;

/// `POST /campagnes/{code}/identity`
pub(crate) async fn tell(
    State(app): State<Campaigns>,
    knock: Knock,
    face: Face,
    input: Input<IdentityFields>,
) -> Result<Response, Problem> {
    let fields = input.fields;
    let claim = fields.read(paris::date((app.clock)()));

    let (visit, tried) = app.visit_and_try(knock, claim.as_ref().ok()).await?;
    if let Err(problem) = visit.check_meant(&input.proof).and_then(|()| visit.check_open()) {
        app.leave(tried).await?;
        return Err(problem);
    }
    let Some(tried) = tried else {
        let forms = claim.err().unwrap_or_else(|| fields.forms());
        let problem = Problem::invalid(forms.refused());
        let view = EntranceView::new(&visit, Step::Identify { forms });
        return Ok(visit.token.on(face.again(problem, &view)?));
    };

    match app.answer(&visit, tried, fields.clone()).await {
        Ok(Answered::Step(step)) => Ok(visit.token.on(face.render(StatusCode::OK, &EntranceView::new(&visit, step))?)),
        Ok(Answered::Joined(step)) => face.after_post(StatusCode::OK, &visit.path(), &EntranceView::new(&visit, step)),
        Ok(Answered::Declined) => {
            let view = EntranceView::new(&visit, Step::SeeTeacher { form: code_form("") });
            let problem = Problem::not_a_pupil(DECLINED).leading_to("Recommencer", visit.path());
            Ok(visit.token.on(face.again(problem, &view)?))
        }
        Err(problem) if problem.status().is_server_error() || problem.status() == StatusCode::UNAUTHORIZED => {
            Err(problem)
        }
        Err(problem) => {
            let forms = WhoForms { is_code_open: true, ..fields.forms() };
            let view = EntranceView::new(&visit, Step::Identify { forms }).alerting(problem.detail());
            Ok(visit.token.on(face.again(problem, &view)?))
        }
    }
}

const DECLINED: &str = "Demandez à votre enseignant comment l’établissement a écrit votre nom. Il peut aussi vous donner un code personnel, qui remplace le nom et la date de naissance.";

/// What came of telling who one is.
enum Answered {
    /// This comes next.
    Step(Step),
    /// The account that is signed in has joined.
    Joined(Step),
    /// They are not the pupil that they were asked about.
    Declined,
}

impl Campaigns {
    /// Finds the pupil whom an attempt is about, and goes as far as it can.
    async fn answer(&self, visit: &Visit, tried: Tried, fields: IdentityFields) -> Result<Answered, Problem> {
        let (pupil, mut counted) = self.find(visit, tried).await?;
        let id = pupil.learner.id;
        if fields.answer == Answer::No {
            // It was a guess, and stays counted as one.
            let declined = self.note(visit, JoinOutcome::Declined, Some(id));
            tokio::try_join!(self.count_guesses(visit, vec![id], counted.at), declined)?;
            return Ok(Answered::Declined);
        }
        let said = fields.said(id);
        let back = back_at_once(visit, &pupil, said);
        // Without a session, an account that the pupil has here is told of, whatever else is read.
        let is_noted = back == Back::AllButTheName;
        let (next, user_name, (), ()) = tokio::try_join!(
            self.next(visit, &pupil, said),
            self.free_name(&pupil, back == Back::All),
            self.settle(visit, &mut counted, back),
            self.note_tied_if(is_noted, visit, &pupil),
        )?;

        match next {
            // Stays counted, whatever the answer will be.
            Next::Ask(doubt) => Ok(Answered::Step(Step::ask(&pupil, doubt, fields))),
            Next::Tie(account) => {
                let (tied, ()) = tokio::join!(
                    self.tie_known(visit, &pupil, &account),
                    self.settle_if_possible(visit, &mut counted, Back::All)
                );
                match tied? {
                    Ok(progress) => Ok(Answered::Joined(self.joined(visit, id, progress))),
                    // It was told that somebody has joined at this name.
                    Err(refusal) => {
                        self.settle(visit, &mut counted, Back::AllButTheName).await?;
                        Err(refusal.problem())
                    }
                }
            }
            Next::NewAccount => {
                let may_use_email = may_use_email(pupil.entry.birth_date, paris::date((self.clock)()));
                let account = NewAccount::new(&pupil, &user_name, may_use_email, fields, "");
                Ok(Answered::Step(Step::NewAccount(Box::new(account))))
            }
            Next::HasAccount { owner, elsewhere } => {
                self.settle(visit, &mut counted, Back::AllButTheName).await?;
                self.note_tied_if(!is_noted, visit, &pupil).await?;
                Ok(Answered::Step(Step::has_account(&owner, elsewhere, fields)))
            }
            Next::Refused(refusal) => Err(refusal.problem()),
        }
    }

    /// A user name that nobody has yet: with the birthday, or else with digits drawn at random. Looks only if one `is_wanted`.
    async fn free_name(&self, pupil: &Pupil, is_wanted: bool) -> Result<UserName, Problem> {
        let entry = &pupil.entry;
        let mut name = UserName::proposed(&entry.first_name, &entry.last_name, entry.birth_date);
        for draw in 0..DRAWS {
            if !is_wanted {
                break;
            }
            if self.table.is_free(&name).await? {
                break;
            }
            name = UserName::another(&entry.first_name, &entry.last_name, draw, rentree_runtime::random());
        }
        // Not free even now: it is drawn again when the account is made.
        Ok(name)
    }
}

impl Refusal {
    /// What people are told.
    pub(crate) fn problem(self) -> Problem {
        Problem::other_account(match self {
            Self::OtherPupil => {
                "Vous êtes connecté(e) avec le compte d’un autre élève de l’établissement. Déconnectez-vous en haut de la page, puis recommencez."
            }
            Self::OtherPerson => {
                "Vous êtes connecté(e) avec le compte de quelqu’un d’autre : le nom, le prénom ou la date de naissance ne correspondent pas. Déconnectez-vous en haut de la page, puis recommencez."
            }
            Self::UnderFifteen => {
                "Avant 15 ans, on ne peut pas se connecter avec une adresse e-mail, et le compte avec lequel vous êtes connecté(e) en a une. Déconnectez-vous en haut de la page, puis recommencez : un identifiant vous sera proposé."
            }
            Self::TooLate => {
                "Quelqu’un vient de rejoindre la campagne à ce nom, sur un autre appareil. Cliquez sur « Continuer » pour voir comment vous connecter."
            }
        })
    }
}
