//! Personal codes: staff give one, the pupil types it in place of names and birth date, once, within a day.

use jiff::Timestamp;
use rentree_domain::limit::IDENTITIES_BY_CLIENT;
use rentree_domain::{LearnerId, PersonalCode};
use rentree_table::{AuditAction, AuditEntry, CodeShown, JoinOutcome, Role};
use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use crate::support::classes::{Class, Device, a_class, a_device, a_first_name, step};
use crate::support::forms::PageForm;
use crate::support::people::{Person, a_client, a_member, a_team};
use crate::support::{join_all, product, run, run_while_time_stands_still};

async fn give(class: &Class, staff: &Person, learner: LearnerId) -> anyhow::Result<Value> {
    let path = format!("/schools/{}/learners/{learner}/personal-code", class.uai);
    staff.post(&path, &json!({})).await?.expect(200)
}

fn by_code(code: &Value) -> Value {
    json!({"personal_code": code})
}

/// The pupils of one name, in the order of their identifiers.
async fn homonyms(class: &Class, first_name: &str) -> anyhow::Result<Vec<LearnerId>> {
    let roster = product().table.roster(class.uai).await?.expect("a school");
    let of_name = roster.learners.into_iter().filter(|learner| learner.entry.first_name == first_name);
    let mut ids: Vec<_> = of_name.map(|learner| learner.id).collect();
    ids.sort_unstable();
    Ok(ids)
}

#[test]
fn homonyms_get_in_by_a_code() {
    run(async {
        let lea = a_first_name("Léa");
        let class = a_class(&[(&lea, "MARTIN", "12/05/2013"), (&lea, "MARTIN", "12/05/2013")]).await?;
        let told = a_device().tell(&class, &class.identity(0)).await?;
        assert_eq!((told.status, told.code()), (422, "not_a_pupil"));
        assert!(told.body["detail"].as_str().unwrap().contains("code personnel"), "{}", told.body);

        let (staff, administrator) =
            (a_member(class.uai, Role::Member).await?, a_member(class.uai, Role::Administrator).await?);
        let ids = homonyms(&class, &lea).await?;
        let mut names = Vec::new();
        for id in &ids {
            let page = staff.get(&format!("/schools/{}/learners/{id}", class.uai)).await?.expect(200)?;
            assert_eq!(page["actions"]["give_personal_code"], true);
            let given = give(&class, &staff, *id).await?;
            let code = given["personal_code"].as_str().unwrap();
            assert!(PersonalCode::parse(code).is_ok() && code.len() == 18, "{code}");
            let mut device = a_device();
            let typed = json!({"personal_code": format!(" {} ", code.to_uppercase().replace('-', " "))});
            let told = device.tell(&class, &typed).await?.expect(200)?;
            assert_eq!(step(&told), "new_account");
            // Looking uses nothing up.
            let joined = device.create(&class, &typed, &json!({"user_name": told["user_name"]})).await?.expect(201)?;
            names.push(joined["user_name"].as_str().unwrap().to_owned());
            let user = product().table.learner(class.uai, *id).await?.unwrap().user;
            assert!(user.is_some(), "the one whom the code was given to");
            // Once.
            let again = a_device().tell(&class, &typed).await?.expect(200)?;
            assert_eq!(step(&again), "has_account", "it makes no second account");
            assert_eq!(
                a_device().create(&class, &typed, &json!({"password": "Cerises9"})).await?.code(),
                "has_account"
            );
        }
        names.dedup();
        assert_eq!((names.len(), class.joined().await?.len()), (2, 2));
        // In the log, by identifier.
        let log = administrator.get(&format!("/schools/{}/audit", class.uai)).await?.expect(200)?;
        let told: Vec<_> =
            log["entries"].as_array().unwrap().iter().filter(|e| e["action"] == "personal_code_given").collect();
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|entry| ids.contains(&serde_json::from_value(entry["learner"].clone()).unwrap())));
        assert!(!log.to_string().contains(&lea), "{log}");
        Ok(())
    });
}

