//! Lists read a snapshot: it is the roster of its version, whatever crashes or is undone, it costs little, and it ends.

use std::collections::BTreeSet;

use anyhow::Context;
use encoding_rs::UTF_8;
use jiff::{SignedDuration, Timestamp};
use learners::Learners;
use rentree_domain::import::ImportState;
use rentree_domain::matching::Typed;
use rentree_domain::{ImportId, SchoolYear, Uai, UserId, UserName, paris};
use rentree_local::pupils;
use rentree_samples::Sample;
use rentree_table::{Begin, ImportOptions, Methods, Role, RunError, Table, Who};
use reqwest::header::{ACCEPT, COOKIE};
use serde_json::json;

use crate::support::classes::{a_class_of, a_device, a_first_name};
use crate::support::faults::{Faults, Reads, campaigns_with, watched};
use crate::support::people::{a_client, a_member};
use crate::support::pupils::{a_class, by_user_name};
use crate::support::rosters::{delete_snapshots, snapshots, spoil_snapshots};
use crate::support::runtime_api::Function;
use crate::support::stall::{Of, Stall};
use crate::support::units::{Units, sum};
use crate::support::{
    a_school, carry_out, cold_table, eventually, expected, product, resume_event, run, silent_import, state_of,
    visible, worker_after_the_lease, worker_with,
};

/// Imports `sample` without a queue.
async fn import(uai: Uai, sample: &Sample) -> anyhow::Result<ImportId> {
    let id = silent_import(uai, sample.siecle(UTF_8).bytes, ImportOptions::default()).await?;
    carry_out(uai, id).await?;
    assert_eq!(state_of(uai, id).await?, ImportState::Succeeded);
    Ok(id)
}

async fn version(uai: Uai) -> anyhow::Result<u64> {
    Ok(product().table.school(uai).await?.context("a school")?.roster_version)
}

/// The versions of the snapshots that are kept, and of those that end by themselves.
async fn kept_and_ending(uai: Uai) -> anyhow::Result<(BTreeSet<u64>, BTreeSet<u64>)> {
    let all = snapshots(uai).await?;
    let of = |ending: bool| all.iter().filter(|(_, (ends, _))| *ends == ending).map(|(version, _)| *version).collect();
    Ok((of(false), of(true)))
}

/// The table, and what of pupils is read through it.
fn counted_table(reads: &Reads) -> anyhow::Result<Table> {
    let client = watched(&product().stack.aws_of("LearnersFunction")?, reads.clone());
    Ok(Table::new(client, product().stack.value("Table")?))
}

#[test]
fn a_year_keeps_the_visible_snapshot_and_the_one_that_undo_leads_to() {
    run(async {
        let (uai, _) = a_school().await?;
        let mut sample = Sample::new(uai, 60, 11);
        let mut versions = Vec::new();
        for month in 0..4 {
            sample.pupils[month].division = "3E9".to_owned();
            import(uai, &sample).await?;
            versions.push(version(uai).await?);
            assert_eq!(visible(uai).await?, expected(&sample));
            let last_two: BTreeSet<u64> = versions.iter().rev().take(2).copied().collect();
            assert_eq!(kept_and_ending(uai).await?, (last_two, BTreeSet::new()), "month {month}");
            // The same again makes no version, and no snapshot.
            let id = import(uai, &sample).await?;
            let outcome = product().table.import(uai, id).await?.unwrap().outcome;
            assert_eq!((outcome.cost.write_requests, version(uai).await?), (2, versions[month]));
        }
        // One item is written, one that had its time is deleted.
        sample.pupils[7].division = "3E9".to_owned();
        let id = import(uai, &sample).await?;
        let cost = product().table.import(uai, id).await?.unwrap().outcome.cost;
        assert_eq!(cost.write_requests, 6, "lease, a page of names, pupils, two items of snapshots, flip");
        Ok(())
    });
}

