//! The second factor of staff: codes of a phone, recovery codes, and every door that asks for them.

use directory::message::NamedLogin;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::Login;
use rentree_local::operator::Operator;
use rentree_local::phone;
use rentree_table::{Code, Role};
use serde_json::{Value, json};

use crate::support::clock::HandClock;
use crate::support::links::{an_activation, an_invitation};
use crate::support::mails::{link_in, mail_about};
use crate::support::people::{PASSWORD, Person, a_member, a_team, an_email, somebody};
use crate::support::pupils::{PUPIL_PASSWORD, a_class, by_user_name};
use crate::support::second_factor::{CODE_PAGE, FIRST_FACTOR, Kept, PAGE, Tab, add, both};
use crate::support::{join_all, product, run, run_by, run_while_time_stands_still};

const HALF_A_MINUTE: SignedDuration = SignedDuration::from_secs(30);

/// Somebody with a second factor, and what they have of it.
async fn with_a_second_factor(person: &Person) -> anyhow::Result<(Tab, Kept)> {
    let mut tab = Tab::of(person);
    let kept = add(&mut tab, Timestamp::now()).await?;
    Ok((tab, kept))
}

async fn is_in(tab: &mut Tab) -> anyhow::Result<bool> {
    Ok(tab.get("/account").await?.status == 200)
}

#[test]
fn a_session_begins_by_a_password_and_a_code() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let (_, person) = a_team().await?;
        let mut elsewhere = person.clone();
        elsewhere.open_session().await?;
        let (mut tab, mut other) = (Tab::of(&person), Tab::of(&elsewhere));
        // Neither a wrong password nor a wrong code adds it.
        let page = tab.get(PAGE).await?.expect(200)?;
        assert_eq!((&page.body["since"], &page.body["recovery_codes"]), (&Value::Null, &json!([])));
        let address = page.body["address"].as_str().unwrap_or_default();
        assert!(address.starts_with("otpauth://totp/Rentr%C3%A9e:personne"), "{address}");
        for (password, code) in [(PASSWORD, "000000"), ("pas le bon mot", "000000"), (PASSWORD, "")] {
            let fields = json!({"current_password": password, "one_time_code": code});
            tab.post(PAGE, &fields).await?.expect(422)?;
        }
        assert!(is_in(&mut other).await?);

        let kept = add(&mut tab, CLOCK.now()).await?;
        assert_eq!(kept.recovery_codes.len(), 10);
        let page = tab.get(PAGE).await?.expect(200)?;
        assert_eq!((&page.body["secret"], &page.body["recovery_codes_left"]), (&Value::Null, &json!(10)));
        assert!(!is_in(&mut other).await?, "who was in by the password alone");
        mail_about("activée", person.email().as_str()).await?;
        assert_eq!(tab.post(PAGE, &both("000000")).await?.status, 409, "there is one");

        // The password alone opens nothing, at whatever address.
        let mut tab = Tab::new();
        let told = tab.give_password(&person).await?.expect(403)?;
        assert_eq!((told.code(), told.opens), ("second_factor", false));
        assert!(tab.cookies.contains_key(FIRST_FACTOR) && !is_in(&mut tab).await?);
        // The code that added it has been used, and so has its half minute.
        for code in [kept.code(CLOCK.now())?.as_str(), kept.code(CLOCK.now() - HALF_A_MINUTE)?.as_str(), "", "123"] {
            let told = tab.give_code(code).await?.expect(422)?;
            assert!(!told.opens, "{code}");
        }
        // The half minute after is accepted, and another one before it no more.
        let next = kept.code(CLOCK.now() + HALF_A_MINUTE)?;
        assert!(tab.give_code(&next).await?.expect(200)?.opens);
        assert!(is_in(&mut tab).await? && !tab.cookies.contains_key(FIRST_FACTOR));
        let mut again = Tab::new();
        again.give_password(&person).await?.expect(403)?;
        again.give_code(&next).await?.expect(422)?;

        // Of the half minute before, on a phone whose clock is slow.
        CLOCK.set(SignedDuration::from_secs(120));
        let mut slow = Tab::new();
        slow.give_password(&person).await?.expect(403)?;
        slow.give_code(&kept.code(CLOCK.now() - 2 * HALF_A_MINUTE)?).await?.expect(422)?;
        assert!(slow.give_code(&kept.code(CLOCK.now() - HALF_A_MINUTE)?).await?.expect(200)?.opens);
        assert!(is_in(&mut slow).await? && is_in(&mut tab).await?);
        Ok(())
    });
}

