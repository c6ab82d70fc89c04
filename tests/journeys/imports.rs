//! The main job, as a program does it: upload, wait, see. Counts over a school year, sizes, encodings, errors.

use encoding_rs::{ISO_8859_15, MACINTOSH, UTF_8, WINDOWS_1252};
use jiff::Timestamp;
use rentree_domain::UserId;
use rentree_domain::import::Counts;
use rentree_local::client::Summary;
use rentree_samples::{Fault, Sample, siecle_zip};
use rentree_table::{AuditAction, AuditEntry, SettleError};
use serde_json::json;

use crate::support::{a_school, a_uai, eventually, expected, product, run, visible};

fn counts(added: usize, modified: usize, reactivated: usize, deactivated: usize, unchanged: usize) -> Counts {
    Counts { added, modified, reactivated, deactivated, unchanged, ..Counts::default() }
}

#[track_caller]
fn assert_succeeded(summary: &Summary, expected: Counts) {
    assert_eq!((summary.status.as_str(), summary.counts), ("succeeded", expected), "{:?}", summary.refused);
}

/// First import, the same again, ten leave, five come, classes change, the ten come back.
async fn a_year(count: usize, zipped: bool) -> anyhow::Result<()> {
    let (uai, school) = a_school().await?;
    let file = |sample: &Sample| {
        let xml = sample.siecle(ISO_8859_15).bytes;
        if zipped { siecle_zip(&xml) } else { xml }
    };
    let september = Sample::new(uai, count, 7);
    let first = school.import(file(&september), false).await?;
    assert_succeeded(&first, counts(count, 0, 0, 0, 0));
    assert_eq!(first.items_written, count);
    assert_eq!(visible(uai).await?, expected(&september));

    let again = school.import(file(&september), false).await?;
    assert_succeeded(&again, counts(0, 0, 0, 0, count));
    assert_eq!((again.write_requests, again.items_written), (2, 0), "an unchanged file writes no pupil, and no page");
    if count < 100 {
        return Ok(());
    }

    let mut january = Sample::new(uai, 0, 7);
    january.enrol(10..count + 5);
    for pupil in january.pupils.iter_mut().take(20) {
        pupil.division = "6E9".to_owned();
    }
    let summary = school.import(file(&january), false).await?;
    assert_succeeded(&summary, counts(5, 20, 0, 10, count - 30));
    assert_eq!(summary.items_written, 35);
    assert_eq!(visible(uai).await?, expected(&january));

    let mut may = january.clone();
    may.enrol(0..10);
    let summary = school.import(file(&may), false).await?;
    assert_succeeded(&summary, counts(0, 0, 10, 0, count - 5));
    assert_eq!(visible(uai).await?, expected(&may));
    Ok(())
}

#[test]
fn a_year_of_one_pupil() {
    run(async {
        a_year(1, false).await?;
        a_year(1, true).await
    });
}

#[test]
fn a_year_of_a_thousand_pupils_as_xml() {
    run(a_year(1_000, false));
}

#[test]
fn a_year_of_a_thousand_pupils_as_zip() {
    run(a_year(1_000, true));
}

/// More than any school has. What a year does to the pupils is proven with a thousand.
#[test]
fn ten_thousand_pupils_and_the_same_again() {
    run(async {
        let (uai, school) = a_school().await?;
        let sample = Sample::new(uai, 10_000, 7);
        let file = siecle_zip(&sample.siecle(ISO_8859_15).bytes);
        assert_succeeded(&school.import(file.clone(), false).await?, counts(10_000, 0, 0, 0, 0));
        assert_eq!(visible(uai).await?, expected(&sample));
        let again = school.import(file, false).await?;
        assert_succeeded(&again, counts(0, 0, 0, 0, 10_000));
        // Some of ten thousand invented children share names and birthday: that is told again, a hundred a page.
        assert_eq!((again.write_requests, again.items_written), (2 + again.remarks.len().div_ceil(100), 0));
        Ok(())
    });
}