#[test]
fn a_worker_killed_between_snapshot_and_flip_leaves_one_that_ends() {
    run(async {
        let (uai, _) = a_school().await?;
        let before = Sample::new(uai, 40, 11);
        import(uai, &before).await?;
        let seen = version(uai).await?;
        let mut after = before.clone();
        after.pupils.drain(..4);
        let id = silent_import(uai, after.siecle(UTF_8).bytes, ImportOptions::default()).await?;

        let settings = product().stack.function_settings("ImportWorkerFunction")?;
        let way = Stall::after(0, Of::Flips, &settings).await?;
        let worker = way.of(settings.clone().with([("LEASE_SECONDS", "1")]));
        let worker = Function::start("import-worker", &worker).await?;
        worker.send(resume_event(uai, id, false)).await?;
        way.reached().await?;
        worker.kill().await?;
        let orphan = seen + 1;
        assert_eq!(kept_and_ending(uai).await?, (BTreeSet::from([seen]), BTreeSet::from([orphan])));
        assert_eq!(visible(uai).await?, expected(&before), "nobody reads it");

        // The next worker makes a snapshot of its own, and the one that nobody claimed is over.
        let mut next = Function::start("import-worker", &settings).await?;
        next.invoke(resume_event(uai, id, false)).await?;
        eventually("the next worker succeeds", async || {
            Ok((state_of(uai, id).await? == ImportState::Succeeded).then_some(()))
        })
        .await?;
        assert_eq!(visible(uai).await?, expected(&after));
        assert_eq!(kept_and_ending(uai).await?, (BTreeSet::from([seen, version(uai).await?]), BTreeSet::new()));
        next.kill().await
    });
}

#[test]
fn an_undo_after_the_next_worker_began_to_read_shows_the_snapshot_from_before() {
    run(async {
        let (uai, school) = a_school().await?;
        let one = Sample::new(uai, 30, 11);
        import(uai, &one).await?;
        let first = version(uai).await?;
        let mut other = one.clone();
        other.enrol(30..35);
        let undone = import(uai, &other).await?;

        // A worker whose lease is over, but who is still at work: it has read the roster that is undone now.
        let mut third = other.clone();
        third.pupils.truncate(25);
        let id = silent_import(uai, third.siecle(UTF_8).bytes, ImportOptions::default()).await?;
        let long_ago = Timestamp::now() - SignedDuration::from_hours(1);
        let begun = product().table.begin(uai, id, false, SignedDuration::from_secs(1), long_ago).await?;
        let Begin::Begun(mut late) = begun else { panic!("begun") };
        let read = late.learners().await?;
        school.post(&format!("/imports/{undone}/undo"), &json!({})).await?;
        assert_eq!(visible(uai).await?, expected(&one));

        let gone = &read[0];
        let entry = gone.current.entry.clone();
        let previous = Some(gone.current.clone());
        let write = rentree_domain::import::Write::Revise { id: gone.id, active: false, entry, previous };
        assert!(matches!(
            late.apply(&read, vec![write], SchoolYear::of(paris::date(Timestamp::now())), Timestamp::now).await,
            Err(RunError::FenceLost)
        ));
        assert_eq!(visible(uai).await?, expected(&one), "the late worker changes nothing");

        // What was undone is tidied up: a new version with the same pupils, whose snapshot is the only one.
        eventually("it is tidied up", async || Ok((version(uai).await? > first).then_some(()))).await?;
        assert_eq!(visible(uai).await?, expected(&one));
        eventually("the others are over", async || {
            Ok((kept_and_ending(uai).await? == (BTreeSet::from([version(uai).await?]), BTreeSet::new())).then_some(()))
        })
        .await?;
        import(uai, &third).await?;
        assert_eq!(visible(uai).await?, expected(&third));
        Ok(())
    });
}

