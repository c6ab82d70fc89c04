//! The page of an invitation's link: whoever opens it joins in the role that it says, with an account of any address. Looking at it changes
//! nothing.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::{EmailAddress, InvitationId, LinkToken, Uai};
use rentree_http::{ClientAddress, Face, FormToken, Input, Problem, SignedIn, Ways};
use rentree_identity::{Door, EntryError, EntryFields, JoinedView, entry};
use rentree_table::{AuditAction, By, Invitation, InvitationState, Purpose, Role, School};
use rentree_web::{Entry, Frame};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::join;

use crate::Invitations;

const WAYS: Ways = Ways {
    advice: "Demandez une nouvelle invitation à un administrateur de l’espace de votre établissement.",
    way_on: ("Me connecter", "/sign-in"),
};

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[schemars(rename = "InvitationView")]
#[template(path = "join.html")]
pub(crate) struct JoinView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    entry: Entry,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    /// Its name.
    school: String,
    /// Who invites.
    invited_by: String,
    /// Where the invitation was sent.
    #[schemars(with = "String")]
    email: EmailAddress,
    /// What whoever accepts becomes: `administrator` or `member`.
    #[schemars(with = "String")]
    role: Role,
}

/// A link that can be used, and what it leads to.
struct Found {
    token: LinkToken,
    uai: Uai,
    id: InvitationId,
    school: School,
    invitation: Invitation,
}

/// `GET /invitation/{token}`
pub(crate) async fn page(
    State(app): State<Invitations>,
    Path(link): Path<String>,
    face: Face,
    token: FormToken,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (found, signed_in) = app.find(&link, &headers, (app.clock)()).await?;

    let view = JoinView::new(&found, found.entry(&token, signed_in.as_ref()));
    Ok(token.on(face.render(StatusCode::OK, &view)?))
}

/// `POST /invitation/{token}`
pub(crate) async fn join(
    State(app): State<Invitations>,
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

    let door = Door {
        table: &app.table,
        client: &client.0,
        headers: &headers,
        entry: found.entry(&token, signed_in.as_ref()),
        signed_in,
        confirmed: Some(&found.invitation.email),
        token: &found.token,
        ways: &WAYS,
        uai: found.uai,
        by: By::Invitation(found.id, found.invitation.role),
        action: AuditAction::InvitationAccepted,
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

impl Invitations {
    /// What a link leads to, and who is signed in.
    async fn find(
        &self,
        link: &str,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<(Found, Option<SignedIn>), Problem> {
        let table = &self.table;
        let (token, link, presented) = WAYS.usable_by(table, link, headers, now).await?;
        let Purpose::Invitation { uai, id } = link.purpose else { return Err(WAYS.forged()) };
        let (school, invitation, signed_in) =
            join!(table.school(uai), table.invitation(uai, id), presented.signed_in(table));
        let (school, invitation) = school?.zip(invitation?).ok_or_else(|| WAYS.forged())?;
        let signed_in = signed_in?;
        match invitation.state {
            InvitationState::Pending => Ok((Found { token, uai, id, school, invitation }, signed_in)),
            InvitationState::Cancelled => Err(WAYS.cancelled()),
            InvitationState::Accepted => Err(WAYS.used_into(uai, signed_in.as_ref(), table).await?),
        }
    }
}

impl Found {
    fn entry(&self, token: &FormToken, signed_in: Option<&SignedIn>) -> Entry {
        let known = EntryFields { email: self.invitation.email.to_string(), ..EntryFields::default() };
        entry(format!("/invitation/{}", self.token.text()), token.csrf(), signed_in, &known)
    }
}

impl JoinView {
    fn new(found: &Found, entry: Entry) -> Self {
        Self {
            frame: Frame::bare("Rejoindre l’espace"),
            entry,
            uai: found.uai,
            school: found.school.name.clone(),
            invited_by: found.invitation.invited_by.clone(),
            email: found.invitation.email.clone(),
            role: found.invitation.role,
        }
    }
}