/// Whoever was signed in before in the same browser, and looked at the secret that it was shown, knows nothing of the next one's.
#[test]
fn a_secret_that_is_set_up_is_of_one_account() {
    run_while_time_stands_still(async {
        let now = crate::support::clock::still();
        let ((_, first), (_, next)) = (a_team().await?, a_team().await?);
        let secret = async |tab: &mut Tab| {
            let page = tab.get(PAGE).await?.expect(200)?;
            anyhow::Ok(page.body["secret"].as_str().unwrap_or_default().to_owned())
        };
        let mut tab = Tab::of(&first);
        let seen = secret(&mut tab).await?;
        assert_eq!(secret(&mut tab).await?, seen, "it stays while it is set up");
        // Another session takes the place of the first one, and the browser keeps the rest.
        tab.cookies.extend(Tab::of(&next).cookies);
        let theirs = secret(&mut tab).await?;
        assert!(!theirs.is_empty() && theirs != seen);
        tab.post(PAGE, &both(&phone::code(&seen, now)?)).await?.expect(422)?;
        assert_eq!(secret(&mut tab).await?, theirs);
        tab.post(PAGE, &both(&phone::code(&theirs, now)?)).await?.expect(200)?;
        Ok(())
    });
}

/// Of two requests at the same moment with one code, one opens a session.
#[test]
fn a_code_opens_one_session() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let (_, person) = a_team().await?;
        let kept = add(&mut Tab::of(&person), CLOCK.now()).await?;
        CLOCK.set(SignedDuration::from_secs(60));
        for code in [kept.code(CLOCK.now())?, kept.recovery_codes[0].clone()] {
            let mut tabs = Vec::new();
            for _ in 0..4 {
                let mut tab = Tab::new();
                tab.give_password(&person).await?.expect(403)?;
                tabs.push(tab);
            }
            let told = join_all(tabs.iter_mut().map(|tab| tab.give_code(&code))).await;
            let opened = told.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
            assert_eq!(opened.iter().filter(|told| told.opens).count(), 1, "{opened:?}");
        }
        Ok(())
    });
}

/// What a browser keeps between the two steps is completed once, and within ten minutes; another password ends it.
#[test]
fn a_password_that_was_given_holds_once_and_not_for_long() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let (_, person) = a_team().await?;
        let mut at_home = Tab::of(&person);
        let kept = add(&mut at_home, CLOCK.now()).await?;
        let mut code = kept.recovery_codes.iter();
        let mut tab = Tab::new();
        tab.give_password(&person).await?.expect(403)?;
        CLOCK.set(SignedDuration::from_secs(60));
        let mut copied = tab.clone();
        assert!(tab.give_code(code.next().unwrap()).await?.expect(200)?.opens);
        let mut later = Tab::new();
        later.give_password(&person).await?.expect(403)?;
        CLOCK.set(SignedDuration::from_secs(120));
        assert!(later.give_code(code.next().unwrap()).await?.expect(200)?.opens);
        let told = copied.give_code(code.next().unwrap()).await?.expect(409)?;
        assert!(!told.opens && told.code() == "too_late", "{told:?}");

        let mut late = Tab::new();
        late.give_password(&person).await?.expect(403)?;
        let mut moved = late.clone();
        assert_eq!(late.browse(CODE_PAGE).await?.status, 200);
        CLOCK.set(SignedDuration::from_secs(120 + 600));
        late.give_code(code.next().unwrap()).await?.expect(409)?;
        let led = late.browse(&format!("{CODE_PAGE}?next=/spaces")).await?.expect(303)?;
        assert_eq!(led.location, "/sign-in?next=/spaces");

        CLOCK.set(SignedDuration::from_secs(125));
        let changed = json!({"current_password": PASSWORD, "password": "quatre huîtres au petit matin"});
        at_home.post("/account/password", &changed).await?.expect(200)?;
        moved.give_code(code.next().unwrap()).await?.expect(409)?;
        Tab::new().give_code(code.next().unwrap()).await?.expect(409)?;
        Ok(())
    });
}

