//! Which known pupil is this one? INE first; else `ELEVE_ID` and birth date and names (a child can move from a BEA to
//! an RNIE number between two imports, and stays the same child); last names and birth date alone, where a whole base
//! was renumbered.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use crate::ine::Ine;
use crate::learner::{Entry, Identity, Learner, Revision};

/// The known pupil that an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Its place among the known ones.
    pub index: usize,
    /// It was recognised by names and birth date alone, under another INE: worth telling the school.
    pub is_renumbered: bool,
}

/// The revision that says who a stored pupil is: the visible one, else the one a crashed import left.
fn known_by(learner: &Learner, roster_version: u64) -> &Revision {
    learner.visible(roster_version).unwrap_or(&learner.current)
}

/// For each of `entries`, the known pupil that it is; no known pupil is given twice. `others` are the pupils of the file
/// who are not imported: set aside for an error, or left out.
///
/// Where several known pupils fit, a visible one wins over what a crashed import left, then an active one, then the
/// oldest.
pub fn match_entries(
    known: &[Learner],
    roster_version: u64,
    entries: &[Entry],
    others: &[Identity],
) -> Vec<Option<Match>> {
    let by_rank = ranked(known, roster_version);
    let mut taken = vec![false; known.len()];
    let mut matches = vec![None; entries.len()];
    let same_number = |index| Some(Match { index, is_renumbered: false });

    let mut by_ine: HashMap<Ine, usize> = HashMap::with_capacity(known.len());
    for &index in &by_rank {
        by_ine.entry(known_by(&known[index], roster_version).entry.ine).or_insert(index);
    }
    for (found, entry) in matches.iter_mut().zip(entries) {
        if let Some(&index) = by_ine.get(&entry.ine) {
            taken[index] = true;
            *found = same_number(index);
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
        let index = candidates.into_iter().flatten().copied().find(|&index| {
            !taken[index] && {
                let before = known_by(&known[index], roster_version).entry.identity();
                before.birth_date == Some(entry.birth_date) && before.folded_name == entry.identity().folded_name
            }
        });
        if let Some(index) = index {
            taken[index] = true;
            *found = same_number(index);
        }
    }
    match_renumbered(known, roster_version, (entries, others), &mut matches);
    matches
}

/// Recognises children whose every number changed: the same names and birth date, alone with them among the known pupils
/// and in the file, and a known INE that the file gives to nobody.
fn match_renumbered(
    known: &[Learner],
    roster_version: u64,
    (entries, others): (&[Entry], &[Identity]),
    matches: &mut [Option<Match>],
) {
    if matches.iter().all(Option::is_some) {
        return;
    }
    let who = |identity: Identity| Some((identity.folded_name, identity.birth_date?));
    let mut known_as: HashMap<(String, Date), Vec<usize>> = HashMap::with_capacity(known.len());
    for (index, learner) in known.iter().enumerate() {
        if let Some(who) = who(known_by(learner, roster_version).entry.identity()) {
            known_as.entry(who).or_default().push(index);
        }
    }
    let mut in_file: HashMap<(String, Date), usize> = HashMap::with_capacity(entries.len());
    for who in entries.iter().map(Entry::identity).chain(others.iter().cloned()).filter_map(who) {
        *in_file.entry(who).or_default() += 1;
    }
    let ines: HashSet<Ine> =
        entries.iter().map(|entry| entry.ine).chain(others.iter().filter_map(|identity| identity.ine)).collect();
    for (found, entry) in matches.iter_mut().zip(entries).filter(|(found, _)| found.is_none()) {
        let Some(who) = who(entry.identity()).filter(|who| in_file.get(who) == Some(&1)) else { continue };
        if let Some([index]) = known_as.get(&who).map(Vec::as_slice)
            && !ines.contains(&known_by(&known[*index], roster_version).entry.ine)
        {
            *found = Some(Match { index: *index, is_renumbered: true });
        }
    }
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
