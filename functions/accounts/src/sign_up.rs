//! Sign up without an invitation: the address first, then the account. Nobody learns which addresses have one.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{EmailAddress, Holder, UserId};
use rentree_http::{Asked, ClientAddress, Device, Face, FormToken, Input, NewSession, Problem, Ways};
use rentree_identity::NewAccountFields;
use rentree_orders::Ask;
use rentree_table::{AccountError, Methods, Purpose, User};
use rentree_web::{Form, Frame};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Accounts;
use crate::mail_forms::{Fields, Kind, Sent};
use crate::sign_in::SignedInView;

const KIND: Kind = Kind {
    path: "/sign-up",
    title: "Créer un compte",
    intro: "Indiquez votre adresse e-mail : un lien vous y sera envoyé pour créer votre compte. Si un collègue vous a invité(e), utilisez plutôt le lien de son invitation. Un compte seul n’ouvre aucun espace : vous demanderez ensuite à rejoindre celui de votre établissement.",
    button: "Recevoir le lien",
    sent: "Un message vient d’être envoyé à l’adresse que vous avez indiquée. Le lien qu’il contient expire dans une heure.",
    of_user_name: "C’est un identifiant, et non une adresse e-mail. Indiquez votre adresse complète. Exemple : prenom.nom@exemple.fr",
    is_for_confirmed: false,
    ask: |client, email| Ask::SignUp { client, email },
};

const WAYS: Ways = Ways {
    advice: "Demandez un nouveau lien : il vous sera envoyé tout de suite.",
    way_on: ("Demander un nouveau lien", "/sign-up"),
};

/// The form of the new account.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "sign-up.html")]
pub(crate) struct SignUpView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    #[serde(skip)]
    action: String,
    /// The address that the link confirms.
    #[schemars(with = "String")]
    email: EmailAddress,
}

/// `GET /sign-up`
pub(crate) async fn ask(Asked(query): Asked<Sent>, face: Face, token: FormToken) -> Result<Response, Problem> {
    KIND.page(face, &token, query.sent.is_some())
}

/// `POST /sign-up`
pub(crate) async fn order(
    State(app): State<Accounts>,
    client: ClientAddress,
    face: Face,
    token: FormToken,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    KIND.order(&app, &client, face, &token, input).await
}

/// `GET /sign-up/{token}`
pub(crate) async fn page(
    State(app): State<Accounts>,
    Path(link): Path<String>,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (link, found) = WAYS.usable(&app.table, &link, &headers, (app.clock)()).await?;
    let Purpose::SignUp { email } = found.purpose else { return Err(WAYS.forged()) };

    let form = NewAccountFields::default().form("new", false);
    Ok(token.on(face.render(StatusCode::OK, &SignUpView::new(&token, form, &link.text(), email))?))
}

/// `POST /sign-up/{token}`
pub(crate) async fn create(
    State(app): State<Accounts>,
    Path(link): Path<String>,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
    input: Input<NewAccountFields>,
) -> Result<Response, Problem> {
    token.check_meant(&input.proof)?;
    let now = (app.clock)();
    let (link, found) = WAYS.usable(&app.table, &link, &headers, now).await?;
    let Purpose::SignUp { email } = found.purpose else { return Err(WAYS.forged()) };
    let fields = NewAccountFields { email: email.to_string(), ..input.fields };
    let account = match fields.read(fields.form("new", false)) {
        Ok(account) => account,
        Err(form) => {
            let problem = Problem::invalid(&form);
            return Ok(token.on(face.again(problem, &SignUpView::new(&token, form, &link.text(), email))?));
        }
    };

    let hash = rentree_identity::hash(account.password).await.map_err(|error| Problem::internal(&error))?;
    let id = UserId::new(now, rentree_runtime::random());
    let session = NewSession::new(id, Holder::Staff, 0, &headers, now);
    let user = User {
        first_name: account.first_name,
        last_name: account.last_name,
        methods: Methods::of_email(account.email),
        email_confirmed: true,
        password_hash: Some(hash.clone()),
        password_to_change: None,
        birth_date: None,
        joined_a_team: false,
        second_factor: None,
        epoch: 0,
        terms: None,
        created_at: now,
    };

    app.table.create_user(link.secret(), (id, &user), session.stored(), now).await.map_err(|error| match error {
        AccountError::Table(error) => error.into(),
        AccountError::AddressTaken => Problem::too_late("Un compte existe déjà avec cette adresse : connectez-vous.")
            .leading_to("Me connecter", "/sign-in"),
        AccountError::Link | AccountError::Moved => WAYS.used(),
    })?;

    app.end_former(&headers).await;

    let view = SignedInView { user: id, name: user.full_name(), must_change_password: false };
    let device = Device::of(&headers).with_new_password(&user.methods, (id, &hash), now);
    // Whoever begins an account by themselves has no space, and came to ask for one. The link in the mail does not say so: it carries no
    // address to go on to.
    Ok(device.on(session.on(face.after_post(StatusCode::CREATED, "/spaces/request", &view)?)))
}

impl SignUpView {
    fn new(token: &FormToken, form: Form, link: &str, email: EmailAddress) -> Self {
        let frame = Frame::bare("Créer un compte");
        Self { frame, csrf: token.csrf(), form, action: format!("/sign-up/{link}"), email }
    }
}
