//! The page "Équipe": members by role; for administrators, the invitations that wait.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::{CampaignId, EmailAddress, FormId, InvitationId, Uai, UserId};
use rentree_http::{Asked, Face, Problem, Visitor, authorise, parse_uai};
use rentree_table::{
    AccessRequest, Delivery, Invitation, Member, Role, SecondAdministrator, TableError, is_suspended, unanswered,
};
use rentree_web::{Form, Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::join;

use crate::Invitations;
use crate::invite::form;
use crate::review::visit_text;
use crate::settle::RESEND_PAUSE;

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "team.html")]
pub(crate) struct TeamView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    pub(crate) form: Form,
    #[serde(skip)]
    done: Option<String>,
    #[serde(skip)]
    second_administrator: SecondAdministrator,
    /// What the form to invite sends with it, so that a second click invites nobody twice.
    once: FormId,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    /// Whether who asks may manage the team.
    may_manage: bool,
    /// Whether who asks is to review the team, this school year.
    is_review_due: bool,
    /// Administrators first, then by name.
    members: Vec<MemberRow>,
    /// Who asks to be let in, the oldest first. Empty for members.
    access_requests: Vec<AccessRequestRow>,
    /// Those that wait, the oldest first. Empty for members.
    invitations: Vec<InvitationRow>,
}

#[derive(Serialize, JsonSchema)]
struct MemberRow {
    /// Who.
    #[schemars(with = "String")]
    id: UserId,
    /// First and last name.
    name: String,
    /// `administrator` or `member`.
    #[schemars(with = "String")]
    role: Role,
    /// Since when.
    joined_at: Timestamp,
    /// When they last came, to a day; told to administrators, where it is known.
    came_at: Option<Timestamp>,
    /// Whether an administrator must let them in again: they stayed away for thirteen months.
    is_suspended: bool,
    /// How many campaigns they answer for, archived or not; told to administrators.
    campaigns: Option<usize>,
    /// Whether it is who asks.
    is_self: bool,
    #[serde(skip)]
    visit: String,
}

#[derive(Serialize, JsonSchema)]
struct AccessRequestRow {
    /// Who.
    #[schemars(with = "String")]
    user: UserId,
    /// First and last name, as their account had them.
    name: String,
    /// The address of their account.
    #[schemars(with = "String")]
    email: EmailAddress,
    /// When they asked.
    asked_at: Timestamp,
}

#[derive(Serialize, JsonSchema)]
struct InvitationRow {
    /// The invitation.
    #[schemars(with = "String")]
    id: InvitationId,
    /// Where it is sent.
    #[schemars(with = "String")]
    email: EmailAddress,
    /// What whoever accepts becomes: `administrator` or `member`.
    #[schemars(with = "String")]
    role: Role,
    /// `queued`, `sent` or `failed`.
    #[schemars(with = "String")]
    delivery: Delivery,
    /// When its mail last left.
    sent_at: Option<Timestamp>,
    /// Whether its last link is too old.
    is_expired: bool,
    /// Whether it may be sent again now.
    may_resend: bool,
    /// When it may be sent again.
    resend_from: Timestamp,
}

/// What was just done.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Done {
    /// What the page tells that was just done.
    done: String,
}

/// `GET /schools/{uai}/team`
pub(crate) async fn page(
    State(app): State<Invitations>,
    Path(uai): Path<String>,
    Asked(done): Asked<Done>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let visitor = authorise(&app.table, &headers, uai, Role::Member, (app.clock)()).await?;

    let (view, done) = join!(app.team(uai, &visitor), app.done(uai, &visitor, &done.done));
    let view = TeamView { done: done?, ..view? };
    face.render(StatusCode::OK, &view)
}

/// Administrators first, then by name.
pub(crate) fn by_rank(mut members: Vec<(UserId, Member)>) -> Vec<(UserId, Member)> {
    let rank = |member: &Member| member.role == Role::Member;
    members.sort_by(|(_, one), (_, other)| rank(one).cmp(&rank(other)).then_with(|| one.name.cmp(&other.name)));
    members
}

