//! The page of an account: address, password, sessions.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::method::may_use_email;
use rentree_domain::{EmailAddress, Method, UserName, paris};
use rentree_http::{Asked, Face, Problem, SignedIn, require_account};
use rentree_identity::PasswordRules;
use rentree_table::User;
use rentree_web::{Field, Form, Frame, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;

use crate::Accounts;
use crate::second_factor;
use crate::sessions::{ENDING, Proves, ending_form};

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "account.html")]
pub(crate) struct AccountView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    /// Who comes by Médiacentre alone has no password to change.
    #[serde(skip)]
    has_password: bool,
    #[serde(skip)]
    has_mediacentre_alone: bool,
    #[serde(skip)]
    pub(crate) password: Form,
    #[serde(skip)]
    pub(crate) address: Form,
    /// Ends other sessions; `None` when there are none, or when somebody has to sign on anew first.
    #[serde(skip)]
    pub(crate) ending: Option<Form>,
    /// Whether the account may have an e-mail address: not before the fifteenth birthday.
    may_use_email: bool,
    /// Whether it is a pupil's of some school.
    is_pupil: bool,
    /// Whether a second factor can be added or ended.
    may_have_second_factor: bool,
    /// Since when a code is asked beside the password; `null` when none is.
    second_factor: Option<Timestamp>,
    /// Whether the Médiacentre is there, and does not open the account yet.
    may_add_mediacentre: bool,
    #[serde(skip)]
    done: Option<String>,
    /// Label and path of the page that leads on, for whoever came here by a link of a mail.
    #[serde(skip)]
    home: Option<(&'static str, &'static str)>,
    /// First and last name.
    name: String,
    /// Whether a school gives the name: then its owner cannot correct it.
    is_named_by_a_school: bool,
    /// How the account signs in.
    methods: Vec<Method>,
    /// User name, if it has one.
    #[schemars(with = "Option<String>")]
    user_name: Option<UserName>,
    /// E-mail address, if it has one.
    #[schemars(with = "Option<String>")]
    email: Option<EmailAddress>,
    /// Whether a link sent there was followed.
    email_confirmed: bool,
    /// Where the account is signed in, the latest first.
    sessions: Vec<Row>,
}

/// A session.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionRow")]
struct Row {
    /// Names it, without opening it.
    session: String,
    /// `Firefox, Windows`.
    device: String,
    /// Since when.
    since: Timestamp,
    /// Whether it is the one that asks.
    is_this: bool,
}

impl Row {
    /// Its name, and what its owner knows it by.
    fn choice(&self) -> (String, String) {
        (self.session.clone(), format!("{}, connecté depuis le {}", self.device, french::day_and_time(&self.since)))
    }
}

/// What was just done.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Done {
    /// What the page tells that was just done.
    done: String,
}

/// `GET /account`
pub(crate) async fn page(
    State(app): State<Accounts>,
    Asked(done): Asked<Done>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (signed_in, user) = require_account(&app.table, &headers, (app.clock)()).await?;

    let mut view = app.account(&signed_in, user).await?;
    view.home = matches!(done.done.as_str(), "address" | "name").then(|| signed_in.home());
    let told = match done.done.as_str() {
        // The name stands in no address.
        "name" => {
            view.done = Some(format!("Votre nom est maintenant {}.", view.name));
            return face.render(StatusCode::OK, &view);
        }
        "password" => Some(
            "Votre mot de passe a été changé. Si vous étiez connecté(e) sur d’autres appareils, vous ne l’êtes plus.",
        ),
        "address-asked" => Some(
            "Un message vient d’être envoyé à l’adresse indiquée. Suivez le lien qu’il contient, en étant connecté(e) : il expire dans 7 jours.",
        ),
        "address" => Some(
            "Votre adresse e-mail est confirmée. Si vous étiez connecté(e) sur d’autres appareils, vous ne l’êtes plus.",
        ),
        "second-factor-ended" => Some(
            "La validation en deux étapes est désactivée : votre mot de passe suffit pour vous connecter. Si vous étiez connecté(e) sur d’autres appareils, vous ne l’êtes plus.",
        ),
        "sessions" => Some("Déconnexion effectuée : le ou les appareils n’ont plus accès à votre compte."),
        _ => None,
    };
    view.done = told.map(ToOwned::to_owned);
    face.render(StatusCode::OK, &view)
}

impl Accounts {
    /// The page of `user`, its forms empty.
    pub(crate) async fn account(&self, signed_in: &SignedIn, user: User) -> Result<AccountView, Problem> {
        let now = (self.clock)();
        let (sessions, ties) =
            try_join!(self.table.sessions(signed_in.user, user.epoch, now), self.table.ties(signed_in.user))?;
        let row = |(hash, session): (rentree_table::SessionHash, rentree_table::Session)| Row {
            is_this: hash == signed_in.session,
            session: hash.to_string(),
            device: session.device,
            since: session.created_at,
        };
        let sessions: Vec<Row> = sessions.into_iter().map(row).collect();
        let others: Vec<_> = sessions.iter().filter(|row| !row.is_this).map(Row::choice).collect();
        let proves = Proves::of(signed_in, &user, ENDING, now).ok().filter(|_| !others.is_empty());
        let unconfirmed = user.methods.email.as_ref().filter(|_| !user.email_confirmed);
        Ok(AccountView {
            frame: signed_in.frame("Mon compte"),
            csrf: signed_in.csrf.clone(),
            has_password: user.password_hash.is_some(),
            has_mediacentre_alone: user.has_mediacentre_alone(now),
            password: password_form(PasswordRules::of(&user)),
            address: address_form(&user, unconfirmed.map(EmailAddress::as_str).unwrap_or_default()),
            may_use_email: user.birth_date.is_none_or(|born| may_use_email(born, paris::date(now))),
            may_have_second_factor: second_factor::may_have_one(&user).is_ok(),
            second_factor: user.second_factor,
            is_pupil: !ties.is_empty(),
            may_add_mediacentre: self.config.has_mediacentre && !user.methods.has(Method::Mediacentre, now),
            done: None,
            home: None,
            name: user.full_name(),
            is_named_by_a_school: user.is_named_by_a_school(),
            methods: user.methods.all(now),
            user_name: user.methods.user_name,
            email: user.methods.email,
            email_confirmed: user.email_confirmed,
            ending: proves.map(|proves| ending_form(others, proves)),
            sessions,
        })
    }
}

/// The form that changes the password.
pub(crate) fn password_form(rules: PasswordRules) -> Form {
    let current = Field::password("current_password", "Mot de passe actuel").autocomplete("current-password");
    let new = rentree_identity::PasswordFields::form("password", rules).fields;
    Form::new("password", std::iter::once(current).chain(new))
}

/// The form that changes the address of `user`, or adds one.
pub(crate) fn address_form(user: &User, email: &str) -> Form {
    let email = Field::email("email", "Adresse e-mail").value(email);
    let current = Field::password("current_password", "Mot de passe actuel").autocomplete("current-password");
    let current = match (&user.methods.email, &user.password_hash) {
        (Some(_), _) => Some(current.hint("Seulement pour indiquer une autre adresse que celle de votre compte.")),
        (None, Some(_)) => Some(current),
        (None, None) => None,
    };
    Form::new("address", std::iter::once(email).chain(current))
}
