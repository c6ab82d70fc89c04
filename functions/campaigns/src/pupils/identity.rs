//! First name, last name, birth date, or a personal code: which pupil of the school is this?

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::guess::{Refused, Subject};
use rentree_domain::method::may_use_email;
use rentree_domain::{Standing, UserName, paris};
use rentree_http::{DoneOnTheWay, Face, Input, NewSession, Problem, Proof, WAITING_SIGN_ON};
use rentree_table::{JoinOutcome, User};

use super::account::DRAWS;
use super::counted::Due;
use super::decide::{Next, Refusal, due_at_once};
use super::door::Knock;
use super::enter::Entered;
use super::find::Tried;
use super::pupil::Pupil;
use super::shown::lead_to;
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
    let (fields, headers) = (input.fields, knock.headers.clone());
    if fields.without_mediacentre {
        return Box::pin(app.go_on_without(knock, face, &input.proof)).await;
    }

    let (visit, attempt) = app.visit_and_try(knock, &fields).await?;
    let admitted = visit.check_meant(&input.proof).and_then(|()| visit.check_open());
    if let Err(problem) = admitted.and_then(|()| visit.check_waiting(fields.mediacentre)) {
        app.leave(attempt.ok()).await?;
        return Err(problem);
    }
    let tried = match attempt {
        Ok(tried) => tried,
        Err(forms) => {
            let problem = Problem::invalid(forms.refused());
            let trial = app.offered_trial(&visit).await?;
            let view = EntranceView::new(&visit, Step::Identify { forms: *forms }).offering(trial);
            return Ok(visit.token.on(face.again(problem, &view)?));
        }
    };

    match app.answer(&visit, tried, fields.clone(), &headers).await {
        Ok(Answered::Step(step)) => lead_to(&visit, face, step, (app.clock)()),
        Ok(Answered::Joined { step, has_added: false }) => {
            face.after_post(StatusCode::OK, &visit.path(), &EntranceView::new(&visit, step))
        }
        Ok(Answered::Joined { step, has_added: true }) => {
            let view = EntranceView::new(&visit, step).after_adding();
            let path = visit.path_after(DoneOnTheWay::MediacentreAdded);
            Ok(WAITING_SIGN_ON.forget(face.after_post(StatusCode::OK, &path, &view)?))
        }
        Ok(Answered::Entered(pupil, user, session, standing)) => {
            app.let_in(visit, face, &pupil, standing, (*user, session)).await
        }
        Ok(Answered::Declined) if face == Face::Page => {
            lead_to(&visit, face, Step::SeeTeacher { form: code_form("") }, (app.clock)())
        }
        Ok(Answered::Declined) => Err(Problem::not_a_pupil(DECLINED).leading_to("Recommencer", visit.path())),
        Err(problem) if is_of_its_own(&problem) => Err(problem),
        Err(problem) => {
            let trial = app.offered_trial(&visit).await?;
            let forms = WhoForms { is_code_open: true, ..fields.forms(visit.told_names()) };
            let view = EntranceView::new(&visit, Step::Identify { forms }).alerting(problem.detail()).offering(trial);
            Ok(visit.token.on(face.again(problem, &view)?))
        }
    }
}

/// Whether a problem has a page of its own: the forms would not help.
fn is_of_its_own(problem: &Problem) -> bool {
    let status = problem.status();
    status.is_server_error() || status == StatusCode::UNAUTHORIZED || status == StatusCode::GONE
}

const DECLINED: &str = "Demandez à votre enseignant comment l’établissement a écrit votre nom. Il peut aussi vous donner un code personnel, qui remplace le nom et la date de naissance.";

/// What came of telling who one is.
enum Answered {
    /// This comes next.
    Step(Step),
    /// The account that is signed in has joined.
    Joined {
        /// How far it is.
        step: Step,
        /// Whether the sign-on that waited was added to it.
        has_added: bool,
    },
    /// The sign-on that waited opened the pupil's account.
    Entered(Box<Pupil>, Box<User>, NewSession, Option<Standing>),
    /// They are not the pupil that they were asked about.
    Declined,
}