impl Invitations {
    /// The page, its form empty.
    pub(crate) async fn team(&self, uai: Uai, visitor: &Visitor) -> Result<TeamView, Problem> {
        let now = (self.clock)();
        let (members, invited, asking, owned) = join!(
            self.table.members(uai),
            self.pending(uai, visitor),
            self.access_requests(uai, visitor),
            self.campaigns_by_owner(uai, visitor)
        );
        let owned = owned?;
        let (members, invited) = (by_rank(members?), invited?);
        let second_administrator =
            SecondAdministrator::in_team(&members, invited.iter().map(|(_, invited)| invited), now);
        let asking = unanswered(asking?, &members, now).into_iter().map(AccessRequestRow::of);
        let suspended: BTreeSet<UserId> =
            members.iter().map(|(id, _)| *id).filter(|id| is_suspended(*id, &members, now)).collect();
        let members = members.into_iter().map(|(id, member)| MemberRow {
            id,
            visit: visit_text(&member, now),
            name: member.name,
            role: member.role,
            joined_at: member.joined_at,
            came_at: member.came_at.filter(|_| visitor.is_administrator()),
            is_suspended: suspended.contains(&id),
            campaigns: owned.as_ref().map(|owned| owned.get(&id).map_or(0, Vec::len)),
            is_self: id == visitor.user,
        });

        let invitations = invited.into_iter().map(|(id, invited)| InvitationRow {
            id,
            may_resend: invited.asked_at + RESEND_PAUSE <= now,
            resend_from: invited.asked_at + RESEND_PAUSE,
            is_expired: invited.is_expired(now),
            email: invited.email,
            role: invited.role,
            delivery: invited.delivery,
            sent_at: invited.sent_at,
        });
        let mut view = TeamView {
            frame: visitor.frame("Équipe", uai, &visitor.school, Section::Team),
            csrf: visitor.csrf.clone(),
            form: form("", "member"),
            done: None,
            second_administrator,
            once: FormId::new(now, rentree_runtime::random()),
            uai,
            may_manage: visitor.is_administrator(),
            is_review_due: visitor.is_administrator() && visitor.school.is_review_due(now),
            members: members.collect(),
            access_requests: asking.collect(),
            invitations: invitations.collect(),
        };
        // While a second administrator is wanted, no role is preselected: with “Membre”, the colleague who was meant would become a
        // member; with “Administrateur”, a list of teachers would get too many rights. Once one is invited, “Membre” is preselected again.
        if second_administrator.is_wanted() {
            view.form = form("", "");
        }
        Ok(view)
    }

    /// Whose campaigns are whose, for administrators.
    async fn campaigns_by_owner(
        &self,
        uai: Uai,
        visitor: &Visitor,
    ) -> Result<Option<BTreeMap<UserId, Vec<CampaignId>>>, TableError> {
        if visitor.is_administrator() { Ok(Some(self.table.campaigns_by_owner(uai).await?)) } else { Ok(None) }
    }

    /// The invitations that wait, for administrators.
    pub(crate) async fn pending(
        &self,
        uai: Uai,
        visitor: &Visitor,
    ) -> Result<Vec<(InvitationId, Invitation)>, TableError> {
        if !visitor.is_administrator() {
            return Ok(Vec::new());
        }
        let mut invitations = self.table.invitations(uai).await?;
        invitations.retain(|(_, invited)| invited.is_pending());
        Ok(invitations)
    }
}

impl MemberRow {
    fn is_member(&self) -> bool {
        self.role == Role::Member
    }
}

impl AccessRequestRow {
    fn of((user, request): (UserId, AccessRequest)) -> Self {
        Self { user, name: request.name, email: request.email, asked_at: request.asked_at }
    }
}

impl InvitationRow {
    fn delivery_text(&self) -> String {
        match (self.delivery, &self.sent_at) {
            (Delivery::Failed, _) => "Échec de l’envoi. Si l’adresse est exacte, renvoyez l’invitation un peu plus tard ; sinon, annulez-la et invitez la bonne adresse.".to_owned(),
            (Delivery::Sent, Some(at)) if self.is_expired => {
                format!("Lien expiré, envoyé le {} : renvoyez l’invitation.", french::day_and_time(at))
            }
            (Delivery::Sent, Some(at)) => format!("Dernier envoi le {}", french::day_and_time(at)),
            _ => "Envoi en cours".to_owned(),
        }
    }

    fn has_failed(&self) -> bool {
        self.delivery == Delivery::Failed
    }
}
