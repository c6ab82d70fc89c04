//! To the school's mailbox, when somebody asks for the school's space: who asked, and the single-use link.

use crate::Mail;

/// What the mail tells.
#[derive(Debug, Clone, Copy)]
pub struct Activation<'a> {
    /// Name of the school.
    pub school: &'a str,
    /// Its UAI.
    pub uai: &'a str,
    /// First and last name of who asked.
    pub requester: &'a str,
    /// The single-use link.
    pub link: &'a str,
}

/// The mail. The same for a first activation and for a recovery: who reads it need not know which it is.
pub fn activation(about: Activation<'_>) -> Mail {
    let Activation { school, uai, requester, link } = about;
    Mail::new(format!("Accès à l’espace Rentrée de votre établissement ({uai})"))
        .for_school()
        .paragraph(format!(
            "{requester} a fait une demande d’activation ou de récupération de l’espace Rentrée de votre établissement, {school} ({uai}), en tant qu’administrateur."
        ))
        .paragraph("Si vous êtes à l’origine de cette demande, suivez le lien ci-dessous pour continuer.")
        .button("Activer l’espace", link)
        .paragraph(
            "Sinon, vous pouvez transférer ce message à une personne de l’établissement afin qu’elle devienne, avec votre accord, administrateur de l’espace.",
        )
        .quiet("Ce lien est à usage unique et expire dans 7 jours. Si cette demande vous semble anormale, ne faites rien et ne transférez pas ce message : sans ce lien, elle ne donne accès à rien.")
}
