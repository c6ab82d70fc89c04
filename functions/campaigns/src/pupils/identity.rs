//! First name, last name, birth date: which pupil of the school is this?

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::birth_date::{self, BirthDateError};
use rentree_domain::method::may_use_email;
use rentree_domain::{UserName, paris};
use rentree_http::{ClientAddress, Face, FormToken, Input, Problem};
use rentree_web::{Field, Form};
use schemars::JsonSchema;
use serde::Deserialize;

use super::account::DRAWS;
use super::decide::{Next, Refusal};
use super::find::{Identity, Pupil};
use super::view::{EntranceView, NewAccount, Step};
use crate::Campaigns;

/// What the form sends.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct IdentityFields {
    /// First name: the first, second or third one.
    pub(crate) first_name: String,
    /// Last name: family or usage name.
    pub(crate) last_name: String,
    /// `10/03/2012` or `2012-03-10`.
    pub(crate) birth_date: String,
    /// A new account, though the pupil has one of another school: it cannot be opened any more.
    pub(crate) despite: bool,
}

impl std::fmt::Debug for IdentityFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdentityFields(…)")
    }
}

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
    let identity = match fields.read(fields.form(), paris::date((app.clock)())) {
        Ok(identity) => identity,
        Err(form) => {
            let problem = Problem::invalid(&form);
            let view = EntranceView::new(&visit, Step::Identify { form });
            return Ok(visit.token.on(face.again(problem, &view)?));
        }
    };
    let again = |problem: Problem| {
        if problem.status().is_server_error() {
            return Err(problem);
        }
        let view = EntranceView::new(&visit, Step::Identify { form: fields.form() }).alerting(problem.detail());
        Ok(visit.token.on(face.again(problem, &view)?))
    };
    let (pupil, counted) = match app.find(&visit, &identity).await {
        Ok(found) => found,
        Err(problem) => return again(problem),
    };

    match app.next(&visit, &pupil, fields.despite).await? {
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

impl IdentityFields {
    /// The form, with what was typed.
    pub(crate) fn form(&self) -> Form {
        let first_name = Field::text("first_name", "Prénom").autocomplete("given-name").value(&self.first_name);
        let last_name = Field::text("last_name", "Nom").autocomplete("family-name").value(&self.last_name);
        let birth_date = Field::text("birth_date", "Date de naissance")
            .hint("Jour, mois, année. Exemple : 10/03/2012")
            .autocomplete("bday")
            .value(&self.birth_date);
        Form::new("who", [first_name, last_name, birth_date])
    }

    /// The identity, or the form with its errors.
    pub(crate) fn read(&self, mut form: Form, today: jiff::civil::Date) -> Result<Identity, Form> {
        for (field, typed, error) in [
            ("first_name", &self.first_name, "Indiquez votre prénom."),
            ("last_name", &self.last_name, "Indiquez votre nom."),
        ] {
            if rentree_domain::name::fold(typed).is_empty() {
                form.refuse(field, error);
            } else if typed.chars().count() > LONGEST {
                form.refuse(field, "C’est trop long : 100 caractères au plus.");
            }
        }
        let birth_date = form.read("birth_date", birth_date::typed(&self.birth_date, today), |error| {
            match error {
                BirthDateError::Empty => "Indiquez votre date de naissance.",
                BirthDateError::Unreadable => {
                    "Écrivez le jour, le mois et l’année en chiffres, avec quatre chiffres pour l’année. Exemple : 10/03/2012"
                }
                BirthDateError::Impossible => "Cette date n’est pas possible. Vérifiez le jour, le mois et l’année.",
            }
            .to_owned()
        });
        match birth_date.filter(|_| !form.is_refused()) {
            Some(birth_date) => {
                Ok(Identity { first_name: self.first_name.clone(), last_name: self.last_name.clone(), birth_date })
            }
            None => Err(form),
        }
    }
}

/// Longer than any name: comparing costs as the square.
const LONGEST: usize = 100;

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
