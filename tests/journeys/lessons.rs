//! Joining that is bound to lessons, and new codes, by a clock that is moved by hand.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::limit::NEW_CODES_BY_CAMPAIGN;
use rentree_table::{AuditAction, Role};
use serde_json::{Value, json};

use crate::support::classes::{Class, a_campaign, a_class, a_device, a_first_name, nobody, step};
use crate::support::clock::HandClock;
use crate::support::forms::PageForm;
use crate::support::people::{Person, a_member, a_team};
use crate::support::{product, run, run_by, run_while_time_stands_still};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn of_staff(class: &Class, what: &str) -> String {
    format!("/schools/{}/campaigns/{}{what}", class.uai, class.campaign)
}

/// A member of the team, who binds the campaign to lessons.
async fn bound(class: &Class) -> anyhow::Result<Person> {
    let staff = a_member(class.uai, Role::Member).await?;
    let bound = staff.post(&of_staff(class, "/joining"), &json!({"only_in_lessons": true})).await?.expect(200)?;
    anyhow::ensure!(bound["only_in_lessons"] == true, "{bound}");
    Ok(staff)
}

/// When the lesson ends, after something was done with it.
async fn lesson(class: &Class, staff: &Person, body: Value) -> anyhow::Result<Option<Timestamp>> {
    let done = staff.post(&of_staff(class, "/lesson"), &body).await?.expect(200)?;
    Ok(serde_json::from_value(done["lesson_until"].clone())?)
}

/// How often each of `actions` stands in the log of the school.
async fn logged<const N: usize>(class: &Class, actions: [AuditAction; N]) -> anyhow::Result<[usize; N]> {
    let log = product().table.audit_page(class.uai, None, 100).await?.entries;
    Ok(actions.map(|action| log.iter().filter(|entry| entry.action == action).count()))
}

async fn three_pupils() -> anyhow::Result<Class> {
    let [one, other, third] = ["Maud", "Nils", "Ona"].map(a_first_name);
    a_class(&[(&one, "ROUX", "10/03/2014"), (&other, "BLANC", "11/03/2014"), (&third, "VERT", "12/03/2014")]).await
}

/// Outside of a lesson nobody learns who is in the school, nothing is counted, and who has joined goes on.
#[test]
fn outside_of_a_lesson_nobody_joins_and_who_has_joined_goes_on() {
    run_while_time_stands_still(async {
        let class = three_pupils().await?;
        let mut joined = a_device();
        joined.create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        let staff = bound(&class).await?;

        let mut device = a_device();
        let page = device.get(&class.path("")).await?.expect(200)?;
        assert_eq!((step(&page), &page["title"]), ("outside_lesson", &json!("Évaluation de rentrée")));
        let mut told = Vec::new();
        for identity in [class.identity(1), class.identity(0), nobody()] {
            for answer in [device.tell(&class, &identity).await?, device.create(&class, &identity, &json!({})).await?] {
                assert_eq!((answer.status, answer.code()), (409, "outside_lesson"), "{}", answer.body);
                told.push(answer.body["detail"].clone());
            }
        }
        told.dedup();
        assert_eq!(told.len(), 1, "the same, whoever is meant: {told:?}");
        // Far more than a pupil may be guessed at: none of them counts.
        for _ in 0..15 {
            let mut wrong = class.identity(1);
            wrong["birth_date"] = "13/03/2014".into();
            assert_eq!(device.tell(&class, &wrong).await?.code(), "outside_lesson");
        }
        assert!(product().table.join_attempts(class.campaign, 20).await?.is_empty());

        let board = staff.get(&of_staff(&class, "/board")).await?.expect(200)?;
        assert_eq!((&board["waits_for_a_lesson"], &board["closed"]), (&json!(true), &Value::Null));

        let page = joined.get(&class.path("")).await?.expect(200)?;
        assert_eq!((step(&page), page["resume"].is_string()), ("joined", true));
        assert_eq!(step(&joined.post(&class.path(""), &json!({})).await?.expect(200)?), "joined");

        // A pupil with an account, who has not joined this campaign, waits, too.
        let (campaign, code) = a_campaign(class.uai).await?;
        let bound = json!({"only_in_lessons": true});
        staff.post(&format!("/schools/{}/campaigns/{campaign}/joining", class.uai), &bound).await?.expect(200)?;
        let path = format!("/campagnes/{code}");
        assert_eq!(step(&joined.get(&path).await?.expect(200)?), "outside_lesson");
        assert_eq!(joined.post(&path, &json!({})).await?.code(), "outside_lesson");
        assert!(product().table.participations(campaign).await?.is_empty());

        // Opened from the board, which tells until when, to whoever hears it, too; later it tells what is so then.
        let board = of_staff(&class, "/board");
        let (status, led) = PageForm::on(&staff, &board, "/lesson").await?.send(&staff, &[("act", "open")]).await?;
        assert_eq!((status, &led), (303, &format!("{board}?done=lesson")));
        let told = r#"role="status"><p>La séance est ouverte jusqu’au "#;
        let page = staff.page(&led).await?;
        assert!(page.contains(told) && !page.contains("Aucune séance n’est ouverte"), "{page}");
        assert!(!staff.page(&board).await?.contains(told), "nothing was just done");
        lesson(&class, &staff, json!({"act": "end"})).await?;
        let page = staff.page(&led).await?;
        assert!(!page.contains(told) && page.contains("Aucune séance n’est ouverte"), "{page}");
        lesson(&class, &staff, json!({"act": "open"})).await?;
        assert_eq!(staff.get(&board).await?.expect(200)?["waits_for_a_lesson"], false);
        device.create(&class, &class.identity(1), &json!({})).await?.expect(201)?;
        Ok(())
    });
}

