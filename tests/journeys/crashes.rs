//! The promise: whatever crashes, is duplicated or comes late, readers see one whole roster, and the end is the same.

use encoding_rs::UTF_8;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::import::{BrakeReason, Counts, ImportState};
use rentree_domain::{Entry, SchoolYear, Uai, paris};
use rentree_samples::Sample;
use rentree_table::{Begin, ImportOptions, RunError};

use crate::support::faults::{Faults, Operations};
use crate::support::runtime_api::Function;
use crate::support::stall::{Of, Stall};
use crate::support::{
    a_school, carry_out, clients_telling, eventually, expected, product, put_file, resume_event, run, silent_import,
    state_of, visible, worker_after_the_lease, worker_of, worker_with,
};

/// A school with a roster, and another file for it: some leave, some come, many change.
async fn before_and_after(count: usize) -> anyhow::Result<(Uai, Vec<Entry>, Sample)> {
    let (uai, _) = a_school().await?;
    let before = Sample::new(uai, count, 11);
    let id = silent_import(uai, before.siecle(UTF_8).bytes, ImportOptions::default()).await?;
    carry_out(uai, id).await?;
    let mut after = before.clone();
    after.pupils.drain(..count / 10);
    after.enrol(count..count + count / 10);
    after.pupils.iter_mut().step_by(2).for_each(|pupil| pupil.division = "3E9".to_owned());
    Ok((uai, expected(&before), after))
}

async fn counts_of(uai: Uai, id: rentree_domain::ImportId) -> anyhow::Result<Counts> {
    Ok(product().table.import(uai, id).await?.unwrap().outcome.counts)
}

#[test]
fn a_worker_that_dies_before_any_write_is_finished_by_the_next() {
    run(async {
        let count = 400;
        // An undisturbed run, to compare with.
        let (calm_uai, _, after) = before_and_after(count).await?;
        let calm = silent_import(calm_uai, after.siecle(UTF_8).bytes, ImportOptions::default()).await?;
        let counting = Faults::default();
        worker_with(Some(counting.clone()))?.handle(&resume_event(calm_uai, calm, false)).await?;
        let writes = counting.writes();
        assert!(writes >= 5, "an apply of several transactions, not {writes}");

        for dies_after in 0..writes {
            let (uai, before, after) = before_and_after(count).await?;
            let id = silent_import(uai, after.siecle(UTF_8).bytes, ImportOptions::default()).await?;
            let event = resume_event(uai, id, false);
            let died = worker_with(Some(Faults::after(dies_after)))?.handle(&event).await?;
            assert_eq!(died.batch_item_failures.len(), 1, "the message comes again");
            assert_eq!(visible(uai).await?, before, "readers see the roster from before, {dies_after} writes in");

            let finished = worker_after_the_lease()?.handle(&event).await?;
            assert_eq!(finished.batch_item_failures.len(), 0);
            assert_eq!(visible(uai).await?, expected(&after), "{dies_after}");
            assert_eq!(counts_of(uai, id).await?, counts_of(calm_uai, calm).await?, "{dies_after}");
            assert_eq!(state_of(uai, id).await?, ImportState::Succeeded);
        }
        Ok(())
    });
}

#[test]
fn a_worker_killed_in_the_middle_is_finished_by_the_next() {
    run(async {
        let (uai, before, after) = before_and_after(1_000).await?;
        let id = silent_import(uai, after.siecle(UTF_8).bytes, ImportOptions::default()).await?;
        let settings = product().stack.function_settings("ImportWorkerFunction")?;

        // The lease, which is over soon, and three transactions of pupils.
        let way = Stall::after(4, Of::All, &settings).await?;
        let worker = Function::start("import-worker", &way.of(settings.with([("LEASE_SECONDS", "1")]))).await?;
        worker.send(resume_event(uai, id, false)).await?;
        way.reached().await?;
        worker.kill().await?;
        assert_eq!(state_of(uai, id).await?, ImportState::Applying, "killed in the middle");
        assert_eq!(visible(uai).await?, before);

        // The next delivery gives way until the lease is over; then it, or the message that it sent, finishes the work.
        let mut next =
            Function::start("import-worker", &product().stack.function_settings("ImportWorkerFunction")?).await?;
        let answer = next.invoke(resume_event(uai, id, false)).await?;
        assert_eq!(answer, serde_json::json!({"batchItemFailures": []}));
        eventually("the next worker succeeds", async || {
            Ok((state_of(uai, id).await? == ImportState::Succeeded).then_some(()))
        })
        .await?;
        assert_eq!(visible(uai).await?, expected(&after));
        let undisturbed = Counts { added: 100, modified: 450, deactivated: 100, unchanged: 450, ..Counts::default() };
        assert_eq!(counts_of(uai, id).await?, undisturbed);
        next.kill().await
    });
}

