//! What the school is told: from a reading and a plan to what the table keeps. Pure.

use rentree_domain::ByLevel;
use rentree_domain::import::{ChangeKind, Counts, Plan};
use rentree_domain::learner::FieldChange;
use rentree_roster::{Format, Reading, SetAside};
use rentree_table::{Changed, LineKind, Outcome, Refused, ReportLine};

/// Whether a reading may be imported.
pub(crate) enum Verdict {
    /// The file as a whole, or its problems, forbid it.
    Refused {
        /// What to tell besides the problems, if the reader has not told it.
        why: Option<Refused>,
    },
    /// It may; these pupils are set aside.
    Import { set_aside: Vec<SetAside> },
}

/// One problem is enough to refuse a file, unless the school asked for the others to be imported.
pub(crate) fn verdict(reading: &Reading, set_aside: bool) -> Verdict {
    if reading.refusal.is_some() || (!reading.problems.is_empty() && !set_aside) {
        return Verdict::Refused { why: None };
    }
    if reading.entries.is_empty() {
        let detail = "Tous les élèves du fichier ont une erreur : il n’y a aucun autre élève à importer. Merci de corriger les erreurs et \
                      d’importer à nouveau le fichier.";
        return Verdict::Refused { why: Some(Refused { code: "empty".to_owned(), detail: detail.to_owned() }) };
    }
    Verdict::Import { set_aside: reading.set_aside.clone() }
}

/// What a reading says by itself, and the lines of the report.
pub(crate) fn of_reading(reading: &Reading) -> (Outcome, Vec<ReportLine>) {
    let format = reading.format.unwrap_or(Format::Siecle);
    let refused = reading.refusal.as_ref();
    let outcome = Outcome {
        format: reading.format.map(|format| {
            match format {
                Format::Siecle => "siecle",
                Format::Fregata => "fregata",
            }
            .to_owned()
        }),
        refused: refused.map(|r| Refused { code: r.code.as_str().to_owned(), detail: r.detail.clone() }),
        counts: Counts { left_out: reading.left_out.len(), set_aside: reading.set_aside.len(), ..Counts::default() },
        problems: reading.problems.len(),
        remarks: reading.remarks.len(),
        importable: reading.entries.len(),
        dated: reading.dated,
        ..Outcome::default()
    };
    let problems = reading.problems.iter().map(|problem| ReportLine {
        field: problem.field.to_owned(),
        remedy: problem.remedy(format),
        ..told(LineKind::Problem, problem.line, problem.code.as_str(), &problem.name, problem.message())
    });
    let remarks = reading.remarks.iter().map(|remark| ReportLine {
        remedy: remark.remedy(format),
        ..told(LineKind::Remark, remark.line, remark.code.as_str(), &remark.name, remark.message())
    });
    let left_out = reading.left_out.iter().map(|left_out| {
        told(LineKind::LeftOut, left_out.line, left_out.code.as_str(), &left_out.name, left_out.message())
    });
    (outcome, problems.chain(remarks).chain(left_out).collect())
}

fn told(kind: LineKind, line: u64, code: &str, name: &str, message: String) -> ReportLine {
    ReportLine {
        kind,
        line,
        code: code.to_owned(),
        field: String::new(),
        name: name.to_owned(),
        message,
        remedy: String::new(),
        division: String::new(),
        changes: Vec::new(),
    }
}

/// Adds what the plan will do: the counts, and the names behind them.
pub(crate) fn add_plan(outcome: &mut Outcome, lines: &mut Vec<ReportLine>, plan: &Plan) {
    let Counts { left_out, set_aside, .. } = outcome.counts;
    outcome.counts = Counts { left_out, set_aside, ..plan.counts };
    outcome.modified_fields = plan.modified_fields.iter().map(|(field, count)| ((*field).to_owned(), *count)).collect();
    lines.extend(plan.changes.iter().map(|change| {
        let (kind, code) = match change.kind {
            ChangeKind::Added => (LineKind::Added, "added"),
            ChangeKind::Modified => (LineKind::Modified, "modified"),
            ChangeKind::Reactivated => (LineKind::Reactivated, "reactivated"),
            ChangeKind::Deactivated => (LineKind::Deactivated, "deactivated"),
        };
        let changed = |change: &FieldChange| {
            let (before, after) = (change.before.clone(), change.after.clone());
            Changed { field: change.field.to_owned(), before, after }
        };
        ReportLine {
            division: change.division.clone(),
            changes: change.fields.iter().map(changed).collect(),
            ..told(kind, 0, code, &change.name, String::new())
        }
    }));
}

/// A remark on each child who was recognised under another INE. `who` gives the line and the name of an entry.
pub(crate) fn add_renumbered(
    outcome: &mut Outcome,
    lines: &mut Vec<ReportLine>,
    renumbered: &[usize],
    who: impl Fn(usize) -> (u64, String),
) {
    outcome.remarks += renumbered.len();
    lines.extend(renumbered.iter().map(|place| {
        let (line, name) = who(*place);
        let message = format!("Ligne {line} : nouvel INE pour un élève déjà connu ({name}).");
        let remedy = "Mêmes noms et même date de naissance : l’élève est reconnu et garde son compte. Si ce n’est pas le même élève, \
                      annulez l’import et contactez l’assistance.";
        ReportLine { remedy: remedy.to_owned(), ..told(LineKind::Remark, line, "ine_changed", &name, message) }
    }));
}

/// The lines in the order of the report: by kind; what the file says by line, what the plan says by class and name.
pub(crate) fn sort(lines: &mut [ReportLine]) {
    lines.sort_by_cached_key(|line| {
        (line.kind, line.line, ByLevel(line.division.clone()), rentree_domain::name::fold(&line.name))
    });
}

/// Who asked has lost the right to it since.
pub(crate) fn no_longer_administrator() -> Outcome {
    let detail = "La personne qui a demandé cet import n’est plus administrateur de l’espace. Rien n’a été changé. Un administrateur peut \
                  importer le fichier à nouveau.";
    Outcome {
        refused: Some(Refused { code: "not_administrator".to_owned(), detail: detail.to_owned() }),
        ..Outcome::default()
    }
}

/// The file is gone before it was read.
pub(crate) fn upload_missing() -> Outcome {
    let detail = "Le fichier importé n’est plus disponible. Rien n’a été changé. Merci de l’importer à nouveau.";
    Outcome {
        refused: Some(Refused { code: "upload_missing".to_owned(), detail: detail.to_owned() }),
        ..Outcome::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reader's own codes have theirs in `shared/roster`; no file alone has a fault that makes these.
    #[test]
    fn every_code_of_the_worker_has_its_sentence_and_its_remedy() {
        for refused in [no_longer_administrator(), upload_missing()].map(|outcome| outcome.refused.expect("refused")) {
            let (what, remedy) = refused.detail.split_once(" Rien n’a été changé. ").expect("what became of it");
            assert!(what.ends_with('.') && remedy.contains("importer") && remedy.ends_with('.'), "{}", refused.detail);
        }
        let (mut outcome, mut lines) = (Outcome::default(), Vec::new());
        add_renumbered(&mut outcome, &mut lines, &[4], |place| (place as u64 + 1, "DUNORD Karine".to_owned()));
        let [remark] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!((outcome.remarks, remark.code.as_str(), remark.line), (1, "ine_changed", 5));
        assert_eq!(remark.message, "Ligne 5 : nouvel INE pour un élève déjà connu (DUNORD Karine).");
        assert!(remark.remedy.ends_with('.'), "{}", remark.remedy);
    }
}
