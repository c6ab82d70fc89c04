//! The promise of `docs/imports.md`, on a model of the table: whatever part of an apply was written, readers see the roster
//! from before, and the next import ends with its own.

mod snapshots;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::{Ine, Sex, UserId};

/// A pupil of a file: who (index), and a class, which is what changes.
type Pupil = (u8, u8);

fn entry((who, class): Pupil) -> Entry {
    Entry {
        ine: Ine::parse(&format!("{:09}AB", 100_000_000 + u32::from(who))).unwrap(),
        siecle_id: Some(format!("{}", 1000 + u32::from(who))),
        last_name: format!("NOM{}", char::from(b'A' + who % 26)),
        usage_name: None,
        first_name: format!("Prénom{who}"),
        second_name: None,
        third_name: None,
        birth_date: date(2012, 1, 1 + i8::try_from(who % 28).unwrap()),
        sex: Sex::Female,
        birth_country: Some("100".into()),
        birth_department: None,
        birth_commune: Some("75056".into()),
        birth_town: None,
        mef: None,
        status: None,
        division: format!("6E{class}"),
    }
}

fn file(pupils: &BTreeMap<u8, u8>) -> Vec<Entry> {
    pupils.iter().map(|(who, class)| entry((*who, *class))).collect()
}

/// The table as far as an import sees it.
#[derive(Clone, Default)]
struct School {
    roster_version: u64,
    fence: u64,
    learners: BTreeMap<LearnerId, Learner>,
    next_id: u8,
}

impl School {
    fn plan(&mut self, entries: Vec<Entry>, set_aside: &[Identity]) -> Plan {
        let known: Vec<Learner> = self.learners.values().cloned().collect();
        let next_id = &mut self.next_id;
        plan(&known, self.roster_version, File { entries, set_aside, left_out: &[] }, || {
            *next_id += 1;
            LearnerId::new(Timestamp::from_second(i64::from(*next_id)).unwrap(), [*next_id; 10])
        })
    }

    /// Writes the first `portion` of the plan, and flips only if that is all of it.
    fn apply(&mut self, plan: &Plan, portion: usize) {
        self.fence += 1;
        for write in plan.writes.iter().take(portion) {
            match write {
                Write::Discard { id } => {
                    self.learners.remove(id);
                }
                Write::Revise { id, active, entry, previous } => {
                    let current = Revision::written(self.fence, *active, entry.clone(), previous.as_ref());
                    let user = self.learners.get(id).and_then(|l| l.user);
                    self.learners
                        .insert(*id, Learner { id: *id, current, previous: previous.clone(), user, folding: FOLDING });
                }
            }
        }
        if portion >= plan.writes.len() && !plan.writes.is_empty() {
            self.roster_version = self.fence;
        }
    }

    fn import(&mut self, pupils: &BTreeMap<u8, u8>) -> Counts {
        let plan = self.plan(file(pupils), &[]);
        self.apply(&plan, usize::MAX);
        plan.counts
    }

    /// What readers see: the active pupils.
    fn visible(&self) -> Vec<Entry> {
        let mut seen: Vec<Entry> = self
            .learners
            .values()
            .filter_map(|l| l.visible(self.roster_version))
            .filter(|r| r.active)
            .map(|r| r.entry.clone())
            .collect();
        seen.sort_by_key(|e| e.ine);
        seen
    }
}

fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by_key(|e| e.ine);
    entries
}

fn counts(added: usize, modified: usize, reactivated: usize, deactivated: usize, unchanged: usize) -> Counts {
    Counts { added, modified, reactivated, deactivated, unchanged, ..Counts::default() }
}

#[test]
fn a_year_of_imports_counts_right() {
    let mut school = School::default();
    let september: BTreeMap<u8, u8> = (0..20).map(|who| (who, 1)).collect();
    assert_eq!(school.import(&september), counts(20, 0, 0, 0, 0));
    assert_eq!(school.import(&september), counts(0, 0, 0, 0, 20));

    let mut january = september.clone();
    january.retain(|who, _| *who >= 3);
    january.extend([(50, 2), (51, 2)]);
    january.insert(10, 4);
    assert_eq!(school.import(&january), counts(2, 1, 0, 3, 16));
    assert_eq!(school.import(&september), counts(0, 1, 3, 2, 16));
}

