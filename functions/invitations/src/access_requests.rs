//! What administrators answer to whoever asks to be let in: a role, or no. The page names the person, and says when they may be a pupil.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use rentree_domain::matching::Typed;
use rentree_domain::{EmailAddress, Uai, UserId};
use rentree_http::{ConfirmView, Face, Input, Problem, Visitor, authorise_beside, parse_uai, text};
use rentree_orders::NewRole;
use rentree_table::{
    AccessRequest, AccessRequestError, AccessRequestState, AuditAction, AuditEntry, Cancelling, Member, Role,
    TeamError, User,
};
use rentree_web::{Form, Frame, Section, french};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::try_join;

use crate::Invitations;
use crate::invite::{NO_ROLE, chosen_role, role_field};
use crate::members::{self, asked, cancelled_by};

type RequestPath = Path<(String, String)>;

/// What the form sends.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "AcceptAccessFields")]
pub(crate) struct Fields {
    /// What they become: `administrator` or `member`.
    #[schemars(with = "text::Role")]
    role: String,
}

/// The page.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "access-request.html")]
pub(crate) struct AccessRequestView {
    #[serde(skip)]
    frame: Frame,
    #[serde(skip)]
    csrf: String,
    #[serde(skip)]
    form: Form,
    /// UAI of the school.
    #[schemars(with = "String")]
    uai: Uai,
    /// Who asks.
    #[schemars(with = "String")]
    user: UserId,
    /// First and last name, as their account has them.
    name: String,
    /// The address of their account, confirmed.
    #[schemars(with = "String")]
    email: EmailAddress,
    /// When they asked.
    asked_at: Timestamp,
    /// The role of who is in the team, and stayed away for so long that their access is suspended: the one that is chosen replaces it.
    #[schemars(with = "Option<String>")]
    suspended_role: Option<Role>,
    /// Whether their account is tied to a pupil of the school, or began as a pupil's.
    is_pupil: bool,
    /// How many pupils of the school have this name, or nearly.
    pupils_of_this_name: usize,
    #[serde(skip)]
    lacks_administrator: bool,
}

/// What was answered.
#[derive(Serialize, JsonSchema)]
pub(crate) struct AnsweredView {
    /// Who had asked.
    #[schemars(with = "String")]
    user: UserId,
    /// What they are now: `administrator`, `member`, or nothing.
    #[schemars(with = "Option<String>")]
    role: Option<Role>,
}

/// `GET /schools/{uai}/access-requests/{user}`
pub(crate) async fn page(
    State(app): State<Invitations>,
    Path((uai, id)): RequestPath,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let (visitor, (id, request)) = app.request(uai, &id, &headers).await?;
    let Some(request) = request else { return Err(app.settled(uai, id).await) };
    let view = app.asks(uai, &visitor, (id, request)).await?;
    face.render(StatusCode::OK, &view)
}

/// `POST /schools/{uai}/access-requests/{user}/accept`
pub(crate) async fn accept(
    State(app): State<Invitations>,
    Path((uai, id)): RequestPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let (visitor, (id, request)) = app.request(uai, &id, &headers).await?;
    visitor.check_meant(&input.proof)?;
    let Ok(role) = chosen_role(&input.fields.role) else {
        let Some(request) = request else { return Err(app.settled(uai, id).await) };
        let mut view = app.asks(uai, &visitor, (id, request)).await?;
        view.form.refuse("role", NO_ROLE);
        return face.again(Problem::invalid(&view.form), &view);
    };
    let Some(request) = request else { return app.already_in(uai, (id, role), face).await };
    let user: User = app.table.user(id).await?.ok_or_else(|| settled(uai))?;

    let entry = visitor.did(AuditAction::AccessRequestAccepted).to(&request.name).in_role(role);
    let accepted = app.table.accept_access_request(uai, (id, &user), role, &entry, visitor.at).await;
    if let Err(AccessRequestError::AlreadyIn) = accepted {
        return app.let_in_again(uai, &visitor, (id, role), &entry, face).await;
    }
    if let Err(AccessRequestError::Settled) = accepted {
        return app.already_in(uai, (id, role), face).await;
    }
    accepted.map_err(|error| told(uai, error))?;
    app.mails.tell_access_granted(id, uai).await;
    if role == Role::Administrator {
        app.mails.tell_new_administrator(uai, id, NewRole::GivenBy(visitor.user)).await;
    }

    face.after_post(StatusCode::OK, &done(uai, "accepted"), &AnsweredView { user: id, role: Some(role) })
}