/// A page that is sent again, as a phone does that was asleep, shows the code that it showed; another page shows another.
#[test]
fn a_page_that_is_sent_again_shows_the_same_code() {
    run(async {
        let lea = a_first_name("Léa");
        let class = a_class(&[(&lea, "MARTIN", "12/05/2013")]).await?;
        let staff = a_member(class.uai, Role::Member).await?;
        let page = format!("/schools/{}/learners/{}", class.uai, class.pupil(&lea).await?.id);
        let (status, text) = PageForm::on(&staff, &page, "/personal-code").await?.send(&staff, &[]).await?;
        assert!(status == 200 && text.contains("Donner un autre code</button>"), "{status}: {text}");
        let shown = async || {
            let form = json!({ "once": staff.get(&page).await?.expect(200)?["once"] });
            let sent = async || {
                let given = staff.post(&format!("{page}/personal-code"), &form).await?.expect(200)?;
                anyhow::Ok(given["personal_code"].clone())
            };
            let [first, again] = [sent().await?, sent().await?];
            assert_eq!(first, again);
            anyhow::Ok(first)
        };
        let form = json!({ "once": staff.get(&page).await?.expect(200)?["once"] });
        let former = staff.post(&format!("{page}/personal-code"), &form).await?.expect(200)?["personal_code"].clone();
        let code = shown().await?;
        assert_ne!(former, code);
        // What another one replaced is not given again.
        let again = staff.post(&format!("{page}/personal-code"), &form).await?.expect(200)?["personal_code"].clone();
        assert!(again != former && again != code);
        assert_eq!(a_device().tell(&class, &by_code(&code)).await?.code(), "not_a_pupil");
        let code = again;
        assert_eq!(step(&a_device().tell(&class, &by_code(&code)).await?.expect(200)?), "new_account");
        Ok(())
    });
}

/// Sign-in codes look alike and go elsewhere: the two pages have two examples, so that nobody takes one for the other.
#[test]
fn each_kind_of_code_has_an_example_of_its_own() {
    run(async {
        let class = a_class(&[(&a_first_name("Léa"), "MARTIN", "12/05/2013")]).await?;
        let (personal, to_sign_in) = ("nadu\u{2011}reka\u{2011}veta\u{2011}473", "mave-tuza-dune-586");
        for (path, its, other) in
            [(class.path(""), personal, to_sign_in), ("/code".to_owned(), to_sign_in, "nadu-reka-veta-473")]
        {
            let page = a_client().get(format!("{}{path}", product().url)).header(ACCEPT, "text/html");
            let page = page.send().await?.text().await?;
            assert!(page.contains(its) && !page.contains(other), "{path}: {page}");
        }
        Ok(())
    });
}

/// Tied already, gone, of another school: no code.
#[test]
fn who_gets_no_code() {
    run(async {
        let (one, gone) = (a_first_name("Lola"), a_first_name("Paul"));
        let mut class = a_class(&[(&one, "VERT", "10/03/2014"), (&gone, "VERT", "11/03/2014")]).await?;
        let staff = a_member(class.uai, Role::Member).await?;
        a_device().create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        let of = |id: LearnerId| format!("/schools/{}/learners/{id}/personal-code", class.uai);
        let (tied, left) = (class.pupil(&one).await?.id, class.pupil(&gone).await?.id);
        let refused = staff.post(&of(tied), &json!({})).await?;
        assert_eq!((refused.status, refused.code()), (409, "too_late"), "{}", refused.body);
        let (_, stranger) = a_team().await?;
        assert_eq!(stranger.post(&of(left), &json!({})).await?.status, 404);
        // A code of somebody who leaves opens nothing.
        let given = give(&class, &staff, left).await?;
        let path = of(left);
        class.sample.pupils.remove(1);
        class.import().await?;
        assert_eq!(staff.post(&path, &json!({})).await?.code(), "too_late");
        assert_eq!(a_device().tell(&class, &by_code(&given["personal_code"])).await?.code(), "not_a_pupil");
        Ok(())
    });
}

