//! Sign-on by Médiacentre, as programs see it: from the tile to the own page, and whatever comes twice, late, or from somebody else.

use jiff::{SignedDuration, Timestamp};
use rentree_local::idp::{self, Person, Request};
use rentree_local::{Options, Rentree};
use rentree_table::{Methods, Role, User};
use reqwest::header::{CONTENT_TYPE, SET_COOKIE};
use serde_json::json;

use crate::support::clock::HandClock;
use crate::support::ent::{Computer, a_computer, a_pupil_of_the_ent, answer, id_of, leads};
use crate::support::faults::{Faults, mediacentre_with};
use crate::support::people::{PASSWORD, a_client, a_team, an_unknown_user, somebody};
use crate::support::pupils::{Classes, PUPIL_PASSWORD, Tied, a_class, by_user_name};
use crate::support::{join_all, product, run, shared_options};

/// A pupil whose account knows the Médiacentre alone, and who that is for the ENT.
async fn a_known_pupil(class: &Classes, place: usize) -> anyhow::Result<(Tied, Person)> {
    let person = a_pupil_of_the_ent();
    Ok((class.tie(place, Methods::of_mediacentre(id_of(&person)?, Timestamp::now())).await?, person))
}

fn answer_at(request: &Request, person: &Person, now: Timestamp) -> anyhow::Result<String> {
    idp::Answer { issuer: idp::ENTITY_ID, request, person, now }.encoded()
}

