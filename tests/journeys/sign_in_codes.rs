//! Codes that staff show to a pupil during a lesson: each signs in once, within minutes, without a new password.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::limit::FAILURES_BY_CLIENT;
use rentree_domain::sign_in_code::VALID;
use rentree_table::Role;
use reqwest::Method;
use reqwest::header::{ACCEPT, COOKIE};
use serde_json::{Value, json};

use crate::support::classes::a_device;
use crate::support::clock::HandClock;
use crate::support::desk::Desk;
use crate::support::forms::PageForm;
use crate::support::links::an_invitation;
use crate::support::people::{Answer, a_client, a_member, a_team};
use crate::support::pupils::{
    Classes, PUPIL_PASSWORD, Tied, a_class, as_holder, by_email, by_mediacentre, by_user_name, sign_in,
};
use crate::support::{clock, join_all, product, run, run_by, run_while_time_stands_still};

async fn lesson(class: &Classes, act: &str) -> anyhow::Result<()> {
    let path = format!("/schools/{}/campaigns/{}/lesson", class.uai, class.campaign);
    class.administrator.post(&path, &json!({ "act": act })).await?.expect(200)?;
    Ok(())
}

async fn show(class: &Classes, pupil: &Tied) -> anyhow::Result<Answer> {
    class.administrator.post(&class.path(&format!("/{}/sign-in-code", pupil.learner)), &json!({})).await
}

async fn shown(class: &Classes, pupil: &Tied) -> anyhow::Result<String> {
    let shown = show(class, pupil).await?.expect(200)?;
    Ok(shown["sign_in_code"].as_str().unwrap_or_default().to_owned())
}

/// Types a code on a device of its own.
async fn typed(code: &str) -> anyhow::Result<Answer> {
    a_device().post("/code", &json!({ "code": code })).await
}

#[track_caller]
fn is_wrong(answer: &Answer) -> Value {
    assert_eq!((answer.status, answer.code()), (422, "wrong_credentials"), "{}", answer.body);
    let mut body = answer.body.clone();
    body["request_id"] = Value::Null;
    body
}

/// A page that is sent again, as a phone does that was asleep, shows the code that it showed, while that holds.
#[test]
fn a_page_that_is_sent_again_shows_the_same_code() {
    run(async {
        let class = a_class(12).await?;
        lesson(&class, "open").await?;
        let pupil = class.tie(0, by_user_name()).await?;
        let page = class.path(&format!("/{}", pupil.learner));
        let code = async || {
            let once = class.administrator.get(&page).await?.expect(200)?["once"].clone();
            let form = json!({ "once": once });
            let path = format!("{page}/sign-in-code");
            let sent = async || {
                let shown = class.administrator.post(&path, &form).await?.expect(200)?;
                anyhow::Ok((
                    shown["sign_in_code"].as_str().unwrap_or_default().to_owned(),
                    shown["valid_until"].clone(),
                ))
            };
            let [first, again] = [sent().await?, sent().await?];
            assert_eq!(first, again);
            typed(&first.0).await?.expect(200)?;
            let [after, once_more] = [sent().await?.0, sent().await?.0];
            assert!(after != first.0 && once_more != first.0, "what was used is shown no more");
            is_wrong(&typed(&first.0).await?);
            typed(&once_more).await?.expect(200)?;
            anyhow::Ok(first.0)
        };
        assert_ne!(code().await?, code().await?);
        // What a new password ended is shown no more, either.
        let form = json!({ "once": class.administrator.get(&page).await?.expect(200)?["once"] });
        let sent = async || {
            let shown = class.administrator.post(&format!("{page}/sign-in-code"), &form).await?.expect(200)?;
            anyhow::Ok(shown["sign_in_code"].as_str().unwrap_or_default().to_owned())
        };
        let ended = sent().await?;
        class.hand_out(&[pupil.learner]).await?.expect(200)?;
        let other = sent().await?;
        assert_ne!(other, ended);
        typed(&other).await?.expect(200)?;
        let shown = class.log().await?.into_iter().filter(|(action, ..)| action == "sign_in_code_shown");
        assert_eq!(shown.count(), 8, "the same code is told once");
        Ok(())
    });
}