#[test]
fn a_lesson_is_open_for_two_hours_and_prolonged() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let class = three_pupils().await?;
        let staff = bound(&class).await?;
        let began = CLOCK.now();
        let later = |since: SignedDuration| Some(began + since);
        assert_eq!(lesson(&class, &staff, json!({"act": "open"})).await?, later(HOUR * 2));
        assert_eq!(lesson(&class, &staff, json!({"act": "open"})).await?, later(HOUR * 2), "a second click");
        let seen = staff.get(&of_staff(&class, "")).await?.expect(200)?;
        assert_eq!((&seen["only_in_lessons"], &seen["lesson_until"]), (&json!(true), &json!(later(HOUR * 2))));

        CLOCK.set(HOUR * 2 - SignedDuration::from_millis(1));
        staff.get("/account").await?.expect(200)?;
        a_device().create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        CLOCK.set(HOUR * 2);
        assert_eq!(a_device().tell(&class, &class.identity(1)).await?.code(), "outside_lesson");
        let over = staff.post(&of_staff(&class, "/lesson"), &json!({"act": "prolong"})).await?;
        assert_eq!((over.status, over.code()), (409, "too_late"));

        assert_eq!(lesson(&class, &staff, json!({"act": "open"})).await?, later(HOUR * 4));
        CLOCK.set(HOUR * 3);
        let prolong = json!({"act": "prolong", "until": later(HOUR * 4)});
        assert_eq!(lesson(&class, &staff, prolong.clone()).await?, later(HOUR * 6));
        assert_eq!(lesson(&class, &staff, prolong).await?, later(HOUR * 6), "a second click");
        assert_eq!(
            lesson(&class, &staff, json!({"act": "prolong"})).await?,
            later(HOUR * 7),
            "four hours ahead at most"
        );
        a_device().create(&class, &class.identity(1), &json!({})).await?.expect(201)?;

        assert_eq!(lesson(&class, &staff, json!({"act": "end"})).await?, None);
        assert_eq!(lesson(&class, &staff, json!({"act": "end"})).await?, None);
        assert_eq!(a_device().tell(&class, &class.identity(2)).await?.code(), "outside_lesson");
        let told = [AuditAction::LessonOpened, AuditAction::LessonProlonged, AuditAction::LessonEnded];
        assert_eq!(logged(&class, told).await?, [2, 2, 1]);

        let freed = staff.post(&of_staff(&class, "/joining"), &json!({"only_in_lessons": false})).await?.expect(200)?;
        assert_eq!(freed["only_in_lessons"], false);
        a_device().create(&class, &class.identity(2), &json!({})).await?.expect(201)?;
        let told = [AuditAction::CampaignBoundToLessons, AuditAction::CampaignFreedOfLessons];
        assert_eq!(logged(&class, told).await?, [1, 1]);
        Ok(())
    });
}

