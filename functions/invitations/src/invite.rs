//! Invite one or several addresses at once.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::{EmailAddress, FormId, InvitationId, Uai};
use rentree_http::{Face, Input, Problem, Visitor, authorise, parse_uai, text};
use rentree_orders::{InvitationPermit, Refusal};
use rentree_runtime::several;
use rentree_table::{AuditAction, AuditEntry, Delivery, Invitation, Invited, MOST_INVITATIONS, Role};
use rentree_web::{Choices, Field, Form};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::join;

use crate::Invitations;
use crate::done::{self, NEWS};

/// Orders of mails under way at the same moment.
const ORDERS_AT_ONCE: usize = 10;

pub(crate) const NO_ROLE: &str = "Choisissez un rôle de la liste.";
/// Beyond what a school, or who invites for it, may send in a day.
pub(crate) const TOO_MANY: &str = "Trop d’invitations pour aujourd’hui. Réessayez demain.";

/// What the form sends.
#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "InviteFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// Addresses, separated by spaces, commas, semicolons or line ends.
    #[schemars(with = "text::Emails")]
    emails: String,
    /// What they become: `administrator` or `member`; without it, members.
    #[schemars(with = "text::OrNone<text::Role>")]
    role: String,
    /// `once` of the page: what is sent twice with it invites once. Without, whoever is invited already refuses the list.
    once: Option<FormId>,
}

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fields(…)")
    }
}

/// What was sent.
#[derive(Serialize, JsonSchema)]
pub(crate) struct InvitedView {
    /// The invitations that leave.
    #[schemars(with = "Vec<String>")]
    invitations: Vec<InvitationId>,
}

impl InvitedView {
    fn of(invited: &[Wanted]) -> Self {
        Self { invitations: invited.iter().map(|(id, ..)| *id).collect() }
    }
}

/// An invitation to be stored, and what the log says of it.
type Wanted = (InvitationId, Invitation, AuditEntry);

/// `POST /schools/{uai}/invitations`
pub(crate) async fn invite(
    State(app): State<Invitations>,
    Path(uai): Path<String>,
    face: Face,
    headers: HeaderMap,
    input: Input<Fields>,
) -> Result<Response, Problem> {
    let uai = parse_uai(&uai)?;
    let now = (app.clock)();
    let visitor = authorise(&app.table, &headers, uai, Role::Administrator, now).await?;
    visitor.check_meant(&input.proof)?;

    let Fields { emails: typed, role, once } = input.fields;
    let mut form = form(&typed, &role);
    let emails = form.read("emails", read(&typed), |error| error).unwrap_or_default();
    // The page may have offered no role by itself: then it is chosen.
    let chosen = if face == Face::Page && role.is_empty() { Err(()) } else { read_role(&role) };
    let role = form.read("role", chosen, |()| NO_ROLE.to_owned());
    let role = role.unwrap_or(Role::Member);
    let invited = |email: EmailAddress| {
        let entry = visitor.did(AuditAction::Invited).to(email.as_str()).in_role(role);
        let same =
            once.and_then(|form| form.makes(&format!("invitation {uai} {} {email} {role:?}", visitor.user), now));
        let (at, entropy) = same.unwrap_or_else(|| (now, rentree_runtime::random()));
        let invitation = Invitation::new(email, role, (Some(visitor.user), &visitor.name), now);
        (InvitationId::new(at, entropy), invitation, entry)
    };
    let mut invited: Vec<_> = emails.into_iter().map(invited).collect();
    let location = format!("/schools/{uai}/team?done={}", done::invited(invited.len(), role));
    let permit = match app.permit(uai, &visitor, &invited, &mut form).await? {
        Permitted::Given(permit) => permit,
        Permitted::InvitedBefore => return face.after_post(StatusCode::CREATED, &location, &InvitedView::of(&invited)),
        Permitted::Refused(problem) => {
            let mut view = app.team(uai, &visitor).await?;
            view.form = form;
            return face.again(problem, &view);
        }
    };

    let mut stored = app.table.create_invitations(uai, &invited).await?;
    if stored == Invited::MadeBefore && !all_wait(&invited, &app.pending(uai, &visitor).await?) {
        // They were cancelled or accepted since, and who goes back to the form means others.
        invited.iter_mut().for_each(|(id, ..)| *id = InvitationId::new(now, rentree_runtime::random()));
        stored = app.table.create_invitations(uai, &invited).await?;
    }
    let view = InvitedView::of(&invited);
    match stored {
        Invited::Made => app.order_invitations(permit, view.invitations.clone()).await?,
        Invited::MadeBefore => app.mails.give_back(permit).await?,
        Invited::NotByAdministrator => {
            app.mails.give_back(permit).await?;
            return Err(Problem::administrators_only());
        }
    }
    face.after_post(StatusCode::CREATED, &location, &view)
}

