//! Who stands twice in a file: an INE, a number of SIECLE, or a child.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use rentree_domain::learner::fold_pair;

use crate::draft::Draft;
use crate::problem::{Problem, ProblemCode, RemarkCode};

/// Notes all of it in `drafts`, which nobody is in who is left out.
pub(crate) fn note(drafts: &mut [Draft]) {
    note_ines(drafts);
    note_siecle_numbers(drafts, "ELEVE_ID", |draft| draft.siecle_id.as_deref());
    // Where one side has no ELEVE_ID, classes are found by ELENOET.
    note_siecle_numbers(drafts, "ELENOET", |draft| draft.siecle_number.as_deref());
    note_children(drafts);
}

/// An INE belongs to one child. When the same child stands twice in the file, the second time is the error; when two
/// different children share an INE, nobody knows whose it is: both are in error.
fn note_ines(drafts: &mut [Draft]) {
    for (first, second) in pairs(drafts, |draft| draft.ine) {
        let found = drafts[second].ine.map(|ine| ine.to_string());
        let is_new = !drafts[first].has(ProblemCode::IneDuplicate);
        if is_new && !is_same_child(&drafts[first], &drafts[second]) {
            let field = drafts[first].ine_field;
            note_duplicate(drafts, first, second, ProblemCode::IneDuplicate, field, found.clone());
        }
        let field = drafts[second].ine_field;
        note_duplicate(drafts, second, first, ProblemCode::IneDuplicate, field, found);
    }
}

/// The number by which classes are found belongs to one child: when two share it, nobody knows whose class it is. The same
/// child twice is told by its INE.
fn note_siecle_numbers(drafts: &mut [Draft], field: &'static str, number: fn(&Draft) -> Option<&str>) {
    for (first, second) in pairs(drafts, number) {
        let same_ine = drafts[first].ine.is_some() && drafts[first].ine == drafts[second].ine;
        if same_ine && is_same_child(&drafts[first], &drafts[second]) {
            continue;
        }
        let found = number(&drafts[second]).map(ToOwned::to_owned);
        // Once for both numbers.
        for (at, other) in [(first, second), (second, first)] {
            if !drafts[at].has(ProblemCode::SiecleIdDuplicate) {
                note_duplicate(drafts, at, other, ProblemCode::SiecleIdDuplicate, field, found.clone());
            }
        }
    }
}

/// The same names and the same birthday under two INE: probably one child on two sheets, who can then never join, since
/// nobody can tell which one they are. Or two children: hence a remark and no problem.
fn note_children(drafts: &mut [Draft]) {
    let hasher = RandomState::default();
    let child = |draft: &Draft| {
        let names = (draft.last_name.as_deref()?, draft.first_name.as_deref()?);
        Some((draft.birth_date?, hasher.hash_one(fold_pair(names.0, names.1))))
    };
    for (first, second) in pairs(drafts, child) {
        let ines = (drafts[first].ine, drafts[second].ine);
        if ines.0.is_some() && ines.1.is_some() && ines.0 != ines.1 {
            let line = drafts[first].line;
            drafts[second].remark(RemarkCode::ChildListedTwice, None, Some(line));
        }
    }
}

/// For each draft whose key stands before it: the first with that key, and itself.
fn pairs<'d, K: Eq + Hash>(drafts: &'d [Draft], key: impl Fn(&'d Draft) -> Option<K>) -> Vec<(usize, usize)> {
    let mut firsts: HashMap<K, usize, RandomState> = HashMap::default();
    let mut pairs = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        let Some(key) = key(draft) else { continue };
        let first = *firsts.entry(key).or_insert(index);
        if first != index {
            pairs.push((first, index));
        }
    }
    pairs
}

fn is_same_child(one: &Draft, other: &Draft) -> bool {
    one.birth_date == other.birth_date && one.identity().folded_name == other.identity().folded_name
}

fn note_duplicate(
    drafts: &mut [Draft],
    at: usize,
    other: usize,
    code: ProblemCode,
    field: &'static str,
    found: Option<String>,
) {
    let other_line = Some(drafts[other].line);
    let draft = &mut drafts[at];
    draft.problems.push(Problem { line: draft.line, code, field, name: String::new(), found, other_line });
}