/// Where staff arrive, and in the list, who looks sees that a lesson is under way, and until when.
#[test]
fn a_lesson_under_way_is_told_where_staff_look() {
    run_while_time_stands_still(async {
        let class = three_pupils().await?;
        let staff = bound(&class).await?;
        let space = format!("/schools/{}", class.uai);
        let list = format!("{space}/campaigns");
        for act in ["open", "end"] {
            let until = lesson(&class, &staff, json!({ "act": act })).await?;
            assert_eq!(until.is_some(), act == "open");
            for page in [&space, &list] {
                let seen = staff.get(page).await?.expect(200)?;
                assert_eq!(seen["campaigns"][0]["lesson_until"], json!(until), "{page}");
                let text = staff.page(page).await?;
                assert_eq!(text.contains(">Séance ouverte jusqu’à "), until.is_some(), "{text}");
            }
            let board = of_staff(&class, "/board");
            assert_eq!(staff.get(&board).await?.expect(200)?["lesson_until"], json!(until));
            let text = staff.page(&board).await?;
            assert_eq!(text.contains(">Séance ouverte jusqu’à "), until.is_some(), "{text}");
        }
        Ok(())
    });
}

#[test]
fn a_campaign_may_begin_bound_to_lessons() {
    run(async {
        let (uai, person) = a_team().await?;
        let campaigns = format!("/schools/{uai}/campaigns");
        let body = json!({"title": "En classe", "course": "competences-numeriques-6e", "only_in_lessons": true});
        let created = person.post(&campaigns, &body).await?.expect(201)?;
        let code = created["code"].as_str().unwrap();
        assert_eq!(step(&a_device().get(&format!("/campagnes/{code}")).await?.expect(200)?), "outside_lesson");
        // Closed, there is no lesson to open; and another school's staff does nothing here.
        let path = format!("{campaigns}/{}", created["id"].as_str().unwrap());
        let (_, stranger) = a_team().await?;
        let todo = [
            ("/lesson", json!({"act": "open"})),
            ("/joining", json!({"only_in_lessons": false})),
            ("/code", json!({})),
        ];
        for (what, body) in &todo {
            assert_eq!(stranger.post(&format!("{path}{what}"), body).await?.status, 404, "{what}");
        }
        person.post(&format!("{path}/archive"), &json!({})).await?.expect(200)?;
        for (what, body) in [&todo[0], &todo[2]] {
            let answer = person.post(&format!("{path}{what}"), body).await?;
            assert_eq!((answer.status, answer.code()), (409, "too_late"), "{what}");
        }
        Ok(())
    });
}

#[test]
fn a_new_code_ends_the_former_and_who_has_joined_goes_on() {
    run_while_time_stands_still(async {
        let class = three_pupils().await?;
        let staff = a_member(class.uai, Role::Member).await?;
        let (mut joined, mut other) = (a_device(), a_device());
        joined.create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        let (elsewhere, second) = (class.path(""), a_campaign(class.uai).await?.1);

        let replaced = staff.post(&of_staff(&class, "/code"), &json!({"code": class.code})).await?.expect(200)?;
        let code = replaced["code"].as_str().unwrap().to_owned();
        assert_ne!(code, class.code.as_str());
        let again = staff.post(&of_staff(&class, "/code"), &json!({"code": class.code})).await?.expect(200)?;
        assert_eq!(again["code"], code, "a second click");
        assert_eq!(logged(&class, [AuditAction::CampaignCodeReplaced]).await?, [1]);

        for answer in [
            other.get(&elsewhere).await?,
            other.post("/campagnes", &json!({"code": class.code})).await?,
            other.tell(&class, &class.identity(1)).await?,
            other.create(&class, &class.identity(1), &json!({})).await?,
        ] {
            assert_eq!((answer.status, answer.code()), (410, "code_replaced"), "{}", answer.body);
        }
        // Signed in, and not in this campaign: the same.
        let (first, body) = (class.identity(1), json!({"password": "Velours8"}));
        let mut fields = first.clone();
        fields["password"] = body["password"].clone();
        other.post(&format!("/campagnes/{second}/account"), &fields).await?.expect(201)?;
        assert_eq!(other.get(&elsewhere).await?.code(), "code_replaced");
        assert_eq!(other.post(&elsewhere, &json!({})).await?.code(), "code_replaced");

        let page = joined.get(&elsewhere).await?.expect(200)?;
        assert_eq!((step(&page), &page["code"]), ("joined", &json!(code)));
        let own = joined.get("/mes-campagnes").await?.expect(200)?;
        assert_eq!(own["campaigns"][0]["code"], code);
        assert_eq!(step(&other.post(&format!("/campagnes/{code}"), &json!({})).await?.expect(200)?), "joined");

        for _ in 2..=NEW_CODES_BY_CAMPAIGN.count {
            staff.post(&of_staff(&class, "/code"), &json!({})).await?.expect(200)?;
        }
        let refused = staff.post(&of_staff(&class, "/code"), &json!({})).await?;
        assert_eq!((refused.status, refused.code()), (429, "too_many"));
        Ok(())
    });
}
