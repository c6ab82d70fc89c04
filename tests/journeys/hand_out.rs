//! Temporary passwords: who gets one and who does not, what they are worth, and where they are not.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use learners::Learners;
use rentree_domain::{LearnerId, UserName};
use rentree_table::{AuditAction, AuditEntry, HandOutError, Role, Who};
use reqwest::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::desk::Desk;
use crate::support::faults::{Faults, watched};
use crate::support::people::{a_client, a_member};
use crate::support::pupils::{
    PUPIL_PASSWORD, Tied, a_class, as_holder, by_email, by_mediacentre, by_user_name, classes, sign_in,
};
use crate::support::runtime_api::Function;
use crate::support::schools::import;
use crate::support::{product, run};

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// Who got none, and why.
fn unserved(answer: &Value) -> BTreeMap<String, String> {
    let rows = answer["unserved"].as_array().unwrap();
    rows.iter().map(|row| (text(row, "learner").to_owned(), text(row, "reason").to_owned())).collect()
}

/// The temporary password signs in, and opens nothing but the page where another one is chosen.
async fn must_change(user_name: &str, password: &str) -> anyhow::Result<()> {
    let signed_in = sign_in(user_name, password).await?;
    let cookie = signed_in.session.clone().unwrap_or_default();
    let body = signed_in.expect(200)?;
    assert_eq!(body["must_change_password"], true);
    for path in ["/account", "/spaces"] {
        let answer = as_holder(&cookie, Method::GET, path).send().await?;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        assert_eq!(answer.json::<Value>().await?["code"], "password_to_change", "{path}");
    }
    let chosen = as_holder(&cookie, Method::POST, "/temporary-password").json(&json!({"password": "Tartine7 bleue"}));
    let chosen = chosen.send().await?;
    assert_eq!(chosen.status(), StatusCode::OK, "{}", chosen.text().await?);
    assert_eq!(sign_in(user_name, password).await?.status, 422, "it is over");
    assert_eq!(sign_in(user_name, "Tartine7 bleue").await?.expect(200)?["must_change_password"], false);
    Ok(())
}

