//! First name, last name, birth date, or a personal code: which pupil of the school is this?

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::method::may_use_email;
use rentree_domain::{UserName, paris};
use rentree_http::{ClientAddress, Face, FormToken, Input, Problem};
use rentree_table::JoinOutcome;

use super::account::DRAWS;
use super::decide::{Next, Refusal};
use super::find::Pupil;
use super::view::{EntranceView, NewAccount, Step};
use super::who::{Answer, IdentityFields, WhoForms, code_form};
use crate::Campaigns;

/// `POST /campagnes/{code}/identity`
pub(crate) async fn tell(
    State(app): State<Campaigns>,
    Path(code): Path<String>,
    client: ClientAddress,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
    input: Input<IdentityFields>,
) -> Result<Response, Problem> {
    let visit = app.visit(&code, client, token, &headers).await?;
    visit.check_meant(&input.proof)?;
    visit.check_open()?;
    let fields = input.fields;
    let claim = match fields.read(paris::date((app.clock)())) {
        Ok(claim) => claim,
        Err(forms) => {
            let problem = Problem::invalid(forms.refused());
            let view = EntranceView::new(&visit, Step::Identify { forms });
            return Ok(visit.token.on(face.again(problem, &view)?));
        }
    };
    let again = |problem: Problem| {
        if problem.status().is_server_error() {
            return Err(problem);
        }
        let forms = WhoForms { is_code_open: true, ..fields.forms() };
        let view = EntranceView::new(&visit, Step::Identify { forms }).alerting(problem.detail());
        Ok(visit.token.on(face.again(problem, &view)?))
    };
    let (pupil, counted) = match app.find(&visit, &claim).await {
        Ok(found) => found,
        Err(problem) => return again(problem),
    };
    if fields.answer == Answer::No {
        // It was a guess, and stays counted as one.
        app.count_guess(&visit, pupil.learner.id, counted.at).await?;
        app.note(&visit, JoinOutcome::Declined, Some(pupil.learner.id)).await?;
        let view = EntranceView::new(&visit, Step::SeeTeacher { form: code_form("") });
        let problem = Problem::not_a_pupil(DECLINED).leading_to("Recommencer", visit.path());
        return Ok(visit.token.on(face.again(problem, &view)?));
    }

    match app.next(&visit, &pupil, fields.said(&pupil)).await? {
        // Stays counted, whatever the answer will be: who is asked about everybody born on a day is guessing.
        Next::Ask(doubt) => {
            let view = EntranceView::new(&visit, Step::ask(&pupil, doubt, fields));
            Ok(visit.token.on(face.render(StatusCode::OK, &view)?))
        }
        Next::Tie(account) => {
            if let Err(refusal) = app.tie_known(&visit, &pupil, &account).await? {
                return again(refusal.problem());
            }
            app.give_back(&counted).await?;
            let view = EntranceView::new(&visit, app.step(&visit).await?);
            face.after_post(StatusCode::OK, &visit.path(), &view)
        }
        Next::NewAccount => {
            app.give_back(&counted).await?;
            let step = app.new_account(&pupil, fields).await?;
            Ok(visit.token.on(face.render(StatusCode::OK, &EntranceView::new(&visit, step))?))
        }
        Next::HasAccount { owner, elsewhere } => {
            app.give_back_but_the_name(&counted).await?;
            app.note_tied(&visit, &pupil).await?;
            let view = EntranceView::new(&visit, Step::has_account(&owner, elsewhere, fields));
            Ok(visit.token.on(face.render(StatusCode::OK, &view)?))
        }
        Next::Refused(refusal) => again(refusal.problem()),
    }
}

const DECLINED: &str = "Demandez à votre enseignant comment l’établissement a écrit votre nom. Il peut aussi vous donner un code personnel, qui remplace le nom et la date de naissance.";

impl Campaigns {
    /// The forms of a new account, with a user name that nobody has.
    pub(crate) async fn new_account(&self, pupil: &Pupil, fields: IdentityFields) -> Result<Step, Problem> {
        let user_name = self.free_name(pupil).await?;
        let may_use_email = may_use_email(pupil.entry.birth_date, paris::date((self.clock)()));
        Ok(Step::NewAccount(Box::new(NewAccount::new(pupil, &user_name, may_use_email, fields, ""))))
    }

    /// A user name that nobody has yet: with the birthday, or else with digits drawn at random.
    async fn free_name(&self, pupil: &Pupil) -> Result<UserName, Problem> {
        let entry = &pupil.entry;
        let mut name = UserName::proposed(&entry.first_name, &entry.last_name, entry.birth_date);
        for draw in 0..DRAWS {
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