/// Who joined after the worker read the pupils is not deleted: read again, they are somebody who left, with their account.
#[test]
fn a_pupil_who_joins_meanwhile_is_not_deleted() {
    run(async {
        let class = a_class(12).await?;
        let bytes = Sample::new(class.uai, 12, 11).siecle(UTF_8).bytes;
        let id = silent_import(class.uai, bytes, ImportOptions::default()).await?;
        let hour = SignedDuration::from_hours(1);
        let begun = product().table.begin(class.uai, id, false, hour, Timestamp::now()).await?;
        let Begin::Begun(mut run) = begun else { panic!("begun") };
        let read = run.learners().await?;
        let tied = class.tie(3, by_user_name()).await?;
        let discard = rentree_domain::import::Write::Discard { id: tied.learner };
        let year = SchoolYear::of(paris::date(Timestamp::now()));
        assert!(matches!(run.apply(&read, vec![discard], year, Timestamp::now).await, Err(RunError::Tied)));
        let kept = product().table.learner(class.uai, tied.learner).await?.expect("the pupil");
        assert_eq!(kept.user, Some(tied.id));
        Ok(())
    });
}

/// A failure at every write of an import and of what tidies up after its undo: lists show one whole roster.
#[test]
fn a_list_is_whole_whatever_write_fails() {
    run(async {
        for dies_after in 0.. {
            let (uai, _) = a_school().await?;
            let before = Sample::new(uai, 20, 11);
            import(uai, &before).await?;
            let mut after = before.clone();
            after.pupils[9].division = "3E9".to_owned();
            import(uai, &after).await?;
            after.pupils.drain(..3);
            let id = silent_import(uai, after.siecle(UTF_8).bytes, ImportOptions::default()).await?;
            let event = resume_event(uai, id, false);
            let died = worker_with(Some(Faults::after(dies_after)))?.handle(&event).await?;
            let seen = visible(uai).await?;
            if died.batch_item_failures.is_empty() {
                assert_eq!(seen, expected(&after), "{dies_after}");
                assert!(dies_after >= 5, "lease, names, pupils, snapshots, flip: not {dies_after}");
                return Ok(());
            }
            assert_eq!((seen.len(), kept_and_ending(uai).await?.1.len() <= 1), (20, true), "{dies_after}");
            worker_after_the_lease()?.handle(&event).await?;
            assert_eq!(visible(uai).await?, expected(&after), "{dies_after}");
            let (kept, ending) = kept_and_ending(uai).await?;
            assert_eq!((kept.len(), ending.len()), (2, 0), "{dies_after}");
        }
        Ok(())
    });
}

#[test]
fn a_warm_function_looks_at_the_school_alone() {
    run(async {
        let (uai, _) = a_school().await?;
        let mut sample = Sample::new(uai, 80, 11);
        import(uai, &sample).await?;
        let reads = Reads::default();
        let table = counted_table(&reads)?;
        table.listed(uai).await?.unwrap();
        let cold = reads.take();
        assert_eq!((cold.operations, cold.learners), (vec!["GetItem".to_owned(), "Query".to_owned()], 0));
        let (_, listing) = table.listed(uai).await?.unwrap();
        assert_eq!(reads.take().operations, ["GetItem"]);
        assert_eq!(listing.enrolled().count(), 80);

        // A new version is read, and one that was seen before the undo of it is still in memory.
        sample.pupils[3].division = "3E9".to_owned();
        import(uai, &sample).await?;
        let (_, listing) = table.listed(uai).await?.unwrap();
        assert_eq!(reads.take().operations, ["GetItem", "Query"]);
        assert_eq!(listing.enrolled().filter(|pupil| pupil.division == "3E9").count(), 1);

        // Names that nobody has, and near ones: from what is in memory, too.
        let pupil = listing.enrolled().next().unwrap();
        let typed = Typed::new(&pupil.first_name, &pupil.last_name);
        let version = version(uai).await?;
        assert!(table.meant(uai, version, &typed).await?.contains(&pupil.id));
        assert!(table.meant(uai, version, &Typed::new("Zzyzx", "Qwertz")).await?.is_empty());
        assert_eq!(reads.take().operations, Vec::<String>::new());
        Ok(())
    });
}

