//! Handing out is confirmed first, happens once, and is shown once: to the browser that confirmed it, within ten minutes.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use learners::Learners;
use rentree_runtime::Clock;
use rentree_table::Role;
use reqwest::Method;
use serde_json::json;

use crate::stored_items;
use crate::support::clock::HandClock;
use crate::support::desk::{Desk, ids, shown, tied};
use crate::support::faults::{Faults, watched};
use crate::support::people::a_member;
use crate::support::pupils::{Classes, a_class, by_email, sign_in};
use crate::support::{join_all, product, run};

async fn handed_out(class: &Classes) -> anyhow::Result<usize> {
    Ok(class.log().await?.iter().filter(|(what, ..)| what == "passwords_handed_out").count())
}

/// The function on a port of its own.
async fn a_function(by: Faults, clock: Clock) -> anyhow::Result<String> {
    let stack = &product().stack;
    let dynamodb = watched(&stack.aws_of("LearnersFunction")?, by);
    let function = Learners::new(&stack.function_settings("LearnersFunction")?, dynamodb, clock)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, function.router()).await });
    Ok(url)
}

/// Asked with its numbers; done by the button; sent twice, a reload and "back" change nothing.
#[test]
fn it_is_asked_first_and_happens_once() {
    run(async {
        let class = a_class(12).await?;
        let pupils = tied(&class, 3).await?;
        let email = class.tie(5, by_email()).await?;
        let desk = Desk::of(&class.administrator);
        let address = desk.choose(&class, json!({"division": "3EME A"})).await?;

        let asked = desk.get(&address).await?;
        assert_eq!(asked.status, 200);
        for told in ["3 élèves", "3EME A", "ne fonctionneront plus", "déconnectés", "9 élèves sans", "Ne rien changer"]
        {
            assert!(asked.text.contains(told), "{told}: {}", asked.text);
        }
        for pupil in pupils.iter().chain([&email]) {
            assert_eq!(pupil.now().await?, pupil.user, "nothing is changed yet");
        }
        assert_eq!(handed_out(&class).await?, 0);

        desk.confirm(&address).await?;
        let page = desk.get(&address).await?;
        let passwords = shown(&page);
        assert_eq!((page.status, passwords.len()), (200, 3), "{}", page.text);
        assert_eq!(handed_out(&class).await?, 1);
        let (name, password) = passwords.first_key_value().unwrap();
        assert_eq!(sign_in(name, password).await?.expect(200)?["must_change_password"], true);
        assert_eq!(email.now().await?, email.user);

        // The same form again, from a page that the browser kept; a reload; "back".
        let mut after = Vec::new();
        for pupil in &pupils {
            after.push(pupil.now().await?);
        }
        desk.confirm(&address).await?;
        for _ in 0..2 {
            let page = desk.get(&address).await?;
            assert_eq!((page.status, shown(&page).len()), (200, 0));
            let by = format!("{} {}", class.administrator.user.first_name, class.administrator.user.last_name);
            for told in ["3 mots de passe", by.as_str(), "ne sont plus affichés"] {
                assert!(page.text.contains(told), "{told}: {}", page.text);
            }
            assert!(passwords.values().all(|password| !page.text.contains(password)));
        }
        for (pupil, after) in pupils.iter().zip(after) {
            assert_eq!(pupil.now().await?, after);
        }
        assert_eq!(handed_out(&class).await?, 1);
        Ok(())
    });
}

/// A button that was clicked twice: the answer to the first is lost to the browser, and yet it is shown.
#[test]
fn of_the_same_form_at_the_same_moment_one_counts() {
    run(async {
        let class = a_class(12).await?;
        let pupils = tied(&class, 4).await?;
        let desk = Desk::of(&class.administrator);
        let address = desk.choose(&class, json!({"learners": ids(&pupils)})).await?;
        for sent in join_all((0..6).map(|_| desk.confirm(&address))).await {
            sent?;
        }
        assert_eq!(handed_out(&class).await?, 1);
        for pupil in &pupils {
            assert_eq!(pupil.now().await?.epoch, pupil.user.epoch + 1, "each has one new password");
        }
        // Of those who look at the same moment, one sees the passwords.
        let mut seen = Vec::new();
        for page in join_all((0..6).map(|_| desk.get(&address))).await {
            let page = page?;
            assert_eq!(page.status, 200);
            seen.extend(Some(shown(&page)).filter(|shown| !shown.is_empty()));
        }
        assert_eq!(seen.len(), 1);
        for (name, password) in &seen[0] {
            sign_in(name, password).await?.expect(200)?;
        }
        Ok(())
    });
}

