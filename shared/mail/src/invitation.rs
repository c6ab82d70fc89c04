//! To a colleague, when an administrator invites them.

use crate::Mail;

/// What the mail tells.
#[derive(Debug, Clone, Copy)]
pub struct Invitation<'a> {
    /// Name of the school.
    pub school: &'a str,
    /// Its UAI.
    pub uai: &'a str,
    /// First and last name of the administrator who invites.
    pub inviter: &'a str,
    /// Whether whoever accepts becomes administrator.
    pub to_administer: bool,
    /// The single-use link.
    pub link: &'a str,
}

/// The mail.
pub fn invitation(about: Invitation<'_>) -> Mail {
    let Invitation { school, uai, inviter, to_administer, link } = about;
    let (role, may) = if to_administer {
        (", comme administrateur", "y importer les élèves, y gérer l’équipe, ")
    } else {
        (", comme membre", "y ")
    };
    Mail::new(format!("Invitation à rejoindre l’espace Rentrée de l’établissement {school}"))
        .paragraph(format!(
            "{inviter} vous invite à rejoindre l’espace Rentrée de l’établissement {school} ({uai}){role}."
        ))
        .paragraph(format!(
            "Vous pourrez {may}créer des campagnes, les proposer à vos élèves et suivre leur progression."
        ))
        .button("Accepter l’invitation", link)
        .quiet("Ce lien est à usage unique et expire dans 7 jours. Vous pouvez accepter l’invitation avec un compte dont l’adresse e-mail est différente. Si vous n’attendiez pas cette invitation, ignorez ce message.")
}