/// What overwrites a crash or an undo changes nobody's departure.
#[test]
fn who_left_left_with_one_import_whatever_is_repaired() {
    let mut school = School::default();
    let all: BTreeMap<u8, u8> = (0..20).map(|who| (who, 1)).collect();
    let most: BTreeMap<u8, u8> = (3..20).map(|who| (who, 1)).collect();
    school.import(&all);
    school.import(&most);
    let left_in = |school: &School| {
        let seen = school.learners.values().filter_map(|learner| learner.visible(school.roster_version));
        seen.filter_map(Revision::deactivated_in).collect::<Vec<_>>()
    };
    assert_eq!(left_in(&school), [2, 2, 2]);
    // They come back, but that import crashes after two of them.
    let plan = school.plan(file(&all), &[]);
    school.apply(&plan, 2);
    assert_eq!(left_in(&school), [2, 2, 2]);
    school.import(&most);
    assert_eq!((school.roster_version, left_in(&school)), (4, vec![2, 2, 2]), "the repair wrote two of them");
    // They come back, and that import is undone and tidied up after.
    school.import(&all);
    assert_eq!(left_in(&school), Vec::<u64>::new());
    school.roster_version = 4;
    let known: Vec<Learner> = school.learners.values().cloned().collect();
    let writes = tidy(&known, school.roster_version);
    school.apply(&Plan { writes, ..Plan::default() }, usize::MAX);
    assert_eq!((school.roster_version, left_in(&school)), (6, vec![2, 2, 2]));
    school.import(&all);
    school.import(&most);
    assert_eq!(left_in(&school), [8, 8, 8], "who comes back and leaves again left again");
}

#[test]
fn an_unchanged_file_writes_nothing() {
    let mut school = School::default();
    let pupils = (0..20).map(|who| (who, 1)).collect();
    school.import(&pupils);
    assert_eq!(school.plan(file(&pupils), &[]).writes, []);
}

/// The index of births follows another way of folding at the next import, and is written once.
#[test]
fn another_folding_writes_everybody_once() {
    let mut school = School::default();
    let pupils: BTreeMap<u8, u8> = (0..20).map(|who| (who, 1)).collect();
    school.import(&pupils);
    for learner in school.learners.values_mut() {
        learner.folding = FOLDING - 1;
    }
    let before = school.visible();
    let plan = school.plan(file(&pupils), &[]);
    assert_eq!((plan.counts, plan.writes.len()), (counts(0, 0, 0, 0, 20), 20));
    school.apply(&plan, usize::MAX);
    assert_eq!(school.visible(), before);
    assert_eq!(school.plan(file(&pupils), &[]).writes, []);

    // Who is in the file with an error is found by names, too; who left is not.
    for learner in school.learners.values_mut() {
        learner.folding = FOLDING - 1;
    }
    let mut rest = file(&pupils);
    let aside = rest.pop().unwrap().identity();
    let gone = rest.pop().unwrap();
    let plan = school.plan(rest, &[aside]);
    assert_eq!((plan.counts, plan.writes.len()), (counts(0, 0, 0, 1, 19), 20));
    school.apply(&plan, usize::MAX);
    school.learners.values_mut().find(|learner| learner.current.entry.ine == gone.ine).unwrap().folding = FOLDING - 1;
    let mut rest = file(&pupils);
    rest.retain(|entry| entry.ine != gone.ine);
    assert_eq!(school.plan(rest, &[]).writes, []);
}

#[test]
fn a_child_who_moves_from_bea_to_rnie_stays_the_same_child() {
    let mut school = School::default();
    let mut before = entry((1, 1));
    before.ine = Ine::parse("1234567890V").unwrap();
    let first = school.plan(vec![before.clone()], &[]);
    school.apply(&first, usize::MAX);
    let second = school.plan(vec![entry((1, 1))], &[]);
    assert_eq!(second.counts, counts(0, 1, 0, 0, 0));
    assert_eq!(second.modified_fields.keys().collect::<Vec<_>>(), [&"ine"]);

    let mut homonym = entry((1, 1));
    homonym.birth_date = date(2011, 1, 1);
    assert_eq!(school.plan(vec![homonym], &[]).counts, counts(1, 0, 0, 1, 0), "another birth date, another child");
}

#[test]
fn a_pupil_with_an_error_in_the_file_has_not_left() {
    let mut school = School::default();
    let pupils: BTreeMap<u8, u8> = (0..4).map(|who| (who, 1)).collect();
    school.import(&pupils);
    let rest = vec![entry((0, 1)), entry((1, 1))];
    let no_ine = Identity { ine: None, ..entry((2, 1)).identity() };
    let no_birth_date = Identity { ine: None, birth_date: None, ..entry((3, 1)).identity() };
    assert_eq!(school.plan(rest.clone(), &[no_ine, no_birth_date]).counts, counts(0, 0, 0, 0, 4));
    assert_eq!(school.plan(rest, &[]).counts, counts(0, 0, 0, 2, 2));
}