#[test]
fn one_pupil_gets_another_password() {
    run(async {
        let class = a_class(12).await?;
        let pupil = class.tie(4, by_user_name()).await?;
        let name = pupil.user.methods.user_name.clone().unwrap();
        let session = pupil.session().await?;
        assert_eq!(as_holder(&session, Method::GET, "/account").send().await?.status(), StatusCode::OK);

        let answer = class.hand_out(&[pupil.learner]).await?.expect(200)?;
        let slip = &answer["handed_out"][0];
        assert_eq!((text(slip, "user_name"), text(slip, "division")), (name.as_str(), "3EME A"));
        assert_eq!(text(slip, "last_name"), class.learners[4].entry.last_name);
        assert_eq!(text(&answer, "sign_in"), format!("{}/sign-in", product().url));
        assert_eq!(answer["unserved"], json!([]));

        assert_eq!(as_holder(&session, Method::GET, "/account").send().await?.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(sign_in(name.as_str(), PUPIL_PASSWORD).await?.status, 422, "the old one is over");
        let first = text(slip, "temporary_password").to_owned();

        let again = class.hand_out(&[pupil.learner, pupil.learner]).await?.expect(200)?;
        assert_eq!(again["handed_out"].as_array().unwrap().len(), 1, "who is chosen twice is one");
        let second = text(&again["handed_out"][0], "temporary_password").to_owned();
        assert_ne!(first, second);
        assert_eq!(sign_in(name.as_str(), &first).await?.status, 422);
        must_change(name.as_str(), &second).await?;

        let told = ("passwords_handed_out".to_owned(), json!("un élève de la classe 3EME A"), json!(pupil.learner));
        assert_eq!(class.log().await?[..2], [told.clone(), told]);
        Ok(())
    });
}

/// Médiacentre to user name, in bulk. Two homonyms born on the same day propose the same name.
#[test]
fn a_class_of_35_in_one_go() {
    run(async {
        let class = classes(40, |sample| {
            for (place, pupil) in sample.pupils.iter_mut().enumerate() {
                pupil.division = if place < 35 { "3EME A" } else { "3EME B" }.to_owned();
                // Nobody in another test is called like that.
                pupil.last_name = format!("{} Trentecinq", pupil.last_name);
            }
            for place in [7, 8] {
                let pupil = &mut sample.pupils[place];
                pupil.first_name = "Karine".to_owned();
                pupil.last_name = "Homonyme".to_owned();
                pupil.birth_date = "10/03/2012".to_owned();
            }
        })
        .await?;
        let mut tied = Vec::new();
        for place in 0..35 {
            let methods = if place < 20 { by_mediacentre() } else { by_user_name() };
            tied.push(class.tie(place, methods).await?);
        }
        class.tie(36, by_user_name()).await?;

        let answer = class.administrator.post(&class.path("/passwords"), &json!({"division": "3EME A"})).await?;
        let answer = answer.expect(200)?;
        let slips = answer["handed_out"].as_array().unwrap();
        assert_eq!((slips.len(), answer["unserved"].clone()), (35, json!([])));
        let learners: BTreeSet<&str> = slips.iter().map(|slip| text(slip, "learner")).collect();
        assert_eq!(learners.len(), 35);
        let names: BTreeSet<&str> = slips.iter().map(|slip| text(slip, "user_name")).collect();
        assert_eq!(names.len(), 35);
        let passwords: BTreeSet<&str> = slips.iter().map(|slip| text(slip, "temporary_password")).collect();
        assert_eq!(passwords.len(), 35);
        let homonyms: Vec<&str> = names.iter().filter(|name| name.starts_with("karine.homonyme")).copied().collect();
        assert_eq!(homonyms.len(), 2);
        assert!(homonyms.contains(&"karine.homonyme1003"));

        let slip = slips.iter().find(|slip| text(slip, "user_name") == homonyms[0]).unwrap();
        must_change(homonyms[0], text(slip, "temporary_password")).await?;
        let pupil = tied[0].now().await?;
        assert!(
            pupil.methods.mediacentre.any(Timestamp::now()) && pupil.methods.user_name.is_some(),
            "both methods, one account"
        );
        let told = ("passwords_handed_out".to_owned(), json!("35 élèves de la classe 3EME A"), Value::Null);
        assert_eq!(class.log().await?[0], told);
        Ok(())
    });
}

/// Who gets none is told with the reason, beside those who get one.
#[test]
fn who_gets_none_and_why() {
    run(async {
        let class = a_class(16).await?;
        let served = class.tie(4, by_user_name()).await?;
        let email = class.tie(5, by_email()).await?;
        let both = class.tie(6, rentree_table::Methods { email: by_email().email, ..by_user_name() }).await?;
        // An administrator of another school who joined a campaign as a pupil; and a pupil who became a member.
        let (_, boss) = crate::support::people::a_team().await?;
        class.tie_to(7, Who::Known { id: boss.id, epoch: boss.user.epoch }).await?;
        let risen = class.tie(8, rentree_table::Methods { email: by_email().email, ..by_user_name() }).await?;
        let other = a_class(11).await?;
        rentree_local::people::enrol(&product().table, other.uai, Role::Member, &risen.user, Timestamp::now()).await?;
        let left = class.tie(9, by_user_name()).await?;
        let mut sample = class.sample.clone();
        sample.pupils.remove(9);
        import(class.uai, &sample).await?;
        let nobody = class.learners[10].id;

        let ids = [4, 5, 6, 7, 8, 9, 10].map(|place: usize| class.learners[place].id);
        let answer = class.hand_out(&ids).await?.expect(200)?;
        let served_ids: BTreeSet<&str> =
            answer["handed_out"].as_array().unwrap().iter().map(|slip| text(slip, "learner")).collect();
        assert_eq!(served_ids, BTreeSet::from([&*served.learner.to_string(), &*both.learner.to_string()]));
        let reasons = BTreeMap::from([
            (email.learner.to_string(), "by_email".to_owned()),
            (ids[3].to_string(), "staff".to_owned()),
            (risen.learner.to_string(), "staff".to_owned()),
            (left.learner.to_string(), "left".to_owned()),
            (nobody.to_string(), "no_account".to_owned()),
        ]);
        assert_eq!(unserved(&answer), reasons);
        for (pupil, who) in [(&email, "by e-mail"), (&risen, "staff"), (&left, "left")] {
            assert_eq!(pupil.now().await?, pupil.user, "{who}");
        }
        assert_eq!(product().table.user(boss.id).await?.unwrap(), boss.user);
        assert_eq!(boss.get("/account").await?.status, 200, "the session of staff goes on");

        // Nobody to serve: nothing in the log.
        let before = class.log().await?.len();
        let none = class.hand_out(&[nobody]).await?.expect(200)?;
        assert_eq!(none["handed_out"], json!([]));
        assert_eq!(class.log().await?.len(), before);

        // A pupil of another school, an identifier that is none, nobody, a class that is not, too many: nothing is done.
        let (path, untouched) = (class.path("/passwords"), served.now().await?);
        let too_many: Vec<LearnerId> =
            (0..101).map(|_| LearnerId::new(Timestamp::now(), rentree_runtime::random())).collect();
        for (body, status) in [
            (json!({"learners": [served.learner, other.learners[0].id]}), 404),
            (json!({"learners": [served.learner, "x"]}), 404),
            (json!({"learners": []}), 400),
            (json!({}), 400),
            (json!({"division": "3EME Z"}), 404),
            (json!({"learners": too_many}), 400),
        ] {
            assert_eq!(class.administrator.post(&path, &body).await?.status, status, "{body}");
        }
        assert_eq!(served.now().await?, untouched);
        Ok(())
    });
}

#[test]
fn a_class_that_is_too_large_is_refused() {
    run(async {
        let class = a_class(101).await?;
        let pupil = class.tie(4, by_user_name()).await?;
        let refused = class.administrator.post(&class.path("/passwords"), &json!({"division": "3EME A"})).await?;
        assert!(refused.expect(400)?["detail"].as_str().unwrap().contains("101 élèves"));

        // A browser stands before the list again, as it was filtered, with what to do instead.
        let desk = Desk::of(&class.administrator);
        let address = class.path("/passwords?division=3EME+A&size=100");
        let again = format!(" formaction=\"{}\"", address.replace('&', "&#38;"));
        let everybody: Vec<_> = class.learners.iter().map(|learner| learner.id).collect();
        for (chosen, counted, advice) in [
            (json!({"division": "3EME A"}), "La classe 3EME A a 101 élèves, pour 100 au plus", "page par page"),
            (json!({"learners": everybody}), "101 élèves sont cochés, pour 100 au plus", "classe par classe"),
        ] {
            let page = desk.send(Method::POST, &address, Some(chosen)).await?;
            assert_eq!(page.status, 400, "{}", page.text);
            for told in
                ["<title>Erreur\u{a0}: Élèves", "role=\"alert\"", "Trop d’élèves", counted, advice, again.as_str()]
            {
                assert!(page.text.contains(told), "{told}: {}", page.text);
            }
        }
        assert_eq!(pupil.now().await?, pupil.user);
        Ok(())
    });
}

/// Members may, too: it is they who stand before the class.
#[test]
fn members_hand_out_and_others_do_not() {
    run(async {
        let class = a_class(12).await?;
        let pupil = class.tie(4, by_user_name()).await?;
        let body = json!({"learners": [pupil.learner]});
        let stranger = a_class(11).await?.administrator;
        assert_eq!(stranger.post(&class.path("/passwords"), &body).await?.status, 404);
        assert_eq!(pupil.now().await?, pupil.user);
        // A form of another site.
        let form = a_client().post(format!("{}{}", product().url, class.path("/passwords")));
        let form = form
            .header(COOKIE, &class.administrator.cookie)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("learners={}", pupil.learner));
        assert_eq!(form.send().await?.status(), StatusCode::FORBIDDEN);
        assert_eq!(pupil.now().await?, pupil.user);
        let member = a_member(class.uai, Role::Member).await?;
        member.post(&class.path("/passwords"), &body).await?.expect(200)?;
        assert!(pupil.now().await?.temporary_until().is_some());
        Ok(())
    });
}

