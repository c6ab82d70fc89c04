//! What the team's page tells that was just done, with the name of whom it was done to. The address says what; the name is read from the
//! log of the space, for no name stands in an address.

use jiff::SignedDuration;
use rentree_domain::Uai;
use rentree_http::{Problem, Visitor};
use rentree_table::{AuditAction, AuditEntry, MOST_INVITATIONS, Role};

use crate::Invitations;

/// How far back the log is looked through: others act at the same time.
const ENTRIES: i32 = 10;
/// For how long what was done is news. Later, or where a colleague did it, the page alone tells how things are.
pub(crate) const NEWS: SignedDuration = SignedDuration::from_secs(20);

// What the address says of invitations: how many and in which role. To whom is news, too, and read from the log.
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

/// Whether one person was invited, and in which role, if `done` says so.
fn of_invited(done: &str) -> Option<(bool, Role)> {
    match done {
        ONE_MEMBER => Some((true, Role::Member)),
        ONE_ADMINISTRATOR => Some((true, Role::Administrator)),
        MEMBERS => Some((false, Role::Member)),
        ADMINISTRATORS => Some((false, Role::Administrator)),
        _ => None,
    }
}

/// To whom is told as long as it is news.
fn told_of_invited(is_one: bool, role: Role, emails: &[String]) -> String {
    let role = role.french();
    let then = if is_one {
        format!("l’invitation part, dans le rôle « {role} », et figure ci-dessous jusqu’à son acceptation.")
    } else {
        format!("les invitations partent, dans le rôle « {role} », et figurent ci-dessous jusqu’à leur acceptation.")
    };
    let whom = match emails {
        [email] if is_one => format!(" Elle est adressée à {email}."),
        [_, _, ..] if !is_one => format!(" Elles sont adressées à {}.", emails.join(", ")),
        _ => String::new(),
    };
    format!("C’est enregistré : {then}{whom}")
}

impl Invitations {
    /// The sentence for `done`, if it is one that the page knows.
    pub(crate) async fn done(&self, uai: Uai, visitor: &Visitor, done: &str) -> Result<Option<String>, Problem> {
        if let Some((is_one, role)) = of_invited(done) {
            let emails = self.just_invited(uai, visitor, role).await?;
            return Ok(Some(told_of_invited(is_one, role, &emails)));
        }
        let actions: &[AuditAction] = match done {
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
        Ok(self.own_news(uai, visitor, actions, ENTRIES).await?.into_iter().next().and_then(told))
    }

    /// The addresses of the form of invitations that was sent last, by name: all of one form have its moment.
    async fn just_invited(&self, uai: Uai, visitor: &Visitor, role: Role) -> Result<Vec<String>, Problem> {
        let many = i32::try_from(MOST_INVITATIONS).unwrap_or_default();
        let mut invited = self.own_news(uai, visitor, &[AuditAction::Invited], many + ENTRIES).await?;
        let sent_at = invited.first().map(|entry| entry.at);
        invited.retain(|entry| Some(entry.at) == sent_at && entry.role == Some(role));
        let mut emails: Vec<String> = invited.into_iter().filter_map(|entry| entry.subject).collect();
        emails.sort_unstable();
        Ok(emails)
    }

    /// What the visitor did a moment ago of `actions`, the latest first, among the last `entries` of the log. Members read none.
    async fn own_news(
        &self,
        uai: Uai,
        visitor: &Visitor,
        actions: &[AuditAction],
        entries: i32,
    ) -> Result<Vec<AuditEntry>, Problem> {
        if !visitor.is_administrator() {
            return Ok(Vec::new());
        }
        let mut latest = self.table.audit_page(uai, None, entries).await?.entries;
        latest.retain(|entry| {
            let is_own = entry.by == Some(visitor.user) && actions.contains(&entry.action);
            is_own && visitor.at.duration_since(entry.at) < NEWS
        });
        Ok(latest)
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