/// Another code ends the one before; a day ends both; a code of one school is none of another; nor is one that nobody gave.
#[test]
fn codes_that_do_not_hold() {
    run(async {
        let name = a_first_name("Nour");
        let class = a_class(&[(&name, "LUNE", "10/03/2014")]).await?;
        let staff = a_member(class.uai, Role::Member).await?;
        let id = class.pupil(&name).await?.id;
        let former = give(&class, &staff, id).await?;
        let latter = give(&class, &staff, id).await?;
        let other = class.of_another_school().await?;
        let mut device = a_device();
        for (class, code) in
            [(&class, &former), (&other, &latter), (&class, &json!({"personal_code": "nadu-reka-veta-473"}))]
        {
            for answer in [
                device.tell(class, &by_code(&code["personal_code"])).await?,
                device.create(class, &by_code(&code["personal_code"]), &json!({})).await?,
            ] {
                assert_eq!((answer.status, answer.code()), (422, "not_a_pupil"), "{}", answer.body);
                assert!(answer.body["detail"].as_str().unwrap().contains("Ce code personnel n’est pas valable"));
            }
        }
        let misspelt = device.tell(&class, &json!({"personal_code": "nadu"})).await?;
        assert_eq!(
            (misspelt.code(), &misspelt.body["errors"][0]["field"]),
            ("invalid_fields", &json!("personal_code"))
        );
        // The code of a campaign, any, is told apart by its shape, and is no attempt either.
        for code in [class.code.to_string(), "krtb vw 582".to_owned()] {
            let confused = device.tell(&class, &json!({"personal_code": code})).await?;
            assert_eq!(confused.code(), "invalid_fields", "{code}");
            assert!(
                confused.body["errors"].to_string().contains("la forme d’un code de campagne"),
                "{}",
                confused.body
            );
        }
        let attempts = product().table.join_attempts(class.campaign, 20).await?;
        assert!(attempts.iter().all(|attempt| attempt.outcome == JoinOutcome::WrongCode && attempt.learner.is_none()));
        assert_eq!(attempts.len(), 4, "what is no code is not looked for");

        // Given a day ago.
        let (code, now) = (PersonalCode::draw(rentree_runtime::random()), Timestamp::now());
        let entry = AuditEntry::new(now, rentree_runtime::random(), staff.id, "Test", AuditAction::PersonalCodeGiven);
        let given = product().table.give_personal_code((class.uai, id), (&code, now), &entry).await?;
        assert_eq!(given, CodeShown::Now);
        assert_eq!(device.tell(&class, &json!({"personal_code": code.shown()})).await?.code(), "not_a_pupil");
        // The last one holds.
        let last = give(&class, &staff, id).await?;
        assert_eq!(step(&device.tell(&class, &by_code(&last["personal_code"])).await?.expect(200)?), "new_account");
        Ok(())
    });
}

/// Whoever has an account of another school is tied by the code; a classmate who sat there before is not.
#[test]
fn who_is_signed_in_types_a_code() {
    run(async {
        let (name, other) = (a_first_name("Inès"), a_first_name("Mila"));
        let college = a_class(&[(&name, "LEROY", "10/03/2013"), (&other, "LEROY", "11/03/2013")]).await?;
        let mut device = a_device();
        device.create(&college, &college.identity(0), &json!({})).await?.expect(201)?;
        let mut lycee = college.of_another_school().await?;
        lycee.sample.pupils[0].last_name = "TOUT AUTRE".to_owned();
        lycee.import().await?;
        let staff = a_member(lycee.uai, Role::Member).await?;
        assert_eq!(device.tell(&lycee, &college.identity(0)).await?.code(), "not_a_pupil");
        let theirs = give(&lycee, &staff, lycee.pupil(&other).await?.id).await?;
        assert_eq!(device.tell(&lycee, &by_code(&theirs["personal_code"])).await?.code(), "other_account");
        let own = give(&lycee, &staff, lycee.pupil(&name).await?.id).await?;
        assert_eq!(step(&device.tell(&lycee, &by_code(&own["personal_code"])).await?.expect(200)?), "joined");
        assert_eq!(lycee.pupil(&name).await?.user, college.pupil(&name).await?.user);
        Ok(())
    });
}