/// Whether these may be invited.
enum Permitted {
    Given(InvitationPermit),
    /// The same form has just been sent: its invitations leave.
    InvitedBefore,
    Refused(Problem),
}

impl Invitations {
    /// Permits invitations, unless none reads, the same form has just been sent, one of them is invited already, or they are too many for
    /// the school or for who invites. They are counted at the same moment; a list that names somebody who is invited already is given back:
    /// nobody was invited.
    async fn permit(
        &self,
        uai: Uai,
        visitor: &Visitor,
        invited: &[Wanted],
        form: &mut Form,
    ) -> Result<Permitted, Problem> {
        if form.is_refused() {
            return Ok(Permitted::Refused(Problem::invalid(form)));
        }
        let many = u32::try_from(invited.len()).unwrap_or(u32::MAX);
        let permitted = self.mails.permit_invitations(uai, visitor.user, many, visitor.at);
        let (pending, permitted) = join!(self.pending(uai, visitor), permitted);
        let mut pending = pending?;
        pending.retain(|(_, waits)| invited.iter().any(|(_, new, _)| new.email == waits.email));
        let is_new =
            |waits: &Invitation| waits.delivery != Delivery::Failed && visitor.at.duration_since(waits.asked_at) < NEWS;
        if all_wait(invited, &pending) && pending.iter().all(|(_, waits)| is_new(waits)) {
            if let Ok(permit) = permitted {
                self.mails.give_back(permit).await?;
            }
            return Ok(Permitted::InvitedBefore);
        }
        let permit = match permitted {
            Ok(permit) => permit,
            Err(Refusal::TooMany(_)) => {
                form.refuse("emails", TOO_MANY);
                return Ok(Permitted::Refused(Problem::too_many(TOO_MANY)));
            }
            Err(error) => return Err(Problem::internal(&error)),
        };
        if !pending.is_empty() {
            self.mails.give_back(permit).await?;
            let waiting: Vec<&str> = pending.iter().map(|(_, waits)| waits.email.as_str()).collect();
            form.refuse("emails", already_invited(&waiting));
            return Ok(Permitted::Refused(Problem::invalid(form)));
        }
        Ok(Permitted::Given(permit))
    }

    /// Orders the mails of invitations that are stored, some at a time.
    async fn order_invitations(&self, permit: InvitationPermit, invitations: Vec<InvitationId>) -> Result<(), Problem> {
        let (app, permit) = (self.clone(), Arc::new(permit));
        let ordered = several(invitations, ORDERS_AT_ONCE, move |id| {
            let (app, permit) = (app.clone(), permit.clone());
            async move { app.order_invitation(&permit, id).await }
        });
        ordered.await.into_iter().flatten().collect()
    }
}

/// Whether each of these invitations is among those that wait.
fn all_wait(invited: &[Wanted], pending: &[(InvitationId, Invitation)]) -> bool {
    invited.iter().all(|(id, ..)| pending.iter().any(|(waits, _)| waits == id))
}

/// What to do about addresses that are invited already.
fn already_invited(waiting: &[&str]) -> String {
    const THEN: &str = "depuis la liste des invitations en attente. Personne n’a été invité.";
    match waiting {
        [email] => format!("{email} est déjà invité(e). Retirez cette adresse, ou renvoyez l’invitation {THEN}"),
        emails => {
            format!(
                "Sont déjà invités : {}. Retirez ces adresses, ou renvoyez les invitations {THEN}",
                emails.join(", ")
            )
        }
    }
}

/// The form.
pub(crate) fn form(emails: &str, role: &str) -> Form {
    let field = Field::lines("emails", "Adresses e-mail")
        .hint("Une ou plusieurs adresses, séparées par un espace, une virgule ou un retour à la ligne ; vous pouvez les copier d’un logiciel de messagerie : les noms ne sont pas gardés, chaque personne indiquera le sien.")
        .value(emails);
    Form::new("invite", [field, role_field(role)])
}