/// Its page, loaded again, shows the code while it can be used, then that it was, and to no other session.
#[test]
fn a_code_that_was_used_is_shown_no_more() {
    run(async {
        let class = a_class(12).await?;
        lesson(&class, "open").await?;
        let pupil = class.tie(0, by_user_name()).await?;
        let desk = Desk::of(&class.administrator);
        let path = class.path(&format!("/{}/sign-in-code", pupil.learner));
        let show = async || {
            let led = desk.send(Method::POST, &path, Some(json!({}))).await?;
            anyhow::ensure!(led.status == 303, "{} {}", led.status, led.text);
            let page = desk.get(&led.location).await?.text;
            let code = page.split("<p class=\"keep\"><code>").nth(1).and_then(|rest| rest.split('<').next());
            anyhow::Ok((led.location, code.unwrap_or_default().to_owned()))
        };
        let (page, code) = show().await?;
        assert!(code.len() == "nadu-reka-veta-473".len() && !page.contains(&code), "{page}");
        assert!(desk.get(&page).await?.text.contains(&code), "loaded again");
        let seen = class.administrator.get(&page).await?.expect(200)?;
        assert_eq!((&seen["sign_in_code"], &seen["used_at"]), (&json!(code), &Value::Null));
        let colleague = a_member(class.uai, Role::Member).await?;
        for of_nobody in [&page, &path] {
            assert_eq!(colleague.get(of_nobody).await?.code(), "too_late");
        }
        // Nor does it open elsewhere: as a searched name, or on the page of another pupil.
        let sealed = page.split("shown=").nth(1).unwrap_or_default();
        let list = desk.get(&class.path(&format!("?sought={sealed}"))).await?;
        assert!(list.status == 200 && !list.text.contains(&code), "{}", list.text);
        let other = class.path(&format!("/{}/sign-in-code?shown={sealed}", class.learners[1].id));
        assert_eq!(class.administrator.get(&other).await?.code(), "too_late");

        // Another one is shown from there, in its place.
        let form = PageForm::on(&class.administrator, &page, "/sign-in-code").await?;
        let (status, other) = form.send(&class.administrator, &[]).await?;
        assert_eq!((status, form.send(&class.administrator, &[]).await?.0), (303, 303), "{other}");
        let text = desk.get(&page).await?.text;
        assert!(!text.contains(&code) && text.contains("Montrer un autre code</button>"), "{text}");
        let code = class.administrator.get(&other).await?.expect(200)?["sign_in_code"].as_str().unwrap().to_owned();
        let page = other;

        typed(&code).await?.expect(200)?;
        let text = desk.get(&page).await?.text;
        assert!(!text.contains("Montrer un autre code"), "{text}");
        assert!(text.contains("Utilisé à") && !text.contains(&code) && !text.contains("data-every"), "{text}");
        let seen = class.administrator.get(&page).await?.expect(200)?;
        assert_eq!((&seen["sign_in_code"], &seen["valid_until"]), (&Value::Null, &Value::Null));
        assert!(seen["used_at"].is_string(), "{seen}");

        // One that gave way to another, and was not used.
        let ((former, code), (latter, _)) = (show().await?, show().await?);
        let text = desk.get(&former).await?.text;
        assert!(text.contains("Ce code n’ouvre plus rien") && !text.contains(&code), "{text}");
        assert!(desk.get(&latter).await?.text.contains("data-every"));
        Ok(())
    });
}