#[test]
fn fregata_in_each_encoding_reads_alike() {
    run(async {
        let (uai, school) = a_school().await?;
        let sample = Sample::new(uai, 120, 3);
        let first = school.import(sample.fregata(UTF_8).bytes, false).await?;
        assert_succeeded(&first, counts(120, 0, 0, 0, 0));
        for encoding in [WINDOWS_1252, MACINTOSH] {
            let again = school.import(sample.fregata(encoding).bytes, false).await?;
            assert_succeeded(&again, counts(0, 0, 0, 0, 120));
        }
        let names: Vec<_> = visible(uai).await?.iter().take(3).map(rentree_domain::Entry::full_name).collect();
        assert_eq!(names, ["D'HÉROUVILLE Lœtitia", "LEFÈVRE N'Golo", "ŒUVRARD Noëmie"]);
        Ok(())
    });
}

#[test]
fn siecle_in_each_encoding_reads_alike() {
    run(async {
        let (uai, school) = a_school().await?;
        let sample = Sample::new(uai, 120, 3);
        assert_succeeded(&school.import(sample.siecle(ISO_8859_15).bytes, false).await?, counts(120, 0, 0, 0, 0));
        let utf_8 = sample.siecle(UTF_8).bytes;
        let marked = [b"\xEF\xBB\xBF".as_slice(), &utf_8].concat();
        for bytes in [utf_8, marked, sample.siecle(WINDOWS_1252).bytes] {
            assert_succeeded(&school.import(bytes, false).await?, counts(0, 0, 0, 0, 120));
        }
        Ok(())
    });
}

#[test]
fn one_error_refuses_the_file_and_set_aside_imports_the_rest() {
    run(async {
        let (uai, school) = a_school().await?;
        let sample = Sample::new(uai, 60, 3);
        assert_succeeded(&school.import(sample.siecle(UTF_8).bytes, false).await?, counts(60, 0, 0, 0, 0));
        let before = visible(uai).await?;

        let mut spoilt = sample.clone();
        spoilt.enrol(60..62);
        let faults =
            [(5, Fault::IneMissing), (20, Fault::SexMissing), (40, Fault::BirthDateInvalid), (60, Fault::IneKey)];
        faults.iter().for_each(|(index, fault)| spoilt.spoil(*index, *fault));
        spoilt.spoil(50, Fault::LeftSchool);
        let rendered = spoilt.siecle(UTF_8);

        let refused = school.import(rendered.bytes.clone(), false).await?;
        assert_eq!(refused.status, "failed");
        let found: Vec<_> = refused.problems.iter().map(|p| (p.line, p.code.as_str())).collect();
        let wanted: Vec<_> = faults.iter().map(|(index, fault)| (rendered.lines[*index], fault.code())).collect();
        assert_eq!(found, wanted);
        assert_eq!(refused.left_out.len(), 1);
        assert_eq!(refused.items_written, 0);
        assert_eq!(visible(uai).await?, before, "nothing changed");

        let rest = school.import(rendered.bytes, true).await?;
        // Three known pupils with an error have not left: they stay as they are. The one who left is deactivated.
        let expected = Counts { left_out: 1, set_aside: 4, ..counts(1, 0, 0, 1, 59) };
        assert_succeeded(&rest, expected);
        assert_eq!(rest.problems.len(), 4, "who was set aside is listed");
        assert_eq!(visible(uai).await?.len(), 60);
        Ok(())
    });
}

#[test]
fn the_page_offers_to_import_the_others() {
    run(async {
        let (uai, school) = a_school().await?;
        let mut sample = Sample::new(uai, 20, 3);
        sample.spoil(4, Fault::IneProvisional);
        let import = school.request(&json!({})).await?;
        assert!(school.send(&import, sample.siecle(UTF_8).bytes).await?);
        let id = import["id"].as_str().unwrap();
        assert_eq!(school.wait(id).await?.status, "failed");

        let others = school.post(&format!("/imports/{id}/set-aside"), &json!({})).await?;
        let others = school.wait(others["id"].as_str().unwrap()).await?;
        assert_succeeded(&others, Counts { set_aside: 1, ..counts(19, 0, 0, 0, 0) });
        let again =
            school.post(&format!("/imports/{}/set-aside", "0199a1b2-c3d4-7000-8000-000000000001"), &json!({})).await;
        assert!(again.unwrap_err().to_string().contains("404"));
        Ok(())
    });
}

#[test]
fn a_thousand_errors_are_all_told() {
    run(async {
        let (uai, school) = a_school().await?;
        let mut sample = Sample::new(uai, 1_000, 3);
        (0..1_000).for_each(|index| sample.spoil(index, Fault::SexMissing));
        let summary = school.import(sample.fregata(UTF_8).bytes, false).await?;
        assert_eq!((summary.status.as_str(), summary.problems.len()), ("failed", 1_000));
        assert_eq!(summary.problems[999].line, 1_001);
        let nobody = school.import(sample.fregata(UTF_8).bytes, true).await?;
        assert_eq!(nobody.status, "failed", "there is nobody left to import");
        Ok(())
    });
}