#[test]
fn a_recovery_code_is_accepted_once_and_told() {
    run(async {
        let (_, person) = a_team().await?;
        let (mut tab, kept) = with_a_second_factor(&person).await?;
        let mut door = Tab::new();
        door.give_password(&person).await?.expect(403)?;
        let typed = kept.recovery_codes[0].replace('-', " ").to_uppercase();
        assert!(door.give_code(&typed).await?.expect(200)?.opens);
        mail_about("code de secours a été utilisé", person.email().as_str()).await?;
        assert_eq!(door.get(PAGE).await?.body["recovery_codes_left"], 9);
        let mut again = Tab::new();
        again.give_password(&person).await?.expect(403)?;
        again.give_code(&kept.recovery_codes[0]).await?.expect(422)?;

        // Others take their place, for who has both factors.
        let renew = format!("{PAGE}/recovery-codes");
        let wrong = json!({"current_password": "pas le bon mot", "one_time_code": kept.recovery_codes[1]});
        tab.post(&renew, &wrong).await?.expect(422)?;
        tab.post(&renew, &both("000000")).await?.expect(422)?;
        let told = tab.post(&renew, &both(&kept.recovery_codes[1])).await?.expect(200)?;
        mail_about("remplacés", person.email().as_str()).await?;
        let others: Vec<String> = serde_json::from_value(told.body["recovery_codes"].clone())?;
        assert!(others.len() == 10 && others.iter().all(|code| !kept.recovery_codes.contains(code)));
        again.give_code(&kept.recovery_codes[2]).await?.expect(422)?;

        // Shown to the browser that made them, once.
        let shown = tab.get(PAGE).await?.expect(200)?;
        assert_eq!(serde_json::from_value::<Vec<String>>(shown.body["recovery_codes"].clone())?, others);
        assert_eq!(tab.get(PAGE).await?.body["recovery_codes"], json!([]));
        assert_eq!(door.get(PAGE).await?.body["recovery_codes"], json!([]));
        assert!(again.give_code(&others[0]).await?.expect(200)?.opens);
        Ok(())
    });
}

/// Another password, or the end of all sessions, comes between the two factors and the codes that they ask for.
#[test]
fn no_recovery_codes_are_made_for_an_account_that_was_changed() {
    run(async {
        let (_, person) = a_team().await?;
        with_a_second_factor(&person).await?;
        let table = &product().table;
        let (user, factor) = (table.user(person.id).await?.unwrap(), table.second_factor(person.id).await?.unwrap());
        let used = factor.used(&Code::Step(factor.last_step + 1)).unwrap();
        table.end_all_sessions(person.id, Timestamp::now()).await?;
        assert!(!table.keep_recovery_codes((person.id, &user), &used).await?);
        assert_eq!(table.second_factor(person.id).await?, Some(factor));
        let user = table.user(person.id).await?.unwrap();
        assert!(table.keep_recovery_codes((person.id, &user), &used).await?);
        Ok(())
    });
}

