//! The end of a reading, the same for both formats: who is left out, who stands twice, who can be imported.

use crate::draft::Draft;
use crate::duplicates;
use crate::problem::{LeftOut, Refusal, RefusalCode};
use crate::reading::{Reading, SetAside};

/// Sorts `drafts`, in the order of the file, into the lists of `reading`.
pub(crate) fn assemble(mut drafts: Vec<Draft>, reading: &mut Reading) {
    drafts.retain(|draft| {
        if let Some(code) = draft.left_out {
            reading.left_out.push(LeftOut {
                line: draft.line,
                code,
                name: draft.full_name(),
                identity: draft.identity(),
            });
        }
        draft.left_out.is_none()
    });
    duplicates::note(&mut drafts);

    reading.entries.reserve(drafts.len());
    reading.entry_lines.reserve(drafts.len());
    for mut draft in drafts {
        if draft.problems.is_empty() {
            for mut remark in std::mem::take(&mut draft.remarks) {
                remark.name = draft.full_name();
                reading.remarks.push(remark);
            }
            let line = draft.line;
            if let Some(entry) = draft.into_entry() {
                reading.entries.push(entry);
                reading.entry_lines.push(line);
            }
            continue;
        }
        let name = draft.full_name();
        for mut problem in draft.problems.drain(..) {
            problem.name.clone_from(&name);
            reading.problems.push(problem);
        }
        reading.set_aside.push(SetAside { line: draft.line, name, identity: draft.identity() });
    }
    if reading.entries.is_empty() && reading.problems.is_empty() {
        let detail = if reading.left_out.is_empty() {
            "Le fichier ne contient aucun élève. Merci de refaire l’export.".to_owned()
        } else {
            format!(
                "Le fichier ne contient aucun élève à importer : les {} élèves présents sont sortis de l’établissement ou \
                 n’ont pas de classe.",
                reading.left_out.len()
            )
        };
        reading.refusal = Some(Refusal::new(RefusalCode::Empty, detail));
    }
}
