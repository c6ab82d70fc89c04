//! What the team's page tells that was just done, with the name of whom it was done to. The address says what; the name is read from the
//! log of the space, for no name stands in an address.

use jiff::SignedDuration;
use rentree_domain::Uai;
use rentree_http::{Problem, Visitor};
use rentree_table::{AuditAction, AuditEntry, Role};

use crate::Invitations;

/// How far back the log is looked through: others act at the same time.
const ENTRIES: i32 = 10;
/// For how long what was done is news. Later, or where a colleague did it, the page alone tells how things are.
pub(crate) const NEWS: SignedDuration = SignedDuration::from_secs(20);

// What the address says of invitations: how many and in which role, which the log does not have.
const ONE_MEMBER: &str = "member-invited";
const ONE_ADMINISTRATOR: &str = "administrator-invited";
const MEMBERS: &str = "members-invited";
const ADMINISTRATORS: &str = "administrators-invited";

/// What the address says after so many people were invited in a role.
pub(crate) fn invited(count: usize, role: Role) -> &'static str {
    match (count, role) {
        (1, Role::Member) => ONE_MEMBER,
        (1, Role::Administrator) => ONE_ADMINISTRATOR,
        (_, Role::Member) => MEMBERS,
        (_, Role::Administrator) => ADMINISTRATORS,
    }
}

fn told_of_invited(is_one: bool, role: Role) -> String {
    let role = role.french();
    let then = if is_one {
        format!("l’invitation part, dans le rôle « {role} », et figure ci-dessous jusqu’à son acceptation.")
    } else {
        format!("les invitations partent, dans le rôle « {role} », et figurent ci-dessous jusqu’à leur acceptation.")
    };
    format!("C’est enregistré : {then}")
}

impl Invitations {
    /// The sentence for `done`, if it is one that the page knows.
    pub(crate) async fn done(&self, uai: Uai, visitor: &Visitor, done: &str) -> Result<Option<String>, Problem> {
        let actions: &[AuditAction] = match done {
            ONE_MEMBER => return Ok(Some(told_of_invited(true, Role::Member))),
            ONE_ADMINISTRATOR => return Ok(Some(told_of_invited(true, Role::Administrator))),
            MEMBERS => return Ok(Some(told_of_invited(false, Role::Member))),
            ADMINISTRATORS => return Ok(Some(told_of_invited(false, Role::Administrator))),
            "reviewed" => return Ok(Some("L’équipe est vérifiée pour cette année scolaire.".to_owned())),
            "resent" => &[AuditAction::InvitationResent],
            "cancelled" => &[AuditAction::InvitationCancelled],
            "accepted" => &[AuditAction::AccessRequestAccepted],
            "refused" => &[AuditAction::AccessRequestRefused],
            "role" => &[AuditAction::Promoted, AuditAction::Demoted],
            "removed" => &[AuditAction::Removed],
            "kept" => &[AuditAction::AccessConfirmed],
            _ => return Ok(None),
        };
        if !visitor.is_administrator() {
            return Ok(None);
        }
        let latest = self.table.audit_page(uai, None, ENTRIES).await?.entries;
        let is_news = |entry: &AuditEntry| visitor.at.duration_since(entry.at) < NEWS;
        let is_own = |entry: &AuditEntry| entry.by == Some(visitor.user) && actions.contains(&entry.action);
        let own = latest.into_iter().find(|entry| is_own(entry) && is_news(entry));
        Ok(own.and_then(told))
    }
}

fn told(entry: AuditEntry) -> Option<String> {
    let whom = entry.subject?;
    Some(match entry.action {
        AuditAction::InvitationResent => format!("L’invitation est renvoyée à {whom}."),
        AuditAction::InvitationCancelled => format!("L’invitation à {whom} est annulée : son lien ne fonctionne plus."),
        AuditAction::AccessRequestAccepted => format!("{whom} a accès à l’espace ; un e-mail le lui annonce."),
        AuditAction::AccessRequestRefused => {
            format!("La demande d’accès faite par {whom} est refusée ; un e-mail le lui annonce.")
        }
        AuditAction::Promoted => format!("{whom} est administrateur de l’espace."),
        AuditAction::Demoted => format!("{whom} est membre de l’espace."),
        AuditAction::Removed => format!("{whom} n’est plus dans l’équipe et n’a plus accès à l’espace."),
        AuditAction::AccessConfirmed => format!("L’accès est rétabli pour {whom}."),
        _ => return None,
    })
}
