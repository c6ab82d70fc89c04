//! What a person decides about an import: the brake, a preview, a confirmation, an undo.

use encoding_rs::UTF_8;
use jiff::Timestamp;
use rentree_domain::UserId;
use rentree_domain::import::{ImportState, Resume};
use rentree_local::client::School;
use rentree_samples::Sample;
use rentree_table::{AuditAction, AuditEntry, Role, SettleError};
use serde_json::json;

use crate::support::forms::PageForm;
use crate::support::imports::{assert_succeeded, counts};
use crate::support::people::a_member;
use crate::support::{a_school, batch, eventually, expected, product, run, state_of, visible, worker_with};

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

        // The log leads to each import, and says what became of it.
        let head = a_member(uai, Role::Administrator).await?;
        let log = head.get(&format!("/schools/{uai}/audit")).await?.expect(200)?;
        let of_it = log["entries"].as_array().unwrap().iter().filter(|entry| entry["import"] == *id);
        let told: Vec<_> = of_it.map(|entry| (entry["action"].clone(), entry["outcome"].clone())).collect();
        assert_eq!(
            told,
            ["import_confirmed", "import_requested"].map(|action| (json!(action), json!("succeeded"))),
            "{log:#}"
        );
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
        // A member may look at it, and is not told to import; the list does not say that anything was done.
        let member = a_member(uai, Role::Member).await?;
        let page = member.page(&format!("/schools/{uai}/imports/{id}")).await?;
        assert!(page.contains("<h1>Import</h1>") && !page.contains("Importer des élèves"), "{page}");
        let list = member.page(&format!("/schools/{uai}/imports")).await?;
        assert!(list.contains(">Ajouts</th>") && !list.contains("Ajoutés"), "{list}");
        assert!(list.contains(">30</td>"), "it says what would be done: {list}");
        let given_up = school.post(&format!("/imports/{id}/cancel"), &json!({})).await?;
        assert_eq!(given_up["state"], "expired");
        let ended = (&given_up["ended"]["how"], &given_up["ended"]["by"]);
        assert_eq!(ended, (&json!("abandoned_confirmation"), &given_up["requested_by"]), "who did it is told");
        let list = member.page(&format!("/schools/{uai}/imports")).await?;
        assert!(list.contains("Abandonné") && !list.contains(">30</td>"), "nothing was done: {list}");
        assert_eq!(visible(uai).await?, []);
        Ok(())
    });
}

