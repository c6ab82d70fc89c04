//! To every school of an académie that has no space yet: the offer of one.

use crate::Mail;

/// What the mail tells.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// Name of the school.
    pub school: &'a str,
    /// Its UAI.
    pub uai: &'a str,
    /// The public form that asks for the space. No secret: the link comes when it is asked for.
    pub form: &'a str,
}

/// The mail.
pub fn offer(about: Offer<'_>) -> Mail {
    let Offer { school, uai, form } = about;
    Mail::new(format!("L’espace Rentrée de votre établissement vous attend ({uai})"))
        .for_school()
        .paragraph(format!("À l’attention de la direction de l’établissement {school}."))
        .paragraph("Un espace Rentrée est proposé à votre établissement pour développer et évaluer les compétences numériques de vos élèves. Une après-midi suffit : activer l’espace, inviter l’équipe, importer la liste des élèves, lancer une première campagne.")
        .button("Activer l’espace", form)
        .paragraph(format!(
            "Le formulaire vous demandera l’UAI de l’établissement ({uai}), votre prénom et votre nom. Le lien d’activation sera envoyé à cette adresse."
        ))
        .quiet("Si vous ne souhaitez pas activer l’espace, vous n’avez rien à faire.")
}
