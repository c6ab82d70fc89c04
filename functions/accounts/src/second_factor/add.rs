//! Add a second factor: the password again, and a first code, which shows that the application has the secret.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::SecondFactorChange;
use rentree_http::{CODE_FIELD, ClientAddress, Device, Face, Input, NewSession, Next, Problem, require_account, text};
use rentree_identity::Origin;
use rentree_table::{AccountError, SecondFactor};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::join;

use super::code::step_of;
use super::forms::add_form;
use super::page::{Drawn, PAGE, SecondFactorView, SetUp, may_have_one};
use crate::Accounts;
use crate::sign_in::Secret;

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "AddSecondFactorFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// The password.
    #[schemars(with = "text::Password")]
    current_password: Secret,
    /// A code of the application.
    #[schemars(with = "text::OneTimeCode")]
    one_time_code: Secret,
    /// An address of this site, with its query, where to go on afterwards.
    #[schemars(with = "String")]
    next: Next,
}

/// `POST /account/second-factor`
pub(crate) async fn add(
    State(app): State<Accounts>,
    client: ClientAddress,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let (signed_in, user) = require_account(&app.table, &headers, now).await?;
    signed_in.check_meant(&input.proof)?;
    let hash = may_have_one(&user)?;
    let again = |detail: &str| Problem::too_late(detail).leading_to("Validation en deux étapes", PAGE);
    if user.second_factor.is_some() {
        return Err(again("La validation en deux étapes est déjà activée pour votre compte."));
    }
    let Some(set_up) = SetUp::claimed(&headers, (signed_in.user, hash)) else {
        return Err(again("Le code QR a expiré. Supprimez le compte Rentrée de votre application, puis recommencez."));
    };

    let mut form = add_form();
    let Fields { current_password, one_time_code, next } = input.fields;
    let device = Device::of(&headers);
    let origin = Origin { client: &client.0, device: &device };
    let failure = app.check_password((signed_in.user, &user), origin, &current_password, &mut form).await?;
    let step = step_of(set_up.secret(), &one_time_code.0, now);
    if step.is_none() {
        form.refuse(
            CODE_FIELD,
            "Ce code n’est pas celui de votre application. Vérifiez l’heure de votre téléphone, puis saisissez le code affiché ; ou supprimez le compte Rentrée de votre application et scannez à nouveau le code QR de cette page.",
        );
    }
    let Some(step) = step.filter(|_| !form.is_refused()) else {
        app.forgive(failure).await?;
        let problem = Problem::invalid(&form);
        let view = SecondFactorView::new(&signed_in, &user, None, &set_up).with_add(form, &next);
        return face.again(problem, &view);
    };

    let drawn = Drawn::draw();
    let factor = SecondFactor::new(set_up.secret().clone(), step, drawn.hashes());
    // Whoever is signed in elsewhere, by the password alone, signs in again with both.
    let session = NewSession::new(signed_in.user, user.holder(), user.epoch + 1, &headers, now);
    let add = app.table.add_second_factor((signed_in.user, &user), &factor, session.stored(), now);
    let (forgiven, added) = join!(app.forgive(failure), add);
    forgiven?;
    added.map_err(|error| match error {
        AccountError::Table(error) => error.into(),
        _ => again("Votre compte vient d’être modifié depuis un autre appareil. Rechargez la page."),
    })?;
    app.mails.tell_second_factor(signed_in.user, SecondFactorChange::Added).await;

    let page = format!("{PAGE}?done=added");
    let location = if next.as_str().is_empty() { page } else { format!("{}&done=added", next.after(PAGE)) };
    let response = face.after_post(StatusCode::OK, &location, &drawn.view())?;
    Ok(SetUp::forget(drawn.on(session.on(response))))
}