/// A code that is typed where the password is asked leads to where it is typed, by its shape alone: with an account or without.
#[test]
fn a_code_typed_as_a_password_leads_to_the_page_of_codes() {
    run(async {
        let class = a_class(12).await?;
        let pupil = class.tie(0, by_user_name()).await?;
        let name = pupil.user.methods.user_name.clone().unwrap();
        for login in [name.as_str(), "personne.inconnue0103"] {
            for (password, is_told) in [
                ("nadu-reka-veta-473", true),
                ("NADU REKA VETA 473", true),
                ("nadu-reka-473", false),
                ("Lune 4", false),
            ] {
                let form = a_client().post(format!("{}/sign-in", product().url)).header(ACCEPT, "text/html");
                let page = form.json(&json!({"login": login, "password": password})).send().await?;
                assert_eq!(page.status(), 422);
                let page = page.text().await?;
                let leads = page.contains(r#"Vous avez un code de connexion&nbsp;? <a href="/code">"#);
                assert_eq!(leads, is_told, "{login}, {password}: {page}");
                assert!(!page.contains(password), "{page}");
            }
        }
        // Whoever a code let in, and would change the password, may have forgotten it: the account says once whom to ask.
        let account = async |session: String| {
            let page = a_client().get(format!("{}/account", product().url)).header(ACCEPT, "text/html");
            anyhow::Ok(page.header(COOKIE, session).send().await?.text().await?)
        };
        let told = account(pupil.session().await?).await?;
        assert_eq!(told.matches("Demandez à un enseignant un mot de passe provisoire").count(), 1, "{told}");
        assert!(!told.contains("un enseignant vous en donne un autre"), "{told}");
        // No teacher hands out a password to who has an address alone.
        let told = account(class.tie(1, by_email()).await?.session().await?).await?;
        assert!(
            told.contains("sur la page de connexion") && !told.contains("à un enseignant un mot de passe"),
            "{told}"
        );
        Ok(())
    });
}

#[test]
fn a_code_signs_a_pupil_in_once() {
    run_while_time_stands_still(async {
        let class = a_class(12).await?;
        lesson(&class, "open").await?;
        for (place, methods) in [by_user_name(), by_email(), by_mediacentre()].into_iter().enumerate() {
            let pupil = class.tie(place, methods).await?;
            let (before, cookie) = (pupil.now().await?, pupil.session().await?);
            let page = class.administrator.get(&class.path(&format!("/{}", pupil.learner))).await?.expect(200)?;
            assert_eq!(page["actions"]["show_sign_in_code"], true);
            let answer = show(&class, &pupil).await?.expect(200)?;
            let code = answer["sign_in_code"].as_str().unwrap();
            assert_eq!(answer["address"], format!("{}/code", product().url));
            let until = Timestamp::from_second((clock::still() + VALID).as_second())?;
            assert_eq!(answer["valid_until"], json!(until));

            // Looking at the page uses nothing up.
            let mut device = a_device();
            device.get("/code").await?.expect(200)?;
            let heard = format!(" {} ", code.to_uppercase().replace('-', " "));
            let signed_in = device.post("/code", &json!({ "code": heard })).await?.expect(200)?;
            assert_eq!((&signed_in["user"], &signed_in["must_change_password"]), (&json!(pupil.id), &json!(false)));
            device.get("/mes-campagnes").await?.expect(200)?;
            let used = is_wrong(&typed(code).await?);
            assert_eq!(used, is_wrong(&typed("nadu-reka-veta-473").await?), "used and unknown are told alike");
            assert_eq!(used, is_wrong(&typed("n'importe quoi").await?));
            // What looks like the code of a campaign is told so, whether it is one or not.
            let campaign = format!("/schools/{}/campaigns/{}", class.uai, class.campaign);
            let campaign = class.administrator.get(&campaign).await?.expect(200)?;
            let told = is_wrong(&typed(campaign["code"].as_str().unwrap()).await?);
            assert!(told["detail"].to_string().contains("la forme d’un code de campagne"), "{told}");
            assert_eq!(told, is_wrong(&typed("krtb vw 582").await?));

            // Nothing else has changed, and the log says who, for whom, and that it was used.
            assert_eq!(pupil.now().await?, before);
            assert_eq!(as_holder(&cookie, Method::GET, "/account").send().await?.status(), 200);
            let log = class.log().await?;
            let of_pupil = log.iter().filter(|(_, _, learner)| *learner == json!(pupil.learner));
            let mut told: Vec<_> = of_pupil.map(|(action, ..)| action.as_str()).collect();
            told.sort_unstable();
            assert_eq!(told, ["sign_in_code_shown", "sign_in_code_used"]);
        }
        let page = class.administrator.page(&format!("/schools/{}/audit", class.uai)).await?;
        assert!(page.contains("s’est connecté avec un code montré pendant une séance"), "{page}");
        assert!(!page.contains(&class.learners[0].entry.last_name), "{page}");
        Ok(())
    });
}

#[test]
fn of_two_at_the_same_moment_one_is_in() {
    run_while_time_stands_still(async {
        let class = a_class(12).await?;
        lesson(&class, "open").await?;
        let pupil = class.tie(0, by_user_name()).await?;
        for _ in 0..5 {
            let code = shown(&class, &pupil).await?;
            let answers = join_all((0..4).map(|_| typed(&code))).await;
            let mut statuses = answers.into_iter().map(|it| Ok(it?.status)).collect::<anyhow::Result<Vec<_>>>()?;
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 422, 422, 422]);
        }
        Ok(())
    });
}

