//! Members: change a role, leave. The last administrator stays.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{Uai, UserId};
use rentree_http::{ConfirmView, Face, Input, Problem, Visitor, authorise, authorise_beside, parse_uai, text};
use rentree_orders::NewRole;
use rentree_table::{AuditAction, AuditEntry, Cancelling, Invitation, Member, Role, TeamError};
use rentree_web::Section;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Invitations;

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

/// `GET /schools/{uai}/members/{member}/role`: there are two roles, so that the other one is meant.
pub(crate) async fn ask_role(
    State(app): State<Invitations>,
    Path((uai, id)): MemberPath,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let (visitor, (id, Member { name, role, .. })) = app.managed_member(uai, &id, &headers).await?;
    // Who makes a colleague a member is another administrator. Of oneself, which is rare, it is asked before anything is.
    if id == visitor.user && app.table.administrators(uai).await? <= 1 {
        return Err(told(uai, TeamError::LastAdministrator));
    }

    let action = format!("/schools/{uai}/members/{id}/role");
    let view = match role {
        Role::Member => ConfirmView {
            title: format!("Rendre {name} administrateur ?"),
            consequences: vec![
                format!("{name} pourra importer les élèves et gérer l’équipe : inviter, retirer, changer les rôles."),
                "Les autres administrateurs en seront prévenus par e-mail.".to_owned(),
            ],
            button: "Rendre administrateur",
            hidden: Some(("role", "administrator".to_owned())),
            ..asked(uai, &visitor, action)
        },
        Role::Administrator => ConfirmView {
            title: format!("Rendre {name} membre ?"),
            consequences: vec![
                format!(
                    "{name} ne pourra plus importer les élèves ni gérer l’équipe, et verra toujours les élèves et les campagnes."
                ),
                "Ses invitations que personne n’a encore acceptées seront annulées.".to_owned(),
            ],
            button: "Rendre membre",
            hidden: Some(("role", "member".to_owned())),
            ..asked(uai, &visitor, action)
        },
    };
    face.render(StatusCode::OK, &view)
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
    let (visitor, (id, member)) = app.managed_member(uai, &id, &headers).await?;
    visitor.check_meant(&input.proof)?;

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

/// `GET /schools/{uai}/leave`
pub(crate) async fn ask_leave(
    State(app): State<Invitations>,
    Path(uai): Path<String>,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let administrators = async { Ok(app.table.administrators(uai).await?) };
    let (visitor, administrators) =
        authorise_beside(&app.table, &headers, uai, Role::Member, (app.clock)(), administrators).await?;
    if visitor.is_administrator() && administrators <= 1 {
        return Err(told(uai, TeamError::LastAdministrator));
    }

    let view = ConfirmView {
        title: format!("Quitter l’espace {} ?", visitor.school.name),
        consequences: vec![
            "Vous n’y aurez plus accès dès maintenant ; votre compte est conservé.".to_owned(),
            "Vos campagnes y restent. Pour revenir, il vous faudra une nouvelle invitation.".to_owned(),
        ],
        button: "Quitter l’espace",
        ..asked(uai, &visitor, format!("/schools/{uai}/leave"))
    };
    face.render(StatusCode::OK, &view)
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
    let left = async {
        let visitor = authorise(&app.table, &headers, uai, Role::Member, (app.clock)()).await?;
        visitor.check_meant(&input.proof)?;

        let (id, entry) = (visitor.user, visitor.did(AuditAction::Left));
        app.table.remove_member(uai, (id, visitor.role), &entry, None).await.map_err(|error| told(uai, error))?;
        Ok::<_, Problem>(id)
    };

    match left.await {
        Ok(member) => face.after_post(StatusCode::OK, "/spaces", &ChangedView { member, role: None }),
        // Whoever has left has no place to leave any more.
        Err(problem) => face.already(problem.status() == StatusCode::NOT_FOUND, problem, "/spaces"),
    }
}

impl Invitations {
    /// Authorises, and finds whom an administrator acts on.
    pub(crate) async fn managed_member(
        &self,
        uai: Uai,
        id: &str,
        headers: &HeaderMap,
    ) -> Result<(Visitor, (UserId, Member)), Problem> {
        let (visitor, (id, member)) = self.managed_person(uai, id, headers).await?;
        Ok((visitor, (id, member.ok_or_else(Problem::not_found)?)))
    }

    /// The same of somebody who may not be a member any more.
    pub(crate) async fn managed_person(
        &self,
        uai: Uai,
        id: &str,
        headers: &HeaderMap,
    ) -> Result<(Visitor, (UserId, Option<Member>)), Problem> {
        let found = async {
            let id: UserId = id.parse().map_err(|_| Problem::not_found())?;
            Ok((id, self.table.member(uai, id).await?))
        };
        let now = (self.clock)();
        authorise_beside(&self.table, headers, uai, Role::Administrator, now, found).await
    }
}

/// A page of the team that asks, which leads back to the team.
pub(crate) fn asked(uai: Uai, visitor: &Visitor, action: String) -> ConfirmView {
    ConfirmView {
        frame: visitor.frame("Confirmer", uai, &visitor.school, Section::Team),
        csrf: visitor.csrf.clone(),
        alert: None,
        title: String::new(),
        consequences: Vec::new(),
        action,
        button: "Confirmer",
        hidden: None,
        choice: None,
        back: ("Revenir à l’équipe", format!("/schools/{uai}/team")),
    }
}

/// What the log says of an invitation that ends with a place.
pub(crate) fn cancelled_by(visitor: &Visitor) -> impl Fn(&Invitation) -> AuditEntry {
    |invitation| visitor.did(AuditAction::InvitationCancelled).to(invitation.email.as_str()).in_role(invitation.role)
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
