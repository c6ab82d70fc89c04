//! The plan of an import: what must be written so that the school's roster becomes the file's.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::LearnerId;
use crate::import::matching::{match_entries, may_be};
use crate::ine::Ine;
use crate::learner::{Entry, FieldChange, Identity, Learner, Revision};
use crate::name::FOLDING;

/// What an import does, in pupils.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Counts {
    /// Never seen before in this school.
    pub added: usize,
    /// Active before and after, some field differs.
    pub modified: usize,
    /// Deactivated by an earlier import, back in the file.
    pub reactivated: usize,
    /// Active before, no longer in the file.
    pub deactivated: usize,
    /// Active before and after, nothing differs.
    pub unchanged: usize,
    /// In the file, but gone or without a class.
    pub left_out: usize,
    /// In the file, but not imported because of an error.
    pub set_aside: usize,
}

/// One item to write, with the version of the import.
#[expect(clippy::large_enum_variant, reason = "nearly every write is the large one")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// `current` becomes this revision; `previous` becomes the one that is visible now.
    Revise {
        /// Whose.
        id: LearnerId,
        /// The new `current`, without its version.
        active: bool,
        /// The new `current`, without its version.
        entry: Entry,
        /// The new `previous`.
        previous: Option<Revision>,
    },
    /// The item was left by an import that never came to its end, nobody ever saw it, and nobody needs it.
    Discard {
        /// Whose.
        id: LearnerId,
    },
}

/// What becomes of a pupil.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// See [`Counts::added`].
    Added,
    /// See [`Counts::modified`].
    Modified,
    /// See [`Counts::reactivated`].
    Reactivated,
    /// See [`Counts::deactivated`].
    Deactivated,
}

/// What becomes of one pupil: the names behind the counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What.
    pub kind: ChangeKind,
    /// `DUPONT Karine`.
    pub name: String,
    /// The class, as it will be; of a pupil who leaves, as it was.
    pub division: String,
    /// Of a pupil who is modified or reactivated: what differs.
    pub fields: Vec<FieldChange>,
}

/// What an import will do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// In pupils. `left_out` and `set_aside` are the file's business and stay zero here.
    pub counts: Counts,
    /// The items to write; in no meaningful order.
    pub writes: Vec<Write>,
    /// How many pupils were modified in each field.
    pub modified_fields: HashMap<&'static str, usize>,
    /// Each pupil that is counted as added, modified, reactivated or deactivated; in no meaningful order.
    pub changes: Vec<Change>,
    /// The places, among the entries, of children who were recognised under another INE by names and birth date alone.
    pub renumbered: Vec<usize>,
}

/// A file, as far as a plan needs it.
#[derive(Debug, Clone, Default)]
pub struct File<'a> {
    /// Pupils to import.
    pub entries: Vec<Entry>,
    /// Pupils in error who are not imported.
    pub set_aside: &'a [Identity],
    /// Pupils who left, or have no class.
    pub left_out: &'a [Identity],
}