/// What an import changes is told as what it would do, then as what it did, field by field.
#[test]
fn changed_fields_are_told_in_the_tense_of_the_import() {
    run(async {
        let (uai, school) = a_school().await?;
        let mut sample = Sample::new(uai, 30, 3);
        school.import(sample.siecle(UTF_8).bytes, false).await?;
        sample.pupils[4].last_name = "TOUT AUTRE".to_owned();
        let import = school.request(&json!({ "preview": true })).await?;
        school.send(&import, sample.siecle(UTF_8).bytes).await?;
        let id = import["id"].as_str().unwrap();
        assert_eq!(school.wait(id).await?.counts, counts(0, 1, 0, 0, 29));

        let head = a_member(uai, Role::Administrator).await?;
        let path = format!("/schools/{uai}/imports/{id}");
        let item = "<li>nom de famille\u{a0}: 1 élève</li>";
        let page = head.page(&path).await?;
        assert!(page.contains("Champs à modifier&nbsp;:") && page.contains(item), "{page}");
        school.post(&format!("/imports/{id}/confirm"), &json!({})).await?;
        assert_succeeded(&school.wait(id).await?, counts(0, 1, 0, 0, 29));
        let page = head.page(&path).await?;
        assert!(page.contains("Champs modifiés&nbsp;:") && page.contains(item), "{page}");
        // Only the name changed: only the name is given back.
        let asked = head.page(&format!("{path}/undo")).await?;
        let given_back = "1 élève retrouvera ce que sa fiche disait avant\u{a0}: nom de famille.";
        assert!(asked.contains(given_back), "{asked}");
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
        let member = a_member(uai, Role::Member).await?;
        let list = member.page(&format!("/schools/{uai}/imports")).await?;
        assert!(list.contains(">20</td>"), "{list}");

        let undone = school.post(&format!("/imports/{id}/undo"), &json!({})).await?;
        assert_eq!(undone["state"], "undone");
        let ended = (&undone["ended"]["how"], &undone["ended"]["by"]);
        assert_eq!(ended, (&json!("undone"), &undone["requested_by"]), "who did it is told");
        let list = member.page(&format!("/schools/{uai}/imports")).await?;
        assert!(list.contains("Annulé après coup") && !list.contains(">20</td>"), "what does not hold: {list}");
        assert_eq!(visible(uai).await?, expected(&september));
        assert!(school.post(&format!("/imports/{id}/undo"), &json!({})).await.is_err(), "once");

        // The next import repairs what the undone one left, and counts as if it had never been.
        let summary = school.import(other.siecle(UTF_8).bytes, false).await?;
        assert_succeeded(&summary, counts(20, 0, 0, 20, 180));
        assert_eq!(visible(uai).await?, expected(&other));

        // Who comes back is counted in the list, too, and a member is led to nothing that is not theirs.
        let list = member.page(&format!("/schools/{uai}/imports")).await?;
        assert!(!list.contains("Réactivations") && !list.contains("/undo\""), "{list}");
        assert_succeeded(&school.import(september.siecle(UTF_8).bytes, false).await?, counts(0, 0, 20, 20, 180));
        let list = member.page(&format!("/schools/{uai}/imports")).await?;
        assert!(list.contains("data-label=\"Réactivations\" class=\"number\">20</td>"), "{list}");
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
        // The second changed nothing: it has nothing to go back to, and takes no place.
        let [first, second] = &ids[..] else { panic!("{ids:?}") };
        assert_eq!(school.get(&format!("/imports/{second}")).await?["actions"]["undo"], false);
        let undo = school.post(&format!("/imports/{second}/undo"), &json!({})).await;
        assert!(undo.unwrap_err().to_string().contains("409"));
        assert_eq!(visible(uai).await?.len(), 20);
        let last = product().table.school(uai).await?.unwrap().last_import().map(|last| last.import.to_string());
        assert_eq!(last.as_ref(), Some(second), "it is the last file all the same");

        let seen = school.get(&format!("/imports/{first}")).await?;
        assert_eq!((&seen["actions"]["undo"], &seen["later"]), (&json!(true), &json!(null)));
        let head = a_member(uai, Role::Administrator).await?;
        let list = head.page(&format!("/schools/{uai}/imports")).await?;
        assert_eq!(list.matches("/undo\"").count(), 1, "{list}");
        assert!(list.contains(&format!("/imports/{first}/undo\"")), "{list}");
        let asked = head.page(&format!("/schools/{uai}/imports/{first}/undo")).await?;
        assert!(asked.contains("n’avait rien changé"), "the file that came since: {asked}");
        school.post(&format!("/imports/{first}/undo"), &json!({})).await?;
        assert_eq!(visible(uai).await?.len(), 0);
        let school_now = product().table.school(uai).await?.unwrap();
        assert_eq!((school_now.applied, school_now.unchanged), (None, None), "no import is behind what is seen");

        // An import that changes somebody does take the place; undone, the list is that of the import that made it.
        school.import(file.clone(), false).await?;
        let again = school.import(file, false).await?;
        assert_eq!(again.counts, counts(0, 0, 0, 0, 20));
        let between = product().table.school(uai).await?.unwrap();
        assert!(between.unchanged.is_some());
        let more = school.request(&json!({})).await?;
        school.send(&more, Sample::new(uai, 21, 3).siecle(UTF_8).bytes).await?;
        let more = more["id"].as_str().unwrap();
        assert_eq!(school.wait(more).await?.status, "succeeded");
        let school_now = product().table.school(uai).await?.unwrap();
        assert_eq!((&school_now.applied_before, &school_now.unchanged), (&between.applied, &None));
        school.post(&format!("/imports/{more}/undo"), &json!({})).await?;
        let school_now = product().table.school(uai).await?.unwrap();
        assert_eq!((&school_now.applied, &school_now.unchanged), (&between.applied, &None));
        let made = between.applied.unwrap().import;
        assert_eq!(
            school.get(&format!("/imports/{made}")).await?["later"],
            json!(null),
            "its list is the one that is seen"
        );
        Ok(())
    });
}

