//! The snapshot of a roster, on the same model: whatever crashes, is undone or tidied up, the snapshot of the version that readers see
//! is what the pupils' items show of it, and the one that undo leads to is there.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{School, a_file, entry, file, sorted};
use crate::import::plan::{Plan, tidy};
use crate::learner::{Entry, Learner};
use crate::{ListedPupil, Listing, UserId};

/// What happens to a school.
#[derive(Debug, Clone)]
enum Step {
    /// An import comes to its end.
    Import(BTreeMap<u8, u8>),
    /// A worker dies after so many pupils.
    Dies(BTreeMap<u8, u8>, usize),
    /// A worker dies between snapshot and flip.
    DiesBeforeTheFlip(BTreeMap<u8, u8>),
    /// The import that readers see is undone.
    Undo,
    /// The same, after the next worker has begun to read; it wakes up, and writes its snapshot.
    UndoWhileReading(BTreeMap<u8, u8>),
    /// What was undone is tidied up, after so many pupils interrupted by a crash.
    Tidy(usize),
    /// A pupil whom readers see joins.
    Tie(usize),
}

/// A school, with its snapshots.
#[derive(Default)]
struct World {
    school: School,
    snapshots: BTreeMap<u64, Listing>,
    /// Those whose flip has not come: they end by themselves.
    unclaimed: BTreeSet<u64>,
    begun_version: u64,
    /// The version of the last import that succeeded, and the one before.
    undoable: Option<(u64, u64)>,
    /// The pupils of each version that readers have seen.
    promised: BTreeMap<u64, Vec<Entry>>,
}

impl World {
    fn known(&self) -> Vec<Learner> {
        self.school.learners.values().cloned().collect()
    }

    /// Writes so many of the pupils; all of them: the snapshot, too.
    fn write(&mut self, plan: &Plan, portion: usize) -> Option<u64> {
        let (seen, version) = (self.school.roster_version, self.school.fence + 1);
        let snapshot = Listing::after(&self.known(), &plan.writes, version);
        self.school.apply(plan, portion);
        self.school.roster_version = seen;
        if plan.writes.is_empty() {
            return None;
        }
        if portion > 0 {
            self.begun_version = version;
        }
        if portion < plan.writes.len() {
            return None;
        }
        self.snapshots.retain(|kept, _| *kept == seen || *kept > version);
        self.snapshots.insert(version, snapshot);
        self.unclaimed.insert(version);
        Some(version)
    }

    fn flip(&mut self, version: u64) {
        self.school.roster_version = version;
        self.unclaimed.remove(&version);
    }

    fn undo(&mut self) {
        if let Some((version, before)) = self.undoable
            && version == self.school.roster_version
            && version == self.begun_version
        {
            self.school.roster_version = before;
            self.school.fence += 1;
            self.undoable = None;
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Import(pupils) => {
                let plan = self.school.plan(file(&pupils), &[]);
                let before = self.school.roster_version;
                if let Some(version) = self.write(&plan, usize::MAX) {
                    self.flip(version);
                    self.undoable = Some((version, before));
                    self.promised.insert(version, sorted(file(&pupils)));
                }
                // Whoever changes nobody takes no place: what could be undone still can.
            }
            Step::Dies(pupils, portion) => {
                let plan = self.school.plan(file(&pupils), &[]);
                let portion = portion.min(plan.writes.len().saturating_sub(1));
                self.write(&plan, portion);
            }
            Step::DiesBeforeTheFlip(pupils) => {
                let plan = self.school.plan(file(&pupils), &[]);
                self.write(&plan, usize::MAX);
            }
            Step::Undo => self.undo(),
            Step::UndoWhileReading(pupils) => {
                let plan = self.school.plan(file(&pupils), &[]);
                self.school.fence += 1;
                let late = self.school.fence;
                let snapshot = Listing::after(&self.known(), &plan.writes, late);
                self.undo();
                self.snapshots.insert(late, snapshot);
                self.unclaimed.insert(late);
            }
            Step::Tidy(portion) => {
                let writes = tidy(&self.known(), self.school.roster_version);
                let seen = self.promised.get(&self.school.roster_version).cloned();
                if let Some(version) = self.write(&Plan { writes, ..Plan::default() }, portion) {
                    self.flip(version);
                    self.undoable = None;
                    self.promised.insert(version, seen.unwrap_or_default());
                    self.snapshots.retain(|kept, _| *kept == version);
                }
            }
            Step::Tie(who) => {
                let version = self.school.roster_version;
                let seen = self.school.learners.values_mut();
                let mut seen = seen.filter(|learner| learner.visible(version).is_some_and(|revision| revision.active));
                if let Some(learner) = seen.nth(who) {
                    learner.user = Some(UserId::new(jiff::Timestamp::UNIX_EPOCH, [0; 10]));
                }
            }
        }
    }

