//! The second step of signing in: a code, after the password was given at whichever door. Only then does a session begin.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use rentree_domain::SecondFactorChange;
use rentree_http::{
    Asked, CODE_FIELD, Device, DoneOnTheWay, Face, FirstFactor, FormToken, Input, NewSession, Next, Problem,
    claimed_session, text,
};
use rentree_web::{Form, Frame};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;

use super::forms::code_form;
use super::tried::{tell_late, tell_right};
use crate::sign_in::{Secret, SignedInView, Towards};
use crate::{Accounts, temporary_password};

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[schemars(rename = "SecondStepView")]
#[template(path = "second-step.html")]
pub(crate) struct CodeView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    /// Where people ask for help.
    support: String,
    /// Where somebody goes on after they signed in.
    next: String,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "SecondStepFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// A code of the application, or a recovery code.
    #[schemars(with = "text::OneTimeCode")]
    one_time_code: Secret,
    /// An address of this site, with its query.
    #[schemars(with = "String")]
    next: Next,
}

/// `GET /sign-in/second-factor`
pub(crate) async fn page(
    State(app): State<Accounts>,
    Asked(towards): Asked<Towards>,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if face == Face::Page && FirstFactor::claimed(&headers, (app.clock)()).is_none() {
        return Ok(Redirect::to(&towards.next.after("/sign-in")).into_response());
    }
    let view = CodeView::new(&app, &token, code_form(), &towards.next);
    Ok(token.on(face.render(StatusCode::OK, &view)?))
}

/// `POST /sign-in/second-factor`
pub(crate) async fn complete(
    State(app): State<Accounts>,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    token.check_meant(&input.proof)?;
    let Fields { one_time_code, next } = input.fields;
    let now = (app.clock)();
    let first = FirstFactor::claimed(&headers, now).ok_or_else(|| gone(&next))?;
    let id = first.user;
    let (user, factor) = try_join!(app.table.user(id), app.table.second_factor(id))?;
    let (user, factor) = user.filter(|user| first.is_of(user)).zip(factor).ok_or_else(|| gone(&next))?;

    let mut form = code_form();
    let Some(right) = app.try_code(id, &factor, &one_time_code, &mut form).await? else {
        let view = CodeView::new(&app, &token, form.clone(), &next);
        return Ok(token.on(face.again(Problem::invalid(&form), &view)?));
    };
    let Some(factor) = right.factor.completing(first.typed) else {
        tell_late();
        return Err(gone(&next));
    };

    let (session, former) = (NewSession::new(id, user.holder(), user.epoch, &headers, now), claimed_session(&headers));
    if !app.table.open_session_by_code(&factor, session.stored(), former.as_ref()).await? {
        tell_late();
        form.refuse(CODE_FIELD, "Ce code vient de servir. Attendez le code suivant, puis saisissez-le.");
        let view = CodeView::new(&app, &token, form.clone(), &next);
        return Ok(token.on(face.again(Problem::invalid(&form), &view)?));
    }
    tell_right(right.is_recovery_code);
    if right.is_recovery_code {
        app.mails.tell_second_factor(id, SecondFactorChange::RecoveryCodeUsed).await;
    }

    let must_change_password = user.password_to_change.is_some();
    let view = SignedInView { user: id, name: user.full_name(), must_change_password };
    let location = match (must_change_password, right.is_recovery_code) {
        (true, _) => next.after(temporary_password::PAGE),
        (false, true) => DoneOnTheWay::RecoveryCodeUsed.told_at(&next),
        (false, false) => next.or("/"),
    };
    let response = session.on(face.after_post(StatusCode::OK, &location, &view)?);
    let device = Device::of(&headers);
    Ok(FirstFactor::forget(match &user.password_hash {
        Some(hash) => device.with_new_password(&user.methods, (id, hash), now).on(response),
        None => response,
    }))
}

/// The password was given too long ago, in another browser, or not at all.
fn gone(next: &Next) -> Problem {
    Problem::too_late(
        "Plus de dix minutes ont passé, ou votre compte a été modifié. Saisissez à nouveau votre mot de passe.",
    )
    .leading_to("Me connecter", next.after("/sign-in"))
}

impl CodeView {
    fn new(app: &Accounts, token: &FormToken, form: Form, next: &Next) -> Self {
        let (frame, csrf, support) = (Frame::bare("Votre code"), token.csrf(), app.config.support_email.clone());
        Self { frame, csrf, form, support, next: next.as_str().to_owned() }
    }
}