/// One code, several devices at the same moment: one account. A second click is in.
#[test]
fn a_code_is_used_once_at_the_same_moment() {
    run(async {
        let name = a_first_name("Hugo");
        let class = a_class(&[(&name, "BLANC", "10/03/2014")]).await?;
        let staff = a_member(class.uai, Role::Member).await?;
        let given = give(&class, &staff, class.pupil(&name).await?.id).await?;
        let typed = by_code(&given["personal_code"]);
        let answers = join_all((0..4).map(|number| {
            let (class, typed) = (&class, &typed);
            async move {
                let own_password = json!({"password": format!("Velours{number}")});
                let mut device = a_device();
                anyhow::Ok((device.create(class, typed, &own_password).await?, own_password))
            }
        }))
        .await;
        let mut statuses = Vec::new();
        for answer in answers {
            let (answer, password) = answer?;
            statuses.push(answer.status);
            if answer.status == 201 {
                let mut again = a_device();
                again.create(&class, &typed, &password).await?.expect(201)?;
                assert_eq!(step(&again.get(&class.path("")).await?.expect(200)?), "joined", "a second click");
            }
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409]);
        assert_eq!(class.joined().await?.len(), 1);
        Ok(())
    });
}

/// A code that was given to a pupil who was untied since is used up all the same.
#[test]
fn untied_needs_another_code() {
    run(async {
        let name = a_first_name("Rita");
        let class = a_class(&[(&name, "NEUF", "10/03/2014")]).await?;
        let staff = a_member(class.uai, Role::Member).await?;
        let id = class.pupil(&name).await?.id;
        // By names: the code that lies about is over, too.
        let unused = give(&class, &staff, id).await?;
        a_device().create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        staff.post(&format!("/schools/{}/learners/{id}/untie", class.uai), &json!({})).await?.expect(200)?;
        assert_eq!(a_device().tell(&class, &by_code(&unused["personal_code"])).await?.code(), "not_a_pupil");
        let used = give(&class, &staff, id).await?;
        a_device().create(&class, &by_code(&used["personal_code"]), &json!({})).await?.expect(201)?;
        staff.post(&format!("/schools/{}/learners/{id}/untie", class.uai), &json!({})).await?.expect(200)?;
        assert_eq!(a_device().tell(&class, &by_code(&used["personal_code"])).await?.code(), "not_a_pupil");
        Ok(())
    });
}

/// Wrong codes are guesses of a client; those that come to something are not.
#[test]
fn wrong_codes_count_as_guesses() {
    run_while_time_stands_still(async {
        let name = a_first_name("Lina");
        let class = a_class(&[(&name, "SOL", "10/03/2014")]).await?;
        let staff = a_member(class.uai, Role::Member).await?;
        let given = give(&class, &staff, class.pupil(&name).await?.id).await?;
        let (room, right) = (a_client(), by_code(&given["personal_code"]));
        for _ in 0..3 {
            assert_eq!(step(&Device::behind(&room).tell(&class, &right).await?.expect(200)?), "new_account");
        }
        for tried in 0..IDENTITIES_BY_CLIENT.count {
            let wrong = json!({"personal_code": PersonalCode::draw(rentree_runtime::random()).shown()});
            assert_eq!(Device::behind(&room).tell(&class, &wrong).await?.status, 422, "{tried}");
        }
        assert_eq!(Device::behind(&room).tell(&class, &right).await?.code(), "too_many");
        assert_eq!(step(&a_device().tell(&class, &right).await?.expect(200)?), "new_account", "from elsewhere");
        Ok(())
    });
}
