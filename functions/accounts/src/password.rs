//! Change the password.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::MailOrder;
use rentree_http::{ClientAddress, Face, Input, NewSession, Problem, SignedIn, require_sign_in};
use rentree_identity::{Credentials, PasswordRules, SignInError, read_password};
use rentree_table::{AccountError, Methods, User};
use rentree_web::Form;
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
    /// Twelve characters at least; for a pupil, eight, with an upper-case letter, a lower-case letter and a digit.
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

    let rules = PasswordRules::of(&user);
    let mut form = password_form(rules);
    let password = read_password(&mut form, rules, &input.fields.password.0, &user.about());
    app.check_password(&signed_in, &user, &client, &input.fields.current_password, &mut form).await?;
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
    app.order_after(MailOrder::PasswordChanged { user: signed_in.user }).await;

    let view = SignedInView { user: signed_in.user, name: user.full_name(), must_change_password: false };
    Ok(session.on(face.after_post(StatusCode::OK, "/account?done=password", &view)?))
}

impl Accounts {
    /// Checks the current password, and says in `form` if it is not: a session left open must not be enough to take an account
    /// over. Throttled like a sign-in.
    pub(crate) async fn check_password(
        &self,
        signed_in: &SignedIn,
        user: &User,
        client: &ClientAddress,
        typed: &Secret,
        form: &mut Form,
    ) -> Result<(), Problem> {
        let Methods { email, user_name, .. } = &user.methods;
        let login = match (user_name, email) {
            (Some(name), _) => name.to_string(),
            (None, Some(email)) => {
                // Whoever confirmed the address meanwhile has it now: their password is no proof, and ours counts against them.
                let owner = self.table.user_of_email(email).await?;
                if owner.is_none_or(|(owner, _)| owner != signed_in.user) {
                    let detail = "L’adresse de votre compte n’a jamais été confirmée, et une autre personne l’utilise maintenant. Créez un compte avec votre adresse exacte, puis demandez une nouvelle invitation.";
                    return Err(Problem::too_late(detail).leading_to("Créer un compte", "/sign-up"));
                }
                email.to_string()
            }
            // Who comes by Médiacentre alone has no password: the ENT vouches for the session.
            (None, None) => return Ok(()),
        };
        let proof = Credentials { login, password: typed.0.clone() };
        match rentree_identity::sign_in(&self.table, &client.0, &proof, (self.clock)()).await {
            Ok(_) => {}
            Err(SignInError::Wrong) => form.refuse("current_password", "Le mot de passe actuel est incorrect."),
            Err(error) => form.refuse("current_password", error.told().ok_or_else(|| Problem::internal(&error))?),
        }
        Ok(())
    }
}