impl Campaigns {
    /// Finds the pupil whom an attempt is about, and goes as far as it can.
    async fn answer(
        &self,
        visit: &Visit,
        tried: Tried,
        fields: IdentityFields,
        headers: &HeaderMap,
    ) -> Result<Answered, Problem> {
        let (pupil, mut counted) = self.find(visit, tried).await?;
        let id = pupil.learner.id;
        if fields.answer == Answer::No {
            // It was a guess, and stays counted as one.
            let declined = self.note(visit, JoinOutcome::Declined, Some(id));
            let guess = self.count_guesses(vec![Subject::Pupil(id)], counted.at);
            let (tallies, ()) = tokio::try_join!(guess, declined)?;
            return match Refused::by(&tallies) {
                Some(refused) => Err(self.refuse(visit, &counted, &tallies, refused).await?),
                None => Ok(Answered::Declined),
            };
        }
        let said = fields.said(id);
        let due = due_at_once(visit, &pupil, said);
        // Without a session, an account that the pupil has here is told of, whatever else is read.
        let is_noted = due == Due::ThePupil;
        let (next, user_name, (), ()) = tokio::try_join!(
            self.next(visit, &pupil, said),
            self.free_name(&pupil, due == Due::Nothing && visit.sign_on().is_none()),
            self.settle(visit, &mut counted, due),
            self.note_tied_if(is_noted, visit, &pupil),
        )?;

        match next {
            // Stays counted, whatever the answer will be.
            Next::Ask(doubt) => {
                self.settle(visit, &mut counted, Due::Everything).await?;
                Ok(Answered::Step(Step::ask(&pupil, doubt, fields)))
            }
            Next::Tie { account, adds } => {
                let (tied, ()) = tokio::join!(
                    self.tie_known(visit, &pupil, (&account, adds)),
                    self.settle_if_possible(visit, &mut counted, Due::Nothing)
                );
                match tied? {
                    Ok(standing) => {
                        Ok(Answered::Joined { step: self.joined(visit, &pupil, standing), has_added: adds })
                    }
                    // It was told that somebody has joined at this name.
                    Err(refused) => {
                        self.settle(visit, &mut counted, Due::ThePupil).await?;
                        Err(refused)
                    }
                }
            }
            Next::Enter { owner, elsewhere } => {
                match self.enter_counted(visit, &pupil, (&owner, !elsewhere), &mut counted, headers).await? {
                    Entered::In(user, session, standing) => {
                        Ok(Answered::Entered(Box::new(pupil), user, session, standing))
                    }
                    Entered::Not(problem) => Err(problem),
                }
            }
            Next::NewAccount if visit.sign_on().is_some() => {
                Ok(Answered::Step(Step::new_by_mediacentre(visit, &pupil, fields)))
            }
            Next::NewAccount => {
                let may_use_email = may_use_email(pupil.entry.birth_date, paris::date((self.clock)()));
                let account = NewAccount::new(&pupil, &user_name, may_use_email, fields, "");
                Ok(Answered::Step(Step::NewAccount(Box::new(account))))
            }
            Next::HasAccount { owner, elsewhere } => {
                let told = self.note_tied_if(!is_noted, visit, &pupil);
                tokio::try_join!(self.settle(visit, &mut counted, Due::ThePupil), told)?;
                Ok(Answered::Step(Step::has_account(&owner, elsewhere, fields)))
            }
            Next::Refused(refusal) => {
                self.settle(visit, &mut counted, Due::Everything).await?;
                Err(self.told(refusal, visit).await?.problem())
            }
        }
    }

    /// What is told of a refusal: of staff it is true that the account is theirs.
    async fn told(&self, refusal: Refusal, visit: &Visit) -> Result<Refusal, Problem> {
        let may_be_of_the_team = refusal == Refusal::OtherPerson;
        let is_of_the_team = may_be_of_the_team && self.offered_trial(visit).await?.is_some();
        Ok(if is_of_the_team { Refusal::OfTheTeam } else { refusal })
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

    /// Forgets the sign-on that waits in this browser: it is somebody else's, who sat here before.
    async fn go_on_without(&self, knock: Knock, face: Face, proof: &Proof) -> Result<Response, Problem> {
        let visit = self.visit(knock).await?;
        visit.check_meant(proof)?;
        let visit = Visit { waiting: None, ..visit };
        let view = EntranceView::new(&visit, self.step(&visit).await?);
        Ok(WAITING_SIGN_ON.forget(face.after_post(StatusCode::OK, &visit.path(), &view)?))
    }
}