#[test]
fn another_file_after_a_crash_ends_with_its_own_roster() {
    run(async {
        let (uai, before, after) = before_and_after(300).await?;
        let crashed = silent_import(uai, after.siecle(UTF_8).bytes, ImportOptions::default()).await?;
        worker_with(Some(Faults::after(3)))?.handle(&resume_event(uai, crashed, false)).await?;
        assert_eq!(visible(uai).await?, before);

        // The crashed import could not free its lease: the other gives way to it, until it is over.
        let mut third = after.clone();
        third.pupils.truncate(280);
        third.enrol(500..530);
        let id = silent_import(uai, third.siecle(UTF_8).bytes, ImportOptions::default()).await?;
        let sent = Operations::default();
        worker_of(clients_telling(&sent)?, Timestamp::now)?.handle(&resume_event(uai, id, false)).await?;
        assert_eq!(state_of(uai, id).await?, ImportState::AwaitingUpload);
        assert_eq!(sent.take(), ["SendMessage"], "it gives way, and comes back");
        worker_after_the_lease()?.handle(&resume_event(uai, id, false)).await?;
        assert_eq!(state_of(uai, id).await?, ImportState::Succeeded);
        assert_eq!(visible(uai).await?, expected(&third));

        // The message of the crashed one comes at last: it is finished, for it was asked for.
        carry_out(uai, crashed).await?;
        assert_eq!(visible(uai).await?, expected(&after));
        Ok(())
    });
}

#[test]
fn the_same_message_twice_at_once_gives_the_same_roster() {
    run(async {
        for round in 0..4 {
            let (uai, _, after) = before_and_after(300 + round).await?;
            let id = silent_import(uai, after.siecle(UTF_8).bytes, ImportOptions::default()).await?;
            let event = resume_event(uai, id, false);
            let worker = worker_with(None)?;
            let fence = product().table.school(uai).await?.unwrap().fence;
            let (one, other) = tokio::join!(worker.handle(&event), worker.handle(&event));
            assert_eq!(one?.batch_item_failures.len() + other?.batch_item_failures.len(), 0, "nobody failed");
            assert_eq!(product().table.school(uai).await?.unwrap().fence, fence + 1, "one worked, the other gave way");
            assert_eq!(state_of(uai, id).await?, ImportState::Succeeded);
            assert_eq!(visible(uai).await?, expected(&after));
            let stored = product().table.import(uai, id).await?.unwrap().outcome.counts;
            assert_eq!(stored.added + stored.modified + stored.unchanged, after.pupils.len());
        }
        Ok(())
    });
}

#[test]
fn a_late_message_changes_nothing() {
    run(async {
        let (uai, _, after) = before_and_after(50).await?;
        let id = silent_import(uai, after.siecle(UTF_8).bytes, ImportOptions::default()).await?;
        carry_out(uai, id).await?;
        let counting = Faults::default();
        let response = worker_with(Some(counting.clone()))?.handle(&resume_event(uai, id, true)).await?;
        assert_eq!((response.batch_item_failures.len(), counting.writes()), (0, 0));
        Ok(())
    });
}