#[test]
fn the_brake_asks_and_holds_for_one_import() {
    run(async {
        let (uai, school) = a_school().await?;
        let sample = Sample::new(uai, 40, 3);
        school.import(sample.siecle(UTF_8).bytes, false).await?;
        let mut few = sample.clone();
        few.pupils.truncate(15);

        let import = school.request(&json!({})).await?;
        school.send(&import, few.siecle(UTF_8).bytes).await?;
        let id = import["id"].as_str().unwrap();
        let asked = school.wait(id).await?;
        assert_eq!(
            (asked.status.as_str(), asked.brake.as_slice()),
            ("awaiting_confirmation", ["mass_departure".to_owned()].as_slice())
        );
        assert_eq!(asked.counts, counts(0, 0, 0, 25, 15), "what would happen");
        assert_eq!(visible(uai).await?.len(), 40, "nothing has");

        school.post(&format!("/imports/{id}/confirm"), &json!({})).await?;
        assert_succeeded(&school.wait(id).await?, counts(0, 0, 0, 25, 15));
        assert_eq!(visible(uai).await?.len(), 15);

        let late = school.post(&format!("/imports/{id}/confirm"), &json!({})).await;
        assert!(late.unwrap_err().to_string().contains("409"), "a word is taken once");
        Ok(())
    });
}

#[test]
fn an_older_file_asks() {
    run(async {
        let (uai, school) = a_school().await?;
        let newer = Sample::new(uai, 10, 3);
        school.import(newer.siecle(UTF_8).bytes, false).await?;
        let mut older = newer.clone();
        older.exported_at = jiff::civil::date(2025, 9, 3).at(8, 0, 0, 0);
        older.school_year = rentree_domain::school_year::SchoolYear::starting_in(2025).unwrap();
        let asked = school.import(older.siecle(UTF_8).bytes, false).await?;
        assert_eq!(asked.status, "awaiting_confirmation");
        assert_eq!(asked.brake, ["older_school_year", "older_export"]);
        Ok(())
    });
}

#[test]
fn a_preview_changes_nothing_and_can_be_given_up() {
    run(async {
        let (uai, school) = a_school().await?;
        let import = school.request(&json!({ "preview": true })).await?;
        school.send(&import, Sample::new(uai, 30, 3).siecle(UTF_8).bytes).await?;
        let id = import["id"].as_str().unwrap();
        let asked = school.wait(id).await?;
        assert_eq!((asked.status.as_str(), asked.counts), ("awaiting_confirmation", counts(30, 0, 0, 0, 0)));
        let given_up = school.post(&format!("/imports/{id}/cancel"), &json!({})).await?;
        assert_eq!(given_up["state"], "expired");
        let ended = (&given_up["ended"]["how"], &given_up["ended"]["by"]);
        assert_eq!(ended, (&json!("abandoned_confirmation"), &given_up["requested_by"]), "who did it is told");
        assert_eq!(visible(uai).await?, []);
        Ok(())
    });
}

#[test]
fn undo_shows_the_roster_from_before_once() {
    run(async {
        let (uai, school) = a_school().await?;
        let september = Sample::new(uai, 200, 3);
        school.import(september.siecle(UTF_8).bytes, false).await?;
        let mut other = september.clone();
        other.pupils.drain(..20);
        other.enrol(200..220);
        let import = school.request(&json!({})).await?;
        school.send(&import, other.siecle(UTF_8).bytes).await?;
        let id = import["id"].as_str().unwrap();
        school.wait(id).await?;
        assert_eq!(visible(uai).await?, expected(&other));

        let undone = school.post(&format!("/imports/{id}/undo"), &json!({})).await?;
        assert_eq!(undone["state"], "undone");
        let ended = (&undone["ended"]["how"], &undone["ended"]["by"]);
        assert_eq!(ended, (&json!("undone"), &undone["requested_by"]), "who did it is told");
        assert_eq!(visible(uai).await?, expected(&september));
        assert!(school.post(&format!("/imports/{id}/undo"), &json!({})).await.is_err(), "once");

        // The next import repairs what the undone one left, and counts as if it had never been.
        let summary = school.import(other.siecle(UTF_8).bytes, false).await?;
        assert_succeeded(&summary, counts(20, 0, 0, 20, 180));
        assert_eq!(visible(uai).await?, expected(&other));
        Ok(())
    });
}