/// Whom a failed attempt may mean is looked for in the snapshot, which is in memory from the second one on.
#[test]
fn a_failed_attempt_reads_no_pupil() {
    run(async {
        let class = a_class_of(60).await?;
        let reads = Reads::default();
        let (url, served) = campaigns_with(reads.clone(), Timestamp::now).await?;
        let mut fields = class.identity(0);
        fields["birth_date"] = "01/01/1999".into();
        let http = a_client();
        for (attempt, queries) in [("the first", 2), ("the second", 1)] {
            reads.take();
            let answer = http.post(format!("{url}{}", class.path("/identity"))).json(&fields).send().await?;
            assert!(answer.status().is_client_error(), "{}", answer.text().await?);
            let seen = reads.take();
            // Those born that day; the snapshot.
            let asked = seen.operations.iter().filter(|name| *name == "Query").count();
            assert_eq!((asked, seen.learners, seen.names), (queries, 0, 0), "{attempt}: {seen:?}");
        }
        served.abort();
        Ok(())
    });
}

#[test]
fn where_no_snapshot_can_be_read_the_pupils_are() {
    run(async {
        let class = a_class_of(12).await?;
        let staff = a_member(class.uai, Role::Member).await?;
        let page = format!("/schools/{}/learners", class.uai);
        let shown = |answer: serde_json::Value| answer["learners"].clone();
        let with = shown(staff.get(&page).await?.expect(200)?);
        let version = version(class.uai).await?;
        let pupil = &class.sample.pupils[0];
        let typed = Typed::new(&pupil.first_name, &pupil.last_name);
        for without in ["of a format that nobody knows", "of before"] {
            if without == "of before" {
                delete_snapshots(class.uai).await?;
            } else {
                spoil_snapshots(class.uai).await?;
            }
            let reads = Reads::default();
            let table = counted_table(&reads)?;
            let (_, listing) = table.listed(class.uai).await?.unwrap();
            assert_eq!((listing.enrolled().count(), reads.take().learners), (12, 12), "{without}");
            assert_eq!(visible(class.uai).await?.len(), 12);
            // It is in memory now; a function that starts reads names for a guess.
            assert_eq!(table.meant(class.uai, version, &typed).await?.len(), 1);
            assert_eq!(cold_table()?.meant(class.uai, version, &typed).await?.len(), 1, "{without}");
            assert_eq!(shown(staff.get(&page).await?.expect(200)?), with);
        }
        // A join, a hand-out and a follow-up work as ever.
        a_device().create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        let follow = staff.get(&format!("/schools/{}/campaigns/{}", class.uai, class.campaign)).await?.expect(200)?;
        assert_eq!((&follow["total"]["enrolled"], &follow["total"]["joined"]), (&json!(12), &json!(1)));
        Ok(())
    });
}