/// Plans the import of `file` into a school whose readers see `roster_version` of `known`.
///
/// - A known pupil who is not in the file is deactivated, unless they may be one of `set_aside` (in the file, with an
///   error): such a pupil has not left, and stays as is.
/// - What an import that crashed left behind (revisions beyond `roster_version`) is overwritten, for it would become
///   visible with the flip.
/// - An active pupil whose names were stored by another [folding](FOLDING) is written, once, so that the index of births follows;
///   nothing of the pupil has changed, and it counts as unchanged.
/// - `new_id` gives the identifiers of added pupils.
pub fn plan(known: &[Learner], roster_version: u64, file: File<'_>, mut new_id: impl FnMut() -> LearnerId) -> Plan {
    let File { entries, set_aside, left_out } = file;
    let mut plan = Plan::default();
    let others: Vec<Identity> = set_aside.iter().chain(left_out).cloned().collect();
    let matches = match_entries(known, roster_version, &entries, &others);
    let mut in_file = vec![false; known.len()];

    for (place, (entry, found)) in entries.into_iter().zip(matches).enumerate() {
        let Some(found) = found else {
            plan.counts.added += 1;
            plan.note(ChangeKind::Added, &entry, Vec::new());
            plan.writes.push(Write::Revise { id: new_id(), active: true, entry, previous: None });
            continue;
        };
        if found.is_renumbered {
            plan.renumbered.push(place);
        }
        in_file[found.index] = true;
        let learner = &known[found.index];
        let before = learner.visible(roster_version);
        let same = match before {
            None => {
                plan.counts.added += 1;
                plan.note(ChangeKind::Added, &entry, Vec::new());
                false
            }
            Some(before) if !before.active => {
                plan.counts.reactivated += 1;
                plan.note(ChangeKind::Reactivated, &entry, before.entry.changes(&entry));
                false
            }
            Some(before) => {
                let fields = before.entry.changes(&entry);
                for change in &fields {
                    *plan.modified_fields.entry(change.field).or_default() += 1;
                }
                let same = fields.is_empty();
                if same {
                    plan.counts.unchanged += 1;
                } else {
                    plan.counts.modified += 1;
                    plan.note(ChangeKind::Modified, &entry, fields);
                }
                same
            }
        };
        if !same || learner.current.version > roster_version || learner.folding != FOLDING {
            plan.writes.push(Write::Revise { id: learner.id, active: true, entry, previous: before.cloned() });
        }
    }

    let protection = Protection::new(set_aside);
    for (learner, _) in known.iter().zip(&in_file).filter(|(_, in_file)| !**in_file) {
        let invisible_left_over = learner.current.version > roster_version;
        let Some(before) = learner.visible(roster_version) else {
            plan.writes.push(hide(learner));
            continue;
        };
        let stays = before.active && protection.covers(&before.entry);
        if before.active {
            if stays {
                plan.counts.unchanged += 1;
            } else {
                plan.counts.deactivated += 1;
                plan.note(ChangeKind::Deactivated, &before.entry, Vec::new());
            }
        }
        let is_found_otherwise = stays && learner.folding != FOLDING;
        if before.active != stays || invisible_left_over || is_found_otherwise {
            let entry = before.entry.clone();
            plan.writes.push(Write::Revise { id: learner.id, active: stays, entry, previous: Some(before.clone()) });
        }
    }
    plan
}

impl Plan {
    fn note(&mut self, kind: ChangeKind, entry: &Entry, fields: Vec<FieldChange>) {
        let (name, division) = (entry.full_name(), entry.division.clone());
        self.changes.push(Change { kind, name, division, fields });
    }
}

/// The plan that changes nobody in the school, and overwrites what an undone or crashed import left behind: so the index of births,
/// which follows what was written last, finds everybody by the right date again. Nothing is left out: once the version counts up, what
/// was left behind would be seen.
pub fn tidy(known: &[Learner], roster_version: u64) -> Vec<Write> {
    let left_behind = known.iter().filter(|learner| learner.current.version > roster_version);
    left_behind
        .map(|learner| match learner.visible(roster_version) {
            Some(seen) => Write::Revise {
                id: learner.id,
                active: seen.active,
                entry: seen.entry.clone(),
                previous: Some(seen.clone()),
            },
            None => hide(learner),
        })
        .collect()
}

/// What makes a pupil whom readers do not see stay unseen among those in the school, whatever the version: one to whom an account is
/// tied is kept as somebody who left, all others are deleted.
fn hide(learner: &Learner) -> Write {
    if learner.user.is_none() {
        return Write::Discard { id: learner.id };
    }
    Write::Revise { id: learner.id, active: false, entry: learner.current.entry.clone(), previous: None }
}

/// The pupils of the file with an error, findable by any key that [`may_be`] accepts.
struct Protection<'a> {
    ines: HashSet<Ine>,
    by_siecle_id: HashMap<&'a str, Vec<&'a Identity>>,
    by_birth: HashMap<Date, Vec<&'a Identity>>,
}

impl<'a> Protection<'a> {
    fn new(set_aside: &'a [Identity]) -> Self {
        let mut protection = Self { ines: HashSet::new(), by_siecle_id: HashMap::new(), by_birth: HashMap::new() };
        for identity in set_aside {
            if let Some(ine) = identity.ine {
                protection.ines.insert(ine);
            }
            if let Some(siecle_id) = &identity.siecle_id {
                protection.by_siecle_id.entry(siecle_id).or_default().push(identity);
            }
            if let Some(birth_date) = identity.birth_date {
                protection.by_birth.entry(birth_date).or_default().push(identity);
            }
        }
        protection
    }

    fn covers(&self, entry: &Entry) -> bool {
        let by_number = entry.siecle_id.as_deref().and_then(|id| self.by_siecle_id.get(id));
        let by_birth = self.by_birth.get(&entry.birth_date);
        self.ines.contains(&entry.ine)
            || by_number.into_iter().chain(by_birth).flatten().any(|somebody| may_be(somebody, entry))
    }
}

#[cfg(test)]
mod tests;
