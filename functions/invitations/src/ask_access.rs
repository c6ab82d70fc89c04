//! Asking to be let into a school's space. Answered alike for every UAI: the request is noted whether the school has a space or not, and
//! its administrators, if there are any, are told by mail. Whoever they refused is told so when asking again: it stands among one's own
//! requests anyway.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::Uai;
use rentree_http::{Asked, ClientAddress, Face, Input, Problem, SignedIn, require_account, text};
use rentree_identity::{read_uai, uai_field};
use rentree_orders::{Ask, Refusal};
use rentree_table::{AccessRequest, School, User};
use rentree_web::{Form, Frame, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::join;

use crate::Invitations;

const PATH: &str = "/spaces/request";
const TOO_MANY: &str = "Trop de demandes ont été envoyées par vous, depuis votre connexion ou à cet établissement. Réessayez demain, ou demandez une invitation à un administrateur.";
const UNCONFIRMED: &str = "Confirmez d’abord votre adresse e-mail : les administrateurs vous reconnaissent par elle.";

/// What the form sends.
#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "AskAccessFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// UAI (also called RNE) of the school, in any case.
    #[schemars(with = "text::Uai")]
    uai: String,
}

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fields(…)")
    }
}

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "ask-access.html")]
pub(crate) struct AskAccessView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    /// Whether the address of the account is confirmed: without it, nobody asks.
    is_confirmed: bool,
    /// The school that was asked for, on the page after the form.
    #[schemars(with = "Option<String>")]
    uai: Option<Uai>,
    /// Its name and its town, as the public directory has them; nothing is told of its space.
    school: Option<String>,
}

/// Whether it was sent.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Sent {
    /// The form was just sent, for this UAI.
    sent: Option<String>,
}

/// `GET /spaces/request`
pub(crate) async fn page(
    State(app): State<Invitations>,
    Asked(query): Asked<Sent>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (signed_in, user) = require_account(&app.table, &headers, (app.clock)()).await?;
    signed_in.check_terms()?;

    let uai = query.sent.as_deref().and_then(|sent| Uai::parse(sent).ok());
    let school = match uai {
        Some(uai) => app.table.school(uai).await?.map(School::with_town),
        None => None,
    };
    let view = AskAccessView::new(&signed_in, &user, Fields::default().form());
    face.render(StatusCode::OK, &AskAccessView { uai, school, ..view })
}

/// `POST /spaces/request`
pub(crate) async fn ask(
    State(app): State<Invitations>,
    client: ClientAddress,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let (signed_in, user) = require_account(&app.table, &headers, now).await?;
    signed_in.check_terms()?;
    signed_in.check_meant(&input.proof)?;

    let mut form = input.fields.form();
    let uai = read_uai(&mut form, &input.fields.uai);
    let email = user.confirmed_email();
    if email.is_none() {
        form.refuse("uai", UNCONFIRMED);
    }
    let Some((uai, email)) = uai.zip(email) else {
        let problem = Problem::invalid(&form);
        return face.again(problem, &AskAccessView::new(&signed_in, &user, form));
    };
    let request = AccessRequest::new(user.full_name(), email.clone(), now);
    // What is kept of a refusal is read whichever the UAI is. Who carries the order out notes nothing over it, and mails nobody.
    let asked = app.mails.ask(Ask::Access { client: &client.0, account: signed_in.user, uai, request: &request }, now);
    let (asked, kept) = join!(asked, app.table.access_request(uai, signed_in.user));
    // Whoever was invited since is in.
    if let Some((refused_at, until)) = kept?.and_then(|kept| kept.refusal(now))
        && app.table.member(uai, signed_in.user).await?.is_none()
    {
        let told = format!(
            "Votre demande à cet établissement a été refusée le {}. Vous pourrez en faire une autre après le {}. D’ici là, un administrateur de l’espace peut vous inviter.",
            french::day(&refused_at),
            french::day(&until),
        );
        form.refuse("uai", &told);
        return face.again(Problem::too_late(told), &AskAccessView::new(&signed_in, &user, form));
    }
    match asked {
        Ok(()) => {}
        Err(Refusal::TooMany(_)) => {
            form.refuse("uai", TOO_MANY);
            return face.again(Problem::too_many(TOO_MANY), &AskAccessView::new(&signed_in, &user, form));
        }
        Err(error) => return Err(Problem::internal(&error)),
    }

    let view = AskAccessView { uai: Some(uai), ..AskAccessView::new(&signed_in, &user, Fields::default().form()) };
    face.after_post(StatusCode::ACCEPTED, &format!("{PATH}?sent={uai}"), &view)
}

impl Fields {
    fn form(&self) -> Form {
        Form::new("ask", [uai_field(&self.uai)])
    }
}

impl AskAccessView {
    fn new(signed_in: &SignedIn, user: &User, form: Form) -> Self {
        Self {
            frame: signed_in.frame("Rejoindre un espace"),
            csrf: signed_in.csrf.clone(),
            form,
            is_confirmed: user.confirmed_email().is_some(),
            uai: None,
            school: None,
        }
    }
}