/// Imports a file; the import.
async fn imported(school: &School, file: Vec<u8>) -> anyhow::Result<String> {
    let import = school.request(&json!({})).await?;
    school.send(&import, file).await?;
    let id = import["id"].as_str().unwrap().to_owned();
    assert_eq!(school.wait(&id).await?.status, "succeeded");
    Ok(id)
}

/// A colleague imports the same file between the page that asks and the click: that import would be forgotten unread.
#[test]
fn an_undo_is_for_what_was_shown() {
    run(async {
        let (uai, school) = a_school().await?;
        let table = &product().table;
        let file = Sample::new(uai, 20, 3).siecle(UTF_8).bytes;
        let id = imported(&school, file.clone()).await?;
        let head = a_member(uai, Role::Administrator).await?;
        let import = format!("/schools/{uai}/imports/{id}");
        let undo = format!("{import}/undo");

        let (form, seen) = (PageForm::on(&head, &undo, "/undo").await?, table.school(uai).await?.unwrap());
        let since = imported(&school, file.clone()).await?;
        let (status, again) = form.send(&head, &[]).await?;
        assert_eq!(status, 409, "{again}");
        let hidden = format!("value=\"{since}\"");
        for told in ["<title>Erreur", "Rien n’a été annulé", "n’avait rien changé", hidden.as_str()] {
            assert!(again.contains(told), "{told}: {again}");
        }
        let told = head.post(&undo, &json!({"last_shown": id})).await?;
        assert_eq!((told.status, told.code()), (409, "too_late"), "{}", told.body);
        // It may come between what the click reads and what it writes, too.
        let (now, read) = (Timestamp::now(), table.import(uai, id.parse()?).await?.unwrap());
        let who = UserId::new(now, rentree_runtime::random());
        let entry = AuditEntry::new(now, rentree_runtime::random(), who, "Test", AuditAction::ImportUndone);
        let late = table.undo_import(uai, (id.parse()?, &read, &seen), &entry, now).await;
        assert!(matches!(late, Err(SettleError::TooLate)), "{late:?}");
        let (form, seen) = (PageForm::on(&head, &undo, "/undo").await?, table.school(uai).await?.unwrap());
        let newest = imported(&school, file).await?;
        let late = table.undo_import(uai, (id.parse()?, &read, &seen), &entry, now).await;
        assert!(matches!(late, Err(SettleError::TooLate)), "{late:?}");
        assert_eq!(form.send(&head, &[]).await?.0, 409);
        assert_eq!(visible(uai).await?.len(), 20, "nothing was done");
        let last = table.school(uai).await?.unwrap().unchanged.map(|last| last.import.to_string());
        assert_eq!(last, Some(newest));

        // What was read is undone; a second click leads where the first did.
        let form = PageForm::on(&head, &undo, "/undo").await?;
        for _ in 0..2 {
            assert_eq!(form.send(&head, &[]).await?, (303, format!("{import}?wait=20")));
        }
        assert_eq!(visible(uai).await?.len(), 0);
        Ok(())
    });
}

