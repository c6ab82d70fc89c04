//! Passwords: temporary ones end, their owners are told, and whoever joins a team chooses one by the rules of staff.

use axum::http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use learners::Learners;
use rentree_domain::password::TEMPORARY_LASTS;
use rentree_domain::{EmailAddress, UserId};
use rentree_http::NewSession;
use rentree_orders::limit::HAND_OUTS_BY_MAILBOX;
use rentree_runtime::Clock;
use rentree_table::{AccountError, HandOutError, Methods, PasswordToChange, School, User, Who};
use reqwest::header::{ACCEPT, COOKIE, LOCATION};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::clock::HandClock;
use crate::support::faults::{Faults, watched};
use crate::support::links::{an_activation, an_invitation};
use crate::support::mails::{mail_about, mails_to, no_mail_is_pending};
use crate::support::people::{Answer, PASSWORD, a_client, a_stranger, a_team, an_email};
use crate::support::pupils::{
    Classes, PUPIL_PASSWORD, Tied, a_class, as_holder, by_mediacentre, by_user_name, sign_in,
};
use crate::support::{a_uai, is_refused, product, run, run_by};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// What `pupil` is handed out by a function whose clock is `clock`.
async fn handed_out(class: &Classes, pupil: &Tied, clock: Clock) -> anyhow::Result<Value> {
    let stack = &product().stack;
    let dynamodb = watched(&stack.aws_of("LearnersFunction")?, Faults::default());
    let function = Learners::new(&stack.function_settings("LearnersFunction")?, dynamodb, clock)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}{}", listener.local_addr()?, class.path("/passwords"));
    tokio::spawn(async move { axum::serve(listener, function.router()).await });
    let request = a_client().post(url).header(ACCEPT, "application/json").header(COOKIE, &class.administrator.cookie);
    let answer: Value = request.json(&json!({"learners": [pupil.learner]})).send().await?.json().await?;
    Ok(answer["handed_out"][0].clone())
}

fn nearly_two_weeks_ago() -> Timestamp {
    Timestamp::now() - TEMPORARY_LASTS + MINUTE * 10
}

fn over_two_weeks_ago() -> Timestamp {
    Timestamp::now() - TEMPORARY_LASTS - MINUTE
}

#[test]
fn a_temporary_password_lives_two_weeks() {
    run(async {
        let class = a_class(12).await?;
        let (one, other) = (class.tie(0, by_user_name()).await?, class.tie(1, by_user_name()).await?);
        let signed_in = async |slip: &Value, password: Option<&str>| {
            let password = password.unwrap_or_else(|| slip["temporary_password"].as_str().unwrap_or_default());
            sign_in(slip["user_name"].as_str().unwrap_or_default(), password).await
        };
        let slip = handed_out(&class, &one, nearly_two_weeks_ago).await?;
        assert_eq!(signed_in(&slip, None).await?.expect(200)?["must_change_password"], true);

        let slip = handed_out(&class, &other, over_two_weeks_ago).await?;
        let refused = signed_in(&slip, None).await?;
        assert!(refused.session.is_none());
        assert_eq!(refused.status, 422);
        assert!(refused.body["detail"].as_str().unwrap().contains("n’est plus valable"), "{}", refused.body);
        // Whoever does not know it learns nothing of it.
        let wrong = signed_in(&slip, Some("nadu-reka-473")).await?.body;
        assert!(wrong["detail"].as_str().unwrap().contains("incorrect"), "{wrong}");
        // The right one is no failure, however often it is tried, and another one helps.
        for _ in 0..12 {
            assert!(signed_in(&slip, None).await?.body["detail"].as_str().unwrap().contains("n’est plus valable"));
        }
        let page = class.administrator.get(&class.path(&format!("/{}", other.learner))).await?.expect(200)?;
        assert_eq!(page["account"]["temporary_password_until"], slip["until"]);
        assert_eq!(page["account"]["temporary_password_is_over"], true);
        let again = class.hand_out(&[other.learner]).await?.expect(200)?;
        signed_in(&again["handed_out"][0], None).await?.expect(200)?;
        Ok(())
    });
}

/// A user name, and an address.
fn by_both() -> (Methods, EmailAddress) {
    let email = an_email();
    (Methods { email: Some(email.clone()), ..by_user_name() }, email)
}