/// What somebody becomes in the team.
pub(crate) fn role_field(role: &str) -> Field {
    let roles = [("member", "Membre"), ("administrator", "Administrateur")];
    let choices = roles.map(|(value, shown)| (value.to_owned(), shown.to_owned())).to_vec();
    Field::select("role", "Rôle", vec![Choices { label: "Rôles", choices }])
        .hint("Un membre crée des campagnes, suit les élèves et les aide à se connecter : ce rôle convient aux enseignants. Un administrateur peut en plus importer les élèves et gérer l’équipe.")
        .value(role)
}

fn read_role(typed: &str) -> Result<Role, ()> {
    if typed.is_empty() { Ok(Role::Member) } else { chosen_role(typed) }
}

/// A role that was chosen.
pub(crate) fn chosen_role(typed: &str) -> Result<Role, ()> {
    match typed {
        "member" => Ok(Role::Member),
        "administrator" => Ok(Role::Administrator),
        _ => Err(()),
    }
}

/// The addresses that were typed, each once. One that does not read refuses all, and is quoted.
fn read(typed: &str) -> Result<Vec<EmailAddress>, String> {
    let mut emails: Vec<EmailAddress> = Vec::new();
    for word in words(typed) {
        let email = EmailAddress::parse(word).map_err(|_| {
            format!("« {word} » n’est pas une adresse e-mail complète. Exemple : prenom.nom@exemple.fr")
        })?;
        if !emails.contains(&email) {
            emails.push(email);
        }
    }
    match emails.len() {
        0 => Err("Indiquez au moins une adresse e-mail.".to_owned()),
        // More at once is a list that somebody pasted by mistake.
        1..=MOST_INVITATIONS => Ok(emails),
        many => Err(format!("Vous avez indiqué {many} adresses : {MOST_INVITATIONS} au plus à la fois.")),
    }
}

/// What may be addresses. Mail programs write names beside them, `"Jean Valjean" <jean@exemple.fr>`: what stands before an address in
/// angle brackets is its name, unless it is an address itself.
fn words(typed: &str) -> Vec<&str> {
    let items = typed.split(['\n', ';']).flat_map(without_quoted);
    let words = items.flat_map(|item| {
        let (name, rest) = item.split_once('<').unwrap_or(("", item));
        let addresses = rest.split(|c: char| c.is_whitespace() || "<>".contains(c));
        name.split_whitespace().filter(|word| word.contains('@')).chain(addresses)
    });
    words.filter(|word| !word.is_empty()).collect()
}

/// What commas separate, without names in quotes, which may hold a comma. A quote that is not closed is one of the text.
fn without_quoted(line: &str) -> impl Iterator<Item = &str> {
    let is_closed = line.matches('"').count().is_multiple_of(2);
    line.split('"').step_by(if is_closed { 2 } else { 1 }).flat_map(|piece| piece.split(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_every_way_people_paste_them() {
        let read = read("a@b.fr, c@d.fr;E@F.fr\n<g@h.fr>  a@b.fr").unwrap();
        let read: Vec<&str> = read.iter().map(EmailAddress::as_str).collect();
        assert_eq!(read, ["a@b.fr", "c@d.fr", "e@f.fr", "g@h.fr"]);
    }

    #[test]
    fn all_who_are_invited_already_are_named() {
        assert!(already_invited(&["a@b.fr"]).starts_with("a@b.fr est déjà invité(e). Retirez cette adresse, ou"));
        assert!(already_invited(&["a@b.fr", "c@d.fr"]).starts_with("Sont déjà invités : a@b.fr, c@d.fr. Retirez"));
    }

    #[test]
    fn names_beside_addresses_are_left_out() {
        let pasted = "\"Jean Valjean\" <jean@v.fr>, Cosette Fauchelevent <cosette@v.fr>;\"Thénardier, M.\" <t@v.fr>\na@v.fr <b@v.fr>";
        let read = read(pasted).unwrap();
        let read: Vec<&str> = read.iter().map(EmailAddress::as_str).collect();
        assert_eq!(read, ["jean@v.fr", "cosette@v.fr", "t@v.fr", "a@v.fr", "b@v.fr"]);
        assert!(
            super::read("\"Jean <jean@v.fr>, Javert").unwrap_err().contains("Javert"),
            "nobody is left out in silence"
        );
    }

    #[test]
    fn one_that_does_not_read_is_quoted() {
        assert!(read("a@b.fr camille").unwrap_err().contains("camille"));
        assert!(read(" ,; ").is_err());
        let many: String = (0..41).map(|n| format!("a{n}@b.fr ")).collect();
        assert!(read(&many).unwrap_err().contains("41"));
    }
}
