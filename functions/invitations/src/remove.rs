//! Removing a member. Their campaigns are passed on before: to who is chosen, or to who removes them.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{Uai, UserId};
use rentree_http::{Face, Input, Problem, Visitor};
use rentree_table::{AuditAction, Cancelling};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::try_join;

use crate::Invitations;
use crate::members::{ChangedView, MemberPath, cancelled_by, told};
use crate::school::parse_uai;

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "RemoveMemberFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// Which member takes the campaigns of who is removed. Blank: who removes them.
    campaigns_to: String,
}

/// `POST /schools/{uai}/members/{member}/remove`
pub(crate) async fn remove(
    State(app): State<Invitations>,
    Path((uai, id)): MemberPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let (visitor, (id, member)) = app.managed_member(uai, &id, &headers, &input.proof).await?;

    app.pass_campaigns_on(uai, &visitor, id, &input.fields.campaigns_to).await?;

    let entry = visitor.did(AuditAction::Removed).to(&member.name);
    let cancelled = cancelled_by(&visitor);
    let cancelling = Cancelling { invited: member.invited, tell: &cancelled };
    let removed = app.table.remove_member(uai, (id, member.role), &entry, Some(cancelling)).await;
    removed.map_err(|error| told(uai, error))?;

    let location = format!("/schools/{uai}/team?done=removed");
    face.after_post(StatusCode::OK, &location, &ChangedView { member: id, role: None })
}

impl Invitations {
    /// Passes the campaigns of `from` on to the member who is chosen, if there are any and they do not stay with `from`.
    async fn pass_campaigns_on(&self, uai: Uai, visitor: &Visitor, from: UserId, chosen: &str) -> Result<(), Problem> {
        let heir = self.heir(uai, visitor, chosen);
        let owned = async { Ok(self.table.campaigns_by_owner(uai).await?) };
        let ((to, name), mut owned) = try_join!(heir, owned)?;
        let Some(campaigns) = owned.remove(&from).filter(|_| to != from) else { return Ok(()) };

        let entry = visitor.did(AuditAction::CampaignsPassedOn).to(&name);
        let passed_on = self.table.pass_campaigns_on(uai, &campaigns, (from, to, &name), &entry).await?;
        if passed_on {
            Ok(())
        } else {
            Err(too_late(uai, "Ces campagnes viennent de changer de responsable. Recommencez."))
        }
    }

    /// Who takes the campaigns, and their name.
    async fn heir(&self, uai: Uai, visitor: &Visitor, chosen: &str) -> Result<(UserId, String), Problem> {
        let chosen = chosen.trim();
        if chosen.is_empty() || chosen == visitor.user.to_string() {
            return Ok((visitor.user, visitor.name.clone()));
        }
        let gone = || {
            too_late(
                uai,
                "La personne choisie pour reprendre les campagnes n’est pas dans l’équipe. Choisissez-en une autre.",
            )
        };
        let id: UserId = chosen.parse().map_err(|_| gone())?;
        let member = self.table.member(uai, id).await?.ok_or_else(gone)?;
        Ok((id, member.name))
    }
}

fn too_late(uai: Uai, detail: &str) -> Problem {
    Problem::too_late(detail).leading_to("Revenir à l’équipe", format!("/schools/{uai}/team"))
}
