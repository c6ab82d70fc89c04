//! The public form. It answers everybody alike, in the same time: what is known of the school, the mail worker looks up.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use rentree_domain::{ActivationId, EmailAddress, Ministry, PersonName, Uai, mailbox};
use rentree_http::{Asked, ClientAddress, Face, FormToken, Input, Problem, text};
use rentree_identity::{person_name_error, read_uai, uai_field};
use rentree_orders::{Ask, Refusal};
use rentree_table::School;
use rentree_web::{Field, Form, Frame};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Activation;

const PATH: &str = "/demande-administration-sco";

/// What the form sends. All fields are mandatory.
#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "ActivationFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// UAI (also called RNE) of the school, in any case.
    #[schemars(with = "text::Uai")]
    uai: String,
    /// First name of who asks.
    #[schemars(with = "text::Name")]
    first_name: String,
    /// Last name of who asks.
    #[schemars(with = "text::Name")]
    last_name: String,
}

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fields(…)")
    }
}

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "request.html")]
pub(crate) struct RequestView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    /// Where people ask for help.
    support: String,
    /// Whether the form was sent. Whether a mail leaves is not told: the mailbox knows.
    sent: bool,
    /// The school that was typed, on the page after the form.
    #[schemars(with = "Option<String>")]
    uai: Option<Uai>,
    /// Its name and its town there, as the public directory has them; nothing is told of its space.
    school: Option<String>,
}

/// Whether it was sent.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Sent {
    /// The form was just sent, for this UAI.
    sent: Option<String>,
}

/// `GET /demande-administration-sco`
pub(crate) async fn page(
    State(app): State<Activation>,
    Asked(query): Asked<Sent>,
    face: Face,
    token: FormToken,
) -> Result<Response, Problem> {
    let uai = query.sent.as_deref().and_then(|sent| Uai::parse(sent).ok());
    let school = app.listed(uai).await?;
    let view = RequestView::new(&app, &token, Fields::default().form(), query.sent.is_some());
    let view = RequestView { uai, school, ..view };
    Ok(token.on(face.render(StatusCode::OK, &view)?))
}

/// `POST /demande-administration-sco`
pub(crate) async fn request(
    State(app): State<Activation>,
    client: ClientAddress,
    face: Face,
    token: FormToken,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    token.check_meant(&input.proof)?;
    let (uai, first_name, last_name) = match input.fields.read() {
        Ok(read) => read,
        Err(form) => {
            let problem = Problem::invalid(&form);
            return Ok(token.on(face.again(problem, &RequestView::new(&app, &token, form, false))?));
        }
    };
    let now = (app.clock)();
    let id = ActivationId::new(now, rentree_runtime::random());
    let ask = Ask::Space { client: &client.0, uai, id, name: (first_name, last_name) };
    match app.mails.ask(ask, now).await {
        Ok(()) => {}
        Err(Refusal::TooMany(_)) => {
            let told = "Trop de demandes depuis votre connexion. Réessayez dans une heure.";
            let mut form = input.fields.form();
            form.refuse("uai", told);
            return Ok(token.on(face.again(Problem::too_many(told), &RequestView::new(&app, &token, form, false))?));
        }
        Err(error) => return Err(Problem::internal(&error)),
    }

    let view = RequestView::new(&app, &token, Fields::default().form(), true);
    face.after_post(StatusCode::ACCEPTED, &format!("{PATH}?sent={uai}"), &view)
}

impl Activation {
    /// Name and town of a school of the directory, open or not, with a space or without.
    async fn listed(&self, uai: Option<Uai>) -> Result<Option<String>, Problem> {
        let Some(uai) = uai else { return Ok(None) };
        Ok(self.table.school(uai).await?.map(School::with_town))
    }
}

impl Fields {
    fn form(&self) -> Form {
        Form::new(
            "ask",
            [
                uai_field(&self.uai),
                Field::text("first_name", "Votre prénom").autocomplete("given-name").value(&self.first_name),
                Field::text("last_name", "Votre nom").autocomplete("family-name").value(&self.last_name),
            ],
        )
    }

    /// What was asked, or the form with its errors.
    fn read(&self) -> Result<(Uai, PersonName, PersonName), Form> {
        let mut form = self.form();
        let uai = read_uai(&mut form, &self.uai);
        let first_name =
            form.read("first_name", PersonName::parse(&self.first_name), |error| person_name_error("prénom", error));
        let last_name =
            form.read("last_name", PersonName::parse(&self.last_name), |error| person_name_error("nom", error));
        match (uai, first_name, last_name) {
            (Some(uai), Some(first_name), Some(last_name)) => Ok((uai, first_name, last_name)),
            _ => Err(form),
        }
    }
}

impl RequestView {
    fn new(app: &Activation, token: &FormToken, form: Form, sent: bool) -> Self {
        Self {
            frame: Frame::bare("Activez ou récupérez votre espace"),
            csrf: token.csrf(),
            form,
            support: app.config.support_email.clone(),
            sent,
            uai: None,
            school: None,
        }
    }

    /// The mailbox of a school that the directory has no address of, by the rule of the Éducation nationale. It tells nothing of the
    /// school: the rule is made of the UAI alone.
    fn mailbox(&self) -> Option<EmailAddress> {
        mailbox::of_school(self.uai?, None, Ministry::Education)
    }
}