/// Two teachers at the same moment: each pupil has the password that somebody was shown, and who was too late is told.
#[test]
fn of_two_at_once_nobody_is_shown_a_password_that_does_not_work() {
    run(async {
        let class = a_class(12).await?;
        let mut ids = Vec::new();
        for place in 4..10 {
            ids.push(class.tie(place, if place < 7 { by_mediacentre() } else { by_user_name() }).await?.learner);
        }
        let (one, other) = tokio::join!(class.hand_out(&ids), class.hand_out(&ids));
        let (one, other) = (one?.expect(200)?, other?.expect(200)?);
        let shown = |answer: &Value, id: &LearnerId| {
            let slips = answer["handed_out"].as_array().unwrap();
            let slip = slips.iter().find(|slip| slip["learner"] == id.to_string())?;
            Some((text(slip, "user_name").to_owned(), text(slip, "temporary_password").to_owned()))
        };
        for id in &ids {
            let both: Vec<_> = [&one, &other].into_iter().filter_map(|answer| shown(answer, id)).collect();
            let mut works = 0;
            for (name, password) in &both {
                works += usize::from(sign_in(name, password).await?.status == 200);
            }
            assert_eq!(works, 1, "one of {} works", both.len());
            for answer in [&one, &other].into_iter().filter(|answer| shown(answer, id).is_none()) {
                assert_eq!(unserved(answer)[&id.to_string()], "changed");
            }
        }
        Ok(())
    });
}