/// An import that changed nobody ends with the one that made the list as it found it, and with no other.
#[test]
fn an_import_that_was_forgotten_with_another_says_so() {
    run(async {
        let (uai, school) = a_school().await?;
        let table = &product().table;
        let head = a_member(uai, Role::Administrator).await?;
        let ended = async |id: &str| anyhow::Ok(school.get(&format!("/imports/{id}")).await?["ended"].clone());
        let undo = async |id: &str| {
            let undone = table.school(uai).await?.unwrap().roster_version;
            school.post(&format!("/imports/{id}/undo"), &json!({})).await?;
            // The worker writes a version of its own: nothing stands in the school any more of what was undone.
            eventually("what was undone is tidied up", async || {
                let version = table.school(uai).await?.unwrap().roster_version;
                Ok((version > undone).then_some(()))
            })
            .await
        };
        let first = Sample::new(uai, 20, 3);
        let mut other = first.clone();
        other.enrol(20..22);

        imported(&school, first.siecle(UTF_8).bytes).await?;
        let [made, same] =
            [imported(&school, other.siecle(UTF_8).bytes).await?, imported(&school, other.siecle(UTF_8).bytes).await?];
        assert_eq!(ended(&same).await?, json!(null));
        let page = format!("/schools/{uai}/imports/{same}");
        assert!(head.page(&page).await?.contains("La liste a été importée avec succès"));
        undo(&made).await?;
        let told = school.get(&format!("/imports/{same}")).await?;
        let how = (&told["state"], &told["ended"]["how"], &told["ended"]["by"]);
        assert_eq!(how, (&json!("succeeded"), &json!("undone_with"), &told["requested_by"]));
        let shown = head.page(&page).await?;
        assert!(shown.contains("Import annulé avec un autre") && !shown.contains("avec succès"), "{shown}");
        let list = format!("/schools/{uai}/imports");
        let rows = head.get(&list).await?.expect(200)?["imports"].as_array().unwrap().clone();
        let row = rows.iter().find(|row| row["id"] == same.as_str()).expect("the list has it");
        assert_eq!(row["ended"], told["ended"]);
        assert_eq!(
            head.page(&list).await?.matches("Annulé avec un autre").count(),
            1,
            "the one before is undone itself"
        );
        let log = head.page(&format!("/schools/{uai}/audit")).await?;
        assert!(log.contains("Annulé avec un autre"), "the log has the same words: {log}");

        // Another one finds the list from before, and leaves it. What is undone then came after it: what it found is what is seen.
        let found = imported(&school, first.siecle(UTF_8).bytes).await?;
        assert!(table.school(uai).await?.unwrap().unchanged.is_some());
        let more = imported(&school, other.siecle(UTF_8).bytes).await?;
        assert_eq!(school.get(&format!("/imports/{same}")).await?["later"]["import"], json!(more));
        assert_eq!(ended(&same).await?["how"], "undone_with", "whatever came later");
        let shown = head.page(&page).await?;
        let says =
            shown.contains("Import annulé avec un autre") && shown.contains("était redevenue celle d’avant cet autre");
        assert!(says && !shown.contains("avec succès") && !shown.contains("ne peut plus être annulé"), "{shown}");
        assert!(shown.contains("Un autre import a été appliqué depuis"), "{shown}");
        let shown = head.page(&format!("/schools/{uai}/imports/{made}")).await?;
        assert!(shown.contains("était redevenue celle d’avant cet import"), "{shown}");
        undo(&more).await?;
        assert_eq!(ended(&found).await?, json!(null));
        assert_eq!(ended(&same).await?["how"], "undone_with");
        let shown = head.page(&page).await?;
        assert!(shown.contains("est de nouveau celle d’avant cet autre import"), "{shown}");
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
        let shown = product().table.import(uai, id.parse()?).await?.expect("it waits").touched_at;
        school.post(&format!("/imports/{id}/confirm"), &json!({})).await?;
        let asked = school.wait(id).await?;
        assert_eq!((asked.status.as_str(), asked.counts), ("awaiting_confirmation", counts(0, 0, 0, 35, 15)));
        assert_eq!(asked.brake, ["roster_moved", "mass_departure"]);
        // The queue delivers the word once more, late.
        let word = Resume {
            uai,
            id: id.parse()?,
            confirmed: true,
            first_sent_at: None,
            asked_at: Some(shown),
            comes_back_at: None,
        };
        let late = serde_json::to_string(&word)?;
        assert_eq!(worker_with(None)?.handle(&batch([("late", late.as_str())])).await?.batch_item_failures.len(), 0);
        assert_eq!(state_of(uai, word.id).await?, ImportState::AwaitingConfirmation);
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