/// Between what a request read and what it writes, the school may move on.
#[test]
fn a_word_on_what_has_changed_since_comes_too_late() {
    run(async {
        let (uai, school) = a_school().await?;
        let table = &product().table;
        let now = Timestamp::now();
        let who = UserId::new(now, rentree_runtime::random());
        let entry = |action| AuditEntry::new(now, rentree_runtime::random(), who, "Test", action);
        let undone = entry(AuditAction::ImportUndone);
        let mut ids = Vec::new();
        for size in [20, 22, 24] {
            let import = school.request(&json!({})).await?;
            school.send(&import, Sample::new(uai, size, 3).siecle(UTF_8).bytes).await?;
            let id = import["id"].as_str().unwrap().to_owned();
            assert_eq!(school.wait(&id).await?.status, "succeeded");
            ids.push(id.parse()?);
            // Read before the last one was applied: it does not know what was seen before that.
            if size == 24 {
                let import = table.import(uai, ids[2]).await?.unwrap();
                let mut earlier = table.school(uai).await?.unwrap();
                earlier.applied = earlier.applied_before.take();
                let told = table.undo_import(uai, (ids[2], &import, &earlier), &undone, now).await;
                assert!(matches!(told, Err(SettleError::TooLate)), "{told:?}");
            }
        }
        let (import, seen) = (table.import(uai, ids[2]).await?.unwrap(), table.school(uai).await?.unwrap());
        table.undo_import(uai, (ids[2], &import, &seen), &undone, now).await?;
        assert_eq!(table.school(uai).await?.unwrap().applied.unwrap().import, ids[1]);
        let again = table.undo_import(uai, (ids[2], &import, &seen), &undone, now).await;
        assert!(matches!(again, Err(SettleError::TooLate)), "{again:?}");

        // Given up by two at once.
        let asked = school.request(&json!({})).await?;
        let id = asked["id"].as_str().unwrap().parse()?;
        let (import, cancelled) = (table.import(uai, id).await?.unwrap(), entry(AuditAction::ImportCancelled));
        table.cancel_import(uai, (id, &import), &cancelled, now).await?;
        let again = table.cancel_import(uai, (id, &import), &cancelled, now).await;
        assert!(matches!(again, Err(SettleError::TooLate)), "{again:?}");

        // Two wait: the space says so of the later one, and goes on saying so when the earlier one is given up.
        let mut waiting = Vec::new();
        for size in [26, 28] {
            let import = school.request(&json!({"preview": true})).await?;
            school.send(&import, Sample::new(uai, size, 3).siecle(UTF_8).bytes).await?;
            let id = import["id"].as_str().unwrap().to_owned();
            assert_eq!(school.wait(&id).await?.status, "awaiting_confirmation");
            waiting.push(id);
        }
        for (id, still) in [(&waiting[0], Some(&waiting[1])), (&waiting[1], None)] {
            assert_eq!(school.post(&format!("/imports/{id}/cancel"), &json!({})).await?["state"], "expired");
            let waits = table.school(uai).await?.unwrap().waiting.map(|waiting| waiting.import.to_string());
            assert_eq!(waits.as_ref(), still);
        }
        Ok(())
    });
}

#[test]
fn the_list_filters_searches_and_turns_pages() {
    run(async {
        let (uai, school) = a_school().await?;
        school.import(Sample::new(uai, 130, 3).siecle(UTF_8).bytes, false).await?;
        let all = school.get("/learners").await?;
        assert_eq!(
            (&all["enrolled"], &all["pages"], all["learners"].as_array().unwrap().len()),
            (&json!(130), &json!(3), 50)
        );
        assert_eq!(school.get("/learners?page=99").await?["page"], 3);
        let one = school.post("/learners", &json!({ "q": "dherouville LOETITIA" })).await?;
        assert_eq!(school.get("/learners?q=dherouville").await?["found"], 130, "no name is taken from an address");
        assert!(school.get("/learners?page=").await.unwrap_err().to_string().contains("bad_request"));
        assert_eq!((&one["found"], &one["learners"][0]["first_name"]), (&json!(1), &json!("Lœtitia")));
        let class = school.get("/learners?division=6E1").await?;
        let divisions: Vec<_> = class["learners"].as_array().unwrap().iter().map(|l| &l["division"]).collect();
        assert!(!divisions.is_empty() && divisions.iter().all(|division| *division == "6E1"));
        Ok(())
    });
}