#[test]
fn it_ends_by_both_factors() {
    run(async {
        let (_, person) = a_team().await?;
        let (mut tab, kept) = with_a_second_factor(&person).await?;
        let mut other = Tab::new();
        other.give_password(&person).await?.expect(403)?;
        other.give_code(&kept.recovery_codes[0]).await?.expect(200)?;
        let end = format!("{PAGE}/end");
        let wrong = json!({"current_password": "pas le bon mot", "one_time_code": kept.recovery_codes[1]});
        for fields in [wrong, both("000000"), both(&kept.recovery_codes[0]), both("")] {
            tab.post(&end, &fields).await?.expect(422)?;
        }
        let told = tab.post(&end, &both(&kept.recovery_codes[1])).await?.expect(200)?;
        assert!(told.opens && is_in(&mut tab).await? && !is_in(&mut other).await?);
        mail_about("désactivée", person.email().as_str()).await?;
        assert_eq!(tab.post(&end, &both(&kept.recovery_codes[2])).await?.status, 409, "there is none");
        assert!(Tab::new().give_password(&person).await?.expect(200)?.opens);
        assert!(product().table.second_factor(person.id).await?.is_none());
        Ok(())
    });
}

/// Wrong codes are counted by account, and a right password takes none of them back.
#[test]
fn wrong_codes_make_wait() {
    run_while_time_stands_still(async {
        let (_, person) = a_team().await?;
        let mut tab = Tab::of(&person);
        let kept = add(&mut tab, crate::support::clock::still()).await?;
        let (_, colleague) = a_team().await?;
        let theirs = add(&mut Tab::of(&colleague), crate::support::clock::still()).await?;
        let mut door = Tab::new();
        for _ in 0..10 {
            door.give_password(&person).await?.expect(403)?;
            let told = door.give_code("000000").await?.expect(422)?;
            assert!(told.body.to_string().contains("n’est pas valable"), "{told:?}");
        }
        for code in ["000000", &kept.recovery_codes[0]] {
            door.give_password(&person).await?.expect(403)?;
            let told = door.give_code(code).await?.expect(422)?;
            assert!(told.body.to_string().contains("Réessayez dans une heure") && !told.opens, "{told:?}");
        }
        // Who sits at an open session guesses no more than who stands at the door.
        let told = tab.post(&format!("{PAGE}/end"), &both(&kept.recovery_codes[0])).await?.expect(422)?;
        assert!(told.body.to_string().contains("Réessayez dans une heure"), "{told:?}");
        assert!(is_in(&mut tab).await?);
        let mut other = Tab::new();
        other.give_password(&colleague).await?.expect(403)?;
        other.give_code(&theirs.recovery_codes[0]).await?.expect(200)?;
        Ok(())
    });
}

/// Each door where a password is typed, or set by a link, leads to the code and opens nothing before.
#[test]
fn every_door_asks_for_the_code() {
    run(async {
        let (uai, administrator) = a_team().await?;
        let person = a_member(uai, Role::Administrator).await?;
        let (_, kept) = with_a_second_factor(&person).await?;
        let mut codes = kept.recovery_codes.iter();
        let (neighbour, head) = a_team().await?;
        let (_, invitation) = an_invitation(&head, neighbour, Timestamp::now()).await?;
        let activation = an_activation(neighbour, Timestamp::now()).await?;
        let known = json!({"way": "sign_in", "email": person.email(), "password": PASSWORD});

        for link in [&invitation, &activation] {
            let mut tab = Tab::new();
            let told = tab.post(link, &known).await?.expect(403)?;
            assert!(told.code() == "second_factor" && !told.opens, "{told:?}");
            assert!(!is_in(&mut tab).await?);
            assert!(product().table.member(neighbour, person.id).await?.is_none(), "nothing of the link was used");
            // The code leads back to the link, where they join as who is signed in.
            let fields = json!({"one_time_code": codes.next().unwrap(), "next": link});
            let told = tab.post(CODE_PAGE, &fields).await?.expect(200)?;
            assert!(told.opens && told.location == *link, "{told:?}");
            if link == &activation {
                tab.post(link, &json!({"way": "signed_in"})).await?.expect(200)?;
                assert!(product().table.member(neighbour, person.id).await?.is_some());
            }
        }

        // A password by mail goes round nothing.
        let mut tab = Tab::new();
        tab.post("/forgotten-password", &json!({ "email": person.email() })).await?.expect(202)?;
        let link = link_in(&mail_about("nouveau mot de passe", person.email().as_str()).await?)?;
        let new = "quatre huîtres au petit matin";
        let told = tab.post(&link, &json!({ "password": new })).await?.expect(403)?;
        assert!(told.code() == "second_factor" && !told.opens && !is_in(&mut tab).await?, "{told:?}");
        tab.post(&link, &json!({ "password": new })).await?.expect(410)?;
        let login = Login::Email(person.email().clone());
        let old = json!({"login": person.email(), "password": PASSWORD});
        Tab::new().post("/sign-in", &old).await?.expect(422)?;
        assert!(product().table.owner_of(&login).await? == Some(person.id));
        assert!(tab.give_code(codes.next().unwrap()).await?.expect(200)?.opens && is_in(&mut tab).await?);
        drop(administrator);
        Ok(())
    });
}

