//! Which known pupil is this one? INE first; else `ELEVE_ID` and birth date and names (a child can move from a BEA to
//! an RNIE number between two imports, and stays the same child).

use std::collections::HashMap;

use crate::ine::Ine;
use crate::learner::{Entry, Identity, Learner, Revision};

/// The revision that says who a stored pupil is: the visible one, else the one a crashed import left.
fn known_by(learner: &Learner, roster_version: u64) -> &Revision {
    learner.visible(roster_version).unwrap_or(&learner.current)
}

/// For each of `entries`, the index in `known` of the pupil it is; no known pupil is given twice.
///
/// Where several known pupils fit, a visible one wins over what a crashed import left, then an active one, then the
/// oldest.
pub fn match_entries(known: &[Learner], roster_version: u64, entries: &[Entry]) -> Vec<Option<usize>> {
    let by_rank = ranked(known, roster_version);
    let mut taken = vec![false; known.len()];
    let mut matches = vec![None; entries.len()];

    let mut by_ine: HashMap<Ine, usize> = HashMap::with_capacity(known.len());
    for &index in &by_rank {
        by_ine.entry(known_by(&known[index], roster_version).entry.ine).or_insert(index);
    }
    for (found, entry) in matches.iter_mut().zip(entries) {
        if let Some(&index) = by_ine.get(&entry.ine) {
            taken[index] = true;
            *found = Some(index);
        }
    }

    let mut by_siecle_id: HashMap<&str, Vec<usize>> = HashMap::new();
    for &index in by_rank.iter().filter(|&&index| !taken[index]) {
        if let Some(siecle_id) = &known_by(&known[index], roster_version).entry.siecle_id {
            by_siecle_id.entry(siecle_id).or_default().push(index);
        }
    }
    for (found, entry) in matches.iter_mut().zip(entries).filter(|(found, _)| found.is_none()) {
        let candidates = entry.siecle_id.as_deref().and_then(|id| by_siecle_id.get(id));
        *found = candidates.into_iter().flatten().copied().find(|&index| {
            !taken[index] && {
                let before = known_by(&known[index], roster_version).entry.identity();
                before.birth_date == Some(entry.birth_date) && before.folded_name == entry.identity().folded_name
            }
        });
        if let Some(index) = *found {
            taken[index] = true;
        }
    }
    matches
}

/// The indices of `known`, the best candidates first.
fn ranked(known: &[Learner], roster_version: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..known.len()).collect();
    order.sort_by_key(|&index| {
        let visible = known[index].visible(roster_version);
        (visible.is_none(), !visible.is_some_and(|r| r.active), known[index].id)
    });
    order
}

/// Whether `somebody`, a pupil of the file who cannot be imported because of an error, may be the one of `entry`.
///
/// Generous on purpose: it only protects a known pupil from being taken for one who left. The error may be in any
/// field, so two of number, birth date and names are enough, or the INE.
pub fn may_be(somebody: &Identity, entry: &Entry) -> bool {
    if somebody.ine == Some(entry.ine) {
        return true;
    }
    let birth = somebody.birth_date == Some(entry.birth_date);
    let names = somebody.folded_name == entry.identity().folded_name;
    let number = somebody.siecle_id.is_some() && somebody.siecle_id == entry.siecle_id;
    (number && (birth || names)) || (birth && names)
}
