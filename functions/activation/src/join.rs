//! The page of the link in the school's mailbox: whoever opens it becomes administrator. Looking at it changes nothing.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::{ActivationId, LinkToken, Uai};
use rentree_http::{ClientAddress, Face, FormToken, Input, Problem, SignedIn, Ways};
use rentree_identity::{Door, EntryError, EntryFields, JoinedView, entry};
use rentree_table::{ActivationRequest, AuditAction, By, Purpose, School};
use rentree_web::{Entry, Frame};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::join;

use crate::Activation;

const WAYS: Ways = Ways {
    advice: "Refaites une demande : un nouveau lien sera envoyé à l’adresse e-mail de l’établissement.",
    way_on: ("Refaire une demande", "/demande-administration-sco"),
};

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[schemars(rename = "ActivationView")]
#[template(path = "join.html")]
pub(crate) struct JoinView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    entry: Entry,
    /// Whether the space has administrators already: then it is not activated, and a new one joins.
    #[serde(skip)]
    is_active: bool,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    /// Its name.
    school: String,
}

/// A link that can be used, and what it leads to.
struct Found {
    token: LinkToken,
    uai: Uai,
    id: ActivationId,
    school: School,
    /// Who asked for it, as far as that is kept.
    request: Option<ActivationRequest>,
}

/// `GET /activation/{token}`
pub(crate) async fn page(
    State(app): State<Activation>,
    Path(link): Path<String>,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (found, signed_in) = app.find(&link, &headers, (app.clock)()).await?;

    let view = JoinView::new(&found, found.entry(&token, signed_in.as_ref()));
    Ok(token.on(face.render(StatusCode::OK, &view)?))
}

/// `POST /activation/{token}`
pub(crate) async fn join(
    State(app): State<Activation>,
    Path(link): Path<String>,
    client: ClientAddress,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
    input: Input<EntryFields>,
) -> Result<Response, Problem> {
    token.check_meant(&input.proof)?;
    let now = (app.clock)();
    let (found, signed_in) = app.find(&link, &headers, now).await?;

    let action = match found.school.activated_at {
        None => AuditAction::SpaceActivated,
        Some(_) => AuditAction::SpaceRecovered,
    };
    let door = Door {
        table: &app.table,
        client: &client.0,
        headers: &headers,
        entry: found.entry(&token, signed_in.as_ref()),
        signed_in,
        confirmed: None,
        token: &found.token,
        ways: &WAYS,
        uai: found.uai,
        by: By::Activation(found.id),
        action,
        now,
    };
    let entrant = match input.fields.come_in(door).await {
        Ok(entrant) => entrant,
        Err(EntryError::Problem(problem)) => return Err(*problem),
        Err(EntryError::Again(entry, problem)) => {
            return Ok(token.on(face.again(*problem, &JoinView::new(&found, *entry))?));
        }
    };
    let joined = JoinedView { uai: found.uai, school: found.school.name.clone() };
    entrant.arrive(&app.mails, &client.0, (face, joined), now).await
}

impl Activation {
    /// What a link leads to, and who is signed in.
    async fn find(
        &self,
        link: &str,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<(Found, Option<SignedIn>), Problem> {
        let (token, link, presented) = WAYS.usable_by(&self.table, link, headers, now).await?;
        let Purpose::Activation { uai, id } = link.purpose else { return Err(WAYS.forged()) };
        let (school, request, signed_in) =
            join!(self.table.school(uai), self.table.activation(uai, id), presented.signed_in(&self.table));
        let school = school?.ok_or_else(|| WAYS.forged())?;
        Ok((Found { token, uai, id, school, request: request? }, signed_in?))
    }
}

impl Found {
    /// The page's forms: whoever asked follows the link themselves, mostly, and need not type their name again.
    fn entry(&self, token: &FormToken, signed_in: Option<&SignedIn>) -> Entry {
        let known = self.request.as_ref().map(|request| EntryFields {
            first_name: request.first_name.to_string(),
            last_name: request.last_name.to_string(),
            ..EntryFields::default()
        });
        entry(format!("/activation/{}", self.token.text()), token.csrf(), signed_in, &known.unwrap_or_default())
    }
}

impl JoinView {
    fn new(found: &Found, entry: Entry) -> Self {
        let is_active = found.school.activated_at.is_some();
        let frame = Frame::bare(if is_active { "Rejoindre l’espace" } else { "Activer l’espace" });
        Self { frame, entry, is_active, uai: found.uai, school: found.school.name.clone() }
    }
}
