//! What the school is told: from a reading and a plan to what the table keeps. Pure.

use rentree_domain::import::{Counts, Plan};
use rentree_roster::{Format, Reading, SetAside};
use rentree_table::{LineKind, Outcome, Refused, ReportLine};

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
        counts: Counts { left_out: reading.left_out.len(), ..Counts::default() },
        problems: reading.problems.len(),
        importable: reading.entries.len(),
        dated: reading.dated,
        ..Outcome::default()
    };
    let problems = reading.problems.iter().map(|problem| ReportLine {
        kind: LineKind::Problem,
        line: problem.line,
        code: problem.code.as_str().to_owned(),
        field: problem.field.to_owned(),
        name: problem.name.clone(),
        message: problem.message(),
        remedy: problem.remedy(format),
    });
    let left_out = reading.left_out.iter().map(|left_out| ReportLine {
        kind: LineKind::LeftOut,
        line: left_out.line,
        code: left_out.code.as_str().to_owned(),
        field: String::new(),
        name: left_out.name.clone(),
        message: left_out.message(),
        remedy: String::new(),
    });
    (outcome, problems.chain(left_out).collect())
}

/// Adds what the plan will do.
pub(crate) fn add_plan(outcome: &mut Outcome, plan: &Plan, set_aside: usize) {
    outcome.counts = Counts { left_out: outcome.counts.left_out, set_aside, ..plan.counts };
    outcome.modified_fields = plan.modified_fields.iter().map(|(field, count)| ((*field).to_owned(), *count)).collect();
}

/// Who asked has lost the right to it since.
pub(crate) fn no_longer_administrator() -> Outcome {
    let detail = "La personne qui a demandé cet import n’est plus administrateur de l’espace. Rien n’a été changé.";
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
