//! The end of a reading, the same for both formats: who is left out, which INE stands twice, who can be imported.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use rentree_domain::Ine;

use crate::draft::Draft;
use crate::problem::{LeftOut, LeftOutCode, Problem, ProblemCode, Refusal, RefusalCode};
use crate::{Reading, SetAside};

/// Sorts `drafts`, in the order of the file, into the lists of `reading`.
pub(crate) fn assemble(mut drafts: Vec<Draft>, reading: &mut Reading) {
    drafts.retain_mut(|draft| {
        if draft.left_out.is_none() && draft.division.is_none() {
            draft.left_out = Some(LeftOutCode::NoDivision);
        }
        if let Some(code) = draft.left_out {
            reading.left_out.push(LeftOut { line: draft.line, code, name: draft.full_name() });
        }
        draft.left_out.is_none()
    });
    note_duplicates(&mut drafts);

    reading.entries.reserve(drafts.len());
    for mut draft in drafts {
        if draft.problems.is_empty() {
            reading.entries.extend(draft.into_entry());
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

/// An INE belongs to one child. When the same child stands twice in the file, the second time is the error; when two
/// different children share an INE, nobody knows whose it is: both are in error.
fn note_duplicates(drafts: &mut [Draft]) {
    let mut first_with: HashMap<Ine, usize, RandomState> =
        HashMap::with_capacity_and_hasher(drafts.len(), RandomState::default());
    for index in 0..drafts.len() {
        let Some(ine) = drafts[index].ine else { continue };
        let first = *first_with.entry(ine).or_insert(index);
        if first == index {
            continue;
        }
        let first_line = drafts[first].line;
        let line = drafts[index].line;
        if !is_same_child(&drafts[first], &drafts[index])
            && drafts[first].problems.iter().all(|p| p.code != ProblemCode::IneDuplicate)
        {
            note_duplicate(&mut drafts[first], ine, line);
        }
        note_duplicate(&mut drafts[index], ine, first_line);
    }
}

fn is_same_child(one: &Draft, other: &Draft) -> bool {
    one.birth_date == other.birth_date && one.identity().folded_name == other.identity().folded_name
}

fn note_duplicate(draft: &mut Draft, ine: Ine, other_line: u64) {
    draft.problems.push(Problem {
        line: draft.line,
        code: ProblemCode::IneDuplicate,
        field: draft.ine_field,
        name: String::new(),
        found: Some(ine.to_string()),
        other_line: Some(other_line),
    });
}