/// `GET /schools/{uai}/access-requests/{user}/refuse`
pub(crate) async fn ask_refuse(
    State(app): State<Invitations>,
    Path((uai, id)): RequestPath,
    face: Face,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let (visitor, (id, request)) = app.request(uai, &id, &headers).await?;
    let Some(AccessRequest { name, .. }) = request else { return Err(app.settled(uai, id).await) };

    let page = format!("/schools/{uai}/access-requests/{id}");
    let view = ConfirmView {
        title: format!("Refuser la demande faite par {name} ?"),
        consequences: vec![
            format!(
                "{name} n’aura accès à rien, et ne pourra pas refaire de demande avant 60 jours. Un e-mail le lui annonce, sans dire qui a refusé."
            ),
            "Vous pourrez toujours l’inviter.".to_owned(),
        ],
        button: "Refuser la demande",
        back: ("Revenir à la demande", page.clone()),
        ..asked(uai, &visitor, format!("{page}/refuse"))
    };
    face.render(StatusCode::OK, &view)
}

/// `POST /schools/{uai}/access-requests/{user}/refuse`
pub(crate) async fn refuse(
    State(app): State<Invitations>,
    Path((uai, id)): RequestPath,
    face: Face,
    headers: HeaderMap,
    input: Input<Value>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let (visitor, (id, request)) = app.request(uai, &id, &headers).await?;
    visitor.check_meant(&input.proof)?;
    let Some(request) = request else { return app.already_refused(uai, id, face).await };

    let entry = visitor.did(AuditAction::AccessRequestRefused).to(&request.name);
    match app.table.refuse_access_request(uai, id, &entry, visitor.at).await {
        Ok(()) => {
            app.mails.tell_access_refused(id, uai).await;
            face.after_post(StatusCode::OK, &done(uai, "refused"), &AnsweredView { user: id, role: None })
        }
        Err(AccessRequestError::Settled) => app.already_refused(uai, id, face).await,
        Err(error) => Err(told(uai, error)),
    }
}

impl Invitations {
    /// Authorises, and finds the request that an administrator answers, if it waits.
    async fn request(
        &self,
        uai: Uai,
        id: &str,
        headers: &HeaderMap,
    ) -> Result<(Visitor, (UserId, Option<AccessRequest>)), Problem> {
        let now = (self.clock)();
        let found = async {
            let id: UserId = id.parse().map_err(|_| Problem::not_found())?;
            let request = self.table.access_request(uai, id).await?;
            Ok((id, request.filter(|request| request.is_pending(now))))
        };
        authorise_beside(&self.table, headers, uai, Role::Administrator, now, found).await
    }

    /// The page of a request that waits.
    async fn asks(
        &self,
        uai: Uai,
        visitor: &Visitor,
        (id, request): (UserId, AccessRequest),
    ) -> Result<AccessRequestView, Problem> {
        let who_asks = async {
            let user = self.table.user(id).await?.ok_or_else(|| settled(uai))?;
            let typed = Typed::new(user.first_name.as_str(), user.last_name.as_str());
            let namesakes = self.table.meant(uai, visitor.school.roster_version, &typed);
            let (ties, namesakes) = try_join!(self.table.ties(id), namesakes)?;
            Ok::<_, Problem>((user, ties, namesakes))
        };
        let lacks_administrator = async { Ok(self.table.lacks_administrator(uai, visitor.at).await?) };
        let place = async { Ok(self.table.member(uai, id).await?) };
        let ((user, ties, namesakes), lacks_administrator, place) = try_join!(who_asks, lacks_administrator, place)?;
        let is_pupil = user.follows_rules_of_pupils();
        let suspended_role = place.filter(|member| member.is_absent(visitor.at)).map(|member| member.role);
        // As where colleagues are invited: while a second administrator is wanted, no role is preselected. Nor is one of who was an
        // administrator: nobody stops being that because a form was sent as it came.
        let is_to_choose = lacks_administrator || suspended_role == Some(Role::Administrator);
        Ok(AccessRequestView {
            frame: visitor.frame("Demande d’accès", uai, &visitor.school, Section::Team),
            csrf: visitor.csrf.clone(),
            form: Form::new("accept", [role_field(if is_to_choose { "" } else { "member" })]),
            uai,
            user: id,
            // As the account is now: it is what would be let in.
            name: user.full_name(),
            email: user.confirmed_email().cloned().unwrap_or(request.email),
            asked_at: request.asked_at,
            suspended_role,
            is_pupil: is_pupil || ties.iter().any(|(school, _)| *school == uai),
            pupils_of_this_name: namesakes.len(),
            lacks_administrator,
        })
    }

