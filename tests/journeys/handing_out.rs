//! Handing out is confirmed first, happens once, and is shown once: to the browser that confirmed it, within ten minutes.

use std::collections::BTreeMap;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use learners::Learners;
use rentree_domain::LearnerId;
use rentree_runtime::Clock;
use rentree_table::Role;
use reqwest::header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::stored_items;
use crate::support::clock::HandClock;
use crate::support::faults::{Faults, watched};
use crate::support::people::{Person, a_client, a_member};
use crate::support::pupils::{Classes, Tied, a_class, by_email, by_mediacentre, by_user_name, sign_in};
use crate::support::{join_all, product, run};

/// A browser in which somebody is signed in.
struct Desk {
    http: Client,
    url: String,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// What it is answered.
struct Page {
    status: u16,
    location: String,
    text: String,
    set: Vec<String>,
}

impl Desk {
    fn of(person: &Person) -> Self {
        Self::at(person, product().url.clone())
    }

    fn at(person: &Person, url: String) -> Self {
        let (name, value) = person.cookie.split_once('=').expect("a cookie");
        let cookies = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        Self { http: a_client(), url, cookies: Mutex::new(cookies) }
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Page> {
        let cookies = self.cookies.lock().unwrap().clone();
        let cookies: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.http.request(method, format!("{}{path}", self.url)).header(ACCEPT, "text/html");
        let request = request.header(COOKIE, cookies.join("; "));
        let answer = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = answer.send().await?;
        let set = answer.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let set: Vec<String> = set.map(ToOwned::to_owned).collect();
        for cookie in &set {
            let (name, value) = cookie.split(';').next().unwrap_or_default().split_once('=').expect("a cookie");
            let mut kept = self.cookies.lock().unwrap();
            if value.is_empty() {
                kept.remove(name)
            } else {
                kept.insert(name.to_owned(), value.to_owned())
            };
        }
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let status = answer.status().as_u16();
        let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let location = location.unwrap_or_default().to_owned();
        Ok(Page { status, location, text: answer.text().await?, set })
    }

    async fn get(&self, path: &str) -> anyhow::Result<Page> {
        self.send(Method::GET, path, None).await
    }

    /// Chooses pupils, or a class; the address of the page that asks.
    async fn choose(&self, class: &Classes, fields: Value) -> anyhow::Result<String> {
        let chosen = self.send(Method::POST, &class.path("/passwords"), Some(fields)).await?;
        anyhow::ensure!(chosen.status == 303, "{} {}", chosen.status, chosen.text);
        anyhow::ensure!(chosen.location.starts_with(&class.path("/passwords/")), "{}", chosen.location);
        Ok(chosen.location)
    }

    /// The button of the page at `address`; it leads back to the page.
    async fn confirm(&self, address: &str) -> anyhow::Result<Page> {
        let confirmed = self.send(Method::POST, address, Some(json!({}))).await?;
        anyhow::ensure!(confirmed.status == 303, "{} {}", confirmed.status, confirmed.text);
        anyhow::ensure!(confirmed.location == address, "{}", confirmed.location);
        Ok(confirmed)
    }
}

/// The passwords that a page shows, by user name.
fn shown(page: &Page) -> BTreeMap<String, String> {
    let rows = page.text.split("<tbody").nth(1).unwrap_or_default().split("</tbody>").next().unwrap_or_default();
    let codes: Vec<&str> =
        rows.split("<code>").skip(1).map(|rest| rest.split("</code>").next().unwrap_or_default()).collect();
    codes.chunks_exact(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect()
}

async fn handed_out(class: &Classes) -> anyhow::Result<usize> {
    Ok(class.log().await?.iter().filter(|(what, ..)| what == "passwords_handed_out").count())
}

async fn tied(class: &Classes, count: usize) -> anyhow::Result<Vec<Tied>> {
    let mut tied = Vec::new();
    for place in 0..count {
        tied.push(class.tie(place, if place % 2 == 0 { by_user_name() } else { by_mediacentre() }).await?);
    }
    Ok(tied)
}

fn ids(tied: &[Tied]) -> Vec<LearnerId> {
    tied.iter().map(|tied| tied.learner).collect()
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

/// The ways back lead to the list as it was filtered: from the question, the answer, and what was chosen badly.
#[test]
fn the_ways_back_keep_the_filters_of_the_list() {
    run(async {
        let class = a_class(12).await?;
        let pupils = tied(&class, 2).await?;
        let desk = Desk::of(&class.administrator);
        let query = "?division=3EME+A&order=division&page=2&size=20";
        let back = format!("href=\"{}\"", class.path(query).replace('&', "&#38;"));

        // The list hands on what it was asked; a name stands in no address but sealed.
        let list = desk.get(&class.path("?division=3EME+A&size=20")).await?;
        let address = class.path("/passwords?division=3EME+A&size=20").replace('&', "&#38;");
        for attribute in ["formaction", "action"] {
            let leads = format!(" {attribute}=\"{address}\"");
            assert!(list.text.contains(&leads), "of those who are ticked, and of the class: {leads} {}", list.text);
        }
        let name = json!({"q": class.learners[0].entry.last_name});
        let found = desk.send(Method::POST, &class.path(""), Some(name)).await?;
        let found = desk.get(&found.location).await?;
        let action = format!("formaction=\"{}", class.path("/passwords?sought="));
        assert!(found.text.contains(&action), "{}", found.text);

        let nobody = desk.send(Method::POST, &class.path(&format!("/passwords{query}")), Some(json!({}))).await?;
        assert!(nobody.status >= 400 && nobody.text.contains(&back), "{} {}", nobody.status, nobody.text);
        let chosen = Some(json!({"learners": ids(&pupils)}));
        let asked = desk.send(Method::POST, &class.path(&format!("/passwords{query}")), chosen).await?;
        let address = asked.location;
        assert!(address.ends_with(query), "{address}");
        let page = desk.get(&address).await?;
        assert!(page.text.contains(&back) && page.text.contains("Ne rien changer"), "{}", page.text);
        desk.confirm(&address).await?;
        for told in ["mots de passe, affichés", "ne sont plus affichés"] {
            let page = desk.get(&address).await?;
            assert!(page.text.contains(told) && page.text.contains(&back), "{told}: {}", page.text);
        }

        // One who was ticked in a filtered list, and one whose page it was.
        let one = Some(json!({"learners": ids(&pupils[..1])}));
        for (query, back) in
            [(query, back), ("", format!("href=\"{}\"", class.path(&format!("/{}", pupils[0].learner))))]
        {
            let asked = desk.send(Method::POST, &class.path(&format!("/passwords{query}")), one.clone()).await?;
            let page = desk.get(&asked.location).await?;
            assert!(page.text.contains(&format!("{back}>Ne rien changer")), "{back}: {}", page.text);
        }
        Ok(())
    });
}

/// Of one pupil it is told in words for one, and the password comes first.
#[test]
fn one_pupil_is_told_of_as_one() {
    run(async {
        let class = a_class(12).await?;
        let pupils = tied(&class, 2).await?;
        let desk = Desk::of(&class.administrator);
        assert!(desk.get(&class.path("")).await?.text.contains("n’a que Médiacentre"));
        // A whole class is handed passwords, whomever of it the list shows.
        for (query, is_told) in [("?account=user_name", false), ("?account=user_name&division=3EME+A", true)] {
            let list = desk.get(&class.path(query)).await?.text;
            assert_eq!(list.contains("n’a que Médiacentre"), is_told, "{query}: {list}");
        }
        for (place, gets_user_name) in [(0, false), (1, true)] {
            let address = desk.choose(&class, json!({"learners": ids(&pupils[place..=place])})).await?;
            let asked = desk.get(&address).await?;
            assert!(asked.text.contains("Donner un mot de passe provisoire à"), "{}", asked.text);
            assert_eq!(asked.text.contains("n’a pas encore d’identifiant"), gets_user_name, "{}", asked.text);
            let told = class.administrator.get(&address).await?.expect(200)?;
            assert_eq!(told["new_user_names"], json!(usize::from(gets_user_name)), "{told}");

            desk.confirm(&address).await?;
            let page = desk.get(&address).await?;
            assert_eq!(shown(&page).len(), 1, "{}", page.text);
            let main = page.text.split("</h1>").nth(1).unwrap_or_default();
            let (password, panel) = (main.find("Mot de passe provisoire\"><code>"), main.find("role=\"status\""));
            assert!(password.is_some() && password < panel, "{main}");
            let main = main.split("</main>").next().unwrap_or_default();
            for plural in ["mots de passe ", "étiquettes", "Chaque élève"] {
                assert!(!main.contains(plural), "{plural}: {main}");
            }
            let again = desk.get(&address).await?;
            assert!(again.text.contains("Le mot de passe n’est plus affiché"), "{}", again.text);
        }
        // By now both have a user name.
        let address = desk.choose(&class, json!({"learners": ids(&pupils)})).await?;
        assert_eq!(class.administrator.get(&address).await?.expect(200)?["new_user_names"], 0);
        assert!(!desk.get(&class.path("")).await?.text.contains("n’a que Médiacentre"));
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

/// Where nobody would get one, there is nothing to confirm.
#[test]
fn nobody_to_serve_is_nothing_to_confirm() {
    run(async {
        let class = a_class(12).await?;
        let desk = Desk::of(&class.administrator);
        let address = desk.choose(&class, json!({"learners": [class.learners[3].id]})).await?;
        let asked = desk.get(&address).await?;
        assert!(asked.text.contains("Pas encore de compte"), "{}", asked.text);
        assert!(!asked.text.contains(&format!("action=\"{address}\"")), "{}", asked.text);
        Ok(())
    });
}
