//! The terms of use: everybody may read them, and accepts them before the first entry, and again when they change.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{Holder, terms};
use rentree_http::{Asked, Face, Input, Next, Problem, require_sign_in, signed_in};
use rentree_table::Terms;
use rentree_web::Frame;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Accounts;
use crate::sign_in::Towards;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "terms.html")]
pub(crate) struct TermsView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    /// Where people ask for help.
    support: String,
    /// Their version.
    version: u32,
    /// Whether a pupil reads them: in words of a child, and with nothing to accept.
    is_pupil: bool,
    /// Whether somebody is signed in who has yet to accept them.
    to_accept: bool,
    /// Where they go on then.
    next: String,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "TermsFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// The version that was read.
    version: u32,
    /// An address of this site, with its query.
    #[schemars(with = "String")]
    next: Next,
}

/// What was accepted.
#[derive(Serialize, JsonSchema)]
pub(crate) struct AcceptedView {
    /// The version.
    version: u32,
}

/// `GET /terms`
pub(crate) async fn page(
    State(app): State<Accounts>,
    Asked(towards): Asked<Towards>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let reader = signed_in(&app.table, &headers, (app.clock)()).await?;

    let is_pupil = reader.as_ref().is_some_and(|reader| reader.person.holder() == Holder::Pupil);
    let title = if is_pupil { "Ce que Rentrée sait de vous" } else { "Conditions d’utilisation" };
    let view = TermsView {
        frame: reader.as_ref().map_or_else(|| Frame::bare(title), |reader| reader.frame(title)),
        csrf: reader.as_ref().map(|reader| reader.csrf.clone()).unwrap_or_default(),
        support: app.config.support_email.clone(),
        version: terms::VERSION,
        is_pupil,
        to_accept: reader.is_some_and(|reader| !is_pupil && reader.check_terms().is_err()),
        next: towards.next.as_str().to_owned(),
    };
    face.render(StatusCode::OK, &view)
}

/// `POST /terms`
pub(crate) async fn accept(
    State(app): State<Accounts>,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let signed_in = require_sign_in(&app.table, &headers, now).await?;
    signed_in.check_meant(&input.proof)?;
    let Fields { version, next } = input.fields;
    if version != terms::VERSION {
        return Err(Problem::too_late("Les conditions d’utilisation ont changé. Rechargez la page pour les lire.")
            .leading_to("Lire les conditions d’utilisation", "/terms"));
    }

    app.table.accept_terms(signed_in.user, Terms { version, at: now }).await?;

    face.after_post(StatusCode::OK, &next.or("/"), &AcceptedView { version })
}