    /// Of who has a place: it lets whoever stayed away for long in again, in the role that was chosen; of who is in, that is told. A
    /// lesser role comes before they are let in, a greater one after it, so that nobody ever has more than was chosen, and nobody who is
    /// not in becomes an administrator. The price: a request that is taken back between the two leaves a lesser role, to who is not in.
    async fn let_in_again(
        &self,
        uai: Uai,
        visitor: &Visitor,
        (id, role): (UserId, Role),
        entry: &AuditEntry,
        face: Face,
    ) -> Result<Response, Problem> {
        let member = self.table.member(uai, id).await?;
        let Some(member) = member.filter(|member| member.is_absent(visitor.at)) else {
            return self.already_in(uai, (id, role), face).await;
        };
        if role == Role::Member {
            self.give_role(uai, visitor, (id, &member), role).await?;
        }
        if !self.table.accept_absent(uai, (id, &member), entry, visitor.at).await? {
            return self.already_in(uai, (id, role), face).await;
        }
        self.mails.tell_access_granted(id, uai).await;
        if role == Role::Administrator && self.give_role(uai, visitor, (id, &member), role).await? {
            self.mails.tell_new_administrator(uai, id, NewRole::GivenBy(visitor.user)).await;
        }
        face.after_post(StatusCode::OK, &done(uai, "accepted"), &AnsweredView { user: id, role: Some(role) })
    }

    /// Gives `member`, as they were read, another role; one that they have is no change: `false`.
    async fn give_role(
        &self,
        uai: Uai,
        visitor: &Visitor,
        (id, member): (UserId, &Member),
        role: Role,
    ) -> Result<bool, Problem> {
        let entry = visitor.did(AuditEntry::role_change(role)).to(&member.name);
        let tell = cancelled_by(visitor);
        let cancelling = Cancelling { invited: member.invited, tell: &tell };
        let given = self.table.change_role(uai, (id, member.role), role, &entry, cancelling).await;
        given.map_err(|error| match error {
            // Removed in this moment.
            TeamError::NotAMember => settled(uai),
            error => members::told(uai, error),
        })
    }

    /// Who accepts somebody who is in with that role clicked twice, or a colleague was faster.
    async fn already_in(&self, uai: Uai, (id, role): (UserId, Role), face: Face) -> Result<Response, Problem> {
        let (member, now) = (self.table.member(uai, id).await?, (self.clock)());
        let is_in = member.is_some_and(|member| member.role == role && !member.is_absent(now));
        face.already(is_in, self.settled(uai, id).await, &done(uai, "accepted"))
    }

    /// The same of who refuses somebody who is refused.
    async fn already_refused(&self, uai: Uai, id: UserId, face: Face) -> Result<Response, Problem> {
        let request = self.table.access_request(uai, id).await?;
        let is_refused = request.is_some_and(|request| request.state == AccessRequestState::Refused);
        face.already(is_refused, self.settled(uai, id).await, &done(uai, "refused"))
    }

    /// What became of a request that waits no more, as far as the space still knows it.
    async fn settled(&self, uai: Uai, id: UserId) -> Problem {
        let now = (self.clock)();
        let (member, request) = match try_join!(self.table.member(uai, id), self.table.access_request(uai, id)) {
            Ok(found) => found,
            Err(error) => return error.into(),
        };
        if let Some(member) = member.filter(|member| !member.is_absent(now)) {
            // By an answer, or by an invitation: a request is not needed any more, whichever it was.
            return answered(
                uai,
                format!("Cette demande n’attend plus de réponse : {} fait partie de l’équipe.", member.name),
            );
        }
        let Some(request) = request else { return settled(uai) };
        let Some((at, _)) = request.refusal(now) else { return settled(uai) };
        answered(uai, format!("La demande faite par {} a été refusée le {}.", request.name, french::day(&at)))
    }

    /// Those that wait, for administrators, the oldest first.
    pub(crate) async fn access_requests(
        &self,
        uai: Uai,
        visitor: &Visitor,
    ) -> Result<Vec<(UserId, AccessRequest)>, Problem> {
        if !visitor.is_administrator() {
            return Ok(Vec::new());
        }
        Ok(self.table.access_requests(uai, visitor.at).await?)
    }
}

/// The team's page, which says what was done.
fn done(uai: Uai, what: &str) -> String {
    format!("/schools/{uai}/team?done={what}")
}

fn settled(uai: Uai) -> Problem {
    answered(
        uai,
        "Cette demande n’attend plus de réponse : la personne qui l’avait faite l’a retirée, elle a reçu une réponse entre-temps, ou elle est trop ancienne.",
    )
}

fn answered(uai: Uai, detail: impl Into<String>) -> Problem {
    Problem::too_late(detail).leading_to("Revenir à l’équipe", format!("/schools/{uai}/team"))
}

fn told(uai: Uai, error: AccessRequestError) -> Problem {
    match error {
        AccessRequestError::Settled => settled(uai),
        AccessRequestError::AlreadyIn => answered(uai, "Cette personne fait déjà partie de l’équipe."),
        AccessRequestError::AccountMoved => {
            answered(uai, "Le compte de cette personne vient de changer. Répondez de nouveau à sa demande.")
        }
        AccessRequestError::Table(error) => error.into(),
    }
}
