//! What the pages of an import call things.

use std::collections::BTreeMap;

use rentree_domain::import::{Counts, ImportState};
use rentree_domain::name::fold;
use rentree_table::{Changed, LineKind, ReportLine};
use rentree_web::french;

/// Whether an import is told as what was done, as what it had done before somebody undid it, as what it would do, or as what it would have
/// done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tense {
    /// Its changes were applied, and hold.
    Done,
    /// Its changes were applied, and somebody took them back: told as done, they would read as if they still held.
    Undone,
    /// It is not applied, or not wholly: it waits for a word, or is under way.
    ToDo,
    /// It failed, was given up, or was over before anybody confirmed it: told as to be done, it would read as if it were still to come.
    Never,
}

impl Tense {
    pub(crate) fn of(state: ImportState) -> Self {
        match state {
            ImportState::Succeeded => Self::Done,
            ImportState::Undone => Self::Undone,
            ImportState::AwaitingUpload
            | ImportState::Analysing
            | ImportState::AwaitingConfirmation
            | ImportState::Applying => Self::ToDo,
            ImportState::Failed | ImportState::Expired => Self::Never,
        }
    }
}

/// A kind of lines, as a heading: `Élèves désactivés`, `Élèves que cet import avait désactivés`, `Élèves à désactiver`, or
/// `Élèves que cet import aurait désactivés`.
pub(crate) fn heading(kind: LineKind, tense: Tense) -> &'static str {
    let (done, undone, to_do, never) = match kind {
        LineKind::Problem => return "Erreurs dans le fichier",
        LineKind::LeftOut => return "Hors import\u{a0}: sortis ou sans classe",
        LineKind::Remark => (
            "À vérifier, mais importés",
            "À vérifier, mais importés avant l’annulation",
            "À vérifier, sans empêcher l’import",
            "À vérifier, sans empêcher l’import",
        ),
        LineKind::Deactivated => (
            "Élèves désactivés",
            "Élèves que cet import avait désactivés",
            "Élèves à désactiver",
            "Élèves que cet import aurait désactivés",
        ),
        LineKind::Added => (
            "Élèves ajoutés",
            "Élèves que cet import avait ajoutés",
            "Élèves à ajouter",
            "Élèves que cet import aurait ajoutés",
        ),
        LineKind::Reactivated => (
            "Élèves réactivés",
            "Élèves que cet import avait réactivés",
            "Élèves à réactiver",
            "Élèves que cet import aurait réactivés",
        ),
        LineKind::Modified => (
            "Élèves modifiés",
            "Élèves que cet import avait modifiés",
            "Élèves à modifier",
            "Élèves que cet import aurait modifiés",
        ),
    };
    match tense {
        Tense::Done => done,
        Tense::Undone => undone,
        Tense::ToDo => to_do,
        Tense::Never => never,
    }
}

/// The fields that an import changes, as a heading.
pub(crate) fn fields_heading(tense: Tense) -> &'static str {
    match tense {
        Tense::Done => "Champs modifiés",
        Tense::Undone => "Champs que cet import avait modifiés",
        Tense::ToDo => "Champs à modifier",
        Tense::Never => "Champs que cet import aurait modifiés",
    }
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

/// The numbers of an import, each with what it counts, by nouns that are true before and after. A zero says nothing and is left out, except
/// for the total and for those who leave: that nobody leaves is what people look for.
pub(crate) fn tiles(counts: &Counts) -> Vec<(&'static str, usize)> {
    let Counts { added, modified, reactivated, deactivated, unchanged, left_out, set_aside } = *counts;
    let enrolled = added + modified + reactivated + unchanged;
    let tiles = [
        (true, "Élèves en tout", enrolled),
        (false, "Ajouts", added),
        (false, "Modifications", modified),
        (false, "Réactivations", reactivated),
        (true, "Désactivations", deactivated),
        (false, "Sans changement", unchanged),
        (false, "Mis de côté", set_aside),
        (false, "Sortis ou sans classe", left_out),
    ];
    let told = tiles.into_iter().filter(|(is_always_told, _, count)| *is_always_told || *count > 0);
    told.map(|(_, label, count)| (label, count)).collect()
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
        "birth_commune" => "commune de naissance",
        "birth_town" => "ville de naissance",
        "mef" => "MEF",
        "status" => "statut",
        "division" => "classe",
        _ => "autre",
    }
}

