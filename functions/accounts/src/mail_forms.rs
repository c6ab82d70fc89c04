//! The forms that ask for an address and answer everybody alike: a mail says the rest.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use rentree_domain::{EmailAddress, UserName};
use rentree_http::{ClientAddress, Face, FormToken, Input, Problem, text};
use rentree_orders::{Ask, Refusal};
use rentree_web::{Field, Form, Frame};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Accounts;
use crate::sign_in::Secret;

/// What such a form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "AddressFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// E-mail address.
    #[schemars(with = "text::Email")]
    email: Secret,
}

/// Whether it was sent.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Sent {
    /// Whatever it says: the form was just sent.
    pub(crate) sent: Option<String>,
}

/// Such a page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "mail-form.html")]
pub(crate) struct MailFormView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    #[serde(skip)]
    kind: Kind,
    /// Whether the form was sent. Nothing else is told: the mailbox knows.
    sent: bool,
}

/// Which form.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) path: &'static str,
    pub(crate) title: &'static str,
    pub(crate) intro: &'static str,
    pub(crate) button: &'static str,
    pub(crate) sent: &'static str,
    /// What whoever types a user name is told.
    pub(crate) of_user_name: &'static str,
    /// Whether a mail leaves only to an address that an account confirmed. Then the page says so before and after the form, whoever asks,
    /// and what the others may do.
    pub(crate) is_for_confirmed: bool,
    pub(crate) ask: fn(&str, EmailAddress) -> Ask<'_>,
}

impl Kind {
    /// The page, before or after the form was sent.
    pub(crate) fn page(self, face: Face, token: &FormToken, sent: bool) -> Result<Response, Problem> {
        Ok(token.on(face.render(StatusCode::OK, &self.view(token, form(""), sent))?))
    }

    /// Orders the mail, whoever's the address is.
    pub(crate) async fn order(
        self,
        app: &Accounts,
        client: &ClientAddress,
        face: Face,
        token: &FormToken,
        input: Input<Fields>,
    ) -> Result<Response, Problem> {
        token.check_meant(&input.proof)?;
        let typed = input.fields.email.0;
        let mut form = form(&typed);
        let wrong = match UserName::parse(&typed) {
            Ok(_) => self.of_user_name,
            Err(_) => "Indiquez votre adresse e-mail complète. Exemple : prenom.nom@exemple.fr",
        };
        let Some(email) = form.read("email", EmailAddress::typed(&typed), |_| wrong.to_owned()) else {
            let problem = Problem::invalid(&form);
            return Ok(token.on(face.again(problem, &self.view(token, form, false))?));
        };
        match app.mails.ask((self.ask)(&client.0, email), (app.clock)()).await {
            Ok(()) => {}
            Err(Refusal::TooMany(_)) => {
                let told = "Trop de demandes depuis votre connexion. Réessayez dans une heure.";
                form.refuse("email", told);
                return Ok(token.on(face.again(Problem::too_many(told), &self.view(token, form, false))?));
            }
            Err(error) => return Err(Problem::internal(&error)),
        }

        let location = format!("{}?sent=1", self.path);
        face.after_post(StatusCode::ACCEPTED, &location, &self.view(token, self::form(""), true))
    }

    fn view(self, token: &FormToken, form: Form, sent: bool) -> MailFormView {
        MailFormView { frame: Frame::bare(self.title), csrf: token.csrf(), form, kind: self, sent }
    }
}

fn form(email: &str) -> Form {
    Form::new("ask", [Field::email("email", "Adresse e-mail").value(email)])
}
