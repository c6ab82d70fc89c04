//! Failed sign-ins: what is told of them, what they are counted for, how long they hold strangers up, and what ends that. Whom they do not
//! hold up is in `lockouts`.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::limit::FAILURES_BY_CLIENT;
use reqwest::header::COOKIE;
use serde_json::{Value, json};

use crate::support::clock::still;
use crate::support::devices::an_address;
use crate::support::mails::{link_in, mail_about, mail_to};
use crate::support::people::{PASSWORD, Stranger, a_client, a_failure, a_stranger, a_team, an_email, somebody};
use crate::support::{is_refused, join_all, product, run, run_while_time_stands_still};

#[test]
fn unknown_and_wrong_look_the_same() {
    run(async {
        let person = somebody().await?;
        let mut answers = Vec::new();
        for (email, password) in [(person.email(), "pas le bon mot"), (&an_email(), PASSWORD)] {
            let mut answer = a_stranger().sign_in(email.as_str(), password).await?;
            assert_eq!((answer.status, answer.code()), (422, "wrong_credentials"));
            assert_eq!(answer.session, None);
            answer.body["request_id"] = Value::Null;
            answers.push(answer.body);
        }
        assert_eq!(answers[0], answers[1]);
        let signed_in = a_stranger().sign_in(person.email().as_str(), PASSWORD).await?;
        assert!(signed_in.session.is_some());
        assert_eq!(signed_in.expect(200)?["name"], "Dominique Essai");
        Ok(())
    });
}