/// Neither another browser of the same person, nor a colleague, nor a colleague at the same browser sees a password, nor takes them away.
#[test]
fn another_browser_sees_that_it_was_done() {
    run(async {
        let class = a_class(12).await?;
        let pupils = tied(&class, 2).await?;
        let colleague = a_member(class.uai, Role::Member).await?;
        let desk = Desk::of(&class.administrator);
        let address = desk.choose(&class, json!({"learners": ids(&pupils)})).await?;
        let confirmed = desk.confirm(&address).await?;
        let cookie = confirmed.set.first().expect("a cookie");
        for kept in ["__Host-", "HttpOnly", "Secure", "SameSite=Strict", "Path=/"] {
            assert!(cookie.contains(kept), "{kept}: {cookie}");
        }

        let same_browser = Desk::of(&colleague);
        let mut cookies = desk.cookies.lock().unwrap().clone();
        cookies.retain(|name, _| !name.contains("session"));
        same_browser.cookies.lock().unwrap().extend(cookies);
        for other in [Desk::of(&class.administrator), Desk::of(&colleague), same_browser] {
            let page = other.get(&address).await?;
            assert_eq!((page.status, shown(&page).len()), (200, 0));
            assert!(page.text.contains("2 mots de passe"), "{}", page.text);
        }
        // Nobody of another school learns that there was something.
        let stranger = a_class(11).await?;
        let elsewhere = address.replace(class.uai.as_str(), stranger.uai.as_str());
        for path in [&address, &elsewhere] {
            assert_eq!(Desk::of(&stranger.administrator).get(path).await?.status, 404);
            let sent = Desk::of(&stranger.administrator).send(Method::POST, path, Some(json!({}))).await?;
            assert_eq!(sent.status, 404);
        }
        assert_eq!(shown(&desk.get(&address).await?).len(), 2);
        Ok(())
    });
}

/// The table keeps what was handed out for those minutes, and nobody who reads the table reads it.
#[test]
fn the_table_holds_no_password_and_no_name_of_it() {
    run(async {
        let class = a_class(12).await?;
        let pupils = tied(&class, 2).await?;
        let desk = Desk::of(&class.administrator);
        let address = desk.choose(&class, json!({"learners": ids(&pupils)})).await?;
        let key = desk.confirm(&address).await?.set.remove(0);
        let key = key.split(';').next().unwrap_or_default().split_once('=').expect("a cookie").1.to_owned();
        // Another one that nobody has confirmed.
        desk.choose(&class, json!({"learners": ids(&pupils)})).await?;
        let (mut kept, mut reviewed) = (Vec::new(), BTreeMap::new());
        let stack = &product().stack;
        let mut items = stack.dynamodb.scan().table_name(stack.value("Table")?).into_paginator().items().send();
        while let Some(item) = items.try_next().await? {
            if item["PK"].as_s().is_ok_and(|key| key.starts_with(&format!("HANDOUT#{}", class.uai))) {
                let sealed = item.get("sealed").and_then(|sealed| sealed.as_b().ok());
                let sealed = sealed.map(|bytes| bytes.clone().into_inner()).unwrap_or_default();
                let entity = item["entity"].as_s().map_or("", String::as_str);
                let step = if entity == "HandOut" && !item.contains_key("begun") { "asked" } else { entity };
                reviewed.insert(step.to_owned(), stored_items::shown(&item));
                kept.push(format!("{item:?} {}", String::from_utf8_lossy(&sealed)));
            }
        }
        let page = desk.get(&address).await?;
        let passwords = shown(&page);
        assert_eq!((passwords.len(), kept.len()), (2, 3), "{kept:?}");
        let names = [0, 1].map(|place: usize| class.learners[place].entry.last_name.clone());
        for secret in passwords.keys().chain(passwords.values()).chain(&names).chain([&key]) {
            assert!(kept.iter().all(|item| !item.contains(secret)), "{secret}: {kept:?}");
        }
        insta::with_settings!({filters => stored_items::varying(class.uai.as_str())}, {
            insta::assert_json_snapshot!("items_of_hand_outs", reviewed);
        });
        Ok(())
    });
}

static MINUTES: HandClock = HandClock::new();

fn minutes() -> Timestamp {
    MINUTES.now()
}

