//! Title and message of a campaign, as staff type them.

use rentree_domain::campaign::CampaignTextError;
use rentree_domain::{CampaignMessage, CampaignTitle};
use rentree_web::{Field, Form};

/// The two fields, with what was typed.
pub(crate) fn fields(title: &str, message: &str) -> [Field; 2] {
    [
        Field::text("title", "Titre de la campagne")
            .hint("Les élèves le verront. 100\u{A0}caractères au plus. Exemple : Évaluation de rentrée, 6e")
            .value(title),
        Field::lines("message", "Message d’accueil")
            .optional()
            .hint("Les élèves le liront avant de commencer. 500\u{A0}caractères au plus.")
            .value(message),
    ]
}

/// The title; its error at its field.
pub(crate) fn title(form: &mut Form, typed: &str) -> Option<CampaignTitle> {
    form.read("title", CampaignTitle::parse(typed), |error| match error {
        CampaignTextError::Empty => "Indiquez le titre de la campagne.".to_owned(),
        other => told("Le titre", other),
    })
}

/// The message, which may be blank; its error at its field.
#[expect(clippy::option_option, reason = "the outer one says whether it could be read, as for every field")]
pub(crate) fn message(form: &mut Form, typed: &str) -> Option<Option<CampaignMessage>> {
    let message = match CampaignMessage::parse(typed) {
        Err(CampaignTextError::Empty) => Ok(None),
        other => other.map(Some),
    };
    form.read("message", message, |error| told("Le message", error))
}

fn told(what: &str, error: CampaignTextError) -> String {
    match error {
        CampaignTextError::Empty => format!("{what} est vide."),
        CampaignTextError::Long { count, most } => {
            format!("{what} compte {count} caractères : {most} au plus. Raccourcissez-le.")
        }
        CampaignTextError::Invisible => {
            format!("{what} contient des caractères invisibles. Saisissez-le à nouveau, sans le coller.")
        }
    }
}
