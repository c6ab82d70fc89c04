//! Change the password.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::MailOrder;
use rentree_http::{ClientAddress, Face, Input, NewSession, Problem, require_sign_in};
use rentree_identity::{Credentials, read_password};
use rentree_table::AccountError;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::Accounts;
use crate::account::password_form;
use crate::sign_in::{Secret, SignedInView};

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ChangePasswordFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// The password until now.
    current_password: Secret,
    /// Twelve characters at least.
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
    let signed_in = require_sign_in(&app.table, &headers, now).await?;
    signed_in.check_meant(&input.proof)?;
    let user = app.table.user(signed_in.user).await?.ok_or_else(Problem::signed_out)?;

    let mut form = password_form();
    let about = [user.first_name.as_str(), user.last_name.as_str(), user.email.as_str()];
    let password = read_password(&mut form, &input.fields.password.0, &about);
    // A session left open must not be enough to take an account over: throttled like a sign-in.
    let proof = Credentials { email: user.email.to_string(), password: input.fields.current_password.0 };
    if let Err(error) = rentree_identity::sign_in(&app.table, &client.0, &proof, now).await {
        form.refuse("current_password", wrong_current_password(&error)?);
    }
    let Some(password) = password.filter(|_| !form.is_refused()) else {
        let problem = Problem::invalid(&form);
        let mut view = app.account(&signed_in, user).await?;
        view.password = form;
        return face.again(problem, &view);
    };

    let hash = rentree_identity::hash(password).await.map_err(|error| Problem::internal(&error))?;
    let session = NewSession::new(signed_in.user, user.epoch + 1, &headers, now);
    let changed = app.table.change_password(signed_in.user, user.epoch, &hash, session.stored()).await;
    changed.map_err(|error| match error {
        AccountError::Table(error) => error.into(),
        _ => Problem::too_late(
            "Le mot de passe vient d’être changé depuis un autre appareil. Connectez-vous avec le nouveau.",
        ),
    })?;
    app.order(MailOrder::PasswordChanged { user: signed_in.user }).await?;

    let view = SignedInView { user: signed_in.user, name: user.full_name() };
    Ok(session.on(face.after_post(StatusCode::OK, "/account?done=password", &view)?))
}

/// What stands at the field of the current password.
pub(crate) fn wrong_current_password(error: &rentree_identity::SignInError) -> Result<String, Problem> {
    match error {
        rentree_identity::SignInError::Wrong => Ok("Le mot de passe actuel est incorrect.".to_owned()),
        other => other.told().ok_or_else(|| Problem::internal(other)),
    }
}
