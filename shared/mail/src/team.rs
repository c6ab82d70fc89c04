//! To the administrators of a school, of what concerns its team.

use crate::Mail;

/// `newcomer` became administrator of `school`; `team`: the address of its page.
pub fn new_administrator(newcomer: &str, school: &str, team: &str) -> Mail {
    Mail::new(format!("{newcomer} est administrateur de l’espace de l’établissement {school}"))
        .paragraph(format!(
            "{newcomer} vient de devenir administrateur de l’espace Rentrée de l’établissement {school} : cette personne peut importer les élèves et gérer l’équipe."
        ))
        .button("Voir l’équipe", team)
        .quiet("Vous recevez ce message parce que vous administrez cet espace. Si vous ne connaissez pas cette personne, retirez-la de l’équipe, et changez le mot de passe de la messagerie de l’établissement si c’est par elle qu’elle est entrée.")
}