    /// What must hold whenever somebody looks.
    fn check(&self) -> Result<(), TestCaseError> {
        let version = self.school.roster_version;
        if version == 0 {
            return Ok(());
        }
        prop_assert_eq!(&self.school.visible(), &self.promised[&version], "the pupils of version {}", version);
        let snapshot = self.snapshots.get(&version);
        let snapshot = snapshot.ok_or_else(|| TestCaseError::fail(format!("no snapshot of version {version}")))?;
        let seen = Listing::seen(&self.known(), version);
        prop_assert_eq!(snapshot.everybody(), seen.everybody(), "the snapshot of version {}", version);
        if let Some((undoable, before)) = self.undoable
            && undoable == self.begun_version
            && before > 0
        {
            prop_assert!(self.snapshots.contains_key(&before), "undo leads to version {}", before);
        }
        let kept = self.snapshots.keys().filter(|version| !self.unclaimed.contains(*version));
        prop_assert!(kept.clone().count() <= 2, "snapshots end: {:?}", kept.collect::<Vec<_>>());
        Ok(())
    }
}

fn a_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => a_file().prop_map(Step::Import),
        2 => (a_file(), 0_usize..20).prop_map(|(pupils, portion)| Step::Dies(pupils, portion)),
        2 => a_file().prop_map(Step::DiesBeforeTheFlip),
        3 => Just(Step::Undo),
        1 => a_file().prop_map(Step::UndoWhileReading),
        3 => prop_oneof![Just(usize::MAX), 0_usize..6].prop_map(Step::Tidy),
        2 => (0_usize..16).prop_map(Step::Tie),
    ]
}

proptest! {
    #[test]
    fn the_snapshot_is_what_readers_of_its_version_see(steps in prop::collection::vec(a_step(), 1..14)) {
        let mut world = World::default();
        for step in steps {
            world.step(step);
            world.check()?;
        }
    }
}

/// A pupil whom the undone import added, and who joined before it was undone, came back by the tidying up.
#[test]
fn who_joined_before_an_undo_is_not_enrolled_by_tidying_up() {
    let mut world = World::default();
    world.step(Step::Import(BTreeMap::from([(1, 1), (2, 1)])));
    world.step(Step::Import(BTreeMap::from([(1, 2), (2, 1), (3, 1)])));
    (0..3).for_each(|who| world.step(Step::Tie(who)));
    world.step(Step::Undo);
    assert_eq!(world.school.visible(), [entry((1, 1)), entry((2, 1))]);
    world.step(Step::Tidy(usize::MAX));
    assert_eq!(world.school.visible(), [entry((1, 1)), entry((2, 1))]);
    world.check().unwrap();
}

#[test]
fn a_snapshot_has_who_left_and_when() {
    let mut world = World::default();
    world.step(Step::Import(BTreeMap::from([(1, 1), (2, 1)])));
    world.step(Step::Import(BTreeMap::from([(1, 1)])));
    let snapshot = &world.snapshots[&2];
    let left = snapshot.former().map(|pupil| (pupil.last_name.as_str(), pupil.left_in)).collect::<Vec<_>>();
    assert_eq!(left, [("NOMC", Some(2))]);
    assert_eq!(snapshot.enrolled().map(ListedPupil::full_name).collect::<Vec<_>>(), ["NOMB Prénom1"]);
    assert_eq!(
        world.snapshots.keys().copied().collect::<BTreeSet<_>>(),
        BTreeSet::from([1, 2]),
        "undo leads to the first"
    );
}