#[test]
fn the_file_of_another_school_is_refused_with_both_names() {
    run(async {
        let (uai, school) = a_school().await?;
        let other = a_uai();
        let summary = school.import(Sample::new(other, 5, 3).siecle(UTF_8).bytes, false).await?;
        let refused = summary.refused.unwrap();
        assert_eq!(refused.code, "uai_mismatch");
        assert!(refused.detail.contains(uai.as_str()) && refused.detail.contains(other.as_str()));
        assert_eq!(visible(uai).await?, []);
        Ok(())
    });
}

#[test]
fn undo_is_for_the_import_that_readers_see() {
    run(async {
        let (uai, school) = a_school().await?;
        let file = Sample::new(uai, 20, 3).siecle(UTF_8).bytes;
        let mut ids = Vec::new();
        for _ in 0..2 {
            let import = school.request(&json!({})).await?;
            school.send(&import, file.clone()).await?;
            let id = import["id"].as_str().unwrap().to_owned();
            assert_eq!(school.wait(&id).await?.status, "succeeded");
            ids.push(id);
        }
        // The second changed nothing, and is nevertheless the last: there is nothing to go back to.
        for id in ids {
            assert_eq!(school.get(&format!("/imports/{id}")).await?["actions"]["undo"], false);
            let undo = school.post(&format!("/imports/{id}/undo"), &json!({})).await;
            assert!(undo.unwrap_err().to_string().contains("409"));
        }
        assert_eq!(visible(uai).await?.len(), 20);
        Ok(())
    });
}

/// Two tabs: what one shows, the other makes untrue.
#[test]
fn a_confirmation_is_for_the_roster_that_was_shown() {
    run(async {
        let (uai, school) = a_school().await?;
        let all = Sample::new(uai, 40, 3);
        school.import(all.siecle(UTF_8).bytes, false).await?;
        let mut few = all.clone();
        few.pupils.truncate(15);
        let waiting = school.request(&json!({})).await?;
        school.send(&waiting, few.siecle(UTF_8).bytes).await?;
        let id = waiting["id"].as_str().unwrap();
        assert_eq!(school.wait(id).await?.counts, counts(0, 0, 0, 25, 15));

        let mut more = all.clone();
        more.enrol(40..50);
        assert_succeeded(&school.import(more.siecle(UTF_8).bytes, false).await?, counts(10, 0, 0, 0, 40));
        let told = school.get(&format!("/imports/{id}")).await?;
        let newest = &school.get("/imports").await?["imports"][0];
        assert_eq!(told["later"]["import"], newest["id"], "the page says so before anybody confirms");
        school.post(&format!("/imports/{id}/confirm"), &json!({})).await?;
        let asked = school.wait(id).await?;
        assert_eq!((asked.status.as_str(), asked.counts), ("awaiting_confirmation", counts(0, 0, 0, 35, 15)));
        assert_eq!(asked.brake, ["roster_moved", "mass_departure"]);
        assert_eq!(visible(uai).await?, expected(&more), "nothing was applied unseen");

        school.post(&format!("/imports/{id}/confirm"), &json!({})).await?;
        assert_succeeded(&school.wait(id).await?, counts(0, 0, 0, 35, 15));
        Ok(())
    });
}

#[test]
fn many_who_leave_within_a_school_year_are_asked_about() {
    run(async {
        let (uai, school) = a_school().await?;
        let september = Sample::new(uai, 120, 3);
        school.import(september.siecle(UTF_8).bytes, false).await?;
        let without = |count: usize| {
            let mut january = september.clone();
            january.pupils.drain(..count);
            january
        };
        assert_succeeded(&school.import(without(12).siecle(UTF_8).bytes, false).await?, counts(0, 0, 0, 12, 108));
        let asked = school.import(without(24).siecle(UTF_8).bytes, false).await?;
        assert_eq!(
            (asked.status.as_str(), asked.brake.as_slice()),
            ("awaiting_confirmation", ["departure_within_year".to_owned()].as_slice())
        );
        // The next school year a whole level leaves.
        let mut next = without(40);
        next.school_year = rentree_domain::school_year::SchoolYear::starting_in(next.school_year.first() + 1).unwrap();
        assert_eq!(school.import(next.siecle(UTF_8).bytes, false).await?.status, "succeeded");
        Ok(())
    });
}