/// Ten failures wait; an address that nobody has waits, too.
#[test]
fn ten_failures_make_everybody_wait() {
    run_while_time_stands_still(async {
        let person = somebody().await?;
        let mut told = Vec::new();
        for email in [person.email().clone(), an_email()] {
            let client = a_stranger();
            for _ in 0..10 {
                assert_eq!(client.sign_in(email.as_str(), "pas le bon mot").await?.code(), "wrong_credentials");
            }
            let held = client.sign_in(email.as_str(), PASSWORD).await?;
            assert_eq!((held.status, held.code()), (429, "too_many"), "the right password, too");
            let detail = held.body["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains("Réessayez à partir de"), "{detail}");
            told.push(detail.split("partir de").next().unwrap().to_owned());
        }
        assert_eq!(told[0], told[1]);
        Ok(())
    });
}

/// Attempts at the same moment cannot slip through together.
#[test]
fn guesses_at_the_same_moment_all_count() {
    run_while_time_stands_still(async {
        let person = somebody().await?;
        let email = person.email();
        let guesses =
            (0..16).map(|n| async move { a_stranger().sign_in(email.as_str(), &format!("devinette {n}")).await });
        let mut tried = 0;
        for guess in join_all(guesses).await {
            let guess = guess?;
            tried += usize::from(guess.body["detail"].as_str().is_some_and(|detail| detail.contains("incorrect")));
        }
        assert!(tried <= 10, "{tried} guesses were tried");
        Ok(())
    });
}

/// A class behind one address: each mistypes once, and is in.
#[test]
fn thirty_five_people_behind_one_address_are_in() {
    run_while_time_stands_still(async {
        let room = a_stranger();
        let mut class = Vec::new();
        for _ in 0..35 {
            class.push(somebody().await?.email().clone());
        }
        let all = class.iter().map(|email| {
            let room = room.clone();
            async move {
                room.sign_in(email.as_str(), "mal tapé, trop vite").await?;
                room.sign_in(email.as_str(), PASSWORD).await
            }
        });
        for answer in join_all(all).await {
            answer?.expect(200)?;
        }
        Ok(())
    });
}

#[test]
fn one_client_cannot_try_a_password_on_everybody() {
    run_while_time_stands_still(async {
        let (client, address) = an_address();
        let client = Stranger(client);
        let limit = FAILURES_BY_CLIENT;
        client.get("/sign-in").await?.expect(200)?;
        // Most of them were a moment ago: each costs a hash.
        let (few, now) = (50, still());
        product().table.allows_many(&limit, &address, limit.count - few, now).await?;
        let guesses = (0..few + 20).map(|_| {
            let client = client.clone();
            async move { client.sign_in(an_email().as_str(), "le même pour tous").await }
        });
        let mut tried = 0;
        for guess in join_all(guesses).await {
            tried += u32::from(guess?.code() == "wrong_credentials");
        }
        // Whose answers are lost may be counted twice when many count at the same moment: fewer guesses, never more.
        assert!(tried <= few && (tried == few || is_refused()), "{tried}");
        let held = client.sign_in(an_email().as_str(), "le même pour tous").await?;
        assert!(held.body["detail"].as_str().unwrap().contains("depuis votre connexion"), "{}", held.body);
        let elsewhere = a_stranger().sign_in(an_email().as_str(), "x").await?;
        assert!(elsewhere.body["detail"].as_str().unwrap().contains("incorrect"), "{}", elsewhere.body);
        Ok(())
    });
}

/// Strangers make an address wait for an hour at most, and a new password ends that. Nobody blocks it: staff have addresses, whom nobody
/// could unblock.
#[test]
fn an_address_waits_for_an_hour_at_most_and_a_new_password_ends_that() {
    run(async {
        let mut person = somebody().await?;
        let email = person.email().clone();
        let long_ago = Timestamp::now() - SignedDuration::from_hours(7);
        for n in 0..70 {
            // Ten each hour, and the last ten now.
            let at = if n < 60 { long_ago + SignedDuration::from_hours(n / 10) } else { Timestamp::now() };
            a_failure(&email.clone().into(), at).await?;
        }
        let held = a_stranger().sign_in(email.as_str(), PASSWORD).await?;
        assert!(held.body["detail"].as_str().unwrap().contains("Réessayez à partir de"), "{}", held.body);

        assert_eq!(a_stranger().post("/forgotten-password", &json!({ "email": email })).await?.status, 202);
        let link = link_in(&mail_to(email.as_str(), 1).await?)?;
        for _ in 0..3 {
            a_stranger().get(&link).await?.expect(200)?;
        }
        let common = a_stranger().post(&link, &json!({"password": "motdepasse2026"})).await?;
        assert!(common.expect(422)?["errors"][0]["message"].as_str().unwrap().contains("se devine"));
        let sentence = a_stranger().post(&link, &json!({"password": "le professeur de maths du collège"})).await?;
        assert!(sentence.expect(422)?["errors"][0]["message"].as_str().unwrap().contains("un mot inattendu"));
        let set = a_stranger().post(&link, &json!({"password": "des bottes et un ciré"})).await?;
        assert!(set.session.is_some());
        set.expect(200)?;
        assert_eq!(a_stranger().post(&link, &json!({"password": "encore une autre phrase"})).await?.status, 410);
        assert_eq!(person.get("/account").await?.status, 401, "open sessions are over");
        assert_eq!(a_stranger().sign_in(email.as_str(), PASSWORD).await?.status, 422);
        a_stranger().sign_in(email.as_str(), "des bottes et un ciré").await?.expect(200)?;
        person.open_session().await?;
        mail_about("mot de passe a été changé", email.as_str()).await?;
        Ok(())
    });
}

/// A password that was wrong once is forgotten with the right one, wherever it was asked for.
#[test]
fn what_was_counted_is_taken_back_with_the_right_password() {
    run(async {
        let mut person = somebody().await?;
        let login = person.email().clone().into();
        let failures = async || anyhow::Ok(product().table.attempts(&login, Timestamp::now()).await?.failures());
        let change = |current: &str| json!({"current_password": current, "password": "des bottes et un ciré"});
        person.post("/account/password", &change("pas le bon mot")).await?.expect(422)?;
        assert_eq!(failures().await?, 1);
        let empty = person.post("/account/password", &change("")).await?.expect(422)?;
        assert!(empty["detail"].as_str().unwrap().contains("Indiquez votre mot de passe actuel"), "{empty}");
        assert_eq!(failures().await?, 1, "nothing was guessed");
        let short = json!({"current_password": PASSWORD, "password": "court"});
        person.post("/account/password", &short).await?.expect(422)?;
        assert_eq!(failures().await?, 0, "the new one was refused, the current one was right");
        person.post("/account/password", &change("pas le bon mot")).await?.expect(422)?;
        let changed = person.post("/account/password", &change(PASSWORD)).await?;
        person.cookie = changed.session.clone().unwrap();
        changed.expect(200)?;
        assert_eq!(failures().await?, 0);
        let address = json!({"email": an_email(), "current_password": "des bottes et un ciré"});
        a_failure(&login, Timestamp::now()).await?;
        person.post("/account/email", &address).await?.expect(202)?;
        assert_eq!(failures().await?, 0);
        a_failure(&login, Timestamp::now()).await?;
        a_stranger().sign_in(person.email().as_str(), "des bottes et un ciré").await?.expect(200)?;
        assert_eq!(failures().await?, 0);
        Ok(())
    });
}

/// Strangers can hold an account up, but not keep its owner from confirming the address, which ends that.
#[test]
fn an_account_that_is_held_up_can_still_confirm_its_address() {
    run(async {
        let (uai, administrator) = a_team().await?;
        let invited = an_email();
        let invitations = format!("/schools/{uai}/invitations");
        administrator.post(&invitations, &json!({ "emails": invited })).await?.expect(201)?;
        let link = link_in(&mail_to(invited.as_str(), 1).await?)?;
        let email = an_email();
        let sign_up =
            json!({"way": "sign_up", "first_name": "Léa", "last_name": "Martin", "email": email, "password": PASSWORD});
        let joined = a_stranger().post(&link, &sign_up).await?;
        let cookie = joined.session.clone().unwrap();
        joined.expect(200)?;
        mail_to(email.as_str(), 1).await?;
        let long_ago = Timestamp::now() - SignedDuration::from_hours(20);
        for n in 0..30 {
            a_failure(&email.clone().into(), long_ago + SignedDuration::from_mins(10 * n)).await?;
        }
        let ask = a_client().post(format!("{}/account/email", product().url)).header(COOKIE, &cookie);
        let asked = ask.json(&json!({ "email": email })).send().await?;
        assert_eq!(asked.status(), 202, "without a password: it is the account's address");
        mail_to(email.as_str(), 2).await?;
        Ok(())
    });
}
