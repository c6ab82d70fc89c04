//! A password that must be changed before anything else: staff handed it out, or its owner, a pupil, joined a team.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use rentree_domain::{Method, Password};
use rentree_http::{
    Asked, ClientAddress, Device, DoneOnTheWay, Face, Input, NewSession, Next, Presented, Problem, SignedIn, text,
};
use rentree_identity::{Origin, PasswordFields, PasswordRules, read_password, verify};
use rentree_table::{AccountError, PasswordToChange, User};
use rentree_web::{Field, Form, Frame};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Accounts;
use crate::sessions::is_fresh;
use crate::sign_in::{Secret, SignedInView, Towards};

pub(crate) const PAGE: &str = "/temporary-password";

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "temporary-password.html")]
pub(crate) struct TemporaryPasswordView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    /// Whether staff handed the password out. Otherwise its owner joined a team, where the rules are stricter.
    is_temporary: bool,
    /// Whether the present password is asked, too.
    asks_current: bool,
    /// How whoever forgot the present one signs in again; `None` where nothing but the support helps.
    #[serde(skip)]
    forgotten: Option<&'static str>,
    /// Where people ask for help.
    #[serde(skip)]
    support: String,
    /// Where somebody goes on then.
    next: String,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ChoosePasswordFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// The present password, where it is asked.
    #[schemars(with = "text::OrNone<text::Password>")]
    current_password: Secret,
    /// Twelve characters at least; for a pupil, eight, with an upper-case letter, a lower-case letter and a digit.
    #[schemars(with = "text::NewPasswordOfPupil")]
    password: Secret,
    /// An address of this site, with its query.
    #[schemars(with = "String")]
    next: Next,
}

/// `GET /temporary-password`
pub(crate) async fn page(
    State(app): State<Accounts>,
    Asked(towards): Asked<Towards>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (signed_in, user) = app.owner_of_session(&headers).await?;
    if face == Face::Page && user.password_to_change.is_none() {
        return Ok(Redirect::to(&towards.next.or("/")).into_response());
    }

    let now = (app.clock)();
    let asks_current = asks_current(&signed_in, &user, now);
    let form = form(&user, asks_current);
    let view = TemporaryPasswordView::new(&app, (&signed_in, &user), (form, asks_current), &towards.next, now);
    face.render(StatusCode::OK, &view)
}

/// `POST /temporary-password`
pub(crate) async fn choose(
    State(app): State<Accounts>,
    client: ClientAddress,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let (signed_in, user) = app.owner_of_session(&headers).await?;
    signed_in.check_meant(&input.proof)?;
    let Some(why) = user.password_to_change else {
        return Err(Problem::too_late(
            "Votre mot de passe a déjà été choisi. Vous pouvez en changer depuis « Mon compte ».",
        )
        .leading_to("Mon compte", "/account"));
    };
    let now = (app.clock)();
    let Fields { current_password, password: typed, next } = input.fields;
    let asks_current = asks_current(&signed_in, &user, now);
    let mut form = form(&user, asks_current);
    let device = Device::of(&headers);
    let mut failure = None;
    if asks_current {
        let origin = Origin { client: &client.0, device: &device };
        failure = app.check_password((signed_in.user, &user), origin, &current_password, &mut form).await?;
    }
    // Whoever does not know the present password is not told whether they typed it as the new one.
    let is_known = !form.is_refused();
    let password = read_password(&mut form, PasswordRules::of(&user), &typed.0, &user.about());
    // However it is written: at the sign-in, too, one that staff gave is read in any spelling.
    let as_present = match why {
        PasswordToChange::Temporary { .. } => Password::typed_as_temporary,
        PasswordToChange::ChosenAsPupil => Password::typed,
    };
    let stored = user.password_hash.clone().filter(|_| is_known);
    if verify(as_present(&typed.0), stored).await.map_err(|error| Problem::internal(&error))? {
        let same = match why {
            PasswordToChange::Temporary { .. } => "C’est le mot de passe provisoire : choisissez-en un autre.",
            PasswordToChange::ChosenAsPupil => "C’est votre mot de passe actuel : choisissez-en un autre.",
        };
        form.refuse("password", same);
    }
    app.forgive(failure).await?;
    let Some(password) = password.filter(|_| !form.is_refused()) else {
        let problem = Problem::invalid(&form);
        let view = TemporaryPasswordView::new(&app, (&signed_in, &user), (form, asks_current), &next, now);
        return face.again(problem, &view);
    };

    let hash = rentree_identity::hash(password).await.map_err(|error| Problem::internal(&error))?;
    let session = NewSession::new(signed_in.user, user.holder(), user.epoch + 1, &headers, now);
    let changed = app.table.change_password((signed_in.user, &user), &hash, session.stored()).await;
    changed.map_err(|error| match error {
        AccountError::Table(error) => error.into(),
        _ => Problem::too_late("Votre mot de passe vient d’être changé. Connectez-vous avec le nouveau.")
            .leading_to("Me connecter", "/sign-in"),
    })?;

    let view = SignedInView { user: signed_in.user, name: user.full_name(), must_change_password: false };
    let device = device.with_new_password(&user.methods, (signed_in.user, &hash), now);
    let location = DoneOnTheWay::PasswordChosen.told_at(&next);
    Ok(device.on(session.on(face.after_post(StatusCode::OK, &location, &view)?)))
}