#[test]
fn a_renumbered_base_is_told_and_changes_nobody() {
    run(async {
        let (uai, school) = a_school().await?;
        let before = Sample::new(uai, 30, 3);
        school.import(before.siecle(UTF_8).bytes, false).await?;
        let ids = |roster: rentree_table::Roster| {
            roster.learners.into_iter().map(|l| l.id).collect::<std::collections::BTreeSet<_>>()
        };
        let known = ids(product().table.roster(uai).await?.unwrap());
        let mut after = before.clone();
        for (pupil, other) in after.pupils.iter_mut().zip(Sample::new(uai, 30, 990).pupils) {
            (pupil.ine, pupil.eleve_id) = (other.ine, other.eleve_id);
        }
        let summary = school.import(after.siecle(UTF_8).bytes, false).await?;
        assert_succeeded(&summary, counts(0, 30, 0, 0, 0));
        assert_eq!(summary.remarks.len(), 30);
        assert!(
            summary.remarks.iter().all(|remark| remark.code == "ine_changed" && remark.message.starts_with("Ligne "))
        );
        assert_eq!(ids(product().table.roster(uai).await?.unwrap()), known, "ties to accounts survive");
        Ok(())
    });
}

#[test]
fn every_count_has_its_names() {
    run(async {
        let (uai, school) = a_school().await?;
        let september = Sample::new(uai, 130, 3);
        school.import(september.siecle(UTF_8).bytes, false).await?;
        let mut january = september.clone();
        january.pupils.drain(..3);
        january.enrol(130..135);
        january.pupils[10].division = "6E9".to_owned();
        let import = school.request(&json!({ "preview": true })).await?;
        school.send(&import, january.siecle(UTF_8).bytes).await?;
        let id = import["id"].as_str().unwrap();
        assert_eq!(school.wait(id).await?.counts, counts(5, 1, 0, 3, 126));

        let report = school.get(&format!("/imports/{id}/report")).await?;
        let kinds: Vec<_> = report["kinds"].as_array().unwrap().iter().map(|k| (&k["kind"], &k["count"])).collect();
        assert_eq!(
            kinds,
            [(&json!("deactivated"), &json!(3)), (&json!("added"), &json!(5)), (&json!("modified"), &json!(1))]
        );
        let modified = school.get(&format!("/imports/{id}/report?kind=modified&division=6E9")).await?;
        let change = &modified["lines"][0]["changes"][0];
        assert_eq!(
            (&modified["found"], &change["field"], &change["after"]),
            (&json!(1), &json!("division"), &json!("6E9"))
        );
        let leaver = &september.pupils[1];
        let q =
            json!({ "q": format!("{} {}", leaver.first_name.to_lowercase(), leaver.last_name), "kind": "deactivated" });
        assert_eq!(school.post(&format!("/imports/{id}/report"), &q).await?["found"], 1);

        let url = format!("{}/schools/{uai}/imports/{id}/report.csv", product().url);
        let sheet = reqwest::Client::new().get(url).header("cookie", school.cookie()).send().await?.text().await?;
        assert_eq!(sheet.lines().count(), 1 + 9, "{sheet}");
        assert!(sheet.contains(r#""=""6E9""""#), "a class stays a class in a spreadsheet: {sheet}");
        Ok(())
    });
}

#[test]
fn after_an_undo_everybody_is_found_by_the_right_date() {
    run(async {
        let (uai, school) = a_school().await?;
        let right = Sample::new(uai, 20, 3);
        school.import(right.siecle(UTF_8).bytes, false).await?;
        let mut wrong = right.clone();
        wrong.pupils[4].birth_date = "10/03/2013".to_owned();
        let import = school.request(&json!({})).await?;
        school.send(&import, wrong.siecle(UTF_8).bytes).await?;
        let id = import["id"].as_str().unwrap();
        assert_eq!(school.wait(id).await?.counts, counts(0, 1, 0, 0, 19));
        school.post(&format!("/imports/{id}/undo"), &json!({})).await?;

        let table = &product().table;
        let pupil = expected(&right)
            .into_iter()
            .find(|e| e.siecle_id.as_deref() == Some(right.pupils[4].eleve_id.as_str()))
            .unwrap();
        eventually("the index is put right", async || {
            let version = table.school(uai).await?.unwrap().roster_version;
            let found = table.born_on(uai, pupil.birth_date).await?.seen_at(version);
            Ok((!found.is_empty()).then_some(()))
        })
        .await?;
        assert_eq!(visible(uai).await?, expected(&right));
        Ok(())
    });
}

/// Who left, when, and with which import; also after an undo was tidied up, and where the import is not known.
#[test]
fn former_pupils_and_the_import_that_deactivated_them() {
    run(async {
        let (uai, school) = a_school().await?;
        let all = Sample::new(uai, 80, 3);
        let without = |places: std::ops::Range<usize>| {
            let mut some = all.clone();
            some.pupils.drain(places);
            some.siecle(UTF_8).bytes
        };
        let import = async |file: Vec<u8>| {
            let import = school.request(&json!({})).await?;
            school.send(&import, file).await?;
            let id = import["id"].as_str().unwrap().to_owned();
            assert_eq!(school.wait(&id).await?.status, "succeeded");
            anyhow::Ok(id)
        };
        import(all.siecle(UTF_8).bytes).await?;
        assert_eq!(school.get("/learners/former").await?["former"], 0);
        let first = import(without(0..2)).await?;
        let second = import(without(0..3)).await?;

        // They come back, by an import that is undone.
        let undone = import(all.siecle(UTF_8).bytes).await?;
        assert_eq!(school.get("/learners/former").await?["former"], 0);
        school.post(&format!("/imports/{undone}/undo"), &json!({})).await?;
        eventually("it is tidied up", async || {
            let school = product().table.school(uai).await?.unwrap();
            Ok((school.roster_version == school.fence).then_some(()))
        })
        .await?;

        let name = |place: usize| (all.pupils[place].last_name.clone(), all.pupils[place].division.clone());
        let of = |row: &serde_json::Value| {
            let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
            (
                (text("last_name"), text("division")),
                row["deactivated"]["import"].as_str().unwrap_or_default().to_owned(),
            )
        };
        let rows = |list: &serde_json::Value| {
            let mut rows: Vec<_> = list["learners"].as_array().unwrap().iter().map(of).collect();
            rows.sort();
            rows
        };
        let list = school.get("/learners/former").await?;
        let mut wanted = vec![(name(0), first.clone()), (name(1), first.clone()), (name(2), second.clone())];
        wanted.sort();
        assert_eq!((&list["former"], rows(&list)), (&json!(3), wanted));
        let told = school.get(&format!("/imports/{first}")).await?;
        let row = list["learners"].as_array().unwrap().iter().find(|row| of(row).1 == first).unwrap();
        assert_eq!(row["deactivated"]["by"], told["requested_by"]);

        // By import, by class, by name; a name in an address finds nobody.
        let of_second = school.get(&format!("/learners/former?import={second}")).await?;
        assert_eq!(rows(&of_second), [(name(2), second.clone())]);
        let (last_name, division) = name(0);
        let sought = json!({"q": format!("{} {last_name}", all.pupils[0].first_name), "division": division});
        assert_eq!(school.post("/learners/former", &sought).await?["found"], 1);
        assert_eq!(school.get("/learners/former?q=nobody").await?["found"], 3);
        assert_eq!(school.get("/learners").await?["former"], 3);

        // A version that no import is known to have written: the date is not made up.
        let table = product().stack.value("Table")?;
        let forget =
            product().stack.dynamodb.update_item().table_name(&table).update_expression("REMOVE outcome.versions");
        forget
            .key("PK", aws_sdk_dynamodb::types::AttributeValue::S(format!("SCHOOL#{uai}")))
            .key("SK", aws_sdk_dynamodb::types::AttributeValue::S(format!("IMPORT#{second}")))
            .send()
            .await?;
        let list = school.get("/learners/former").await?;
        assert_eq!(list["learners"].as_array().unwrap().iter().filter(|row| row["deactivated"].is_null()).count(), 1);

        let url = format!("{}/schools/{uai}/learners/former.csv", product().url);
        let sheet = reqwest::Client::new().get(url).header("cookie", school.cookie()).send().await?.text().await?;
        assert_eq!((sheet.lines().count(), sheet.matches("date inconnue").count()), (1 + 3, 1), "{sheet}");
        Ok(())
    });
}