/// What was read before somebody else wrote changes nothing: an account handed out to, named, or tied elsewhere meanwhile.
#[test]
fn what_was_read_too_early_changes_nothing() {
    run(async {
        let class = a_class(12).await?;
        let (pupil, other) = (class.tie(4, by_user_name()).await?, class.tie(5, by_mediacentre()).await?);
        let of = |tied: &Tied| (class.uai, tied.learner);
        let (table, until) = (&product().table, Timestamp::now());
        table.hand_out(of(&pupil), (pupil.id, &pupil.user), None, ("$argon2id$first", until)).await?;
        let late = table.hand_out(of(&pupil), (pupil.id, &pupil.user), None, ("$argon2id$second", until)).await;
        assert!(matches!(late, Err(HandOutError::Moved)), "{late:?}");
        assert_eq!(pupil.now().await?.password_hash.as_deref(), Some("$argon2id$first"));

        // A name that is somebody's; then one that was given meanwhile, which ends no session and so moves no epoch.
        let taken = pupil.user.methods.user_name.clone().unwrap();
        let late = table.hand_out(of(&other), (other.id, &other.user), Some(&taken), ("$argon2id$first", until)).await;
        assert!(matches!(late, Err(HandOutError::NameTaken)), "{late:?}");
        let (name, another) = (by_user_name().user_name.unwrap(), by_user_name().user_name.unwrap());
        let administrator = &class.administrator;
        let entry = AuditEntry::new(
            Timestamp::now(),
            rentree_runtime::random(),
            administrator.id,
            "Test",
            AuditAction::UserNameGiven,
        );
        table.give_user_name(of(&other), (other.id, &other.user), &name, &entry).await?;
        let late =
            table.hand_out(of(&other), (other.id, &other.user), Some(&another), ("$argon2id$first", until)).await;
        assert!(matches!(late, Err(HandOutError::Moved)), "{late:?}");
        let late = table.give_user_name(of(&other), (other.id, &other.user), &another, &entry).await;
        assert!(matches!(late, Err(HandOutError::Moved)), "{late:?}");
        assert_eq!(other.now().await?.methods.user_name, Some(name));
        assert!(table.is_free(&another).await?);

        // The account is another pupil's now.
        let elsewhere = (class.uai, class.learners[6].id);
        let late = table.hand_out(elsewhere, (pupil.id, &pupil.now().await?), None, ("$argon2id$third", until)).await;
        assert!(matches!(late, Err(HandOutError::Untied)), "{late:?}");
        assert!(!table.unblock(elsewhere, (pupil.id, &pupil.user.methods), &entry).await?);
        Ok(())
    });
}

/// The table fails in between: what succeeded is shown, and who got none is told. If the log cannot be written, nothing is done.
#[test]
fn a_failure_in_between_loses_nobodys_password() {
    run(async {
        let class = a_class(12).await?;
        let mut tied = Vec::new();
        for place in 4..10 {
            tied.push(class.tie(place, by_user_name()).await?);
        }
        let stack = &product().stack;
        // The log is the first write; each pupil is one more.
        for (writes, served) in [(0, None), (4, Some(3))] {
            let faults = Faults::after(writes);
            let dynamodb = watched(&stack.aws_of("LearnersFunction")?, faults);
            let function = Learners::new(&stack.function_settings("LearnersFunction")?, dynamodb, Timestamp::now)?;
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            let url = format!("http://{}{}", listener.local_addr()?, class.path("/passwords"));
            let server = tokio::spawn(async move { axum::serve(listener, function.router()).await });
            let post = a_client().post(url).header(COOKIE, &class.administrator.cookie);
            let answer = post.header(ACCEPT, "application/json").json(&json!({"division": "3EME A"})).send().await?;
            server.abort();
            let Some(served) = served else {
                assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
                for pupil in &tied {
                    assert_eq!(pupil.now().await?, pupil.user);
                }
                continue;
            };
            assert_eq!(answer.status(), StatusCode::OK);
            let answer: Value = answer.json().await?;
            let slips = answer["handed_out"].as_array().unwrap();
            assert_eq!(slips.len(), served);
            for slip in slips {
                sign_in(text(slip, "user_name"), text(slip, "temporary_password")).await?.expect(200)?;
            }
            let told = unserved(&answer);
            assert_eq!(told.values().filter(|why| *why == "failed").count(), tied.len() - served, "{told:?}");
            for pupil in tied.iter().filter(|pupil| told.contains_key(&pupil.learner.to_string())) {
                assert_eq!(pupil.now().await?, pupil.user, "the old password goes on");
            }
        }
        Ok(())
    });
}

