//! Members: change a role, leave. The last administrator stays.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{Uai, UserId};
use rentree_http::{Face, Input, Problem, Proof, Visitor, authorise, authorise_beside, text};
use rentree_orders::NewRole;
use rentree_table::{AuditAction, AuditEntry, Cancelling, Invitation, Member, Role, TeamError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Invitations;
use crate::school::parse_uai;

pub(crate) type MemberPath = Path<(String, String)>;

/// What the form sends.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "ChangeRoleFields")]
pub(crate) struct Fields {
    /// `administrator` or `member`.
    #[schemars(with = "text::Role")]
    role: Role,
}

/// What was done.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ChangedView {
    /// Who.
    #[schemars(with = "String")]
    pub(crate) member: UserId,
    /// What they are now: `administrator`, `member`, or nothing any more.
    #[schemars(with = "Option<String>")]
    pub(crate) role: Option<Role>,
}

/// `POST /schools/{uai}/members/{member}/role`
pub(crate) async fn change_role(
    State(app): State<Invitations>,
    Path((uai, id)): MemberPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let (visitor, (id, member)) = app.managed_member(uai, &id, &headers, &input.proof).await?;

    let role = input.fields.role;
    let entry = visitor.did(AuditEntry::role_change(role)).to(&member.name);
    let cancelled = cancelled_by(&visitor);
    let cancelling = Cancelling { invited: member.invited, tell: &cancelled };
    let changed = app.table.change_role(uai, (id, member.role), role, &entry, cancelling).await;
    if changed.map_err(|error| told(uai, error))? && role == Role::Administrator {
        app.mails.tell_new_administrator(uai, id, NewRole::GivenBy(visitor.user)).await;
    }

    let location = format!("/schools/{uai}/team?done=role");
    face.after_post(StatusCode::OK, &location, &ChangedView { member: id, role: Some(role) })
}

/// `POST /schools/{uai}/leave`
pub(crate) async fn leave(
    State(app): State<Invitations>,
    Path(uai): Path<String>,
    face: Face,
    headers: HeaderMap,
    input: Input<Value>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Member, (app.clock)()).await?;
    visitor.check_meant(&input.proof)?;

    let entry = visitor.did(AuditAction::Left);
    app.table.remove_member(uai, (visitor.user, visitor.role), &entry, None).await.map_err(|error| told(uai, error))?;

    face.after_post(StatusCode::OK, "/spaces", &ChangedView { member: visitor.user, role: None })
}

impl Invitations {
    /// Authorises, and finds whom an administrator acts on.
    pub(crate) async fn managed_member(
        &self,
        uai: Uai,
        id: &str,
        headers: &HeaderMap,
        proof: &Proof,
    ) -> Result<(Visitor, (UserId, Member)), Problem> {
        let found = async {
            let id: UserId = id.parse().map_err(|_| Problem::not_found())?;
            Ok((id, self.table.member(uai, id).await?.ok_or_else(Problem::not_found)?))
        };
        let now = (self.clock)();
        let (visitor, found) = authorise_beside(&self.table, headers, uai, Role::Administrator, now, found).await?;
        visitor.check_meant(proof)?;
        Ok((visitor, found))
    }
}

/// What the log says of an invitation that ends with a place.
pub(crate) fn cancelled_by(visitor: &Visitor) -> impl Fn(&Invitation) -> AuditEntry {
    |invitation| visitor.did(AuditAction::InvitationCancelled).to(invitation.email.as_str())
}

pub(crate) fn told(uai: Uai, error: TeamError) -> Problem {
    match error {
        TeamError::LastAdministrator => {
            Problem::last_administrator().leading_to("Revenir à l’équipe", format!("/schools/{uai}/team"))
        }
        TeamError::NotAMember => Problem::not_found(),
        TeamError::Table(error) => error.into(),
    }
}