#[test]
fn what_a_crash_left_of_a_tied_pupil_is_hidden_but_kept() {
    let mut school = School::default();
    let first = school.plan(vec![entry((1, 1)), entry((2, 1))], &[]);
    school.apply(&first, 1);
    let somebody = UserId::new(Timestamp::UNIX_EPOCH, [0; 10]);
    school.learners.values_mut().for_each(|l| l.user = Some(somebody));
    let next = school.plan(vec![entry((3, 1))], &[]);
    assert!(next.writes.iter().any(|w| matches!(w, Write::Revise { active: false, .. })), "{next:?}");
    school.apply(&next, usize::MAX);
    assert_eq!(school.visible(), [entry((3, 1))]);
}

/// A base whose numbers were all given anew: other INE, other `ELEVE_ID`.
fn renumbered(mut entry: Entry) -> Entry {
    let last = entry.ine.as_str()[6..9].parse::<u32>().unwrap();
    entry.ine = Ine::parse(&format!("{:09}CD", 500_000_000 + last)).unwrap();
    entry.siecle_id = entry.siecle_id.map(|id| format!("9{id}"));
    entry
}

#[test]
fn a_renumbered_base_keeps_its_pupils() {
    let mut school = School::default();
    school.import(&(0..5).map(|who| (who, 1)).collect());
    let somebody = UserId::new(Timestamp::UNIX_EPOCH, [0; 10]);
    school.learners.values_mut().for_each(|l| l.user = Some(somebody));
    let file: Vec<Entry> = (0..5).map(|who| renumbered(entry((who, 1)))).collect();
    let plan = school.plan(file, &[]);
    assert_eq!((plan.counts, plan.renumbered), (counts(0, 5, 0, 0, 0), vec![0, 1, 2, 3, 4]));
    assert!(plan.changes.iter().all(|change| change.kind == ChangeKind::Modified && change.fields.len() == 2));
}

#[test]
fn a_renumbered_child_is_recognised_only_where_nobody_else_fits() {
    let mut school = School::default();
    let twin = |number: u8| Entry { last_name: "PAREIL".into(), birth_date: date(2012, 1, 1), ..entry((number, 1)) };
    let same_first_name = |mut entry: Entry| {
        entry.first_name = "Camille".into();
        entry
    };
    let (one, other) = (same_first_name(twin(1)), same_first_name(twin(2)));
    let first = school.plan(vec![one.clone(), other.clone()], &[]);
    school.apply(&first, usize::MAX);
    // Two are known by these names: nobody knows which one it is.
    assert_eq!(school.plan(vec![renumbered(one.clone())], &[]).counts, counts(1, 0, 0, 2, 0));

    let mut school = School::default();
    let first = school.plan(vec![one.clone()], &[]);
    school.apply(&first, usize::MAX);
    // Two in the file have them, or the known INE is in the file after all, though its pupil is set aside.
    let two = vec![renumbered(one.clone()), renumbered(other.clone())];
    assert_eq!(school.plan(two, &[]).counts, counts(2, 0, 0, 1, 0));
    let elsewhere = Identity { ine: Some(one.ine), ..entry((9, 1)).identity() };
    assert_eq!(school.plan(vec![renumbered(one.clone())], &[elsewhere]).counts, counts(1, 0, 0, 0, 1));
    // Alone on both sides.
    assert_eq!(school.plan(vec![renumbered(one)], &[]).counts, counts(0, 1, 0, 0, 0));
}

#[test]
fn tidying_up_changes_nothing_that_readers_see() {
    let mut school = School::default();
    school.import(&(0..6).map(|who| (who, 1)).collect());
    let before = (school.roster_version, school.visible());
    school.import(&(3..9).map(|who| (who, 2)).collect());
    // Undone.
    school.roster_version = before.0;
    let known: Vec<Learner> = school.learners.values().cloned().collect();
    let plan = Plan { writes: tidy(&known, school.roster_version), ..Plan::default() };
    assert_eq!(plan.writes.len(), 9, "six that were changed, three that nobody ever saw");
    school.apply(&plan, usize::MAX);
    assert_eq!(school.visible(), before.1);
    assert!(school.learners.values().all(|l| l.current.version <= school.roster_version && l.current.active));
    let known: Vec<Learner> = school.learners.values().cloned().collect();
    assert_eq!(tidy(&known, school.roster_version), []);
}