/// Ten minutes after, nobody sees them any more, although the table has them until it gets to deleting them; an hour after it was
/// asked, the button does nothing.
#[test]
fn after_ten_minutes_nothing_is_shown_and_after_an_hour_nothing_is_done() {
    run(async {
        let class = a_class(12).await?;
        let pupils = tied(&class, 2).await?;
        let url = a_function(Faults::default(), minutes).await?;
        let desk = Desk::at(&class.administrator, url);
        let at = |minutes: i64, seconds: i64| MINUTES.set(SignedDuration::from_secs(60 * minutes + seconds));

        let [first, second, third] = {
            let mut addresses = Vec::new();
            for _ in 0..3 {
                addresses.push(desk.choose(&class, json!({"learners": ids(&pupils)})).await?);
            }
            <[String; 3]>::try_from(addresses).unwrap()
        };
        desk.confirm(&first).await?;
        at(9, 59);
        assert_eq!(shown(&desk.get(&first).await?).len(), 2);
        desk.confirm(&second).await?;
        at(19, 59);
        let late = desk.get(&second).await?;
        assert_eq!((late.status, shown(&late).len()), (200, 0), "{}", late.text);
        assert!(late.text.contains("2 mots de passe"), "{}", late.text);

        let before = pupils[0].now().await?;
        at(60, 0);
        let asked = desk.get(&third).await?;
        assert_eq!(asked.status, 409, "{}", asked.text);
        assert_eq!(desk.send(Method::POST, &third, Some(json!({}))).await?.status, 409);
        assert_eq!(pupils[0].now().await?, before);
        Ok(())
    });
}

static HANDED_OUT_THEN_DIED: HandClock = HandClock::new();

fn after_it_died() -> Timestamp {
    HANDED_OUT_THEN_DIED.now()
}

/// What cannot be kept is shown at once: no pupil is left with a password that nobody saw. If nothing can be written in the end, the page
/// tells that it broke off.
#[test]
fn what_cannot_be_kept_is_shown_at_once() {
    run(async {
        let class = a_class(12).await?;
        let pupils = tied(&class, 1).await?;
        let here = Desk::of(&class.administrator);
        // It begins, the log is written, the pupil gets a password; the answer is not kept.
        let address = here.choose(&class, json!({"learners": ids(&pupils)})).await?;
        let desk = Desk::at(&class.administrator, a_function(Faults::after(3), after_it_died).await?);
        let answer = desk.send(Method::POST, &address, Some(json!({}))).await?;
        let passwords = shown(&answer);
        assert_eq!((answer.status, passwords.len()), (200, 1), "{}", answer.text);
        let (name, password) = passwords.first_key_value().unwrap();
        sign_in(name, password).await?.expect(200)?;

        let page = here.get(&address).await?;
        let title = "<h1>Mot de passe provisoire</h1>";
        assert!(page.status == 200 && page.text.contains("en cours") && page.text.contains(title), "{}", page.text);
        HANDED_OUT_THEN_DIED.set(SignedDuration::from_mins(2));
        let page = desk.get(&address).await?;
        assert_eq!(page.status, 200, "{}", page.text);
        for told in [title, "interrompue", "L’élève a peut-être reçu"] {
            assert!(page.text.contains(told), "{told}: {}", page.text);
        }
        assert_eq!(handed_out(&class).await?, 1);
        Ok(())
    });
}

/// A program hands out by one call; under an identifier of its own it does so once.
#[test]
fn a_program_is_answered_in_place() {
    run(async {
        let class = a_class(12).await?;
        let pupils = tied(&class, 2).await?;
        let once = "0199a1b2-c3d4-7000-8000-0000000000aa";
        let body = json!({"learners": ids(&pupils), "once": once});
        let answers =
            join_all((0..4).map(|_| async { class.administrator.post(&class.path("/passwords"), &body).await }));
        let mut statuses = Vec::new();
        for answer in answers.await {
            let answer = answer?;
            if answer.status == 200 {
                assert_eq!(answer.body["handed_out"].as_array().map(Vec::len), Some(2));
            } else {
                assert_eq!(answer.code(), "too_late");
            }
            statuses.push(answer.status);
        }
        statuses.sort_unstable();
        assert_eq!((statuses, handed_out(&class).await?), (vec![200, 409, 409, 409], 1));
        let state = class.administrator.get(&class.path(&format!("/passwords/{once}"))).await?.expect(200)?;
        assert_eq!(
            (&state["state"], &state["handed_out"], &state["unserved"]),
            (&json!("done"), &json!(2), &json!([]))
        );
        assert_eq!(class.hand_out(&ids(&pupils)).await?.status, 200, "without one, each call hands out");
        let misspelt = json!({"learners": ids(&pupils), "once": "x"});
        assert_eq!(class.administrator.post(&class.path("/passwords"), &misspelt).await?.status, 400);

        // What a page asked, a program may confirm: it is answered in place, and nothing is kept.
        let desk = Desk::of(&class.administrator);
        let address = desk.choose(&class, json!({"learners": ids(&pupils)})).await?;
        let state = class.administrator.get(&address).await?.expect(200)?;
        assert_eq!((&state["state"], &state["to_hand_out"]), (&json!("asked"), &json!(2)));
        let answer = class.administrator.post(&address, &json!({})).await?.expect(200)?;
        assert_eq!(answer["handed_out"].as_array().map(Vec::len), Some(2));
        assert_eq!(shown(&desk.get(&address).await?).len(), 0);
        assert_eq!(class.administrator.post(&address, &json!({})).await?.code(), "too_late");
        Ok(())
    });
}
