//! End sessions on other devices. Whoever sits down at a session that was left open must not be able to shut its owner out, so that the
//! owner proves anew who they are.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::UserId;
use rentree_http::{ClientAddress, Device, Face, Input, NewSession, Problem, SignedIn, require_account};
use rentree_identity::Origin;
use rentree_table::{AccountError, SessionHash, User};
use rentree_web::{Choices, Field, Form};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::join;

use crate::Accounts;
use crate::sign_in::Secret;

const PAGE: &str = "/account?done=sessions";
/// What names all sessions but the one that asks.
const OTHERS: &str = "others";
/// Where no password can be asked, whoever signed in so long ago at most has proved who they are.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "EndSessionFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// The name of a session, or `others`: all but the one that asks.
    session: String,
    /// The password. Who has none signed on within the last ten minutes.
    current_password: Secret,
}

/// What was done.
#[derive(Serialize, JsonSchema)]
pub(crate) struct EndedView {
    /// Always.
    ended: bool,
}

/// What a request names.
enum Which {
    Others,
    One(SessionHash),
}

/// `POST /account/sessions`
pub(crate) async fn end(
    State(app): State<Accounts>,
    client: ClientAddress,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let (signed_in, user) = require_account(&app.table, &headers, now).await?;
    signed_in.check_meant(&input.proof)?;

    let mut form = ending_form(Vec::new(), Proves::of(&signed_in, &user, ENDING, now)?);
    let which = match input.fields.session.as_str() {
        "" => {
            form.refuse("session", "Choisissez l’appareil à déconnecter.");
            None
        }
        OTHERS => Some(Which::Others),
        named => Some(Which::One(app.own_session(named, signed_in.user, now).await?)),
    };
    let device = Device::of(&headers);
    let origin = Origin { client: &client.0, device: &device };
    let typed = &input.fields.current_password;
    let failure = match user.password_hash {
        Some(_) => app.check_password((signed_in.user, &user), origin, typed, &mut form).await?,
        None => None,
    };
    let Some(which) = which.filter(|_| !form.is_refused()) else {
        let (forgiven, view) = join!(app.forgive(failure), app.account(&signed_in, user));
        let mut view = forgiven.and(view)?;
        view.ending = view.ending.map(|ending| again(ending, &input.fields.session, &form));
        return face.again(Problem::invalid(&form), &view);
    };

    let view = EndedView { ended: true };
    let Which::One(named) = which else {
        // A new epoch ends them all, those that the index does not know yet included.
        let session = NewSession::new(signed_in.user, user.holder(), user.epoch + 1, &headers, now);
        let end = app.table.end_other_sessions(signed_in.user, user.epoch, session.stored());
        let (forgiven, ended) = join!(app.forgive(failure), end);
        forgiven?;
        ended.map_err(|error| match error {
            AccountError::Table(error) => error.into(),
            _ => {
                Problem::too_late("Vos sessions viennent d’être modifiées depuis un autre appareil. Rechargez la page.")
                    .leading_to("Mon compte", "/account")
            }
        })?;
        return Ok(session.on(face.after_post(StatusCode::OK, PAGE, &view)?));
    };
    let (forgiven, ended) = join!(app.forgive(failure), app.table.end_session(&named));
    forgiven?;
    ended?;

    face.after_post(StatusCode::OK, PAGE, &view)
}

/// What ending sessions is called.
pub(crate) const ENDING: &str = "de déconnecter d’autres appareils";

/// How somebody proves who they are before they end sessions, or give an account another way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proves {
    /// By the password, which is asked.
    Password,
    /// By the sign-on that has just been.
    SignOn,
}

impl Proves {
    /// What `user` does; a problem when there is no password, and the sign-on is too long ago. `before`: what it is asked for.
    pub(crate) fn of(signed_in: &SignedIn, user: &User, before: &str, now: Timestamp) -> Result<Self, Problem> {
        if user.password_hash.is_some() {
            return Ok(Self::Password);
        }
        if is_fresh(signed_in, now) {
            return Ok(Self::SignOn);
        }
        let detail = format!(
            "Avant {before}, passez à nouveau par le Médiacentre de votre ENT. Vous aurez ensuite dix minutes pour le faire depuis « Mon compte »."
        );
        Err(Problem::too_late(detail).leading_to("Passer par le Médiacentre", "/mediacentre"))
    }
}

/// Whether somebody has just signed in, by whatever proves who they are.
pub(crate) fn is_fresh(signed_in: &SignedIn, now: Timestamp) -> bool {
    now.duration_since(signed_in.since) < FRESH
}

/// The form that ends the sessions of `devices`, each with its name and what it is called.
pub(crate) fn ending_form(devices: Vec<(String, String)>, proves: Proves) -> Form {
    let all = vec![(OTHERS.to_owned(), "Tous les autres appareils".to_owned())];
    let choices = vec![Choices { label: "Tous", choices: all }, Choices { label: "Un seul", choices: devices }];
    let which = Field::select("session", "Appareil à déconnecter", choices);
    let current = Field::password("current_password", "Mot de passe actuel").autocomplete("current-password");
    let current = (proves == Proves::Password).then_some(current);
    Form::new("ending", std::iter::once(which).chain(current))
}

/// The form with what was chosen, and with what `refused` says is wrong.
fn again(mut form: Form, chosen: &str, refused: &Form) -> Form {
    for field in form.fields.iter_mut().filter(|field| field.name == "session") {
        chosen.clone_into(&mut field.value);
    }
    for (name, error) in refused.errors() {
        form.refuse(name, error);
    }
    form
}

impl Accounts {
    /// The session called `name`. Only one's own: a name that somebody else's session has ends nothing, and is told as nothing.
    async fn own_session(&self, name: &str, user: UserId, now: Timestamp) -> Result<SessionHash, Problem> {
        let hash = SessionHash::parse(name).ok_or_else(Problem::not_found)?;
        let found = self.table.session(&hash, now).await?;
        if found.is_some_and(|session| session.user == user) { Ok(hash) } else { Err(Problem::not_found()) }
    }
}
