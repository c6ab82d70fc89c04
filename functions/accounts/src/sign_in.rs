//! Sign in, sign out.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use rentree_domain::{Holder, PersonalCode, UserId};
use rentree_http::{
    Asked, ClientAddress, Device, Face, FormToken, Input, NewSession, Next, Presented, Problem, after_signing_out,
    campaign_page, claimed_session, forget_visit, keeps_a_form, signed_in, text,
};
use rentree_identity::{Credentials, Origin, Proven};
use rentree_web::{Field, Form, Frame};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::join;

use crate::{Accounts, second_factor, temporary_password};

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "sign-in.html")]
pub(crate) struct SignInView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    #[serde(skip)]
    alert: Option<String>,
    /// Where a code is typed, when what was typed as the password has the shape of one: it says nothing of the account.
    #[serde(skip)]
    code_page: Option<&'static str>,
    /// Whether somebody has just signed out.
    #[serde(skip)]
    has_left: bool,
    /// How long nobody used the session that ended, in words.
    #[serde(skip)]
    left_after: Option<&'static str>,
    /// Whether the browser keeps a form that was typed before.
    #[serde(skip)]
    keeps_a_form: bool,
    /// Whether there is a Médiacentre to sign on by.
    has_mediacentre: bool,
    /// Where somebody goes on after they signed in.
    next: String,
}

/// Who is signed in now.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SignedInView {
    /// Who.
    #[schemars(with = "String")]
    pub(crate) user: UserId,
    /// First and last name.
    pub(crate) name: String,
    /// Whether the password must be changed before anything else.
    pub(crate) must_change_password: bool,
}

/// Nobody is signed in any more.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SignedOutView {
    /// Always.
    signed_out: bool,
}

/// Where to go on.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Towards {
    /// An address of this site, with its query, where to go on afterwards.
    #[schemars(with = "String")]
    pub(crate) next: Next,
}

/// What the page to sign in is asked.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "SignInAsked")]
#[serde(default)]
pub(crate) struct SignInAsked {
    /// An address of this site, with its query, where to go on afterwards.
    #[schemars(with = "String")]
    next: Next,
    /// Whatever it says: somebody has just signed out.
    left: Option<String>,
}

/// What the form to sign out sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct SignOutFields {
    /// An address of this site where the next one goes on.
    #[schemars(with = "String")]
    next: Next,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "SignInFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// E-mail address or user name.
    #[serde(alias = "email")]
    #[schemars(with = "text::Login")]
    login: Secret,
    /// Password.
    #[schemars(with = "text::Password")]
    password: Secret,
    /// An address of this site, with its query.
    #[schemars(with = "String")]
    next: Next,
}

/// Typed by a person: never printed.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Secret(pub(crate) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// `GET /sign-in`
pub(crate) async fn page(
    State(app): State<Accounts>,
    Asked(asked): Asked<SignInAsked>,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut view = SignInView::new(&app, &token, sign_in_form(""), None, &asked.next);
    view.has_left = asked.left.is_some();
    if face == Face::Page {
        let presented = Presented::read(&app.table, &headers, (app.clock)()).await?;
        view.left_after = presented.left().map(Holder::rests_in_words);
        view.keeps_a_form = keeps_a_form(&headers);
        if presented.signed_in(&app.table).await?.is_some() {
            return Ok(Redirect::to(&asked.next.or("/")).into_response());
        }
    }
    Ok(token.on(face.render(StatusCode::OK, &view)?))
}