/// A page for people and a problem for programs, each with the way back to the beginning.
async fn refused(computer: &mut Computer, response: &str, status: u16, code: &str) -> anyhow::Result<()> {
    let before = computer.clone();
    let page = computer.deliver(response).await?;
    anyhow::ensure!(page.status == status, "{status} expected: {} {}", page.status, page.text);
    anyhow::ensure!(page.headers[CONTENT_TYPE].to_str()?.starts_with("text/html"));
    anyhow::ensure!(page.text.contains(r#"href="/mediacentre""#), "the page leads back: {}", page.text);
    anyhow::ensure!(computer.cookies == before.cookies, "no session begins, and none ends");
    let problem = computer.deliver_as(response, "application/json").await?;
    anyhow::ensure!(problem.headers[CONTENT_TYPE] == "application/problem+json");
    anyhow::ensure!((problem.status, &problem.json()["code"]) == (status, &json!(code)), "{}", problem.text);
    Ok(())
}

#[test]
fn who_is_known_is_signed_in_and_bears_the_names_of_the_ent() {
    run(async {
        let class = a_class(2).await?;
        let (pupil, person) = a_known_pupil(&class, 0).await?;
        let mut computer = a_computer();
        let reply = computer.sign_on(&person).await?;
        assert!(leads(&reply, "/mes-campagnes"), "{} {}", reply.status, reply.text);
        let session = computer.session().await?.expect("a session");
        assert_eq!(session.user, pupil.id);
        let cookies: Vec<&str> = reply.headers.get_all(SET_COOKIE).iter().filter_map(|c| c.to_str().ok()).collect();
        assert!(cookies.iter().any(|c| c.starts_with("__Host-session=") && c.contains("SameSite=Lax")), "{cookies:?}");
        assert_eq!(pupil.now().await?.full_name(), "Zéphyrine MARQUEPAGE");
        let own = computer.get("/mes-campagnes").await?.json();
        assert_eq!(own["methods"], json!(["mediacentre"]));
        // Nobody speaks of a password that there is not.
        for path in ["/mes-campagnes", "/account"] {
            let page = computer.page(path).await?.text;
            assert!(page.contains("Vous entrez par le Médiacentre, sans mot de passe."), "{page}");
            for password in ["Mon compte&nbsp;: mot de passe", "en cas d’oubli du mot de passe"] {
                assert!(!page.contains(password), "{password}: {page}");
            }
        }

        // What the ENT does not tell stays as it is; a program is told where it goes on.
        let nameless = Person { first_names: Vec::new(), last_names: vec!["-".to_owned()], ..person.clone() };
        let request = computer.click("/mediacentre").await?;
        let told = computer.deliver_as(&answer(&request, &nameless)?, "application/json").await?;
        assert_eq!((told.status, told.json()), (200, json!({"signed_in": true, "location": "/mes-campagnes"})));
        assert_eq!(pupil.now().await?.full_name(), "Zéphyrine MARQUEPAGE");

        // Staff typed their own names, and go to their space.
        let teacher = somebody().await?;
        let of_teacher = Person { profile: "National_ens".to_owned(), ..a_pupil_of_the_ent() };
        let mut staff_room = a_computer();
        staff_room.sign_on(&of_teacher).await?;
        sign_in(&mut staff_room, teacher.email().as_str(), PASSWORD).await?;
        assert_eq!(staff_room.post("/mediacentre/suite", &json!({"confirmed": true})).await?.status, 200);
        let reply = a_computer().sign_on(&of_teacher).await?;
        assert!(leads(&reply, "/"), "{} {}", reply.status, reply.location());
        let now = product().table.user(teacher.id).await?.expect("an account");
        assert_eq!(now.full_name(), teacher.user.full_name());
        Ok(())
    });
}

async fn sign_in(computer: &mut Computer, login: &str, password: &str) -> anyhow::Result<()> {
    let reply = computer.post("/sign-in", &json!({"login": login, "password": password})).await?;
    anyhow::ensure!(reply.status == 200, "{} {}", reply.status, reply.text);
    Ok(())
}

#[test]
fn a_sign_on_goes_on_where_it_began() {
    run(async {
        let class = a_class(2).await?;
        let (_, person) = a_known_pupil(&class, 0).await?;
        let mut computer = a_computer();
        // The GAR adds what it likes.
        let request = computer.click("/mediacentre?code=krt%20bvw582&idENT=1&idEtab=0750654D&idRessource=x").await?;
        let reply = computer.deliver(&answer(&request, &person)?).await?;
        assert!(leads(&reply, "/campagnes/KRTBVW582"), "{}", reply.location());
        let request = computer.click("/mediacentre?code=KRTBVW582").await?;
        let reply = computer.deliver(&answer(&request, &a_pupil_of_the_ent())?).await?;
        assert!(leads(&reply, "/campagnes/KRTBVW582"), "{}", reply.location());
        for nonsense in ["https://evil.example", "//evil.example", ""] {
            let request = computer.click(&format!("/mediacentre?code={nonsense}&idp=nobody")).await?;
            let reply = computer.deliver(&answer(&request, &person)?).await?;
            assert!(leads(&reply, "/mes-campagnes"), "{}", reply.location());
        }
        Ok(())
    });
}

#[test]
fn an_unknown_pupil_s_sign_on_waits() {
    run(async {
        let mut computer = a_computer();
        let person = a_pupil_of_the_ent();
        let reply = computer.sign_on(&person).await?;
        assert!(leads(&reply, "/mediacentre/suite"), "{} {}", reply.status, reply.text);
        assert!(computer.session().await?.is_none());
        let told = computer.get("/mediacentre/suite").await?.json();
        let name = "Zéphyrine MARQUEPAGE";
        assert_eq!(told, json!({"name": name, "profile": "pupil", "account": null, "step": "code"}));
        let page = computer.page("/mediacentre/suite").await?.text;
        assert!(page.contains(r#"action="/campagnes""#) && page.contains("/sign-in?next=/mediacentre/suite"), "{page}");
        assert_eq!(product().table.user_of_sign_on(&id_of(&person)?, Timestamp::now()).await?, None);

        // Elsewhere, nothing waits.
        let elsewhere = a_computer().get("/mediacentre/suite").await?;
        assert_eq!((elsewhere.status, &elsewhere.json()["code"]), (410, &json!("sign_on_too_late")));
        let nobody = computer.post("/mediacentre/suite", &json!({})).await?;
        assert_eq!((nobody.status, &nobody.json()["code"]), (401, &json!("signed_out")));
        Ok(())
    });
}

/// The pupil has an account by user name, and adds the Médiacentre to it: never by itself, and never to somebody else's.
#[test]
fn a_pupil_adds_the_mediacentre_to_the_account() {
    run(async {
        let class = a_class(3).await?;
        let pupil = class.tie(0, by_user_name()).await?;
        let own = |tied: &Tied| Person {
            first_names: vec![tied.user.first_name.to_string()],
            last_names: vec![tied.user.last_name.to_string()],
            ..a_pupil_of_the_ent()
        };
        let login = |tied: &Tied| tied.user.methods.user_name.as_ref().expect("a user name").to_string();
        let person = own(&pupil);
        let mut computer = a_computer();
        computer.sign_on(&person).await?;
        sign_in(&mut computer, &login(&pupil), PUPIL_PASSWORD).await?;
        let told = computer.get("/mediacentre/suite").await?.json();
        assert_eq!((&told["step"], &told["account"]), (&json!("add"), &json!(pupil.user.full_name())));
        assert!(computer.page("/mediacentre/suite").await?.text.contains("Ajouter le Médiacentre à ce compte"));
        assert_eq!(pupil.now().await?.methods.all(Timestamp::now()).len(), 1, "nothing is added before it is said");

        let before = computer.cookies.clone();
        for _ in 0..2 {
            computer.cookies.clone_from(&before);
            let added = computer.post("/mediacentre/suite", &json!({})).await?;
            assert_eq!(added.json(), json!({"added": true}), "a second click finds what the first one did");
        }
        let nothing = computer.post("/mediacentre/suite", &json!({})).await?;
        assert_eq!(nothing.status, 410, "nothing is said to be added where nothing waited: {}", nothing.text);
        let both = json!(["mediacentre", "user_name"]);
        assert_eq!(computer.get("/mes-campagnes").await?.json()["methods"], both);
        let page = computer.page("/mes-campagnes").await?.text;
        assert!(page.contains("mot de passe, ") && !page.contains("sans mot de passe"), "{page}");
        assert_eq!(computer.get("/mediacentre/suite").await?.status, 410, "it waits no more");
        let reply = a_computer().sign_on(&person).await?;
        assert!(leads(&reply, "/mes-campagnes"), "{}", reply.location());

        // Nearly the same name is asked, another one is refused.
        let other = class.tie(1, by_user_name()).await?;
        let near = Person { last_names: vec![format!("{}x", own(&other).last_names[0])], ..own(&other) };
        for (person, step, status) in [(near, "ask", 409), (a_pupil_of_the_ent(), "other_account", 409)] {
            let mut computer = a_computer();
            computer.sign_on(&person).await?;
            sign_in(&mut computer, &login(&other), PUPIL_PASSWORD).await?;
            assert_eq!(computer.get("/mediacentre/suite").await?.json()["step"], step);
            assert_eq!(computer.post("/mediacentre/suite", &json!({})).await?.status, status);
            let confirmed = computer.post("/mediacentre/suite", &json!({"confirmed": true})).await?.status;
            assert_eq!(confirmed, if step == "ask" { 200 } else { 409 });
        }
        // In the new year the ENT knows the pupil by another identifier: it takes the place of the former one.
        let next = own(&pupil);
        let mut computer = a_computer();
        computer.sign_on(&next).await?;
        sign_in(&mut computer, &login(&pupil), PUPIL_PASSWORD).await?;
        assert_eq!(computer.forge("/mediacentre/suite").await?.status, 403);
        assert_eq!(computer.post("/mediacentre/suite", &json!({})).await?.status, 200);
        let now = Timestamp::now();
        assert_eq!(product().table.user_of_sign_on(&id_of(&next)?, now).await?, Some(pupil.id));
        assert_eq!(product().table.user_of_sign_on(&id_of(&person)?, now).await?, None);
        Ok(())
    });
}

#[test]
fn staff_add_the_mediacentre_after_signing_in_and_by_a_click() {
    run(async {
        let (uai, _) = a_team().await?;
        let teacher = User { terms: None, ..an_unknown_user().await? };
        let email = teacher.methods.email.clone().expect("staff have an address");
        let id = rentree_local::people::enrol(&product().table, uai, Role::Member, &teacher, Timestamp::now()).await?;
        let person = Person { profile: "NATIONAL_ENS".to_owned(), ..a_pupil_of_the_ent() };
        let mut computer = a_computer();
        assert!(leads(&computer.sign_on(&person).await?, "/mediacentre/suite"));
        assert_eq!(computer.get("/mediacentre/suite").await?.json()["step"], "sign_in");
        let page = computer.page("/mediacentre/suite").await?.text;
        assert!(
            page.contains("/sign-in?next=/mediacentre/suite") && !page.contains("<form class=\"narrow\""),
            "{page}"
        );
        sign_in(&mut computer, email.as_str(), PASSWORD).await?;
        // The ENT calls them otherwise: a colleague may have left a sign-on behind.
        assert_eq!(computer.get("/mediacentre/suite").await?.json()["step"], "ask");
        assert_eq!(computer.post("/mediacentre/suite", &json!({})).await?.status, 409);
        assert_eq!(product().table.user_of_sign_on(&id_of(&person)?, Timestamp::now()).await?, None, "never assumed");
        // A no leads on, twice, and nothing waits any more.
        let mut unwilling = computer.clone();
        for _ in 0..2 {
            let declined = unwilling.post("/mediacentre/suite", &json!({"without_mediacentre": true})).await?;
            assert_eq!((declined.json(), declined.location()), (json!({"added": false}), "/?done=no-mediacentre"));
            let home = unwilling.page(declined.location()).await?;
            assert!(leads(&home, &format!("/schools/{uai}?done=no-mediacentre")), "{}", home.location());
        }
        assert_eq!(unwilling.get("/mediacentre/suite").await?.status, 410);
        assert_eq!(product().table.user_of_sign_on(&id_of(&person)?, Timestamp::now()).await?, None);
        let added = computer.post("/mediacentre/suite", &json!({"confirmed": true})).await?;
        assert_eq!(added.location(), "/?done=mediacentre");
        let home = computer.page(added.location()).await?;
        assert!(leads(&home, &format!("/schools/{uai}?done=mediacentre")), "{}", home.location());
        assert_eq!(computer.get("/account").await?.json()["methods"], json!(["mediacentre", "email"]));
        assert_eq!(product().table.user_of_sign_on(&id_of(&person)?, Timestamp::now()).await?, Some(id));
        // What staff owe, they owe still.
        let mut at_school = a_computer();
        at_school.sign_on(&person).await?;
        let team = at_school.get(&format!("/schools/{uai}/team")).await?;
        assert_eq!((team.status, &team.json()["code"]), (403, &json!("terms_not_accepted")));
        Ok(())
    });
}

/// Somebody else's response would sign them in in my browser, and what I do there would be theirs.
#[test]
fn an_answer_counts_in_the_browser_that_asked() {
    run(async {
        let class = a_class(2).await?;
        let (_, person) = a_known_pupil(&class, 0).await?;
        let (mut mine, mut theirs) = (a_computer(), a_computer());
        let request = mine.click("/mediacentre").await?;
        let response = answer(&request, &person)?;
        refused(&mut theirs, &response, 403, "sign_on_elsewhere").await?;
        theirs.click("/mediacentre").await?;
        refused(&mut theirs, &response, 403, "sign_on_elsewhere").await?;
        assert!(leads(&mine.deliver(&response).await?, "/mes-campagnes"), "nothing was used up");
        Ok(())
    });
}

#[test]
fn back_and_reload_lead_on_and_a_replay_does_not() {
    run(async {
        let class = a_class(2).await?;
        let (pupil, person) = a_known_pupil(&class, 0).await?;
        let mut computer = a_computer();
        let request = computer.click("/mediacentre").await?;
        let response = answer(&request, &person)?;
        computer.deliver(&response).await?;
        let first = computer.session_hash().expect("a session");

        // The session of the first answer may never have arrived: another one takes its place.
        let again = computer.deliver(&response).await?;
        assert!(leads(&again, "/mes-campagnes"), "{} {}", again.status, again.text);
        assert_eq!(computer.session().await?.expect("a session").user, pupil.id);
        assert_ne!(computer.session_hash(), Some(first.clone()));
        assert!(product().table.session(&first, Timestamp::now()).await?.is_none());

        // Whoever sits here after the pupil signed out, and goes back.
        assert_eq!(computer.post("/sign-out", &json!({})).await?.status, 200);
        refused(&mut computer, &response, 410, "sign_on_used").await?;

        // The same assertion for another request is no answer to it.
        let other = computer.click("/mediacentre").await?;
        let moved = product().table.sign_on_request(&other.id).await?;
        assert!(moved.is_some_and(|request| request.came_of_it.is_none()));

        // A sign-on that waits still waits.
        let mut computer = a_computer();
        let request = computer.click("/mediacentre").await?;
        let response = answer(&request, &a_pupil_of_the_ent())?;
        for location in ["/mediacentre/suite", "/mediacentre/suite?again=true"] {
            assert!(leads(&computer.deliver(&response).await?, location));
            assert_eq!(computer.get(location).await?.json()["step"], "code");
        }
        // The browser left before the first answer came: it begins anew by itself.
        let mut left = a_computer();
        let request = left.click("/mediacentre").await?;
        let response = answer(&request, &a_pupil_of_the_ent())?;
        left.clone().deliver(&response).await?;
        let again = left.deliver(&response).await?;
        assert!(leads(&again, "/mediacentre/suite?again=true"), "{}", again.location());
        assert!(leads(&left.get(again.location()).await?, "/mediacentre"));

        // Two clicks at the same moment.
        let request = computer.click("/mediacentre").await?;
        let response = answer(&request, &person)?;
        let (mut one, mut other) = (computer.clone(), computer.clone());
        let (first, second) = tokio::try_join!(one.deliver(&response), other.deliver(&response))?;
        assert!([&first, &second].iter().all(|reply| reply.status == 303), "{} {}", first.text, second.text);
        Ok(())
    });
}

#[test]
fn two_tabs_of_one_browser_both_get_in() {
    run(async {
        let class = a_class(2).await?;
        let (_, person) = a_known_pupil(&class, 0).await?;
        let mut computer = a_computer();
        let (first, second) = (computer.click("/mediacentre").await?, computer.click("/mediacentre").await?);
        assert_ne!(first.id, second.id);
        for request in [&first, &second] {
            let reply = computer.deliver(&answer(request, &person)?).await?;
            assert!(leads(&reply, "/mes-campagnes"), "{} {}", reply.status, reply.text);
        }
        Ok(())
    });
}

#[test]
fn the_child_before_did_not_sign_out() {
    run(async {
        let class = a_class(3).await?;
        let (before, (pupil, person)) = (class.tie(0, by_user_name()).await?, a_known_pupil(&class, 1).await?);
        let login = before.user.methods.user_name.as_ref().expect("a user name").to_string();
        for next in [person.clone(), a_pupil_of_the_ent()] {
            let mut computer = a_computer();
            sign_in(&mut computer, &login, PUPIL_PASSWORD).await?;
            let left = computer.session_hash().expect("a session");
            computer.sign_on(&next).await?;
            let ended = product().table.session(&left, Timestamp::now()).await?.is_none();
            assert!(ended, "the session of the child before is over, not only forgotten here");
            let user = computer.session().await?.map(|session| session.user);
            assert_eq!(user, (next == person).then_some(pupil.id));
        }

        // Nor does a sign-on wait for who comes next.
        let mut computer = a_computer();
        computer.sign_on(&a_pupil_of_the_ent()).await?;
        computer.sign_on(&person).await?;
        assert!(!computer.cookies.contains_key("__Host-signon"), "{:?}", computer.cookies.keys());
        Ok(())
    });
}

/// The test environment of the GAR, or another ENT, claims nobody.
#[test]
fn an_ido_counts_for_its_provider_alone() {
    run(async {
        let class = a_class(2).await?;
        let (_, person) = a_known_pupil(&class, 0).await?;
        let mut computer = a_computer();
        let request = computer.click("/mediacentre?idp=autre").await?;
        let now = Timestamp::now();
        let by_other = idp::Answer { issuer: idp::OTHER_ENTITY_ID, request: &request, person: &person, now };
        let reply = computer.deliver(&by_other.encoded()?).await?;
        assert!(leads(&reply, "/mediacentre/suite"), "{} {}", reply.status, reply.location());
        assert!(computer.session().await?.is_none());

        // Nor does it answer for the one that was asked.
        let request = computer.click("/mediacentre").await?;
        let by_other = idp::Answer { issuer: idp::OTHER_ENTITY_ID, request: &request, person: &person, now };
        refused(&mut computer, &by_other.encoded()?, 403, "sign_on_refused").await?;
        let unknown = idp::Answer { issuer: "https://unknown.example", request: &request, person: &person, now };
        refused(&mut computer, &unknown.encoded()?, 403, "sign_on_refused").await
    });
}

#[test]
fn what_is_no_answer_to_us_is_refused() {
    run(async {
        let class = a_class(2).await?;
        let (_, person) = a_known_pupil(&class, 0).await?;
        let mut computer = a_computer();
        let request = computer.click("/mediacentre").await?;
        let good = answer(&request, &person)?;

        let foreign = Request { id: "_of_somebody_else".to_owned(), ..request.clone() };
        refused(&mut computer, &answer(&foreign, &person)?, 410, "sign_on_too_late").await?;
        let elsewhere = Request { acs: "https://evil.example/acs".to_owned(), ..request.clone() };
        refused(&mut computer, &answer(&elsewhere, &person)?, 403, "sign_on_refused").await?;
        let for_others = Request { issuer: "https://other.example".to_owned(), ..request.clone() };
        refused(&mut computer, &answer(&for_others, &person)?, 403, "sign_on_refused").await?;
        let nobody = Person { ido: " ".to_owned(), ..person.clone() };
        refused(&mut computer, &answer(&request, &nobody)?, 403, "sign_on_refused").await?;
        let old = answer_at(&request, &person, Timestamp::now() - SignedDuration::from_mins(11))?;
        refused(&mut computer, &old, 410, "sign_on_too_late").await?;
        refused(&mut computer, "", 403, "sign_on_refused").await?;
        refused(&mut computer, "no base64", 403, "sign_on_refused").await?;
        refused(&mut computer, &"A".repeat(300 * 1024), 403, "sign_on_refused").await?;
        refused(&mut computer, &"A".repeat(401 * 1024), 403, "sign_on_refused").await?;
        assert!(leads(&computer.deliver(&good).await?, "/mes-campagnes"), "none of it used anything up");

        // An answer that was signed, and changed on its way.
        let request = computer.click("/mediacentre").await?;
        let changed = idp::changed(&answer(&request, &person)?, "Zéphyrine", "Zéphirine")?;
        refused(&mut computer, &changed, 403, "sign_on_refused").await
    });
}

#[test]
fn ten_minutes_too_late() {
    static CLOCK: HandClock = HandClock::new();
    run(async {
        let rentree = Rentree::start(&Options { clock: || CLOCK.now(), ..shared_options() }).await?;
        let person = a_pupil_of_the_ent();
        let mut computer = Computer::at(&rentree.url, &a_client());
        let request = computer.click("/mediacentre").await?;
        CLOCK.set(SignedDuration::from_mins(9));
        let in_time = computer.clone().deliver(&answer_at(&request, &person, CLOCK.now())?).await?;
        assert!(leads(&in_time, "/mediacentre/suite"), "{} {}", in_time.status, in_time.text);

        let request = computer.click("/mediacentre").await?;
        CLOCK.set(SignedDuration::from_mins(19) + SignedDuration::from_secs(1));
        let response = answer_at(&request, &person, CLOCK.now())?;
        refused(&mut computer, &response, 410, "sign_on_too_late").await?;
        // The browser has forgotten its cookie by then.
        computer.cookies.clear();
        refused(&mut computer, &response, 410, "sign_on_too_late").await?;

        // Half an hour later, nothing waits any more.
        let mut computer = Computer::at(&rentree.url, &a_client());
        let request = computer.click("/mediacentre").await?;
        computer.deliver(&answer_at(&request, &person, CLOCK.now())?).await?;
        assert_eq!(computer.get("/mediacentre/suite").await?.status, 200);
        CLOCK.set(SignedDuration::from_mins(50));
        assert_eq!(computer.get("/mediacentre/suite").await?.status, 410);
        rentree.stop().await
    });
}

#[test]
fn a_class_behind_one_address_gets_in_within_a_minute() {
    run(async {
        let class = a_class(35).await?;
        let mut people = Vec::new();
        for place in 0..35 {
            people.push(a_known_pupil(&class, place).await?);
        }
        let room = a_client();
        let signed_on = join_all(people.iter().map(|(pupil, person)| {
            let mut computer = Computer::at(&product().url, &room);
            async move {
                let reply = computer.sign_on(person).await?;
                anyhow::ensure!(leads(&reply, "/mes-campagnes"), "{} {}", reply.status, reply.text);
                anyhow::Ok(computer.session().await?.is_some_and(|session| session.user == pupil.id))
            }
        }));
        let signed_on = signed_on.await.into_iter().collect::<anyhow::Result<Vec<bool>>>()?;
        assert!(signed_on.iter().all(|is_theirs| *is_theirs));
        Ok(())
    });
}

/// A function that dies at any of its writes: nobody is half signed on, and the same answer is taken by the next.
#[test]
fn a_sign_on_is_whole_or_not_at_all() {
    run(async {
        let class = a_class(2).await?;
        let (pupil, known) = a_known_pupil(&class, 0).await?;
        for person in [known, a_pupil_of_the_ent()] {
            let mut computer = a_computer();
            let request = computer.click("/mediacentre").await?;
            let response = answer(&request, &person)?;
            let (url, dying) = mediacentre_with(Faults::after(0), Timestamp::now).await?;
            let mut there = Computer::at(&url, &a_client());
            there.cookies.clone_from(&computer.cookies);
            assert_eq!(there.deliver(&response).await?.status, 500);
            dying.abort();
            let asked = product().table.sign_on_request(&request.id).await?.expect("the request");
            assert_eq!(asked.came_of_it, None);
            let reply = computer.deliver(&response).await?;
            assert_eq!(reply.status, 303, "{}", reply.text);
            let user = computer.session().await?.map(|session| session.user);
            assert!(user.is_none_or(|user| user == pupil.id));
        }
        Ok(())
    });
}

#[test]
fn an_account_that_changes_meanwhile_is_looked_at_again() {
    run(async {
        let class = a_class(2).await?;
        let (pupil, person) = a_known_pupil(&class, 0).await?;
        // The last use was two months ago: it is noted again, by whichever of the two comes first.
        let before = Timestamp::now() - SignedDuration::from_hours(60 * 24);
        let id = id_of(&person)?;
        let mut computer = a_computer();
        let requests = [computer.click("/mediacentre").await?, computer.click("/mediacentre").await?];
        let answers = requests.iter().map(|request| answer(request, &person)).collect::<anyhow::Result<Vec<_>>>()?;
        let (mut one, mut other) = (computer.clone(), computer.clone());
        let (first, second) = tokio::try_join!(one.deliver(&answers[0]), other.deliver(&answers[1]))?;
        assert!(leads(&first, "/mes-campagnes") && leads(&second, "/mes-campagnes"), "{} {}", first.text, second.text);
        let methods = pupil.now().await?.methods;
        let used: Vec<Timestamp> = methods.mediacentre.at(Timestamp::now()).map(|had| had.used_at).collect();
        assert!(used.iter().all(|at| *at > before) && used.len() == 1, "{id:?}");
        Ok(())
    });
}

#[test]
fn we_are_described_and_nobody_can_encrypt_to_us() {
    run(async {
        let page = a_computer().page("/mediacentre/metadata").await?;
        assert_eq!(page.headers[CONTENT_TYPE], "application/samlmetadata+xml");
        let origin = &product().url;
        for part in [
            format!(r#"entityID="{origin}/mediacentre/metadata""#),
            format!(r#"Location="{origin}/mediacentre/acs""#),
            r#"AuthnRequestsSigned="false""#.to_owned(),
        ] {
            assert!(page.text.contains(&part), "{part}: {}", page.text);
        }
        assert!(!page.text.contains("KeyDescriptor"), "{}", page.text);
        Ok(())
    });
}

/// `cargo dev` and a deployment without an identity provider: said plainly, and everything else works.
#[test]
fn without_a_provider_it_is_off() {
    run(async {
        let mut options = shared_options();
        options.parameters.insert("IdentityProviders".to_owned(), String::new());
        let rentree = Rentree::start(&options).await?;
        let mut computer = Computer::at(&rentree.url, &a_client());
        let page = computer.page("/mediacentre").await?;
        assert_eq!(page.status, 404);
        assert!(
            page.text.contains("Pas de Médiacentre ici") && page.text.contains(r#"href="/sign-in""#),
            "{}",
            page.text
        );
        assert_eq!(computer.deliver("AAAA").await?.status, 404);
        assert_eq!(computer.page("/mediacentre/metadata").await?.status, 200);
        rentree.stop().await
    });
}
