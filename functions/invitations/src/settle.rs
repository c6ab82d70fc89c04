//! An invitation that waits: send it again, or cancel it.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{InvitationId, Uai};
use rentree_http::{ConfirmView, Face, Input, Problem, Visitor, authorise_beside, parse_uai};
use rentree_orders::Refusal;
use rentree_table::{AuditAction, AuditEntry, Invitation, InvitationError, InvitationState, Role};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::Invitations;
use crate::done::NEWS;
use crate::invite::TOO_MANY;
use crate::members::asked;

/// Between two mails of one invitation.
pub(crate) const RESEND_PAUSE: SignedDuration = SignedDuration::from_mins(5);

type InvitationPath = Path<(String, String)>;

/// What was done.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SettledView {
    /// The invitation.
    #[schemars(with = "String")]
    invitation: InvitationId,
}

/// `POST /schools/{uai}/invitations/{invitation}/resend`
pub(crate) async fn resend(
    State(app): State<Invitations>,
    Path((uai, id)): InvitationPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Value>,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let (uai, id, invitation, visitor) = app.managed(&uai, &id, &headers, now).await?;
    visitor.check_meant(&input.proof)?;

    let permit =
        app.mails.permit_invitations(uai, visitor.user, 1, now).await.map_err(|refusal| refused(uai, refusal))?;
    let entry = entry(&visitor, AuditAction::InvitationResent, &invitation, now);
    let location = format!("/schools/{uai}/team?done=resent");
    if let Err(error) = app.table.resend_invitation(uai, id, RESEND_PAUSE, now, &entry).await {
        app.mails.give_back(permit).await?;
        let is_new = |it: &Invitation| now.duration_since(it.asked_at) < NEWS;
        let is_resent = matches!(error, InvitationError::TooSoon)
            && (is_new(&invitation) || app.table.invitation(uai, id).await?.is_some_and(|it| is_new(&it)));
        return face.already(is_resent, told(uai, error), &location);
    }
    app.order_invitation(&permit, id).await?;

    face.after_post(StatusCode::OK, &location, &SettledView { invitation: id })
}

/// `GET /schools/{uai}/invitations/{invitation}/cancel`
pub(crate) async fn ask_cancel(
    State(app): State<Invitations>,
    Path((uai, id)): InvitationPath,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (uai, id, invitation, visitor) = app.managed(&uai, &id, &headers, (app.clock)()).await?;

    let view = ConfirmView {
        title: format!("Annuler l’invitation à {} ?", invitation.email),
        consequences: vec![
            "Le lien déjà envoyé ne fonctionnera plus. Vous pourrez inviter de nouveau cette adresse.".to_owned(),
        ],
        button: "Annuler l’invitation",
        ..asked(uai, &visitor, format!("/schools/{uai}/invitations/{id}/cancel"))
    };
    face.render(StatusCode::OK, &view)
}

/// `POST /schools/{uai}/invitations/{invitation}/cancel`
pub(crate) async fn cancel(
    State(app): State<Invitations>,
    Path((uai, id)): InvitationPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Value>,
) -> Result<Response, Problem> {
    let now = (app.clock)();
    let (uai, id, invitation, visitor) = app.managed(&uai, &id, &headers, now).await?;
    visitor.check_meant(&input.proof)?;

    let entry = entry(&visitor, AuditAction::InvitationCancelled, &invitation, now);
    let location = format!("/schools/{uai}/team?done=cancelled");
    if let Err(error) = app.table.cancel_invitation(uai, id, &entry).await {
        let state = app.table.invitation(uai, id).await?.map(|invitation| invitation.state);
        let is_cancelled = state == Some(InvitationState::Cancelled);
        return face.already(is_cancelled, told(uai, error), &location);
    }
    face.after_post(StatusCode::OK, &location, &SettledView { invitation: id })
}

impl Invitations {
    /// Parses and authorises, for every word on an invitation.
    async fn managed(
        &self,
        uai: &str,
        id: &str,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<(Uai, InvitationId, Invitation, Visitor), Problem> {
        let uai = parse_uai(uai)?;
        let found = async {
            let id: InvitationId = id.parse().map_err(|_| Problem::not_found())?;
            Ok((id, self.table.invitation(uai, id).await?.ok_or_else(Problem::not_found)?))
        };
        let (visitor, (id, invitation)) =
            authorise_beside(&self.table, headers, uai, Role::Administrator, now, found).await?;
        Ok((uai, id, invitation, visitor))
    }
}

fn entry(visitor: &Visitor, action: AuditAction, invitation: &Invitation, now: Timestamp) -> AuditEntry {
    let entry = AuditEntry::new(now, rentree_runtime::random(), visitor.user, &visitor.name, action);
    entry.to(invitation.email.as_str()).in_role(invitation.role)
}

fn refused(uai: Uai, refusal: Refusal) -> Problem {
    match refusal {
        Refusal::TooMany(_) => {
            Problem::too_many(TOO_MANY).leading_to("Revenir à l’équipe", format!("/schools/{uai}/team"))
        }
        error => Problem::internal(&error),
    }
}

fn told(uai: Uai, error: InvitationError) -> Problem {
    let problem = match error {
        InvitationError::Settled => {
            Problem::too_late("L’invitation a été acceptée ou annulée entre-temps. Rechargez la page.")
        }
        InvitationError::TooSoon => {
            Problem::too_many("Cette invitation vient d’être envoyée. Vous pourrez la renvoyer cinq minutes après.")
        }
        InvitationError::Table(error) => return error.into(),
    };
    problem.leading_to("Revenir à l’équipe", format!("/schools/{uai}/team"))
}