#[test]
fn another_code_a_new_password_and_another_tie_end_it() {
    run_while_time_stands_still(async {
        let class = a_class(12).await?;
        lesson(&class, "open").await?;
        let pupil = class.tie(0, by_user_name()).await?;
        let (first, second) = (shown(&class, &pupil).await?, shown(&class, &pupil).await?);
        is_wrong(&typed(&first).await?);
        typed(&second).await?.expect(200)?;

        // A password that staff hand out ends the code; the next one leads to another password, as the temporary one does.
        let code = shown(&class, &pupil).await?;
        class.hand_out(&[pupil.learner]).await?.expect(200)?;
        is_wrong(&typed(&code).await?);
        let mut device = a_device();
        let code = shown(&class, &pupil).await?;
        let signed_in = device.post("/code", &json!({ "code": code })).await?.expect(200)?;
        assert_eq!(signed_in["must_change_password"], true);
        assert_eq!(device.get("/mes-campagnes").await?.code(), "password_to_change");

        let code = shown(&class, &pupil).await?;
        let untie = class.path(&format!("/{}/untie", pupil.learner));
        class.administrator.post(&untie, &json!({})).await?.expect(200)?;
        is_wrong(&typed(&code).await?);
        Ok(())
    });
}

#[test]
fn during_a_lesson_and_for_ten_minutes() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let class = a_class(12).await?;
        let pupil = class.tie(0, by_user_name()).await?;
        let refused = show(&class, &pupil).await?;
        assert_eq!((refused.status, refused.code()), (409, "too_late"), "no lesson yet");
        let page = class.administrator.get(&class.path(&format!("/{}", pupil.learner))).await?.expect(200)?;
        assert_eq!(page["actions"]["show_sign_in_code"], false);

        lesson(&class, "open").await?;
        let (one, other) = (shown(&class, &pupil).await?, class.tie(1, by_user_name()).await?);
        let second = shown(&class, &other).await?;
        // A browser's page of such a code shows it as long, then that it is over, and after an hour nothing.
        let desk = Desk::of(&class.administrator);
        let of_other = class.path(&format!("/{}", other.learner));
        let led = desk.send(Method::POST, &format!("{of_other}/sign-in-code"), Some(json!({}))).await?;
        let second_page = led.location;
        let latest = class.administrator.get(&second_page).await?.expect(200)?["sign_in_code"].clone();
        assert!(latest.is_string() && latest != json!(second), "it gave way to another");
        CLOCK.set(VALID - SignedDuration::from_secs(1));
        assert_eq!(class.administrator.get(&second_page).await?.expect(200)?["sign_in_code"], latest);
        typed(&one).await?.expect(200)?;
        CLOCK.set(VALID);
        let past = desk.get(&second_page).await?;
        assert!(past.status == 200 && past.text.contains("son temps est passé"), "{}", past.text);
        assert!(past.text.contains("Montrer un autre code</button>"), "{}", past.text);
        let expired = is_wrong(&typed(latest.as_str().unwrap_or_default()).await?);
        assert_eq!(expired, is_wrong(&typed(&one).await?), "expired and used are told alike");

        CLOCK.set(SignedDuration::from_hours(1));
        let past = desk.get(&second_page).await?;
        assert!(past.status == 409 && past.text.contains("ce code ne s’affiche plus ici"), "{}", past.text);
        assert!(past.text.contains(&format!("href=\"{of_other}\"")), "the way back to the pupil: {}", past.text);

        // Not beyond the lesson; nor after it, nor for a campaign in the archive.
        CLOCK.set(SignedDuration::from_mins(115));
        let short = shown(&class, &pupil).await?;
        CLOCK.set(SignedDuration::from_hours(2));
        is_wrong(&typed(&short).await?);
        assert_eq!(show(&class, &pupil).await?.code(), "too_late");
        lesson(&class, "open").await?;
        show(&class, &pupil).await?.expect(200)?;
        let archive = format!("/schools/{}/campaigns/{}/archive", class.uai, class.campaign);
        class.administrator.post(&archive, &json!({})).await?.expect(200)?;
        assert_eq!(show(&class, &pupil).await?.code(), "too_late");
        Ok(())
    });
}