/// `POST /sign-in`
pub(crate) async fn sign_in(
    State(app): State<Accounts>,
    client: ClientAddress,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    token.check_meant(&input.proof)?;
    let Fields { login, password, next } = input.fields;
    let now = (app.clock)();

    let mut form = sign_in_form(&login.0);
    if login.0.trim().is_empty() {
        form.refuse("login", "Saisissez votre identifiant ou votre adresse e-mail.");
    }
    if password.0.is_empty() {
        form.refuse("password", "Saisissez votre mot de passe.");
    }
    if form.is_refused() {
        let problem = Problem::invalid(&form);
        return Ok(token.on(face.again(problem, &SignInView::new(&app, &token, form, None, &next))?));
    }

    let credentials = Credentials { login: login.0, password: password.0 };
    let device = Device::of(&headers);
    let origin = Origin { client: &client.0, device: &device };
    let proven = match rentree_identity::sign_in(&app.table, origin, &credentials, now).await {
        Ok(proven) => proven,
        Err(error) => {
            let Some(told) = error.told() else { return Err(Problem::internal(&error)) };
            let mut view = SignInView::new(&app, &token, sign_in_form(&credentials.login), Some(told), &next);
            view.code_page = PersonalCode::parse(&credentials.password).is_ok().then_some("/code");
            return Ok(token.on(face.again(error.problem(), &view)?));
        }
    };

    let Proven { id: user, user: account, .. } = &proven;
    if account.second_factor.is_some() {
        proven.forgive(&app.table).await?;
        return Err(Problem::second_factor((*user, account), &next, now));
    }
    let (session, former) =
        (NewSession::new(*user, account.holder(), account.epoch, &headers, now), claimed_session(&headers));
    let open = app.table.open_session(&session.hash, &session.session, former.as_ref());
    let (opened, forgiven, is_asked) =
        join!(open, proven.forgive(&app.table), second_factor::is_asked(&app, (*user, account), now));
    forgiven?;
    if !opened? {
        return Err(Problem::too_late("Le mot de passe vient d’être changé. Connectez-vous avec le nouveau.")
            .leading_to("Me connecter", "/sign-in"));
    }

    let must_change_password = account.password_to_change.is_some();
    let view = SignedInView { user: *user, name: account.full_name(), must_change_password };
    let location = match (must_change_password, is_asked) {
        (true, _) => next.after(temporary_password::PAGE),
        (false, true) => Next::from(next.or("/")).after(second_factor::PAGE),
        (false, false) => next.or("/"),
    };
    Ok(proven.remembered_on(&device).on(session.on(face.after_post(StatusCode::OK, &location, &view)?)))
}

/// `POST /sign-out`
pub(crate) async fn sign_out(
    State(app): State<Accounts>,
    face: Face,
    headers: HeaderMap,
    input: Input<SignOutFields>,
) -> Result<Response, Problem> {
    match (signed_in(&app.table, &headers, (app.clock)()).await?, face) {
        (Some(signed_in), _) => {
            signed_in.check_meant(&input.proof)?;
            app.table.end_session(&signed_in.session).await?;
        }
        // Whoever leaves after the session ended wants to leave nothing behind, either.
        (None, Face::Page) => {}
        (None, Face::Json) => return Err(Problem::signed_out()),
    }

    // The next child begins at the campaign, which says so, too.
    let next = input.fields.next;
    let location = match campaign_page(next.as_str()) {
        Some(campaign) => after_signing_out(&campaign),
        None => next.or("/sign-in?left=1"),
    };
    let response = face.after_post(StatusCode::OK, &location, &SignedOutView { signed_out: true })?;
    Ok(forget_visit(response, &headers))
}

/// The form, for staff and pupils.
fn sign_in_form(login: &str) -> Form {
    let login = Field::text("login", "Identifiant ou adresse e-mail").autocomplete("username").value(login);
    let password = Field::password("password", "Mot de passe").autocomplete("current-password");
    Form::new("known", [login, password])
}

impl SignInView {
    fn new(app: &Accounts, token: &FormToken, form: Form, alert: Option<String>, next: &Next) -> Self {
        let (frame, csrf) = (Frame::bare("Connexion"), token.csrf());
        let (has_mediacentre, next) = (app.config.has_mediacentre, next.as_str().to_owned());
        Self {
            frame,
            csrf,
            form,
            alert,
            code_page: None,
            has_left: false,
            left_after: None,
            keeps_a_form: false,
            has_mediacentre,
            next,
        }
    }
}
