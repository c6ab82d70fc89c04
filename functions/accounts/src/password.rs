//! Change the password.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{Login, UserId};
use rentree_http::{ClientAddress, Device, Face, Input, NewSession, Problem, require_account, text};
use rentree_identity::{Failure, Origin, PasswordRules, SignInError, read_password};
use rentree_table::{AccountError, Methods, User};
use rentree_web::Form;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::join;

use crate::Accounts;
use crate::account::password_form;
use crate::sign_in::{Secret, SignedInView};

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ChangePasswordFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// The password until now.
    #[schemars(with = "text::Password")]
    current_password: Secret,
    /// Twelve characters at least; for a pupil, eight, with an upper-case letter, a lower-case letter and a digit.
    #[schemars(with = "text::NewPasswordOfPupil")]
    password: Secret,
}

/// `POST /account/password`
pub(crate) async fn change(
    State(app): State<Accounts>,
    client: ClientAddress,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let (signed_in, user) = require_account(&app.table, &headers, now).await?;
    signed_in.check_meant(&input.proof)?;

    let rules = PasswordRules::of(&user);
    let mut form = password_form(rules);
    let password = read_password(&mut form, rules, &input.fields.password.0, &user.about());
    let (account, device) = ((signed_in.user, &user), Device::of(&headers));
    let origin = Origin { client: &client.0, device: &device };
    let failure = app.check_password(account, origin, &input.fields.current_password, &mut form).await?;
    let Some(password) = password.filter(|_| !form.is_refused()) else {
        let problem = Problem::invalid(&form);
        let (forgiven, view) = join!(app.forgive(failure), app.account(&signed_in, user));
        let mut view = forgiven.and(view)?;
        view.password = form;
        return face.again(problem, &view);
    };

    let hash = rentree_identity::hash(password).await.map_err(|error| Problem::internal(&error))?;
    let session = NewSession::new(signed_in.user, user.holder(), user.epoch + 1, &headers, now);
    let change = app.table.change_password((signed_in.user, &user), &hash, session.stored());
    let (forgiven, changed) = join!(app.forgive(failure), change);
    forgiven?;
    changed.map_err(|error| match error {
        AccountError::Table(error) => error.into(),
        _ => Problem::too_late(
            "Le mot de passe vient d’être changé depuis un autre appareil. Connectez-vous avec le nouveau.",
        ),
    })?;
    app.mails.tell_password_changed(signed_in.user).await;

    let view = SignedInView { user: signed_in.user, name: user.full_name(), must_change_password: false };
    let device = device.with_new_password(&user.methods, (signed_in.user, &hash), now);
    Ok(device.on(session.on(face.after_post(StatusCode::OK, "/account?done=password", &view)?)))
}

impl Accounts {
    /// Checks the current password, and says in `form` if it is not: a session left open must not be enough to take an account
    /// over. Throttled like a sign-in; what was counted is to be forgiven.
    pub(crate) async fn check_password(
        &self,
        (id, user): (UserId, &User),
        origin: Origin<'_>,
        typed: &Secret,
        form: &mut Form,
    ) -> Result<Option<Failure>, Problem> {
        let now = (self.clock)();
        let Methods { email, user_name, .. } = &user.methods;
        let known = |login: &Login| origin.device.entry(login, Some((id, user)), now).is_some();
        let login = match (user_name, email) {
            // Of two, the one that signed in on this device: strangers may have locked the other.
            (Some(_), Some(email)) if known(&email.clone().into()) => Login::Email(email.clone()),
            (Some(name), _) => Login::UserName(name.clone()),
            (None, Some(email)) => Login::Email(email.clone()),
            // Who comes by Médiacentre alone has no password: the ENT vouches for the session.
            (None, None) => return Ok(None),
        };
        // Nothing was guessed: it is no failure of theirs.
        if typed.0.is_empty() {
            form.refuse("current_password", "Indiquez votre mot de passe actuel.");
            return Ok(None);
        }
        match rentree_identity::check_password(&self.table, origin, login, (id, user), &typed.0, now).await {
            Ok(Some(failure)) => return Ok(Some(failure)),
            // Whoever confirmed the address meanwhile has it now: their password is no proof, and ours counts against them.
            Ok(None) => {
                let detail = "L’adresse de votre compte n’a jamais été confirmée, et une autre personne l’utilise maintenant. Créez un compte avec votre adresse exacte, puis demandez une nouvelle invitation.";
                return Err(Problem::too_late(detail).leading_to("Créer un compte", "/sign-up"));
            }
            Err(SignInError::Wrong) => form.refuse("current_password", "Le mot de passe actuel est incorrect."),
            Err(error) => form.refuse("current_password", error.told().ok_or_else(|| Problem::internal(&error))?),
        }
        Ok(None)
    }

    /// Takes back what was counted before the current password was checked.
    pub(crate) async fn forgive(&self, failure: Option<Failure>) -> Result<(), Problem> {
        match failure {
            Some(failure) => Ok(failure.forgive(&self.table).await?),
            None => Ok(()),
        }
    }
}