/// The page's own link, and `Accept: text/csv`, give the same kind of list.
#[test]
fn a_list_for_a_spreadsheet() {
    run(async {
        let class = classes(12, |sample| {
            for (place, pupil) in sample.pupils.iter_mut().enumerate() {
                pupil.division = if place % 2 == 0 { "=3EME;A" } else { "3-1" }.to_owned();
            }
        })
        .await?;
        // As a formula it would run, as a date it would change.
        let in_the_list = |place: usize| match class.learners[place].entry.division.as_str() {
            "3-1" => "=\"3-1\"",
            _ => "'=3EME;A",
        };
        let pupil = class.tie(4, by_user_name()).await?;
        let post = |accept: &'static str| {
            let post = a_client().post(format!("{}{}", product().url, class.path("/passwords")));
            let post = post.header(COOKIE, &class.administrator.cookie).header(ACCEPT, accept);
            post.json(&json!({"learners": [pupil.learner, class.learners[5].id]}))
        };
        let answer = post("text/csv").send().await?;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[CONTENT_TYPE], "text/csv; charset=utf-8");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert!(answer.headers()[CONTENT_DISPOSITION].to_str()?.starts_with("attachment"));
        let by_itself = answer.bytes().await?.to_vec();

        let asked = post("text/html").send().await?;
        assert_eq!(asked.status(), StatusCode::SEE_OTHER);
        let address = format!("{}{}", product().url, asked.headers()["location"].to_str()?);
        let key = asked.headers()["set-cookie"].to_str()?.split(';').next().unwrap_or_default().to_owned();
        let cookies = format!("{}; {key}", class.administrator.cookie);
        let confirm = a_client().post(&address).header(COOKIE, &cookies).header(ACCEPT, "text/html").json(&json!({}));
        assert_eq!(confirm.send().await?.status(), StatusCode::SEE_OTHER);
        let page = a_client().get(&address).header(COOKIE, &cookies).header(ACCEPT, "text/html").send().await?;
        assert_eq!((page.status(), page.headers()["cache-control"].to_str()?), (StatusCode::OK, "no-store"));
        let page = page.text().await?;
        let (_, rest) = page.split_once("data:text/csv;charset=utf-8;base64,").unwrap();
        let of_page = STANDARD.decode(rest.split('"').next().unwrap().replace("&#43;", "+"))?;

        let name = pupil.user.methods.user_name.clone().unwrap();
        let mut passwords = Vec::new();
        for sheet in [by_itself, of_page] {
            let sheet = String::from_utf8(sheet)?;
            assert!(sheet.starts_with('\u{FEFF}') && sheet.contains("\r\n"), "{sheet}");
            let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(&sheet.as_bytes()[3..]);
            let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>()?;
            assert_eq!(rows.len(), 2);
            let row = rows.iter().find(|row| &row[3] == name.as_str()).unwrap();
            assert_eq!((&row[0], &row[2]), (class.learners[4].entry.last_name.as_str(), in_the_list(4)));
            assert_eq!((row[5].len(), &row[7]), ("11/12/2026".len(), ""));
            let other = rows.iter().find(|row| row[3].is_empty()).unwrap();
            assert_eq!(&other[2], in_the_list(5));
            assert!(other[4].is_empty() && other[7].starts_with("Pas encore de compte"), "{other:?}");
            passwords.push(row[4].to_owned());
        }
        assert_eq!(sign_in(name.as_str(), &passwords[0]).await?.status, 422, "the page handed out another one");
        must_change(name.as_str(), &passwords[1]).await
    });
}