/// The largest schools have 3,000 pupils: the roster's part of a list, in units, as DynamoDB bills them.
#[test]
fn a_list_of_three_thousand_costs_forty_units_cold_and_one_warm() {
    run(async {
        let (uai, _) = a_school().await?;
        let mut sample = Sample::new(uai, 3_000, 11);
        // Names of a sample repeat more often than those of a school: here each is one of its own.
        let mut drawn = 7_u64;
        let mut name = |syllables: u32| -> String {
            let syllable = |_| {
                drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let of = |letters: &str, shift: u32| {
                    let place = usize::try_from(drawn >> shift).unwrap_or_default() % letters.chars().count();
                    letters.chars().nth(place).unwrap_or_default()
                };
                [of("BCDFGLMNPRSTV", 33), of("AEIOUÉ", 40), of("LNRSTXZ", 47)]
            };
            (0..syllables).flat_map(syllable).collect()
        };
        for pupil in &mut sample.pupils {
            (pupil.last_name, pupil.first_name, pupil.second_name) = (name(3), name(2), name(2));
        }
        import(uai, &sample).await?;
        let units = Units::default();
        let client = watched(&product().stack.aws_of("LearnersFunction")?, units.clone());
        let table = Table::new(client, product().stack.value("Table")?);
        table.listed(uai).await?.unwrap();
        let cold = units.take();
        table.listed(uai).await?.unwrap();
        let warm = units.take();
        table.roster(uai).await?.unwrap();
        let before = units.take();
        let (_, bytes) = snapshots(uai).await?[&version(uai).await?];
        println!(
            "3,000 pupils: {bytes} bytes; units cold {cold:?}, warm {warm:?}; all pupils, as lists read before: {before:?}"
        );
        assert!(sum(&cold) <= 40.0, "{cold:?}");
        assert!((sum(&warm) - 1.0).abs() < 0.1, "{warm:?}");
        assert!(sum(&before) > 300.0, "units are told: {before:?}");
        Ok(())
    });
}

/// All are tied: the page reads fifty ties, fifty accounts and fifty locks, and nothing of the others; and the profiles of the school, of
/// which there are none.
#[test]
fn a_page_costs_two_units_for_each_pupil_shown() {
    run(async {
        let class = a_class_of(70).await?;
        for pupil in product().table.roster(class.uai).await?.unwrap().learners {
            let now = Timestamp::now();
            let user_name = UserName::proposed(&a_first_name("Tie"), "Essai", pupil.entry.birth_date);
            let methods = Methods { user_name: Some(user_name), ..Methods::default() };
            let user = pupils::an_account(&pupil.entry, methods, None, now);
            let who = Who::Newcomer { id: UserId::new(now, rentree_runtime::random()), user: &user };
            pupils::tie(&product().table, (class.uai, pupil.id, &pupil.entry), class.campaign, who, now).await?;
        }
        let units = Units::default();
        let client = watched(&product().stack.aws_of("LearnersFunction")?, units.clone());
        let settings = product().stack.function_settings("LearnersFunction")?;
        let learners = Learners::new(&settings, client, Timestamp::now)?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/schools/{}/learners", listener.local_addr()?, class.uai);
        let served = tokio::spawn(async { axum::serve(listener, learners.router()).await });
        let staff = a_member(class.uai, Role::Member).await?;
        let http = a_client();
        for page in ["cold", "warm"] {
            units.take();
            let answer = http.get(&url).header(ACCEPT, "application/json").header(COOKIE, &staff.cookie).send().await?;
            assert_eq!(answer.status().as_u16(), 200, "{}", answer.text().await?);
            let shown: serde_json::Value = answer.json().await?;
            let accounts = shown["learners"].as_array().unwrap().iter().filter(|row| !row["account"].is_null()).count();
            assert_eq!((accounts, &shown["found"]), (50, &json!(70)));
            let spent = units.take();
            println!("a page of 50 pupils, {page}: {spent:?}");
            assert!(spent["BatchGetItem"].1 <= 100.0, "{spent:?}");
            let beyond_profiles = spent["Query"].0 > 1;
            assert_eq!(beyond_profiles, page == "cold", "{spent:?}");
        }
        // Who has no account yet: from the index of ties alone, a fifth of a kilobyte for each pupil of the school who is tied.
        let url = format!("{url}?account=none");
        let answer = http.get(&url).header(ACCEPT, "application/json").header(COOKIE, &staff.cookie).send().await?;
        assert_eq!(answer.json::<serde_json::Value>().await?["found"], 0);
        let spent = units.take();
        println!("pupils without an account, of 70 who are tied: {spent:?}");
        assert!(!spent.contains_key("BatchGetItem") && spent["Query"].1 <= 3.0, "{spent:?}");
        served.abort();
        Ok(())
    });
}