#[test]
fn readers_never_see_half_a_roster_while_it_is_written() {
    run(async {
        let (uai, before, after) = before_and_after(1_500).await?;
        let expected = expected(&after);
        let id = silent_import(uai, after.siecle(UTF_8).bytes, ImportOptions::default()).await?;
        let apply = tokio::spawn(carry_out(uai, id));
        let mut reads = 0;
        while !apply.is_finished() {
            let seen = visible(uai).await?;
            assert!(seen == before || seen == expected, "half a roster of {} pupils", seen.len());
            reads += 1;
        }
        apply.await??;
        assert!(reads > 0, "the writer was done before anybody read");
        assert_eq!(visible(uai).await?, expected);
        Ok(())
    });
}

#[test]
fn undo_waits_for_an_import_at_work_and_fences_out_a_late_one() {
    run(async {
        let table = &product().table;
        let (uai, school) = a_school().await?;
        let (one, mut other) = (Sample::new(uai, 30, 11), Sample::new(uai, 30, 11));
        other.enrol(30..35);
        let first = silent_import(uai, one.siecle(UTF_8).bytes, ImportOptions::default()).await?;
        carry_out(uai, first).await?;
        let second = silent_import(uai, other.siecle(UTF_8).bytes, ImportOptions::default()).await?;
        let (now, hour) = (Timestamp::now(), SignedDuration::from_hours(1));

        // A worker at work: what it plans must not lose its ground.
        let Begin::Begun(at_work) = table.begin(uai, second, false, hour, now).await? else { panic!("begun") };
        let undo = school.post(&format!("/imports/{first}/undo"), &serde_json::json!({})).await;
        assert!(undo.unwrap_err().to_string().contains("409"));
        at_work.release().await?;

        // A worker whose lease has expired, but who is still at work.
        let Begin::Begun(mut late) = table.begin(uai, second, false, hour, now - hour * 10).await? else {
            panic!("begun")
        };
        school.post(&format!("/imports/{first}/undo"), &serde_json::json!({})).await?;
        assert_eq!(visible(uai).await?, []);
        let write = rentree_domain::import::Write::Revise {
            id: rentree_domain::LearnerId::new(now, rentree_runtime::random()),
            active: true,
            entry: expected(&one)[0].clone(),
            previous: None,
        };
        assert!(matches!(
            late.apply(&[], vec![write], SchoolYear::of(paris::date(now)), || now).await,
            Err(RunError::FenceLost)
        ));
        Ok(())
    });
}

#[test]
fn a_confirmation_is_not_forgotten_and_is_for_one_file() {
    run(async {
        let (uai, _) = a_school().await?;
        let sample = Sample::new(uai, 40, 11);
        carry_out(uai, silent_import(uai, sample.siecle(UTF_8).bytes, ImportOptions::default()).await?).await?;
        let few = |count| {
            let mut few = sample.clone();
            few.pupils.truncate(count);
            few
        };
        let id = silent_import(uai, few(10).siecle(UTF_8).bytes, ImportOptions::default()).await?;
        let worker = worker_with(None)?;
        worker.handle(&resume_event(uai, id, false)).await?;
        assert_eq!(state_of(uai, id).await?, ImportState::AwaitingConfirmation);

        // Another file under the same key, from a form that was still open.
        let key = format!("silent/{uai}/{id}");
        put_file(&key, few(5).siecle(UTF_8).bytes).await?;
        worker.handle(&resume_event(uai, id, true)).await?;
        assert_eq!(state_of(uai, id).await?, ImportState::AwaitingConfirmation, "it asks again");
        let import = product().table.import(uai, id).await?.unwrap();
        assert_eq!(import.outcome.brake, [BrakeReason::FileReplaced, BrakeReason::MassDeparture]);
        assert_eq!(visible(uai).await?.len(), 40);

        // The confirmed worker dies; a late duplicate of the upload's event takes the import up.
        worker_with(Some(Faults::after(1)))?.handle(&resume_event(uai, id, true)).await?;
        worker_after_the_lease()?.handle(&resume_event(uai, id, false)).await?;
        assert_eq!(state_of(uai, id).await?, ImportState::Succeeded);
        assert_eq!(visible(uai).await?, expected(&few(5)));
        Ok(())
    });
}
