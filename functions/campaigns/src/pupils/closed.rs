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