/// The function's own binary hands out; then neither its log, nor the table, nor a queue, nor the bucket holds a password.
#[test]
fn a_password_is_nowhere_but_in_the_answer() {
    run(async {
        let class = a_class(12).await?;
        for place in 4..8 {
            class.tie(place, if place < 6 { by_mediacentre() } else { by_user_name() }).await?;
        }
        let settings = product().stack.function_settings("LearnersFunction")?;
        let mut function = Function::start("learners", &settings).await?;
        let path = rentree_testkit::workspace_root().join("events/learners/hand-out-signed-out.json");
        let mut event: Value = serde_json::from_slice(&std::fs::read(path)?)?;
        event["rawPath"] = class.path("/passwords").into();
        event["requestContext"]["http"]["path"] = event["rawPath"].clone();
        event["headers"]["cookie"] = class.administrator.cookie.clone().into();
        event["cookies"] = json!([class.administrator.cookie]);
        event["body"] = json!({"division": "3EME A"}).to_string().into();
        let answer = function.invoke(event).await?;
        assert_eq!(answer["statusCode"], 200, "{answer}");
        let body: Value = serde_json::from_str(text(&answer, "body"))?;
        let slips = body["handed_out"].as_array().unwrap();
        assert_eq!(slips.len(), 4);
        let secrets: Vec<String> = slips.iter().map(|slip| text(slip, "temporary_password").to_owned()).collect();

        let log = function.log()?;
        assert!(log.contains("temporary passwords were handed out"), "{log}");
        let names = slips.iter().flat_map(|slip| [text(slip, "user_name"), text(slip, "last_name")]);
        for mark in secrets.iter().map(String::as_str).chain(names) {
            assert!(!log.contains(mark), "the log holds {mark}: {log}");
        }
        function.kill().await?;

        let stack = &product().stack;
        let mut items = stack.dynamodb.scan().table_name(stack.value("Table")?).into_paginator().items().send();
        let mut scanned = 0;
        while let Some(item) = items.try_next().await? {
            scanned += 1;
            let item = format!("{item:?}");
            assert!(secrets.iter().all(|secret| !item.contains(secret)), "{item}");
        }
        assert!(scanned > 4);
        let objects = stack.s3.list_objects_v2().bucket(stack.value("Bucket")?).send().await?;
        assert!(objects.contents().iter().all(|object| {
            let key = object.key().unwrap_or_default();
            secrets.iter().all(|secret| !key.contains(secret))
        }));
        // The function may write under `imports/` alone, and send to this queue alone.
        let received = stack.sqs.receive_message().queue_url(stack.value("ImportQueue")?).visibility_timeout(0);
        let received = received.max_number_of_messages(10).send().await?;
        for message in received.messages() {
            let body = message.body().unwrap_or_default();
            assert!(secrets.iter().all(|secret| !body.contains(secret)));
        }
        Ok(())
    });
}

/// A user name for one: with a password where there is none, beside the password where there is one.
#[test]
fn a_user_name_for_who_has_none() {
    run(async {
        let class = classes(12, |sample| {
            sample.pupils.iter_mut().for_each(|pupil| pupil.last_name = format!("{} Denom", pupil.last_name));
        })
        .await?;
        let email = class.tie(4, by_email()).await?;
        let mediacentre = class.tie(5, by_mediacentre()).await?;
        let path = |learner: LearnerId| class.path(&format!("/{learner}/user-name"));
        let proposed = |place: usize| {
            let entry = &class.learners[place].entry;
            UserName::proposed(&entry.first_name, &entry.last_name, entry.birth_date)
        };

        let session = email.session().await?;
        let given = class.administrator.post(&path(email.learner), &json!({})).await?.expect(200)?;
        assert_eq!(text(&given, "user_name"), proposed(4).as_str());
        assert_eq!(given["temporary_password"], Value::Null);
        sign_in(proposed(4).as_str(), PUPIL_PASSWORD).await?.expect(200)?;
        sign_in(email.user.methods.email.as_ref().unwrap().as_str(), PUPIL_PASSWORD).await?.expect(200)?;
        assert_eq!(as_holder(&session, Method::GET, "/account").send().await?.status(), StatusCode::OK);

        let given = class.administrator.post(&path(mediacentre.learner), &json!({})).await?.expect(200)?;
        must_change(text(&given, "user_name"), text(&given, "temporary_password")).await?;

        for learner in [email.learner, mediacentre.learner, class.learners[6].id] {
            let refused = class.administrator.post(&path(learner), &json!({})).await?;
            assert_eq!((refused.status, refused.code()), (409, "too_late"));
        }
        let told: Vec<_> = class.log().await?.into_iter().filter(|(what, ..)| what == "user_name_given").collect();
        assert_eq!(told.len(), 2);
        assert_eq!(told[1].2, json!(email.learner));
        Ok(())
    });
}