#[test]
fn an_owner_is_told_of_a_hand_out() {
    run(async {
        let class = a_class(12).await?;
        let ((methods, address), (unconfirmed, strangers)) = (by_both(), by_both());
        let told = class.tie(0, methods).await?;
        let user = User { methods: unconfirmed, email_confirmed: false, ..told.user.clone() };
        let id = UserId::new(Timestamp::now(), rentree_runtime::random());
        class.tie_to(1, Who::Newcomer { id, user: &user }).await?;
        let both = [told.learner, class.learners[1].id];
        for _ in 0..HAND_OUTS_BY_MAILBOX.count + 2 {
            let done = class.hand_out(&both).await?.expect(200)?;
            assert_eq!(done["handed_out"].as_array().map(Vec::len), Some(2), "{done}");
        }
        let mail = mail_about("mot de passe provisoire", address.as_str()).await?;
        let school = product().table.school(class.uai).await?.unwrap().name;
        assert!(mail.text.contains(&school) && mail.text.contains("/forgotten-password"), "{}", mail.text);
        no_mail_is_pending().await?;
        let most = usize::try_from(HAND_OUTS_BY_MAILBOX.count)?;
        let got = mails_to(address.as_str()).await?.len();
        assert!(got == most || is_refused() && (1..most).contains(&got), "{got}");
        assert!(mails_to(strangers.as_str()).await?.is_empty(), "an address that nobody confirmed may be a stranger's");
        Ok(())
    });
}

/// What somebody is answered at `path` who must choose another password first, and then chooses it.
async fn must_choose(cookie: &str, path: &str) -> anyhow::Result<()> {
    let closed: Value = as_holder(cookie, Method::GET, path).send().await?.json().await?;
    anyhow::ensure!(closed["code"] == "password_to_change", "{closed}");
    let page: Value = as_holder(cookie, Method::GET, "/temporary-password").send().await?.json().await?;
    anyhow::ensure!(page["is_temporary"] == false, "{page}");
    let chosen = as_holder(cookie, Method::POST, "/temporary-password").json(&json!({"password": "Velours-gris8"}));
    let chosen = chosen.send().await?;
    anyhow::ensure!(chosen.status() == 200, "{}", chosen.text().await?);
    Ok(())
}

/// Where a browser is led that sends or asks for something, what it reads there, and the session that it has then.
async fn led(request: RequestBuilder, cookie: &str) -> anyhow::Result<(String, String, String)> {
    let answer = request.header(ACCEPT, "text/html").header(COOKIE, cookie).send().await?;
    let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let answer = Answer::read(answer).await?;
    let text = answer.body.as_str().unwrap_or_default().to_owned();
    Ok((location, text, answer.session.unwrap_or_else(|| cookie.to_owned())))
}

/// Whoever had to choose a password is told that it is done, by the page where they arrive: a pupil with a temporary one, and who joined a
/// team, whom the terms of use keep in between.
#[test]
fn a_password_that_was_chosen_is_told_on_arrival() {
    run(async {
        const TOLD: &str = "Votre mot de passe a été changé.";
        let class = a_class(12).await?;
        let at = |path: &str| format!("{}{path}", product().url);
        let choose = |next: &str| {
            a_client().post(at("/temporary-password")).json(&json!({"password": "Velours-gris8", "next": next}))
        };

        let pupil = class.tie(0, by_user_name()).await?;
        let campaign = format!("/campagnes/{}", class.code().await?);
        for next in ["", "/mes-campagnes", "/mes-certificats", campaign.as_str()] {
            let done = class.hand_out(&[pupil.learner]).await?.expect(200)?;
            let slip = &done["handed_out"][0];
            let temporary = slip["temporary_password"].as_str().unwrap();
            let cookie = sign_in(slip["user_name"].as_str().unwrap(), temporary).await?.session.unwrap();
            let (mut place, _, cookie) = led(choose(next), &cookie).await?;
            if next.is_empty() {
                assert_eq!(place, "/?done=password");
                place = led(a_client().get(at(&place)), &cookie).await?.0;
            }
            let is_told = next != "/mes-certificats";
            let wanted = match next {
                "/mes-certificats" => next.to_owned(),
                "" => "/mes-campagnes?done=password".to_owned(),
                told => format!("{told}?done=password"),
            };
            assert_eq!(place, wanted, "{next}");
            let page = led(a_client().get(at(&place)), &cookie).await?.1;
            assert_eq!(page.contains(TOLD), is_told, "{page}");
            for other in ["/mes-campagnes", "/mes-campagnes?done=x"] {
                assert!(!led(a_client().get(at(other)), &cookie).await?.1.contains(TOLD), "{other}");
            }
        }

        let (uai, administrator) = a_team().await?;
        let pupil = class.tie(1, by_user_name()).await?;
        let cookie = pupil.session().await?;
        let (_, link) = an_invitation(&administrator, uai, Timestamp::now()).await?;
        let joined = as_holder(&cookie, Method::POST, &link).json(&json!({"way": "signed_in"})).send().await?;
        assert_eq!(joined.status(), 200, "{}", joined.text().await?);
        let (place, _, cookie) = led(choose(&format!("/schools/{uai}")), &cookie).await?;
        assert_eq!(place, format!("/schools/{uai}?done=password"));
        let terms = led(a_client().get(at(&place)), &cookie).await?.0;
        assert_eq!(terms, format!("/terms?next=/schools/{uai}%3Fdone%3Dpassword"));
        let accepted = json!({"version": rentree_domain::terms::VERSION, "next": place});
        let (place, ..) = led(a_client().post(at("/terms")).json(&accepted), &cookie).await?;
        for place in [place.as_str(), "/spaces?done=password"] {
            let page = led(a_client().get(at(place)), &cookie).await?.1;
            assert!(page.contains(TOLD), "{place}: {page}");
        }
        Ok(())
    });
}

