//! What the pages of an import call things.

use rentree_table::{Changed, LineKind, ReportLine};

/// A kind of lines, as a heading: `Élèves désactivés`.
pub(crate) fn heading(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Problem => "Erreurs dans le fichier",
        LineKind::Remark => "À vérifier, mais importés",
        LineKind::LeftOut => "Non importés, sortis ou sans classe",
        LineKind::Deactivated => "Élèves désactivés",
        LineKind::Added => "Élèves ajoutés",
        LineKind::Reactivated => "Élèves réactivés",
        LineKind::Modified => "Élèves modifiés",
    }
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