fn a_file() -> impl Strategy<Value = BTreeMap<u8, u8>> {
    prop::collection::btree_map(0_u8..24, 0_u8..3, 1..16)
}

proptest! {
    /// Crash anywhere, any number of times, each time with another file: readers see a whole roster.
    #[test]
    fn readers_see_one_whole_roster(
        first in a_file(),
        crashes in prop::collection::vec((a_file(), 0_usize..20), 0..4),
        last in a_file(),
    ) {
        let mut school = School::default();
        school.import(&first);
        let mut expected = sorted(file(&first));
        for (pupils, portion) in &crashes {
            let plan = school.plan(file(pupils), &[]);
            school.apply(&plan, *portion);
            if *portion >= plan.writes.len() {
                expected = sorted(file(pupils));
            }
            prop_assert_eq!(school.visible(), expected.clone());
        }
        school.import(&last);
        prop_assert_eq!(school.visible(), sorted(file(&last)));
        prop_assert_eq!(school.plan(file(&last), &[]).writes, vec![]);
    }

    /// The redelivered message of a crashed import counts and ends like an undisturbed run, with no pupil stored twice.
    #[test]
    fn a_redelivered_import_equals_an_undisturbed_one(first in a_file(), second in a_file(), portion in 0_usize..20) {
        let mut calm = School::default();
        calm.import(&first);
        let mut crashed = calm.clone();
        let expected = calm.import(&second);

        let half = crashed.plan(file(&second), &[]);
        prop_assume!(portion < half.writes.len());
        crashed.apply(&half, portion);
        prop_assert_eq!(crashed.import(&second), expected);
        prop_assert_eq!(crashed.visible(), calm.visible());
        let ines: BTreeSet<_> = crashed.learners.values().map(|l| l.current.entry.ine).collect();
        prop_assert_eq!(ines.len(), crashed.learners.len());
    }

    /// `previous` is always the revision that was visible before: going back one version shows the roster from before.
    #[test]
    fn going_back_shows_the_roster_from_before(first in a_file(), second in a_file()) {
        let mut school = School::default();
        school.import(&first);
        let before = school.roster_version;
        school.import(&second);
        school.roster_version = before;
        prop_assert_eq!(school.visible(), sorted(file(&first)));
        school.import(&second);
        prop_assert_eq!(school.visible(), sorted(file(&second)));
    }

    /// Tidying up after an undo, begun or done, is as if the undone import had never been.
    #[test]
    fn tidying_up_after_an_undo_is_seen_by_nobody(
        first in a_file(), undone in a_file(), portion in 0_usize..30, last in a_file(),
    ) {
        let mut school = School::default();
        school.import(&first);
        let before = school.roster_version;
        school.import(&undone);
        school.roster_version = before;
        let known: Vec<Learner> = school.learners.values().cloned().collect();
        let plan = Plan { writes: tidy(&known, before), ..Plan::default() };
        school.apply(&plan, portion);
        prop_assert_eq!(school.visible(), sorted(file(&first)));
        school.import(&last);
        prop_assert_eq!(school.visible(), sorted(file(&last)));
    }

    /// The names are those of the counts.
    #[test]
    fn every_count_has_its_names(first in a_file(), second in a_file()) {
        let mut school = School::default();
        school.import(&first);
        let plan = school.plan(file(&second), &[]);
        let of = |kind| plan.changes.iter().filter(|change| change.kind == kind).count();
        let c = plan.counts;
        prop_assert_eq!(
            (of(ChangeKind::Added), of(ChangeKind::Modified), of(ChangeKind::Reactivated), of(ChangeKind::Deactivated)),
            (c.added, c.modified, c.reactivated, c.deactivated)
        );
        prop_assert!(plan.changes.iter().all(|change| (change.kind == ChangeKind::Modified) != change.fields.is_empty()
            || change.kind == ChangeKind::Reactivated));
    }

    /// Each active pupil of before, and each of the file, is counted once.
    #[test]
    fn everybody_is_counted_once(first in a_file(), second in a_file()) {
        let mut school = School::default();
        school.import(&first);
        let c = school.import(&second);
        prop_assert_eq!(c.added + c.modified + c.reactivated + c.unchanged, second.len());
        prop_assert_eq!(c.modified + c.deactivated + c.unchanged, first.len());
    }
}
