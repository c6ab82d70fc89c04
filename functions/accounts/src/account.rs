//! The page of an account: address, password, sessions.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::EmailAddress;
use rentree_http::{Face, Problem, SignedIn, require_sign_in};
use rentree_table::User;
use rentree_web::{Field, Form, Frame, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Accounts;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "account.html")]
pub(crate) struct AccountView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    pub(crate) password: Form,
    #[serde(skip)]
    pub(crate) address: Form,
    #[serde(skip)]
    done: Option<&'static str>,
    /// First and last name.
    name: String,
    /// What the account signs in with.
    #[schemars(with = "String")]
    email: EmailAddress,
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

/// What was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    done: String,
}

/// `GET /account`
pub(crate) async fn page(
    State(app): State<Accounts>,
    Query(done): Query<Done>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let signed_in = require_sign_in(&app.table, &headers, (app.clock)()).await?;

    let user = app.table.user(signed_in.user).await?.ok_or_else(Problem::signed_out)?;
    let mut view = app.account(&signed_in, user).await?;
    view.done = match done.done.as_str() {
        "password" => Some("Votre mot de passe a été changé. Vos autres appareils ont été déconnectés."),
        "address-asked" => Some(
            "Un message vient d’être envoyé à l’adresse indiquée. Suivez le lien qu’il contient, en étant connecté(e) : il expire dans 7 jours.",
        ),
        "address" => Some("Votre adresse e-mail est confirmée. Vos autres appareils ont été déconnectés."),
        "sessions" => Some("Déconnexion effectuée : le ou les appareils n’ont plus accès à votre compte."),
        _ => None,
    };
    face.render(StatusCode::OK, &view)
}

impl Accounts {
    /// The page of `user`, its forms empty.
    pub(crate) async fn account(&self, signed_in: &SignedIn, user: User) -> Result<AccountView, Problem> {
        let sessions = self.table.sessions(signed_in.user, user.epoch, (self.clock)()).await?;
        let row = |(hash, session): (rentree_table::SessionHash, rentree_table::Session)| Row {
            is_this: hash == signed_in.session,
            session: hash.to_string(),
            device: session.device,
            since: session.created_at,
        };
        Ok(AccountView {
            frame: signed_in.frame("Mon compte"),
            csrf: signed_in.csrf.clone(),
            password: password_form(),
            address: address_form(if user.email_confirmed { "" } else { user.email.as_str() }),
            done: None,
            name: user.full_name(),
            email: user.email,
            email_confirmed: user.email_confirmed,
            sessions: sessions.into_iter().map(row).collect(),
        })
    }
}

/// The form that changes the password.
pub(crate) fn password_form() -> Form {
    let current = Field::password("current_password", "Mot de passe actuel").autocomplete("current-password");
    let new = rentree_identity::PasswordFields::form("password").fields;
    Form::new("password", std::iter::once(current).chain(new))
}

/// The form that changes the address.
pub(crate) fn address_form(email: &str) -> Form {
    let email = Field::email("email", "Adresse e-mail").value(email);
    let current = Field::password("current_password", "Mot de passe actuel")
        .hint("Seulement pour indiquer une autre adresse que celle de votre compte.")
        .autocomplete("current-password");
    Form::new("address", [email, current])
}
