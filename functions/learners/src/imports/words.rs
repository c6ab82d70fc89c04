//! What the pages of an import call things.

use rentree_domain::import::{Counts, ImportState};
use rentree_table::{Changed, LineKind, ReportLine};

/// Whether an import is told as what was done, as what it had done before somebody undid it, or as what it would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tense {
    /// Its changes were applied, and hold.
    Done,
    /// Its changes were applied, and somebody took them back: told as done, they would read as if they still held.
    Undone,
    /// It is not applied, or not wholly: it waits for a word, is under way, failed or was given up.
    ToDo,
}

impl Tense {
    pub(crate) fn of(state: ImportState) -> Self {
        match state {
            ImportState::Succeeded => Self::Done,
            ImportState::Undone => Self::Undone,
            ImportState::AwaitingUpload
            | ImportState::Analysing
            | ImportState::AwaitingConfirmation
            | ImportState::Applying
            | ImportState::Failed
            | ImportState::Expired => Self::ToDo,
        }
    }

    /// The words for what was done, for what had been, or for what would be.
    pub(crate) fn choose(self, done: &'static str, undone: &'static str, to_do: &'static str) -> &'static str {
        match self {
            Self::Done => done,
            Self::Undone => undone,
            Self::ToDo => to_do,
        }
    }
}

/// A kind of lines, as a heading: `Élèves désactivés`, `Élèves que cet import avait désactivés`, or `Élèves à désactiver`.
pub(crate) fn heading(kind: LineKind, tense: Tense) -> &'static str {
    let (done, undone, to_do) = match kind {
        LineKind::Problem => ("Erreurs dans le fichier", "Erreurs dans le fichier", "Erreurs dans le fichier"),
        LineKind::Remark => (
            "À vérifier, mais importés",
            "À vérifier, mais importés avant l’annulation",
            "À vérifier, sans empêcher l’import",
        ),
        LineKind::LeftOut => (
            "Non importés, sortis ou sans classe",
            "Non importés, sortis ou sans classe",
            "Ne seront pas importés, sortis ou sans classe",
        ),
        LineKind::Deactivated => ("Élèves désactivés", "Élèves que cet import avait désactivés", "Élèves à désactiver"),
        LineKind::Added => ("Élèves ajoutés", "Élèves que cet import avait ajoutés", "Élèves à ajouter"),
        LineKind::Reactivated => ("Élèves réactivés", "Élèves que cet import avait réactivés", "Élèves à réactiver"),
        LineKind::Modified => ("Élèves modifiés", "Élèves que cet import avait modifiés", "Élèves à modifier"),
    };
    tense.choose(done, undone, to_do)
}

/// A kind, beside the name of one pupil: a noun, which fits whatever became of the import and whoever the pupil is.
pub(crate) fn change(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Problem => "Erreur",
        LineKind::Remark => "Remarque",
        LineKind::LeftOut => "Hors import",
        LineKind::Deactivated => "Désactivation",
        LineKind::Added => "Ajout",
        LineKind::Reactivated => "Réactivation",
        LineKind::Modified => "Modification",
    }
}

/// The numbers of an import, each with what it counts. A zero says nothing and is left out, except for the total and for those who leave:
/// that nobody leaves is what people look for. The page of an undone import shows none: what it changed stands there name by name.
pub(crate) fn tiles(counts: &Counts, tense: Tense) -> Vec<(&'static str, usize)> {
    let Counts { added, modified, reactivated, deactivated, unchanged, left_out, set_aside } = *counts;
    let enrolled = added + modified + reactivated + unchanged;
    let tiles = [
        (true, "Élèves en tout", "Élèves en tout", enrolled),
        (false, "Ajoutés", "À ajouter", added),
        (false, "Modifiés", "À modifier", modified),
        (false, "Réactivés", "À réactiver", reactivated),
        (true, "Désactivés", "À désactiver", deactivated),
        (false, "Inchangés", "Sans changement", unchanged),
        (false, "Mis de côté", "À laisser de côté", set_aside),
        (false, "Sortis ou sans classe", "Sortis ou sans classe", left_out),
    ];
    let told = tiles.into_iter().filter(|(is_always_told, .., count)| *is_always_told || *count > 0);
    told.map(|(_, done, to_do, count)| (tense.choose(done, done, to_do), count)).collect()
}

/// A kind, as addresses have it.
pub(crate) fn value(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Problem => "problem",
        LineKind::Remark => "remark",
        LineKind::LeftOut => "left_out",
        LineKind::Deactivated => "deactivated",
        LineKind::Added => "added",
        LineKind::Reactivated => "reactivated",
        LineKind::Modified => "modified",
    }
}

/// A field of a stored pupil.
pub(crate) fn field(name: &str) -> &'static str {
    match name {
        "ine" => "INE",
        "siecle_id" => "numéro SIECLE",
        "last_name" => "nom de famille",
        "usage_name" => "nom d’usage",
        "first_name" => "prénom",
        "second_name" => "deuxième prénom",
        "third_name" => "troisième prénom",
        "birth_date" => "date de naissance",
        "sex" => "sexe",
        "birth_country" => "pays de naissance",
        "birth_department" => "département de naissance",
        "birth_commune" | "birth_town" => "commune de naissance",
        "mef" => "MEF",
        "status" => "statut",
        "division" => "classe",
        _ => "autre",
    }
}

/// What differs: `classe : 6E1 → 6E2`.
fn changed(changes: &[Changed]) -> String {
    let shown = |text: &str| if text.is_empty() { "(vide)".to_owned() } else { text.to_owned() };
    let one = |change: &Changed| {
        format!("{}\u{a0}: {} → {}", field(&change.field), shown(&change.before), shown(&change.after))
    };
    changes.iter().map(one).collect::<Vec<_>>().join("\u{a0}; ")
}

/// What a line says besides name and class.
pub(crate) fn told(line: &ReportLine) -> String {
    if line.message.is_empty() { changed(&line.changes) } else { line.message.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_is_told_where_it_is_news() {
        let first = Counts { added: 120, left_out: 2, ..Counts::default() };
        let told = [("Élèves en tout", 120), ("À ajouter", 120), ("À désactiver", 0), ("Sortis ou sans classe", 2)];
        assert_eq!(tiles(&first, Tense::ToDo), told);
        let all =
            Counts { added: 1, modified: 2, reactivated: 3, deactivated: 4, unchanged: 5, left_out: 6, set_aside: 7 };
        let numbers: Vec<usize> = tiles(&all, Tense::Done).into_iter().map(|(_, count)| count).collect();
        assert_eq!(numbers, [11, 1, 2, 3, 4, 5, 7, 6]);
        let nothing = [("Élèves en tout", 0), ("Désactivés", 0)];
        assert_eq!(tiles(&Counts::default(), Tense::Done), nothing);
    }

    #[test]
    fn what_has_not_happened_is_not_told_as_if_it_had() {
        for (state, heading_of_added, tile) in [
            (ImportState::AwaitingConfirmation, "Élèves à ajouter", "À ajouter"),
            (ImportState::Expired, "Élèves à ajouter", "À ajouter"),
            (ImportState::Succeeded, "Élèves ajoutés", "Ajoutés"),
        ] {
            let tense = Tense::of(state);
            assert_eq!(heading(LineKind::Added, tense), heading_of_added, "{state}");
            let counts = Counts { added: 1, ..Counts::default() };
            assert!(tiles(&counts, tense).contains(&(tile, 1)), "{state}");
        }
        assert_eq!(heading(LineKind::Added, Tense::of(ImportState::Undone)), "Élèves que cet import avait ajoutés");
    }
}
