//! Removing a member. Their campaigns are passed on before: to who is chosen, or to who removes them.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{Uai, UserId};
use rentree_http::{Choice, ConfirmView, Face, Input, Problem, Visitor, parse_uai};
use rentree_table::{AuditAction, Cancelling, Member, Role};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::try_join;

use crate::Invitations;
use crate::members::{ChangedView, MemberPath, asked, cancelled_by, told};
use crate::team::by_rank;

/// What the form sends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "RemoveMemberFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// Which member takes the campaigns of who is removed. Blank: who removes them.
    campaigns_to: String,
}

/// `GET /schools/{uai}/members/{member}/remove`
pub(crate) async fn ask(
    State(app): State<Invitations>,
    Path((uai, id)): MemberPath,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let (visitor, (id, Member { name, role, .. })) = app.managed_member(uai, &id, &headers).await?;

    let (team, owned) = try_join!(app.table.members(uai), app.table.campaigns_by_owner(uai))?;
    let mut consequences = vec![format!(
        "{name} n’aura plus accès à l’espace dès maintenant. Son compte et ses autres espaces ne changent pas."
    )];
    if role == Role::Administrator {
        consequences.push("Ses invitations que personne n’a encore acceptées seront annulées.".to_owned());
    }
    let campaigns = owned.get(&id).map_or(0, Vec::len);
    let view = ConfirmView {
        title: format!("Retirer {name} de l’équipe ?"),
        consequences,
        button: "Retirer de l’équipe",
        choice: (campaigns > 0).then(|| heirs(campaigns, id, visitor.user, team)),
        ..asked(uai, &visitor, format!("/schools/{uai}/members/{id}/remove"))
    };
    face.render(StatusCode::OK, &view)
}

/// Who may take the campaigns of `id`: who removes them first, then the others by rank.
fn heirs(campaigns: usize, id: UserId, by: UserId, team: Vec<(UserId, Member)>) -> Choice {
    let mut team = by_rank(team);
    team.retain(|(one, _)| *one != id);
    team.sort_by_key(|(one, _)| *one != by);
    let shown = |(one, member): (UserId, Member)| {
        let you = if one == by { " (vous)" } else { "" };
        (one.to_string(), format!("{}{you}", member.name))
    };
    let label = match campaigns {
        1 => "Sa campagne passe à".to_owned(),
        many => format!("Ses {many} campagnes passent à"),
    };
    Choice { name: "campaigns_to", label, options: team.into_iter().map(shown).collect() }
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
    let (visitor, (id, member)) = app.managed_person(uai, &id, &headers).await?;
    visitor.check_meant(&input.proof)?;

    let location = format!("/schools/{uai}/team?done=removed");
    let Some(member) = member else { return face.already(true, Problem::not_found(), &location) };
    let heir = app.heir(uai, &visitor, &input.fields.campaigns_to).await?;
    if let Err(problem) = app.take_out(uai, &visitor, (id, &member), &heir).await {
        let is_gone = app.table.member(uai, id).await?.is_none();
        return face.already(is_gone, problem, &location);
    }

    face.after_post(StatusCode::OK, &location, &ChangedView { member: id, role: None })
}

/// Who takes the campaigns of who is removed: a member, and their name.
pub(crate) type Heir = (UserId, String);

impl Invitations {
    /// Removes a member, after their campaigns were passed on; the log tells both.
    pub(crate) async fn take_out(
        &self,
        uai: Uai,
        visitor: &Visitor,
        (id, member): (UserId, &Member),
        heir: &Heir,
    ) -> Result<(), Problem> {
        self.pass_campaigns_on(uai, visitor, id, heir).await?;

        let entry = visitor.did(AuditAction::Removed).to(&member.name);
        let cancelled = cancelled_by(visitor);
        let cancelling = Cancelling { invited: member.invited, tell: &cancelled };
        let removed = self.table.remove_member(uai, (id, member.role), &entry, Some(cancelling)).await;
        removed.map_err(|error| told(uai, error))
    }

    /// Passes the campaigns of `from` on to the heir, if there are any and they do not stay with `from`.
    async fn pass_campaigns_on(
        &self,
        uai: Uai,
        visitor: &Visitor,
        from: UserId,
        (to, name): &Heir,
    ) -> Result<(), Problem> {
        let mut owned = self.table.campaigns_by_owner(uai).await?;
        let Some(campaigns) = owned.remove(&from).filter(|_| *to != from) else { return Ok(()) };

        let entry = visitor.did(AuditAction::CampaignsPassedOn).to(name);
        let passed_on = self.table.pass_campaigns_on(uai, &campaigns, (from, *to, name), &entry).await?;
        if passed_on {
            Ok(())
        } else {
            Err(too_late(uai, "Ces campagnes viennent de changer de responsable. Recommencez."))
        }
    }

    /// Who takes the campaigns: who is chosen, or who removes.
    pub(crate) async fn heir(&self, uai: Uai, visitor: &Visitor, chosen: &str) -> Result<Heir, Problem> {
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

pub(crate) fn too_late(uai: Uai, detail: &str) -> Problem {
    Problem::too_late(detail).leading_to("Revenir à l’équipe", format!("/schools/{uai}/team"))
}