/// Whether the present password is asked: a session that was left open must not be enough to take over the account of somebody in a team.
/// Whoever has just signed in, also by the Médiacentre, is not asked again; nor is anybody for a password that staff gave, who may have come
/// without it.
fn asks_current(signed_in: &SignedIn, user: &User, now: Timestamp) -> bool {
    match user.password_to_change {
        Some(PasswordToChange::ChosenAsPupil) => !is_fresh(signed_in, now),
        Some(PasswordToChange::Temporary { .. }) | None => false,
    }
}

/// How whoever forgot the password signs in again, by what the account has: the Médiacentre, or an address that was confirmed.
fn signed_in_again(user: &User, now: Timestamp) -> Option<&'static str> {
    match (user.methods.has(Method::Mediacentre, now), user.confirmed_email().is_some()) {
        (true, true) => {
            Some("par le Médiacentre ou avec un mot de passe choisi par «\u{a0}Mot de passe oublié\u{a0}?\u{a0}»")
        }
        (true, false) => Some("par le Médiacentre"),
        (false, true) => Some("avec un mot de passe choisi par «\u{a0}Mot de passe oublié\u{a0}?\u{a0}»"),
        (false, false) => None,
    }
}

fn form(user: &User, asks_current: bool) -> Form {
    let current = Field::password("current_password", "Mot de passe actuel").autocomplete("current-password");
    let new = PasswordFields::form("new", PasswordRules::of(user)).fields;
    Form::new("new", asks_current.then_some(current).into_iter().chain(new))
}

impl Accounts {
    /// Who is signed in, with a temporary password or not.
    async fn owner_of_session(&self, headers: &HeaderMap) -> Result<(SignedIn, User), Problem> {
        let presented = Presented::read(&self.table, headers, (self.clock)()).await?;
        presented.account(&self.table).await?.ok_or_else(Problem::signed_out)
    }
}

impl TemporaryPasswordView {
    fn new(
        app: &Accounts,
        (signed_in, user): (&SignedIn, &User),
        (form, asks_current): (Form, bool),
        next: &Next,
        now: Timestamp,
    ) -> Self {
        Self {
            frame: signed_in.frame("Votre mot de passe"),
            csrf: signed_in.csrf.clone(),
            form,
            is_temporary: signed_in.person.password_to_change != Some(PasswordToChange::ChosenAsPupil),
            asks_current,
            forgotten: signed_in_again(user, now),
            support: app.config.support_email.clone(),
            next: next.as_str().to_owned(),
        }
    }
}
