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
    /// The single-use link.
    pub link: &'a str,
}

/// The mail.
pub fn invitation(about: Invitation<'_>) -> Mail {
    let Invitation { school, uai, inviter, link } = about;
    Mail::new(format!("Invitation à rejoindre l’espace Rentrée de l’établissement {school}"))
        .paragraph(format!(
            "{inviter} vous invite à rejoindre l’espace Rentrée de l’établissement {school} ({uai})."
        ))
        .paragraph("Vous pourrez y créer des campagnes, les proposer à vos élèves et suivre leur progression.")
        .button("Accepter l’invitation", link)
        .quiet("Ce lien est à usage unique et expire dans 7 jours. Vous pouvez accepter l’invitation avec un compte dont l’adresse e-mail est différente. Si vous n’attendiez pas cette invitation, ignorez ce message.")
}
