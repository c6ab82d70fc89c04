//! The sentences of refusals that several parts of the reader need.

use crate::problem::{Refusal, RefusalCode};

/// What a school does instead, whatever it sent.
pub(crate) const SEND_THIS: &str = "Merci d’importer l’export SIECLE « Élèves sans adresse » (.xml ou .zip) ou l’« Export CSV vers Pix » \
                                    de Fregata (.csv), tel que le logiciel le fournit, sans l’ouvrir.";

pub(crate) fn too_large() -> Refusal {
    Refusal::new(
        RefusalCode::TooLarge,
        "Le fichier est trop volumineux pour une liste d’élèves, ou sa structure est anormale. Merci de refaire l’export et de \
         l’importer sans l’ouvrir.",
    )
}

pub(crate) fn zip_damaged() -> Refusal {
    let detail =
        "Le fichier zip est abîmé ou incomplet. Merci de le télécharger à nouveau depuis SIECLE, sans l’ouvrir.";
    Refusal::new(RefusalCode::ZipDamaged, detail)
}

/// Neither of our files, and nothing that we can name.
pub(crate) fn not_ours() -> Refusal {
    let detail = format!(
        "Ce fichier n’est ni un export SIECLE « Élèves sans adresse » ni un « Export CSV vers Pix » de Fregata. {SEND_THIS}"
    );
    Refusal::new(RefusalCode::NotXml, detail)
}

/// XML that is broken at `line`.
pub(crate) fn broken_xml(line: u64, what: &str) -> Refusal {
    let detail = format!(
        "Ligne {line} : ce n’est pas un fichier XML valide. {what} Merci de refaire l’export, sans ouvrir le fichier."
    );
    Refusal::new(RefusalCode::NotXml, detail)
}

pub(crate) fn encoding_damaged(line: u64, found: Option<&str>) -> Refusal {
    let found = found.map(|found| format!(" (« {} »)", found.chars().take(80).collect::<String>())).unwrap_or_default();
    let detail = format!(
        "Ligne {line} : les caractères accentués du fichier sont abîmés{found}. Le fichier a sans doute été ouvert puis enregistré \
         par un autre logiciel. Merci de refaire l’export et de l’importer sans l’ouvrir."
    );
    Refusal::new(RefusalCode::EncodingDamaged, detail)
}

pub(crate) fn unsupported_encoding(label: &str) -> Refusal {
    let label: String = label.chars().take(40).collect();
    let detail = format!(
        "L’encodage « {label} » de ce fichier n’est pas pris en charge (ISO-8859-15, ISO-8859-1, windows-1252 et UTF-8 le sont). \
         Merci d’importer le fichier tel que SIECLE ou Fregata le fournit, sans l’ouvrir."
    );
    Refusal::new(RefusalCode::EncodingUnsupported, detail)
}

pub(crate) fn too_many(what: &str, limit: usize) -> Refusal {
    Refusal::new(RefusalCode::TooManyEntries, format!("Le fichier contient plus de {limit} {what}."))
}