/// A pupil's password of eight characters does not open the data of a school.
#[test]
fn whoever_joins_a_team_chooses_a_password_of_staff() {
    run(async {
        let class = a_class(12).await?;
        let (uai, administrator) = a_team().await?;
        let team = format!("/schools/{uai}/team");

        // Signed in as a pupil.
        let pupil = class.tie(0, by_user_name()).await?;
        let cookie = pupil.session().await?;
        let (_, link) = an_invitation(&administrator, uai, Timestamp::now()).await?;
        let joined = as_holder(&cookie, Method::POST, &link).json(&json!({"way": "signed_in"})).send().await?;
        assert_eq!(joined.status(), 200, "{}", joined.text().await?);
        assert_eq!(pupil.now().await?.password_to_change, Some(PasswordToChange::ChosenAsPupil));
        let short = as_holder(&cookie, Method::POST, "/temporary-password").json(&json!({"password": "Nuage-42"}));
        let short: Value = short.send().await?.json().await?;
        assert!(short["detail"].as_str().unwrap().contains("12\u{A0}caractères"), "{short}");
        must_choose(&cookie, &team).await?;
        let name = pupil.user.methods.user_name.clone().unwrap();
        assert_eq!(sign_in(name.as_str(), "Velours-gris8").await?.expect(200)?["must_change_password"], false);
        assert_eq!(sign_in(name.as_str(), PUPIL_PASSWORD).await?.status, 422);

        // By the password itself, which is known to be short.
        let (methods, email) = by_both();
        let pupil = class.tie(1, methods).await?;
        let (_, link) = an_invitation(&administrator, uai, Timestamp::now()).await?;
        let sent = json!({"way": "sign_in", "email": email, "password": PUPIL_PASSWORD});
        let joined = a_stranger().post(&link, &sent).await?;
        let cookie = joined.session.clone().unwrap();
        joined.expect(200)?;
        assert!(pupil.now().await?.joined_a_team);
        must_choose(&cookie, &team).await?;

        // By the link in a school's mailbox.
        let other = a_uai();
        product().table.create_school(other, &School::new("Collège des Lilas")).await?;
        let pupil = class.tie(2, by_user_name()).await?;
        let cookie = pupil.session().await?;
        let link = an_activation(other, Timestamp::now()).await?;
        let joined = as_holder(&cookie, Method::POST, &link).json(&json!({"way": "signed_in"})).send().await?;
        assert_eq!(joined.status(), 200, "{}", joined.text().await?);
        must_choose(&cookie, &format!("/schools/{other}/team")).await?;

        // Who has no password chooses none, and staff are asked for nothing.
        let pupil = class.tie(3, by_mediacentre()).await?;
        let cookie = pupil.session().await?;
        let (_, link) = an_invitation(&administrator, uai, Timestamp::now()).await?;
        let joined = as_holder(&cookie, Method::POST, &link).json(&json!({"way": "signed_in"})).send().await?;
        assert_eq!(joined.status(), 200, "{}", joined.text().await?);
        let now = pupil.now().await?;
        assert!(now.joined_a_team && now.password_to_change.is_none());
        let (_, link) = an_invitation(&administrator, uai, Timestamp::now()).await?;
        let (_, staff) = a_team().await?;
        staff.post(&link, &json!({"way": "signed_in"})).await?.expect(200)?;
        assert_eq!(product().table.user(staff.id).await?.unwrap(), staff.user);
        assert_eq!(sign_in(staff.email().as_str(), PASSWORD).await?.expect(200)?["must_change_password"], false);
        Ok(())
    });
}

