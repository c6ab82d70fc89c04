//! A forgotten password: a link by mail, and a new one. It unblocks the account, too.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::UserId;
use rentree_http::{Asked, ClientAddress, Device, Face, FormToken, Input, NewSession, Next, Problem, Ways};
use rentree_identity::{PasswordFields, PasswordRules, read_password};
use rentree_orders::Ask;
use rentree_table::{AccountError, Purpose, User};
use rentree_web::{Form, Frame};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::join;

use crate::Accounts;
use crate::mail_forms::{Fields, Kind, Sent};
use crate::sign_in::SignedInView;

const KIND: Kind = Kind {
    path: "/forgotten-password",
    title: "Mot de passe oublié",
    intro: "Indiquez l’adresse e-mail de votre compte : un lien vous y sera envoyé pour choisir un nouveau mot de passe.",
    button: "Recevoir le lien",
    sent: "Si un compte a confirmé cette adresse, un message vient d’y être envoyé. Le lien qu’il contient expire dans une heure. Sinon, aucun message ne part.",
    of_user_name: "C’est un identifiant, et non une adresse e-mail. Élève ? Demandez à un enseignant de votre établissement : il peut vous donner un mot de passe provisoire.",
    is_for_confirmed: true,
    ask: |client, email| Ask::NewPassword { client, email },
};

const WAYS: Ways = Ways {
    advice: "Demandez un nouveau lien : il vous sera envoyé tout de suite.",
    way_on: ("Demander un nouveau lien", "/forgotten-password"),
};

/// The form of the new password.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "new-password.html")]
pub(crate) struct NewPasswordView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    #[serde(skip)]
    action: String,
}

/// `GET /forgotten-password`
pub(crate) async fn ask(Asked(query): Asked<Sent>, face: Face, token: FormToken) -> Result<Response, Problem> {
    KIND.page(face, &token, query.sent.is_some())
}

/// `POST /forgotten-password`
pub(crate) async fn order(
    State(app): State<Accounts>,
    client: ClientAddress,
    face: Face,
    token: FormToken,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    KIND.order(&app, &client, face, &token, input).await
}

/// `GET /new-password/{token}`
pub(crate) async fn page(
    State(app): State<Accounts>,
    Path(link): Path<String>,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (link, found) = WAYS.usable(&app.table, &link, &headers, (app.clock)()).await?;
    let (_, user) = app.owner(found.purpose).await?;

    let view = NewPasswordView::new(&token, PasswordFields::form("new", PasswordRules::of(&user)), &link.text());
    Ok(token.on(face.render(StatusCode::OK, &view)?))
}

/// `POST /new-password/{token}`
pub(crate) async fn set(
    State(app): State<Accounts>,
    Path(link): Path<String>,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
    input: Input<PasswordFields>,
) -> Result<Response, Problem> {
    token.check_meant(&input.proof)?;
    let now = (app.clock)();
    let (link, found) = WAYS.usable(&app.table, &link, &headers, now).await?;
    let (id, user) = app.owner(found.purpose).await?;
    let rules = PasswordRules::of(&user);
    let mut form = PasswordFields::form("new", rules);
    let Some(password) = read_password(&mut form, rules, &input.fields.password, &user.about()) else {
        let problem = Problem::invalid(&form);
        return Ok(token.on(face.again(problem, &NewPasswordView::new(&token, form, &link.text()))?));
    };

    let hash = rentree_identity::hash(password).await.map_err(|error| Problem::internal(&error))?;
    // The mailbox is no second factor: nobody comes in by it alone.
    let session = user.second_factor.is_none();
    let session = session.then(|| NewSession::new(id, user.holder(), user.epoch + 1, &headers, now));
    let stored = session.as_ref().map(NewSession::stored);
    let reset = app.table.reset_password(link.secret(), (id, &user), &hash, stored, now).await;
    reset.map_err(|error| match error {
        AccountError::Table(error) => error.into(),
        AccountError::Link | AccountError::AddressTaken => WAYS.used(),
        AccountError::Moved => Problem::too_late("Le mot de passe vient d’être changé. Demandez un nouveau lien.")
            .leading_to("Demander un nouveau lien", "/forgotten-password"),
    })?;
    join!(app.end_former(&headers), app.mails.tell_password_changed(id));

    let Some(session) = session else {
        let user = User { password_hash: Some(hash), epoch: user.epoch + 1, ..user };
        return Err(Problem::second_factor((id, &user), &Next::default(), now));
    };
    let view = SignedInView { user: id, name: user.full_name(), must_change_password: false };
    let device = Device::of(&headers).with_new_password(&user.methods, (id, &hash), now);
    Ok(device.on(session.on(face.after_post(StatusCode::OK, "/", &view)?)))
}

impl Accounts {
    /// Whose password a link changes. Another password or address since it was asked for ends it, and so does the end of all
    /// other sessions.
    async fn owner(&self, purpose: Purpose) -> Result<(UserId, User), Problem> {
        let Purpose::NewPassword { user: id, epoch } = purpose else { return Err(WAYS.forged()) };
        let user = self.table.user(id).await?.ok_or_else(|| WAYS.forged())?;
        if user.epoch == epoch { Ok((id, user)) } else { Err(WAYS.expired()) }
    }
}

impl NewPasswordView {
    fn new(token: &FormToken, form: Form, link: &str) -> Self {
        let frame = Frame::bare("Nouveau mot de passe");
        Self { frame, csrf: token.csrf(), form, action: format!("/new-password/{link}") }
    }
}