/// A browser is led from the form of a password to that of a code, and on to where it wanted to go.
#[test]
fn a_browser_is_led_on() {
    run(async {
        let (uai, person) = a_team().await?;
        let home = format!("/schools/{uai}?done=recovery-code");
        let (_, kept) = with_a_second_factor(&person).await?;
        let mut tab = Tab::new();
        let fields = json!({"login": person.email(), "password": PASSWORD, "next": "/spaces"});
        let led = tab.post_as_a_browser("/sign-in", &fields).await?.expect(303)?;
        assert_eq!(led.location, format!("{CODE_PAGE}?next=/spaces"));
        let page = tab.browse(&led.location).await?.expect(200)?;
        let text = page.body.as_str().unwrap_or_default();
        assert!(text.contains("value=\"/spaces\""));
        assert!(text.contains("Une personne s’assure que la demande vient bien de vous"), "who lost both: {text}");
        let fields = json!({"one_time_code": kept.recovery_codes[0], "next": "/spaces"});
        let led = tab.post_as_a_browser(CODE_PAGE, &fields).await?.expect(303)?;
        assert_eq!((led.location.as_str(), led.opens), ("/spaces?done=recovery-code", true));
        // Told on arrival, with the way to the codes that are left and to another telephone; elsewhere one goes on with what one came for.
        assert_eq!(tab.browse("/?done=recovery-code").await?.expect(303)?.location, home);
        for address in ["/spaces?done=recovery-code", &home] {
            let page = tab.browse(address).await?.expect(200)?;
            let page = page.body.as_str().unwrap_or_default();
            assert!(page.contains("avec un code de secours") && page.contains(&format!("href=\"{PAGE}\"")), "{page}");
        }
        let mut again = Tab::new();
        again.give_password(&person).await?.expect(403)?;
        let fields = json!({"one_time_code": kept.recovery_codes[1], "next": "/account"});
        assert_eq!(again.post(CODE_PAGE, &fields).await?.expect(200)?.location, "/account");
        Ok(())
    });
}

