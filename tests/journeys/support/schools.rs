//! Schools with pupils of this test alone: what every journey about pupils begins with.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::UTF_8;
use rentree_domain::{Level, Uai};
use rentree_samples::{Pupil, Sample};
use rentree_table::{ActiveLearner, ImportOptions};

use super::people::{Person, a_team};
use super::{carry_out, eventually, is_refused, product, silent_import};

/// A school of `count` invented pupils, after `change` had its way with its file; an administrator, and the file.
pub(crate) async fn a_school_with(
    count: usize,
    seed: u64,
    change: impl FnOnce(&mut Sample),
) -> anyhow::Result<(Uai, Person, Sample)> {
    let (uai, administrator) = a_team().await?;
    let mut sample = Sample::new(uai, count, seed);
    change(&mut sample);
    import(uai, &sample).await?;
    Ok((uai, administrator, sample))
}

/// A school of `classes`, each with its number of pupils.
pub(crate) async fn a_school_of(classes: &[(&str, usize)], seed: u64) -> anyhow::Result<(Uai, Person, Sample)> {
    a_school_with(pupils_of(classes), seed, |sample| divide(sample, classes)).await
}

/// The same, in a school whose file tells the levels: pupils have the MEF of the digit that the name of their class begins with.
pub(crate) async fn a_school_by_level(classes: &[(&str, usize)], seed: u64) -> anyhow::Result<(Uai, Person, Sample)> {
    let change = |sample: &mut Sample| {
        divide(sample, classes);
        for pupil in &mut sample.pupils {
            let digit = pupil.division.chars().next();
            let level = digit.and_then(|digit| Level::parse(&format!("{digit}e")).ok());
            // A MEF of an ULIS tells none.
            pupil.mef = format!("{}0010110", level.map_or("1671", Level::mef));
        }
    };
    a_school_with(pupils_of(classes), seed, change).await
}

/// Invented children of no other test: an INE leads to one account in the whole country.
pub(crate) fn a_seed() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(3_000);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// How many pupils `classes` have together.
pub(crate) fn pupils_of(classes: &[(&str, usize)]) -> usize {
    classes.iter().map(|(_, pupils)| pupils).sum()
}

/// Gives each of `classes` its pupils, in the order of the file.
pub(crate) fn divide(sample: &mut Sample, classes: &[(&str, usize)]) {
    let divisions = classes.iter().flat_map(|(division, pupils)| std::iter::repeat_n(*division, *pupils));
    for (pupil, division) in sample.pupils.iter_mut().zip(divisions) {
        division.clone_into(&mut pupil.division);
    }
}

/// Imports the pupils of `sample`, and only them. While calls are refused, the message comes again until it is taken, as SQS does.
pub(crate) async fn import(uai: Uai, sample: &Sample) -> anyhow::Result<()> {
    let id = silent_import(uai, sample.siecle(UTF_8).bytes, ImportOptions::default()).await?;
    eventually("an import that is carried out", async || {
        let is_taken = carry_out(uai, id).await?.batch_item_failures.is_empty();
        anyhow::ensure!(is_taken || is_refused(), "the import of {uai} failed");
        Ok(is_taken.then_some(()))
    })
    .await
}

/// The pupils of a class, in the order of their names.
pub(crate) async fn class(uai: Uai, division: &str) -> anyhow::Result<Vec<ActiveLearner>> {
    let roster = product().table.roster(uai).await?.expect("a school");
    let mut class: Vec<_> = roster.learners.into_iter().filter(|pupil| pupil.entry.division == division).collect();
    class.sort_by_key(|pupil| (pupil.entry.full_name(), pupil.id));
    Ok(class)
}

/// The pupils of `sample`, in its order, as readers see them.
pub(crate) async fn in_order_of(uai: Uai, sample: &Sample) -> anyhow::Result<Vec<ActiveLearner>> {
    let roster = product().table.roster(uai).await?.expect("a school");
    let mut by_ine: HashMap<String, ActiveLearner> =
        roster.learners.into_iter().map(|learner| (learner.entry.ine.to_string(), learner)).collect();
    Ok(sample.pupils.iter().map(|pupil| by_ine.remove(&pupil.ine).expect("imported")).collect())
}

/// The pupil of the sample that a learner is.
pub(crate) fn position(sample: &Sample, learner: &ActiveLearner) -> usize {
    let ine = learner.entry.ine.to_string();
    sample.pupils.iter().position(|pupil: &Pupil| pupil.ine == ine).expect("one of the sample")
}