/// Neither while it is one of staff, nor when it becomes one with the code in hand.
#[test]
fn never_to_an_account_of_staff_nor_of_another_school() {
    run(async {
        let class = a_class(12).await?;
        lesson(&class, "open").await?;
        let pupil = class.tie(0, by_user_name()).await?;
        let path = class.path(&format!("/{}/sign-in-code", pupil.learner));
        let page = Desk::of(&class.administrator).send(Method::POST, &path, Some(json!({}))).await?.location;
        let code = class.administrator.get(&page).await?.expect(200)?["sign_in_code"].clone();
        let (uai, administrator) = a_team().await?;
        let (_, link) = an_invitation(&administrator, uai, Timestamp::now()).await?;
        let joins = as_holder(&pupil.session().await?, Method::POST, &link).json(&json!({"way": "signed_in"}));
        assert_eq!(joins.send().await?.status(), 200);
        is_wrong(&typed(code.as_str().unwrap()).await?);
        let seen = class.administrator.get(&page).await?.expect(200)?;
        assert_eq!((&seen["sign_in_code"], &seen["used_at"]), (&Value::Null, &Value::Null), "its page says so, too");
        let refused = show(&class, &pupil).await?;
        assert_eq!((refused.status, refused.code()), (409, "too_late"));
        let read_before = class.tie(1, by_user_name()).await?;
        assert_eq!(show(&class, &read_before).await?.status, 200);

        // A lesson of another school opens nothing here, and its staff see no pupil of ours.
        let other = a_class(12).await?;
        lesson(&other, "open").await?;
        let path = format!("/schools/{}/learners/{}/sign-in-code", other.uai, read_before.learner);
        assert_eq!(other.administrator.post(&path, &json!({})).await?.status, 404);
        let path = class.path(&format!("/{}/sign-in-code", read_before.learner));
        assert_eq!(other.administrator.post(&path, &json!({})).await?.status, 404);
        // Who has no account has nothing to sign in to.
        let path = class.path(&format!("/{}/sign-in-code", class.learners[5].id));
        let member = a_member(class.uai, Role::Member).await?;
        assert_eq!(member.post(&path, &json!({})).await?.code(), "too_late");
        Ok(())
    });
}

#[test]
fn wrong_codes_count_as_failed_sign_ins_of_the_client() {
    run_while_time_stands_still(async {
        let class = a_class(12).await?;
        lesson(&class, "open").await?;
        let pupil = class.tie(0, by_user_name()).await?;
        let client = a_client();
        let mut device = crate::support::classes::Device::behind(&client);
        // What is right counts for nothing.
        for _ in 0..3 {
            let code = shown(&class, &pupil).await?;
            device.post("/code", &json!({ "code": code })).await?.expect(200)?;
        }
        for number in 0..FAILURES_BY_CLIENT.count {
            let code = format!("nadu-reka-veta-{}", 222 + number % 7);
            assert_eq!(device.post("/code", &json!({ "code": code })).await?.status, 422, "{number}");
        }
        let code = shown(&class, &pupil).await?;
        let refused = device.post("/code", &json!({ "code": code })).await?;
        assert_eq!((refused.status, refused.code()), (429, "too_many"));
        let user_name = pupil.user.methods.user_name.clone().unwrap();
        let by_password = json!({"login": user_name, "password": PUPIL_PASSWORD});
        assert_eq!(device.post("/sign-in", &by_password).await?.code(), "too_many", "the same count");
        // From elsewhere, both hold.
        typed(&code).await?.expect(200)?;
        sign_in(user_name.as_str(), PUPIL_PASSWORD).await?.expect(200)?;
        Ok(())
    });
}
