//! Of what concerns the team of a school: to its administrators, and to whom they let in or not.

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

/// Whoever has an account `name` with an address, of which `masked` is told, asks to be let into the space of `school`; `request`: the address of the page
/// where it is answered.
pub fn access_requested(name: &str, masked: &str, school: &str, request: &str) -> Mail {
    Mail::new(format!("{name} demande à rejoindre l’espace de l’établissement {school}"))
        .paragraph(format!(
            "{name} ({masked}) demande à rejoindre l’espace Rentrée de l’établissement {school}. Vous choisissez son rôle, ou vous refusez sa demande."
        ))
        .paragraph("N’acceptez qu’une personne que vous connaissez : elle verra les élèves de l’établissement.")
        .button("Répondre à la demande", request)
        .quiet("Vous recevez ce message parce que vous administrez cet espace. Sans réponse, la demande est effacée au bout de 60 jours.")
}

/// Whoever asked for it was let into the space of `school`, at the address `space`.
pub fn access_granted(school: &str, space: &str) -> Mail {
    Mail::new(format!("Vous avez accès à l’espace de l’établissement {school}"))
        .paragraph(format!(
            "Un administrateur a accepté votre demande : vous faites partie de l’équipe de l’établissement {school} sur Rentrée."
        ))
        .button("Ouvrir l’espace", space)
        .quiet("Vous recevez ce message parce que vous avez demandé à rejoindre cet espace.")
}

/// Whoever asked for it was not let into the space of `school`, and may ask again after the day `until`; `spaces`: the address of the page
/// that lists what they asked. Who refused is not told: the team answers together.
pub fn access_refused(school: &str, until: &str, spaces: &str) -> Mail {
    Mail::new(format!("Votre demande d’accès à l’espace de l’établissement {school} est refusée"))
        .paragraph(format!(
            "Vous avez demandé à rejoindre l’espace Rentrée de l’établissement {school}. Votre demande est refusée : vous n’avez pas accès à cet espace."
        ))
        .paragraph(format!(
            "Vous pourrez en faire une autre après le {until}. Une invitation d’un administrateur vous ouvre l’espace à tout moment : si vous travaillez dans cet établissement, parlez-en à sa direction."
        ))
        .button("Voir mes demandes", spaces)
        .quiet("Vous recevez ce message parce que vous avez demandé à rejoindre cet espace.")
}