/// The fields that an import changes, in the order of the alphabet, each with how many pupils it changes it of.
pub(crate) fn fields(modified: &BTreeMap<String, usize>) -> Vec<(&'static str, usize)> {
    let mut fields: Vec<_> = modified.iter().map(|(name, pupils)| (field(name), *pupils)).collect();
    fields.sort_by_cached_key(|(name, _)| fold(name));
    fields
}

/// One of these: `classe : 12 élèves`.
pub(crate) fn field_of((name, pupils): (&str, usize)) -> String {
    format!("{name}\u{a0}: {}", french::count(pupils, "élève", "élèves"))
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
        let told = [("Élèves en tout", 120), ("Ajouts", 120), ("Désactivations", 0), ("Sortis ou sans classe", 2)];
        assert_eq!(tiles(&first), told);
        let all =
            Counts { added: 1, modified: 2, reactivated: 3, deactivated: 4, unchanged: 5, left_out: 6, set_aside: 7 };
        let numbers: Vec<usize> = tiles(&all).into_iter().map(|(_, count)| count).collect();
        assert_eq!(numbers, [11, 1, 2, 3, 4, 5, 7, 6]);
        let nothing = [("Élèves en tout", 0), ("Désactivations", 0)];
        assert_eq!(tiles(&Counts::default()), nothing);
    }

    #[test]
    fn what_has_not_happened_is_not_told_as_if_it_had() {
        for (state, told) in [
            (ImportState::AwaitingConfirmation, "Élèves à ajouter"),
            (ImportState::Expired, "Élèves que cet import aurait ajoutés"),
            (ImportState::Failed, "Élèves que cet import aurait ajoutés"),
            (ImportState::Succeeded, "Élèves ajoutés"),
            (ImportState::Undone, "Élèves que cet import avait ajoutés"),
        ] {
            assert_eq!(heading(LineKind::Added, Tense::of(state)), told, "{state}");
        }
        for (state, told) in [
            (ImportState::AwaitingConfirmation, "Champs à modifier"),
            (ImportState::Succeeded, "Champs modifiés"),
            (ImportState::Expired, "Champs que cet import aurait modifiés"),
            (ImportState::Undone, "Champs que cet import avait modifiés"),
        ] {
            assert_eq!(fields_heading(Tense::of(state)), told, "{state}");
        }
    }

    #[test]
    fn a_field_is_told_with_its_pupils() {
        let modified = [("birth_commune", 4), ("birth_department", 3), ("birth_town", 5), ("division", 12), ("ine", 1)];
        let modified = modified.into_iter().map(|(name, pupils)| (name.to_owned(), pupils)).collect();
        let told: Vec<String> = fields(&modified).into_iter().map(field_of).collect();
        let wanted = [
            "classe\u{a0}: 12 élèves",
            "commune de naissance\u{a0}: 4 élèves",
            "département de naissance\u{a0}: 3 élèves",
            "INE\u{a0}: 1 élève",
            "ville de naissance\u{a0}: 5 élèves",
        ];
        assert_eq!(told, wanted);
    }

    #[test]
    fn beside_a_pupil_stands_a_noun() {
        for (kind, told) in [
            (LineKind::Problem, "Erreur"),
            (LineKind::Remark, "Remarque"),
            (LineKind::LeftOut, "Hors import"),
            (LineKind::Added, "Ajout"),
        ] {
            assert_eq!(change(kind), told);
        }
    }
}
