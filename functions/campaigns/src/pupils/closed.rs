//! Why a campaign cannot be joined, as pupils read it.

use std::borrow::Borrow;

use rentree_domain::platform_campaign::Closed;
use rentree_http::Problem;
use rentree_web::french;

/// What is the matter, and what to do.
pub(crate) fn words(closed: impl Borrow<Closed>) -> (&'static str, String) {
    const ANOTHER: &str = "Demandez un autre code à votre enseignant.";
    match *closed.borrow() {
        Closed::Archived => ("Cette campagne est archivée", format!("On ne peut plus la rejoindre. {ANOTHER}")),
        Closed::Withdrawn => (
            "Cette campagne est retirée",
            format!("L’équipe de la plateforme l’a retirée : on ne peut plus la rejoindre. {ANOTHER}"),
        ),
        Closed::NotYet(day) => (
            "Cette campagne n’est pas encore ouverte",
            format!("Elle ouvre le {}. Revenez ce jour-là, avec le même code.", french::date(&day)),
        ),
        Closed::Over(day) => {
            ("Cette campagne est terminée", format!("Son dernier jour était le {}. {ANOTHER}", french::date(&day)))
        }
    }
}

/// The same for who has joined it, and sent nothing yet.
pub(crate) fn joined(closed: impl Borrow<Closed>) -> String {
    const ENDED: &str = "Vous l’aviez rejointe, mais elle ne peut plus être poursuivie.";
    match *closed.borrow() {
        Closed::Archived => ENDED.to_owned(),
        Closed::Withdrawn => {
            format!(
                "L’équipe de la plateforme l’a retirée. {ENDED} Vous n’avez rien à faire, et rien ne vous sera compté."
            )
        }
        Closed::NotYet(day) => {
            format!("Vous l’avez rejointe. Elle ouvre le {} : revenez ce jour-là.", french::date(&day))
        }
        Closed::Over(day) => {
            format!(
                "Son dernier jour était le {}. {ENDED} Si vous n’aviez pas terminé, prévenez votre enseignant.",
                french::date(&day)
            )
        }
    }
}

/// Nobody can join it.
pub(crate) fn problem(closed: Closed) -> Problem {
    match closed {
        Closed::Archived => Problem::campaign_archived(),
        other => {
            let (title, detail) = words(other);
            Problem::campaign_closed(title, detail)
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn who_has_joined_is_told_who_ended_it_and_what_to_do() {
        let day = date(2026, 10, 15);
        for (closed, told) in [
            (Closed::Archived, "ne peut plus être poursuivie"),
            (Closed::Withdrawn, "L’équipe de la plateforme l’a retirée. Vous l’aviez rejointe"),
            (Closed::NotYet(day), "Elle ouvre le 15/10/2026 : revenez ce jour-là"),
            (Closed::Over(day), "Son dernier jour était le 15/10/2026. Vous l’aviez rejointe"),
        ] {
            assert!(joined(closed).contains(told), "{}", joined(closed));
        }
    }
}
