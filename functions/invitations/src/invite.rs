//! Invite one or several addresses at once.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rentree_domain::limit::INVITATIONS_BY_SCHOOL;
use rentree_domain::{EmailAddress, InvitationId};
use rentree_http::{Face, Input, Problem, authorise};
use rentree_table::{AuditAction, AuditEntry, Invitation, Role};
use rentree_web::{Field, Form};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Invitations;
use crate::school::parse_uai;

/// More at once is a list that somebody pasted by mistake.
const MOST: usize = 50;

/// What the form sends.
#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "InviteFields")]
#[serde(default)]
pub(crate) struct Fields {
    /// Addresses, separated by spaces, commas, semicolons or line ends.
    emails: String,
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

    let typed = input.fields.emails;
    let pending = app.table.invitations(uai).await?.into_iter().filter(|(_, invited)| invited.is_pending());
    let pending: Vec<EmailAddress> = pending.map(|(_, invited)| invited.email).collect();
    let mut form = form(&typed);
    let Some(emails) = form.read("emails", read(&typed, &pending), |error| error) else {
        let problem = Problem::invalid(&form);
        let mut view = app.team(uai, &visitor).await?;
        view.form = form;
        return face.again(problem, &view);
    };
    let many = u32::try_from(emails.len()).unwrap_or(u32::MAX);
    if !app.table.allows_many(&INVITATIONS_BY_SCHOOL, uai.as_str(), many, now).await? {
        let told = "Trop d’invitations pour aujourd’hui. Réessayez demain.";
        form.refuse("emails", told);
        let mut view = app.team(uai, &visitor).await?;
        view.form = form;
        return face.again(Problem::too_many(told), &view);
    }

    let mut invitations = Vec::new();
    for email in emails {
        let id = InvitationId::new(now, rentree_runtime::random());
        let entry = AuditEntry::new(now, rentree_runtime::random(), visitor.user, &visitor.name, AuditAction::Invited);
        let invitation = Invitation::new(email.clone(), &visitor.name, now);
        app.table.create_invitation(uai, id, &invitation, &entry.to(email.as_str())).await?;
        app.order_invitation(uai, id).await?;
        invitations.push(id);
    }

    let location = format!("/schools/{uai}/team?done=invited");
    face.after_post(StatusCode::CREATED, &location, &InvitedView { invitations })
}

/// The form.
pub(crate) fn form(emails: &str) -> Form {
    let field = Field::lines("emails", "Adresses e-mail")
        .hint("Une ou plusieurs adresses, séparées par un espace, une virgule ou un retour à la ligne.")
        .value(emails);
    Form::new("invite", [field])
}

/// The addresses that were typed, each once. One that does not read refuses all, and is quoted.
fn read(typed: &str, pending: &[EmailAddress]) -> Result<Vec<EmailAddress>, String> {
    let separator = |c: char| c.is_whitespace() || c == ',' || c == ';';
    let mut emails: Vec<EmailAddress> = Vec::new();
    for word in typed.split(separator).filter(|word| !word.is_empty()) {
        let email = EmailAddress::parse(word.trim_matches(['<', '>'])).map_err(|_| {
            format!("« {word} » n’est pas une adresse e-mail complète. Exemple : prenom.nom@exemple.fr")
        })?;
        if pending.contains(&email) {
            return Err(format!(
                "{email} est déjà invité(e). Renvoyez l’invitation depuis la liste des invitations en attente."
            ));
        }
        if !emails.contains(&email) {
            emails.push(email);
        }
    }
    match emails.len() {
        0 => Err("Indiquez au moins une adresse e-mail.".to_owned()),
        1..=MOST => Ok(emails),
        many => Err(format!("Vous avez indiqué {many} adresses : {MOST} au plus à la fois.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_every_way_people_paste_them() {
        let read = read("a@b.fr, c@d.fr;E@F.fr\n<g@h.fr>  a@b.fr", &[]).unwrap();
        let read: Vec<&str> = read.iter().map(EmailAddress::as_str).collect();
        assert_eq!(read, ["a@b.fr", "c@d.fr", "e@f.fr", "g@h.fr"]);
    }

    #[test]
    fn one_that_does_not_read_is_quoted() {
        assert!(read("a@b.fr camille", &[]).unwrap_err().contains("camille"));
        assert!(read(" ,; ", &[]).is_err());
        let pending = EmailAddress::parse("a@b.fr").unwrap();
        assert!(read("c@d.fr A@b.fr", &[pending]).unwrap_err().contains("déjà"));
        let many: String = (0..51).map(|n| format!("a{n}@b.fr ")).collect();
        assert!(read(&many, &[]).unwrap_err().contains("51"));
    }
}
