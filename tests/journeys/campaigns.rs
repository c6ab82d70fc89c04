//! Campaigns, as programs see them: create, list, archive, follow, export.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use rentree_domain::{CampaignCode, CampaignId, LearnerId, PersonName, name};
use rentree_local::people::enrol;
use rentree_samples::Sample;
use rentree_table::{AuditAction, JoinAttempt, JoinOutcome, Role, User};
use reqwest::Method;
use reqwest::header::CONTENT_DISPOSITION;
use serde_json::{Value, json};

use crate::support::campaigns::{COURSE, PROFILES, Platform, a_campaign, campaigns_of, join};
use crate::support::classes::{a_device, nobody};
use crate::support::forms::PageForm;
use crate::support::people::{Person, a_member, a_team, an_unknown_user};
use crate::support::schools::{a_school_of, class, import, position};
use crate::support::{eventually, product, run};

#[test]
fn a_campaign_begins_and_says_its_code() {
    run(async {
        let (uai, person) = a_team().await?;
        let path = format!("/schools/{uai}/campaigns");
        let courses = person.get(&format!("{path}/new")).await?.expect(200)?["courses"].clone();
        let kinds: HashSet<_> = courses.as_array().unwrap().iter().map(|c| c["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, HashSet::from(["assessment", "profile_collection"]));

        let body = json!({
            "title": "  Profils   de 3e ", "course": PROFILES, "kind": "profile_collection", "message": "Bonjour.\r\nBon courage !",
        });
        let created = person.post(&path, &body).await?.expect(201)?;
        let id: CampaignId = serde_json::from_value(created["id"].clone())?;
        let seen = person.get(&format!("{path}/{id}")).await?.expect(200)?;
        assert_eq!(seen["title"], "Profils de 3e");
        assert_eq!(seen["kind"], "profile_collection");
        assert_eq!(seen["message"], "Bonjour.\nBon courage !");
        assert_eq!(seen["code"], created["code"]);
        assert_eq!(seen["address"], format!("{}/campagnes", product().url));
        assert_eq!(seen["owner"], person.user.full_name());

        // The code leads there, however it is typed.
        let typed = created["code"].as_str().unwrap().to_lowercase();
        let code = CampaignCode::parse(&format!("{} {}", &typed[..4], &typed[4..]))?;
        let found = product().table.place_of_code(&code).await?.unwrap();
        assert_eq!((found.uai, found.campaign), (uai, id));
        let log = product().table.audit_page(uai, None, 10).await?;
        let entry = log.entries.iter().find(|entry| entry.action == AuditAction::CampaignCreated).unwrap();
        assert_eq!(entry.subject.as_deref(), Some("Profils de 3e"));
        let page = person.page(&format!("/schools/{uai}/audit")).await?;
        assert!(page.contains("a créé la campagne Profils de 3e"), "{page}");
        Ok(())
    });
}

#[test]
fn errors_stand_at_their_fields_and_nothing_is_created() {
    run(async {
        let (uai, person) = a_team().await?;
        let path = format!("/schools/{uai}/campaigns");
        for (body, fields) in [
            (json!({}), vec!["title", "course"]),
            (json!({"title": "  ", "course": COURSE}), vec!["title"]),
            (json!({"title": "a".repeat(101), "course": COURSE}), vec!["title"]),
            (json!({"title": "T\u{7}", "course": COURSE}), vec!["title"]),
            (json!({"title": "T", "course": "inconnu"}), vec!["course"]),
            (json!({"title": "T", "course": "../etc"}), vec!["course"]),
            (json!({"title": "T", "course": COURSE, "kind": "profile_collection"}), vec!["course"]),
            (json!({"title": "T", "course": COURSE, "message": "é".repeat(501)}), vec!["message"]),
        ] {
            let answer = person.post(&path, &body).await?;
            assert_eq!((answer.status, answer.code()), (422, "invalid_fields"), "{body}");
            let told: Vec<_> =
                answer.body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
            assert_eq!(told, fields, "{body}");
        }
        assert_eq!(person.post(&path, &json!({"title": "T", "course": COURSE, "kind": "examen"})).await?.status, 400);
        assert_eq!(person.get(&path).await?.expect(200)?["total"], 0);
        Ok(())
    });
}

#[test]
fn lists_are_filtered_and_the_newest_comes_first() {
    run(async {
        let (uai, one) = a_team().await?;
        let other = a_member(uai, Role::Member).await?;
        for (person, title) in [(&one, "Rentrée des 6e"), (&other, "Évaluation des 3e"), (&one, "Évaluation des 6e")]
        {
            a_campaign(uai, person, title).await?;
        }
        let list = async |query: &str| -> anyhow::Result<Vec<String>> {
            let seen = one.get(&format!("/schools/{uai}/campaigns{query}")).await?.expect(200)?;
            let titles = seen["campaigns"].as_array().unwrap().iter().map(|c| c["title"].as_str().unwrap().to_owned());
            Ok(titles.collect())
        };
        assert_eq!(list("").await?, ["Évaluation des 6e", "Évaluation des 3e", "Rentrée des 6e"]);
        assert_eq!(list("?q=evaluation").await?, ["Évaluation des 6e", "Évaluation des 3e"]);
        assert_eq!(list("?q=6E+RENTREE").await?, ["Rentrée des 6e"]);
        assert_eq!(list(&format!("?owner={}", other.id)).await?, ["Évaluation des 3e"]);
        assert_eq!(list(&format!("?owner={}&q=rentree", other.id)).await?, [""; 0]);
        assert_eq!(list("?archived=true").await?, [""; 0]);
        // Another school sees none of them.
        let (elsewhere, stranger) = a_team().await?;
        assert_eq!(stranger.get(&format!("/schools/{elsewhere}/campaigns")).await?.expect(200)?["total"], 0);
        assert_eq!(stranger.get(&format!("/schools/{uai}/campaigns")).await?.status, 404);
        Ok(())
    });
}

/// By date, title or who created them: the same campaigns in each order, which goes along from page to page.
#[test]
fn campaigns_stand_in_the_order_that_is_asked_for() {
    run(async {
        let (uai, dominique) = a_team().await?;
        let user = User { first_name: PersonName::parse("Élise")?, ..an_unknown_user().await? };
        let elise = enrol(&product().table, uai, Role::Member, &user, Timestamp::now()).await?;
        let elise = Person::new(elise, user).await?;
        let path = format!("/schools/{uai}/campaigns");
        let mut titles: Vec<String> = (1..=18).map(|number| format!("Série {number:02}")).collect();
        titles.extend(["École ouverte", "Zéro faute", "ete", "Algèbre"].map(ToOwned::to_owned));
        let mut newest = Vec::new();
        for (place, title) in titles.into_iter().enumerate() {
            let is_elises = place % 3 == 0;
            a_campaign(uai, if is_elises { &elise } else { &dominique }, &title).await?;
            newest.insert(0, (is_elises, title));
        }

        let list = async |order: &str| -> anyhow::Result<Vec<(bool, String)>> {
            let mut rows = Vec::new();
            for page in 1..=2 {
                let seen = dominique.get(&format!("{path}?order={order}&page={page}")).await?.expect(200)?;
                assert_eq!((&seen["order"], &seen["pages"]), (&json!(order), &json!(2)));
                rows.extend(seen["campaigns"].as_array().unwrap().iter().map(|row| {
                    (row["owner"] == json!(elise.user.full_name()), row["title"].as_str().unwrap().to_owned())
                }));
            }
            Ok(rows)
        };
        assert_eq!(list("").await?, newest);
        let mut by_title = newest.clone();
        by_title.sort_by_key(|(_, title)| name::letters(title));
        assert_eq!(list("title").await?, by_title);
        let mut by_owner = by_title.clone();
        by_owner.sort_by_key(|(is_elises, _)| *is_elises);
        assert_eq!(list("owner").await?, by_owner, "Dominique’s, then Élise’s");

        // Beside a filter, and on the page; an order that the list does not have is refused, as by the list of pupils.
        let of_title = dominique.get(&format!("{path}?order=title&q=serie")).await?.expect(200)?;
        assert_eq!((&of_title["found"], &of_title["campaigns"][0]["title"]), (&json!(18), &json!("Série 01")));
        assert_eq!(dominique.get(&format!("{path}?order=joined")).await?.status, 400);
        let page = dominique.page(&format!("{path}?order=title")).await?;
        for shown in [r#"<option value="title" selected>"#, r#"<input type="hidden" name="order" value="title">"#] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        Ok(())
    });
}

/// Both twice; a campaign of another school is none.
#[test]
fn archive_and_restore() {
    run(async {
        let (uai, person) = a_team().await?;
        let id = a_campaign(uai, &person, "Rentrée").await?;
        let path = format!("/schools/{uai}/campaigns/{id}");
        let actions = async || -> anyhow::Result<usize> {
            let log = product().table.audit_page(uai, None, 50).await?.entries;
            let told = [AuditAction::CampaignArchived, AuditAction::CampaignRestored];
            Ok(log.iter().filter(|entry| told.contains(&entry.action)).count())
        };
        for _ in 0..2 {
            assert_eq!(person.post(&format!("{path}/archive"), &json!({})).await?.expect(200)?["archived"], true);
        }
        assert_eq!(actions().await?, 1, "the second time is no change");
        let archived = person.get(&path).await?.expect(200)?["archived_at"].clone();
        assert!(archived.is_string());
        let code = CampaignCode::parse(person.get(&path).await?.expect(200)?["code"].as_str().unwrap())?;
        let found = product().table.place_of_code(&code).await?.unwrap();
        let campaign = product().table.campaign(found.uai, found.campaign).await?.unwrap();
        assert!(campaign.is_archived(), "who joins must be told");
        // The board shows no code that leads nowhere, and leads back.
        let board = person.page(&format!("{path}/board")).await?;
        assert!(board.contains("Campagne archivée</h2>") && board.contains(&format!("href=\"{path}\"")), "{board}");
        for useless in ["class=\"qr\"", "class=\"code\"", code.as_str(), "data-copy", "data-print", "aujourd’hui"] {
            assert!(!board.contains(useless), "{useless}: {board}");
        }
        let list = format!("/schools/{uai}/campaigns");
        assert_eq!(person.get(&list).await?.expect(200)?["total"], 0);
        assert_eq!(person.get(&format!("{list}?archived=true")).await?.expect(200)?["total"], 1);
        // The list does not look as if there had never been any, and leads to where a year's campaigns are made anew.
        let page = person.page(&list).await?;
        assert!(page.contains("Aucune campagne active, 1 archivée<"), "{page}");
        assert!(page.contains(&format!("href=\"/schools/{uai}/new-year\">Changement d’année</a>")), "{page}");

        for _ in 0..2 {
            assert_eq!(person.post(&format!("{path}/restore"), &json!({})).await?.expect(200)?["archived"], false);
        }
        assert_eq!(actions().await?, 2);
        assert_eq!(person.get(&list).await?.expect(200)?["total"], 1);

        let (elsewhere, stranger) = a_team().await?;
        for what in ["", "/archive", "/restore", "/results.csv"] {
            let path = format!("/schools/{elsewhere}/campaigns/{id}{what}");
            let method = if what.is_empty() || what.ends_with("csv") { Method::GET } else { Method::POST };
            let answer = stranger.request(method, &path).json(&json!({})).send().await?;
            assert_eq!(answer.status(), 404, "{path}");
        }
        Ok(())
    });
}

/// Before the first import staff are told that nobody can join, who may import is led there, and a pupil is not asked to correct anything.
#[test]
fn a_campaign_before_the_first_import() {
    run(async {
        let (uai, head) = a_team().await?;
        let teacher = a_member(uai, Role::Member).await?;
        let id = a_campaign(uai, &head, "Rentrée").await?;
        let campaigns = format!("/schools/{uai}/campaigns");
        let (new, campaign) = (format!("{campaigns}/new"), format!("{campaigns}/{id}"));
        let warning = "La liste des élèves est vide</h2>";
        for path in [&new, &campaign] {
            assert_eq!(head.get(path).await?.expect(200)?["has_pupils"], false, "{path}");
            let page = head.page(path).await?;
            assert!(page.contains(warning) && page.contains(">Importez le fichier des élèves</a>"), "{path}: {page}");
            let page = teacher.page(path).await?;
            assert!(page.contains(warning) && page.contains("Un administrateur doit importer"), "{path}: {page}");
        }
        let form = PageForm::on(&head, &new, "/campaigns/new").await?;
        let (status, again) = form.send(&head, &[("title", ""), ("course", COURSE)]).await?;
        assert!(status == 422 && again.contains(warning), "{status}: {again}");

        let board = format!("{campaign}/board");
        assert!(teacher.page(&board).await?.contains("La liste des élèves est vide"));
        let code = head.get(&campaign).await?.expect(200)?["code"].as_str().unwrap().to_owned();
        let told = a_device().post(&format!("/campagnes/{code}/identity"), &nobody()).await?;
        let detail = told.body["detail"].as_str().unwrap();
        assert_eq!((told.status, told.code()), (422, "not_a_pupil"));
        assert!(detail.contains("n’a pas encore sa liste d’élèves") && !detail.contains("Corrigez"), "{detail}");

        import(uai, &Sample::new(uai, 3, 7_433)).await?;
        for path in [&new, &campaign] {
            assert_eq!(head.get(path).await?.expect(200)?["has_pupils"], true, "{path}");
            assert!(!head.page(path).await?.contains(warning), "{path}");
        }
        assert!(!teacher.page(&board).await?.contains("La liste des élèves est vide"));
        let told = a_device().post(&format!("/campagnes/{code}/identity"), &nobody()).await?;
        assert!(told.body["detail"].as_str().unwrap().contains("Corrigez-les"), "{}", told.body);

        // Undone, and tidied up after, there is no list again.
        let (only, _) = &product().table.recent_imports(uai).await?[0];
        head.post(&format!("/schools/{uai}/imports/{only}/undo"), &json!({})).await?.expect(200)?;
        eventually("what was undone is tidied up", async || {
            let school = product().table.school(uai).await?.unwrap();
            Ok((school.roster_version == school.fence).then_some(()))
        })
        .await?;
        let told = a_device().post(&format!("/campagnes/{code}/identity"), &nobody()).await?;
        assert!(told.body["detail"].as_str().unwrap().contains("n’a pas encore sa liste"), "{}", told.body);
        Ok(())
    });
}

fn class_of<'a>(seen: &'a Value, division: &str) -> &'a Value {
    seen["classes"].as_array().unwrap().iter().find(|class| class["division"] == division).unwrap()
}

/// Joined, started, sent; then one leaves, one changes class, one comes.
#[test]
fn follow_up_counts_by_class_also_who_left() {
    run(async {
        let (uai, person, mut sample) = a_school_of(&[("6A", 6), ("6B", 4)], 31).await?;
        let id = a_campaign(uai, &person, "Rentrée").await?;
        let (a, b) = (class(uai, "6A").await?, class(uai, "6B").await?);
        join(uai, id, &a[..4]).await?;
        join(uai, id, &b[..1]).await?;
        let platform = Platform::real()?;
        for pupil in &a[..3] {
            assert_eq!(platform.started(id, pupil.id).await?.0, 200);
        }
        for (pupil, score) in a[..2].iter().zip([50, 81]) {
            assert_eq!(platform.sent(id, pupil.id, score).await?.0, 200);
        }
        let path = format!("/schools/{uai}/campaigns/{id}");
        let seen = person.get(&path).await?.expect(200)?;
        let six = json!({"division": "6A", "enrolled": 6, "left": 0, "joined": 4, "started": 3, "sent": 2, "mean_score": 66, "certifiable": 0});
        assert_eq!(class_of(&seen, "6A"), &six);
        let total = json!({"enrolled": 10, "left": 0, "joined": 5, "started": 3, "sent": 2, "mean_score": 66, "certifiable": 0});
        assert_eq!(seen["total"], total);
        assert_eq!(class_of(&seen, "6B")["mean_score"], Value::Null);

        // Who has sent leaves; who has not joined leaves; who has joined changes class; somebody comes.
        let moved = position(&sample, &b[0]);
        sample.pupils[moved].division = "6A".to_owned();
        let gone = [position(&sample, &a[0]), position(&sample, &a[5])];
        let mut number = 0;
        sample.pupils.retain(|_| {
            number += 1;
            !gone.contains(&(number - 1))
        });
        sample.enrol(100..101);
        sample.pupils.last_mut().unwrap().division = "6C".to_owned();
        import(uai, &sample).await?;
        let seen = person.get(&path).await?.expect(200)?;
        let six = json!({"division": "6A", "enrolled": 5, "left": 1, "joined": 5, "started": 3, "sent": 2, "mean_score": 66, "certifiable": 0});
        assert_eq!(class_of(&seen, "6A"), &six);
        assert_eq!(class_of(&seen, "6C")["enrolled"], 1);
        assert_eq!(seen["total"]["enrolled"], 9);
        let left: Vec<_> = seen["pupils"].as_array().unwrap().iter().filter(|row| row["left"] == true).collect();
        assert_eq!(left.len(), 1, "who had not joined is nobody here any more");
        assert_eq!((left[0]["id"].clone(), left[0]["score"].clone()), (json!(a[0].id), json!(50)));

        // By class and state.
        let filtered = async |query: &str| -> anyhow::Result<Value> {
            Ok(person.get(&format!("{path}?{query}")).await?.expect(200)?["found"].clone())
        };
        assert_eq!(filtered("division=6A&state=sent").await?, 2);
        assert_eq!(filtered("state=not_joined").await?, 5);
        assert_eq!(filtered("division=6B").await?, 3);
        assert_eq!(filtered("state=joined").await?, 2);
        assert_eq!(filtered("state=started").await?, 1);
        // A pupil whom no file tells of.
        let unknown = LearnerId::new(Timestamp::now(), [9; 10]);
        product().table.begin_participation(uai, id, (unknown, "6A"), Timestamp::now()).await?;
        assert_eq!(person.get(&path).await?.expect(200)?["unlisted"], 1);
        Ok(())
    });
}

/// By name, class or state: the same pupils in each order, which goes along from page to page.
#[test]
fn pupils_of_a_campaign_stand_in_the_order_that_is_asked_for() {
    run(async {
        let (uai, person, _) = a_school_of(&[("6B", 30), ("6A", 25)], 7_451).await?;
        let id = a_campaign(uai, &person, "Rentrée").await?;
        let (a, b) = (class(uai, "6A").await?, class(uai, "6B").await?);
        join(uai, id, &a[..6]).await?;
        join(uai, id, &b[..6]).await?;
        let platform = Platform::real()?;
        for pupil in a[..4].iter().chain(&b[..4]) {
            assert_eq!(platform.started(id, pupil.id).await?.0, 200);
        }
        for pupil in a[..2].iter().chain(&b[..2]) {
            assert_eq!(platform.sent(id, pupil.id, 50).await?.0, 200);
        }

        let path = format!("/schools/{uai}/campaigns/{id}");
        let list = async |order: &str| -> anyhow::Result<Vec<(String, String, Value)>> {
            let mut rows = Vec::new();
            for page in 1..=2 {
                let seen = person.get(&format!("{path}?order={order}&page={page}")).await?.expect(200)?;
                assert_eq!((&seen["order"], &seen["pages"]), (&json!(order), &json!(2)));
                rows.extend(seen["pupils"].as_array().unwrap().iter().map(|row| {
                    let text = |name: &str| row[name].as_str().unwrap().to_owned();
                    (text("division"), text("state"), row["id"].clone())
                }));
            }
            Ok(rows)
        };
        let by_name = list("").await?;
        let listed = person.get(&format!("/schools/{uai}/learners?size=100")).await?.expect(200)?;
        let ids: Vec<&Value> = listed["learners"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
        assert_eq!(by_name.iter().map(|(_, _, id)| id).collect::<Vec<_>>(), ids, "as in the list of pupils");
        let mut by_class = by_name.clone();
        by_class.sort_by_key(|(division, _, _)| division.clone());
        assert_eq!(list("division").await?, by_class);
        let states = ["not_joined", "joined", "started", "sent"];
        let mut by_state = by_name.clone();
        by_state.sort_by_key(|(_, state, _)| states.iter().position(|one| one == state));
        assert_eq!(list("state").await?, by_state, "who has not begun comes first");

        // Beside a filter, and on the page; an order that the list does not have is refused, as by the list of pupils.
        let of_class = person.get(&format!("{path}?order=state&division=6B")).await?.expect(200)?;
        assert_eq!((&of_class["found"], &of_class["pupils"][29]["state"]), (&json!(30), &json!("sent")));
        assert_eq!(person.get(&format!("{path}?order=title")).await?.status, 400);
        let page = person.page(&format!("{path}?order=state")).await?;
        for shown in [r#"<option value="state" selected>"#, r#"<input type="hidden" name="order" value="state">"#] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        // Three fields stand on a phone, too.
        let page = person.page(&path).await?;
        assert!(page.contains("<form class=\"filter\"") && !page.contains("class=\"fold\""), "{page}");
        Ok(())
    });
}

#[test]
fn participations_begin_once_and_are_found_by_pupil() {
    run(async {
        let (uai, person, _) = a_school_of(&[("6A", 2)], 32).await?;
        let (one, other) = (a_campaign(uai, &person, "Une").await?, a_campaign(uai, &person, "Autre").await?);
        let pupil = class(uai, "6A").await?[0].id;
        let (table, of) = (&product().table, (pupil, "6A"));
        let first = Timestamp::now();
        assert!(table.begin_participation(uai, one, of, first).await?);
        assert!(!table.begin_participation(uai, one, (pupil, "5A"), first + SignedDuration::from_hours(1)).await?);
        assert!(table.begin_participation(uai, other, of, first).await?);
        let part = table.participation(one, pupil).await?.unwrap();
        assert_eq!((part.joined_at, part.division.as_deref()), (first, Some("6A")));
        let found: HashSet<_> = table.participations_of(pupil).await?.into_iter().map(|(id, _)| id).collect();
        assert_eq!(found, HashSet::from([one, other]));
        assert_eq!(table.participations(one).await?.len(), 1);
        Ok(())
    });
}

#[test]
fn failed_tries_are_shown_for_thirty_days() {
    run(async {
        let (uai, person, _) = a_school_of(&[("6A", 2)], 33).await?;
        let id = a_campaign(uai, &person, "Rentrée").await?;
        let pupil = class(uai, "6A").await?[0].clone();
        let now = Timestamp::now();
        for (hours, outcome, learner) in [
            (31 * 24, JoinOutcome::Nobody, None),
            (2, JoinOutcome::Several, None),
            (1, JoinOutcome::TiedElsewhere, Some(pupil.id)),
            (0, JoinOutcome::Limited, None),
        ] {
            let at = now - SignedDuration::from_hours(hours);
            let attempt = JoinAttempt::new(at, rentree_runtime::random(), outcome, learner);
            product().table.note_join_attempt(id, &attempt).await?;
        }
        let seen = person.get(&format!("/schools/{uai}/campaigns/{id}")).await?.expect(200)?;
        let outcomes: Vec<_> =
            seen["attempts"].as_array().unwrap().iter().map(|a| a["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["limited", "tied_elsewhere", "several"]);
        assert_eq!(seen["attempts"][1]["pupil"], pupil.entry.full_name());
        assert_eq!(product().table.join_attempts(id, 2).await?.len(), 2);

        // What four say alike is one line for people.
        for _ in 0..4 {
            let attempt = JoinAttempt::new(now, rentree_runtime::random(), JoinOutcome::Nobody, None);
            product().table.note_join_attempt(id, &attempt).await?;
        }
        let page = person.page(&format!("/schools/{uai}/campaigns/{id}")).await?;
        assert_eq!(page.matches("n’a ces nom, prénom et date de naissance").count(), 1, "{page}");
        assert!(page.contains("\u{a0}: 4 essais</strong>") && page.contains("(7)</summary>"), "{page}");
        Ok(())
    });
}

#[test]
fn results_open_in_a_spreadsheet_and_run_nothing() {
    run(async {
        let (uai, person, mut sample) = a_school_of(&[("6A", 3)], 34).await?;
        let spoilt = "=HYPERLINK(\"https://evil.example\")";
        sample.pupils[0].division = "-1+1".to_owned();
        sample.pupils[1].division = "6E1".to_owned();
        import(uai, &sample).await?;
        let id = a_campaign(uai, &person, spoilt).await?;
        let pupils = class(uai, "6A").await?;
        join(uai, id, &pupils).await?;
        assert_eq!(Platform::real()?.sent(id, pupils[0].id, 100).await?.0, 200);

        let path = format!("/schools/{uai}/campaigns/{id}/results.csv");
        let answer = person.request(Method::GET, &path).send().await?;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
        let name = answer.headers()[CONTENT_DISPOSITION].to_str()?.to_owned();
        assert!(name.starts_with("attachment; filename=\"campagne-") && name.ends_with(".csv\""), "{name}");
        let bytes = answer.bytes().await?;
        let text = std::str::from_utf8(&bytes)?.strip_prefix('\u{FEFF}').expect("a byte order mark");
        assert_eq!(text.matches("\r\n").count(), 4, "one line each, ended as spreadsheets do: {text}");
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
        assert_eq!(&reader.headers()?[5], "Avancement");
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>()?;
        assert_eq!(rows.len(), 3);
        let mut classes: Vec<_> = rows.iter().map(|row| row[1].to_owned()).collect();
        classes.sort();
        assert_eq!(classes, ["'-1+1", "6A", "=\"6E1\""], "a class is text, and stays as it is");
        let others = rows.iter().flatten().filter(|cell| *cell != "=\"6E1\"");
        assert!(others.clone().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{text}");
        assert_eq!(&rows[0][0], format!("'{spoilt}"));
        let sent = rows.iter().find(|row| &row[5] == "A envoyé").unwrap();
        assert_eq!((&sent[2], &sent[9]), (pupils[0].entry.last_name.as_str(), "100"));
        let day = rentree_domain::paris::date(Timestamp::now()).strftime("%d/%m/%Y").to_string();
        assert!(sent[8].starts_with(&day) && sent[8].len() == 16, "{}", &sent[8]);
        Ok(())
    });
}

#[test]
fn no_code_is_given_twice() {
    run(async {
        let (uai, person) = a_team().await?;
        for number in 0..50 {
            a_campaign(uai, &person, &format!("Campagne {number}")).await?;
        }
        let campaigns = campaigns_of(uai).await?;
        let codes: HashSet<_> = campaigns.iter().map(|(_, campaign)| campaign.code.clone()).collect();
        assert_eq!(codes.len(), 50);

        // A code that is taken is told, and leaves no campaign behind.
        let (_, campaign) = &campaigns[0];
        let now = Timestamp::now();
        let other = CampaignId::new(now, rentree_runtime::random());
        let entry = rentree_table::AuditEntry::new(
            now,
            rentree_runtime::random(),
            person.id,
            "Test",
            AuditAction::CampaignCreated,
        );
        let told = product().table.create_campaign(uai, other, campaign, &entry).await;
        assert!(matches!(told, Err(rentree_table::CampaignError::CodeTaken)), "{told:?}");
        assert_eq!(product().table.campaign(uai, other).await?, None);
        Ok(())
    });
}