/// Pupils have none, members are offered one, administrators of a month are asked.
#[test]
fn who_is_asked() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let (uai, administrator) = a_team().await?;
        let (member, nobody) = (a_member(uai, Role::Member).await?, somebody().await?);
        let class = a_class(12).await?;
        let pupil = class.tie(4, by_user_name()).await?;
        let name = pupil.user.methods.user_name.clone().unwrap().to_string();
        let as_pupil = json!({"login": name, "password": PUPIL_PASSWORD});

        for (days, asked) in [(29, false), (31, true)] {
            CLOCK.set(SignedDuration::from_hours(days * 24));
            let location = Tab::new().give_password(&administrator).await?.expect(200)?.location;
            let page = if asked { format!("{PAGE}?next=/") } else { "/".to_owned() };
            assert_eq!(location, page, "{days}");
            for other in [&member, &nobody] {
                assert_eq!(Tab::new().give_password(other).await?.expect(200)?.location, "/", "{days}");
            }
            assert_eq!(Tab::new().post("/sign-in", &as_pupil).await?.expect(200)?.location, "/", "{days}");
        }
        // Asked, and let in all the same; "later" leads on.
        let mut tab = Tab::new();
        let fields = json!({"login": administrator.email(), "password": PASSWORD, "next": "/spaces"});
        let told = tab.post("/sign-in", &fields).await?.expect(200)?;
        let page = tab.browse(&told.location).await?.expect(200)?;
        let page = page.body.as_str().unwrap_or_default();
        assert!(page.contains("<a href=\"/spaces\">Plus tard</a>") && page.contains("trente jours"), "{page}");
        assert_eq!(tab.get(&format!("/schools/{uai}/team")).await?.status, 200);
        // Who has one is asked no more, but for the code.
        let kept = add(&mut tab, CLOCK.now()).await?;
        let mut tab = Tab::new();
        tab.give_password(&administrator).await?.expect(403)?;
        assert_eq!(tab.give_code(&kept.recovery_codes[0]).await?.expect(200)?.location, "/?done=recovery-code");

        let offer = "Activer la validation en deux étapes";
        let mut tab = Tab::new();
        tab.give_password(&member).await?.expect(200)?;
        assert!(tab.browse("/account").await?.body.as_str().unwrap_or_default().contains(offer));
        let mut tab = Tab::new();
        tab.post("/sign-in", &as_pupil).await?.expect(200)?;
        let page = tab.browse("/account").await?.expect(200)?;
        assert!(!page.body.as_str().unwrap_or_default().contains("deux étapes"));
        assert_eq!(tab.get(PAGE).await?.status, 404);
        assert_eq!(tab.post(PAGE, &both("000000")).await?.status, 404);
        Ok(())
    });
}

/// Whoever lost both comes back by the school's mailbox, with another account, in sight of all administrators; or an operator ends the
/// second factor.
#[test]
fn who_lost_both_comes_back() {
    run(async {
        let (uai, person) = a_team().await?;
        let (mut tab, kept) = with_a_second_factor(&person).await?;
        let link = an_activation(uai, Timestamp::now()).await?;
        let email = an_email();
        let newcomer = json!({"way": "sign_up", "first_name": "Anne", "last_name": "Retour", "email": email, "password": PASSWORD});
        assert!(Tab::new().post(&link, &newcomer).await?.expect(200)?.opens);
        mail_about("administrat", person.email().as_str()).await?;

        let end =
            async |login: &str| Operator::of(&product().stack)?.end_second_factor(NamedLogin(login.to_owned())).await;
        assert_eq!(end("personne@rentree.example").await?["refused"]["code"], "account_unknown");
        assert_eq!(end("personne").await?["refused"]["code"], "account_unknown");
        let report = end(person.email().as_str()).await?;
        assert_eq!((&report["user"], &report["refused"]), (&json!(person.id), &Value::Null), "{report}");
        assert!(!is_in(&mut tab).await?);
        assert_eq!(end(person.email().as_str()).await?["refused"]["code"], "no_second_factor");
        let mut tab = Tab::new();
        assert!(tab.give_password(&person).await?.expect(200)?.opens);
        // A word that was said before ends none that was added since.
        let said = Timestamp::now();
        let others = add(&mut tab, Timestamp::now()).await?;
        assert!(!product().table.end_second_factor_by_word(person.id, said).await?);
        let mut door = Tab::new();
        door.give_password(&person).await?.expect(403)?;
        door.give_code(&kept.recovery_codes[0]).await?.expect(422)?;
        door.give_code(&others.recovery_codes[0]).await?.expect(200)?;
        Ok(())
    });
}