/// A session that was left open takes no account of a team over: after ten minutes, the present password is asked, and counted like a
/// sign-in.
#[test]
fn whoever_joined_a_team_a_while_ago_gives_the_present_password_too() {
    const PAGE: &str = "/temporary-password";
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let class = a_class(2).await?;
        let (uai, administrator) = a_team().await?;
        let pupil = class.tie(0, by_user_name()).await?;
        let cookie = pupil.session().await?;
        let (_, link) = an_invitation(&administrator, uai, CLOCK.now()).await?;
        let joined = as_holder(&cookie, Method::POST, &link).json(&json!({"way": "signed_in"})).send().await?;
        assert_eq!(joined.status(), 200, "{}", joined.text().await?);
        let asks = async || {
            let page: Value = as_holder(&cookie, Method::GET, PAGE).send().await?.json().await?;
            anyhow::Ok(page["asks_current"].clone())
        };
        assert_eq!(asks().await?, false);
        CLOCK.set(MINUTE * 11);
        assert_eq!(asks().await?, true);
        // A user name alone: neither the Médiacentre nor a mail leads to another password.
        let page = a_client().get(format!("{}{PAGE}", product().url)).header(ACCEPT, "text/html");
        let page = page.header(COOKIE, &cookie).send().await?.text().await?;
        assert!(page.contains("Écrivez à l’assistance") && !page.contains("par le Médiacentre"), "{page}");
        let new = "Nuage vert et marmotte";
        for (current, password) in [("", new), ("Velours9", new), ("Velours9", PUPIL_PASSWORD)] {
            let fields = json!({"current_password": current, "password": password});
            let refused = as_holder(&cookie, Method::POST, PAGE).json(&fields).send().await?;
            assert_eq!(refused.status(), 422);
            let refused: Value = refused.json().await?;
            assert_eq!(refused["errors"][0]["field"], "current_password", "{refused}");
            assert!(!refused.to_string().contains("C’est votre mot de passe actuel"), "{refused}");
        }
        let name = pupil.user.methods.user_name.clone().unwrap();
        let failures = product().table.attempts(&name.into(), CLOCK.now()).await?.failures();
        assert_eq!(failures, 2, "those that were typed");
        let fields = json!({"current_password": PUPIL_PASSWORD, "password": new});
        let chosen = as_holder(&cookie, Method::POST, PAGE).json(&fields).send().await?;
        assert_eq!(chosen.status(), 200, "{}", chosen.text().await?);
        assert_eq!(pupil.now().await?.password_to_change, None);
        Ok(())
    });
}

/// Whoever joins a team while a password is hashed keeps none by the rules of pupils, and gets none that staff know.
#[test]
fn a_password_that_was_read_before_its_owner_joined_a_team_is_not_set() {
    run(async {
        let class = a_class(12).await?;
        let (uai, administrator) = a_team().await?;
        let (pupil, table) = (class.tie(0, by_user_name()).await?, &product().table);
        let (_, link) = an_invitation(&administrator, uai, Timestamp::now()).await?;
        let cookie = pupil.session().await?;
        let joined = as_holder(&cookie, Method::POST, &link).json(&json!({"way": "signed_in"})).send().await?;
        assert_eq!(joined.status(), 200, "{}", joined.text().await?);
        let after = pupil.now().await?;

        let session = NewSession::new(pupil.id, after.holder(), after.epoch + 1, &HeaderMap::new(), Timestamp::now());
        let chosen = table.change_password((pupil.id, &pupil.user), "$argon2id$short", session.stored()).await;
        assert!(matches!(chosen, Err(AccountError::Moved)), "{chosen:?}");
        let (of, until) = ((class.uai, pupil.learner), Timestamp::now());
        let given = table.hand_out(of, (pupil.id, &pupil.user), None, ("$argon2id$known", until)).await;
        assert!(matches!(given, Err(HandOutError::Moved)), "{given:?}");
        assert_eq!(pupil.now().await?, after);
        Ok(())
    });
}
