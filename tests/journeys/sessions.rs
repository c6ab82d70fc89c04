//! Sessions: how long they rest, what a browser keeps of one, and who ends those of other devices.

use std::collections::BTreeMap;

use directory::message::{NamedLogin, SessionsOf};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{ActivationId, LinkToken};
use rentree_local::operator::Operator;
use rentree_table::{Link, Purpose, Role, School};
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, REFERER, SET_COOKIE};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use serde_json::{Value, json};

use crate::rights::withdraw;
use crate::support::clock::HandClock;
use crate::support::devices::{DEVICE, Device};
use crate::support::people::{Answer, PASSWORD, Person, a_client, a_member, a_team, somebody};
use crate::support::pupils::{PUPIL_PASSWORD, Tied, a_class, by_mediacentre, by_user_name};
use crate::support::{a_uai, product, run, run_by};

/// A pupil, as a browser of theirs that has just signed in.
async fn at_a_computer(pupil: &Tied) -> anyhow::Result<Person> {
    Person::new(pupil.id, pupil.user.clone()).await
}

/// What a browser is answered that asks for a page.
async fn browse(person: &Person, path: &str) -> anyhow::Result<Response> {
    let get = a_client().get(format!("{}{path}", product().url)).header(ACCEPT, "text/html");
    Ok(get.header(COOKIE, &person.cookie).send().await?)
}

async fn is_in(person: &Person) -> anyhow::Result<bool> {
    let status = person.get("/account").await?.status;
    anyhow::ensure!(matches!(status, 200 | 401), "{status}");
    Ok(status == 200)
}

/// Whatever function somebody uses, their session rests from then on.
#[test]
fn every_function_sees_that_a_session_is_used() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let (uai, _) = a_team().await?;
        let (secret, neighbour) = (rentree_runtime::random(), a_uai());
        product().table.create_school(neighbour, &School::new("Lycée voisin")).await?;
        let purpose = Purpose::Activation { uai: neighbour, id: ActivationId::new(CLOCK.now(), [7; 10]) };
        product().table.create_link(&secret, &Link::new(purpose, CLOCK.now())).await?;
        let link = LinkToken::new(secret);
        let mut used = Vec::new();
        for path in [
            "/account".to_owned(),
            format!("/activation/{}", link.text()),
            format!("/schools/{uai}/team"),
            format!("/schools/{uai}/campaigns"),
            "/mes-campagnes".to_owned(),
            format!("/schools/{uai}/certifications"),
            "/mes-certificats".to_owned(),
            format!("/schools/{uai}/learners"),
            "/mediacentre/suite".to_owned(),
        ] {
            used.push((a_member(uai, Role::Administrator).await?, path));
        }
        let unused = a_member(uai, Role::Administrator).await?;

        CLOCK.set(SignedDuration::from_mins(115));
        for (person, path) in &used {
            assert_ne!(person.get(path).await?.status, 401, "{path}");
        }
        CLOCK.set(SignedDuration::from_mins(225));
        for (person, path) in &used {
            assert!(is_in(person).await?, "{path}");
        }
        assert!(!is_in(&unused).await?);
        CLOCK.set(SignedDuration::from_mins(225 + 120));
        for (person, path) in &used {
            assert!(!is_in(person).await?, "{path}");
        }
        Ok(())
    });
}

/// A pupil's session rests for an hour, staff's for two; the page of the account lists none that has ended.
#[test]
fn an_unused_session_ends_and_a_page_says_so() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let class = a_class(12).await?;
        let pupil = at_a_computer(&class.tie(4, by_user_name()).await?).await?;
        let (teacher, mut left) = (somebody().await?, somebody().await?);

        CLOCK.set(SignedDuration::from_mins(59));
        assert!(is_in(&pupil).await? && is_in(&teacher).await?);
        CLOCK.set(SignedDuration::from_mins(59 + 60));
        let answer = browse(&pupil, "/account").await?;
        assert_eq!(
            (answer.status(), answer.headers()[LOCATION].to_str()?),
            (StatusCode::SEE_OTHER, "/sign-in?next=/account")
        );
        let page = browse(&pupil, "/sign-in?next=/account").await?.text().await?;
        assert!(page.contains("après une heure sans activité") && page.contains("là où vous en étiez"), "{page}");
        assert!(is_in(&teacher).await?);
        assert!(!browse(&teacher, "/sign-in").await?.status().is_success(), "who is signed in is led on");

        // The same on a device that is in use: what was left elsewhere is listed no more.
        let old = left.cookie.clone();
        CLOCK.set(SignedDuration::from_mins(121));
        left.open_session().await?;
        let page = left.get("/account").await?.expect(200)?;
        let listed = page["sessions"].as_array().map(Vec::len);
        assert_eq!(listed, Some(1), "{page}");
        left.cookie = old;
        let page = browse(&left, "/sign-in").await?.text().await?;
        assert!(page.contains("après deux heures sans activité") && !page.contains("là où vous"), "{page}");

        // Signing in goes on where they were, and the page says nothing more.
        let (name, next) = (pupil.user.methods.user_name.clone().unwrap(), "/account");
        let fields = json!({"login": name, "password": PUPIL_PASSWORD, "next": next});
        let signing_in = a_client().post(format!("{}/sign-in", product().url)).header(ACCEPT, "text/html");
        let signed_in = signing_in.header(COOKIE, &pupil.cookie).json(&fields).send().await?;
        assert_eq!((signed_in.status(), signed_in.headers()[LOCATION].to_str()?), (StatusCode::SEE_OTHER, next));
        let page = browse(&pupil, "/sign-in").await?.text().await?;
        assert!(!page.contains("sans activité"), "the session of before is gone");
        Ok(())
    });
}

/// Twelve hours are the longest, however much a session is used, and a use costs one write in five minutes.
#[test]
fn a_session_in_use_is_noted_rarely_and_ends_after_twelve_hours() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let person = somebody().await?;
        let strict = product().stack.strict();
        let mut writes = Vec::new();
        for minutes in [0, 4, 6, 7, 10, 12] {
            CLOCK.set(SignedDuration::from_mins(minutes));
            strict.begin_record();
            assert!(is_in(&person).await?);
            let calls = strict.end_record();
            writes.push(calls.iter().filter(|call| call.operation == "dynamodb:UpdateItem").count());
        }
        assert_eq!(writes, [0, 0, 1, 0, 0, 1]);
        for half_hours in 1..24 {
            CLOCK.set(SignedDuration::from_mins(30 * half_hours));
            assert!(is_in(&person).await?, "{half_hours}");
        }
        CLOCK.set(SignedDuration::from_hours(12) + SignedDuration::from_secs(1));
        assert!(!is_in(&person).await?);
        Ok(())
    });
}

/// That a use cannot be noted is our trouble, and nobody else's.
#[test]
fn who_cannot_be_noted_goes_on() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let person = somebody().await?;
        withdraw(product(), "AccountsFunction", "dynamodb:UpdateItem on table/rentree of SEEN#*")?;
        CLOCK.set(SignedDuration::from_mins(30));
        assert!(is_in(&person).await?);
        CLOCK.set(SignedDuration::from_mins(121));
        assert!(!is_in(&person).await?);
        Ok(())
    });
}

/// Who signs out leaves nothing of theirs in the browser, but what keeps strangers from locking its people out.
#[test]
fn signing_out_clears_the_browser_but_what_the_device_keeps() {
    run(async {
        let person = somebody().await?;
        let mut device = Device::somewhere();
        device.sign_in(person.email().as_str(), PASSWORD).await?.expect(200)?;
        for name in ["__Host-form", "__Host-signon", "__Host-passwords-1", "of-somebody-else"] {
            device.cookies.insert(name.to_owned(), "x".to_owned());
        }
        let cookies: Vec<String> = device.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let out = a_client().post(format!("{}/sign-out", product().url)).header(ACCEPT, "text/html");
        let answer = out.header(COOKIE, cookies.join("; ")).json(&json!({})).send().await?;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()["clear-site-data"], r#""cache", "storage""#);
        let mut forgotten: Vec<&str> = Vec::new();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str()?;
            assert!(cookie.contains("=; ") && cookie.contains("Max-Age=0"), "{cookie}");
            forgotten.extend(cookie.split('=').next());
        }
        forgotten.sort_unstable();
        assert_eq!(forgotten, ["__Host-form", "__Host-passwords-1", "__Host-session", "__Host-signon"]);
        assert!(device.cookies.contains_key(DEVICE));

        // The session is over, and who leaves again clears the browser all the same; a program is told.
        let again = a_client().post(format!("{}/sign-out", product().url)).header(COOKIE, cookies.join("; "));
        let program = again.try_clone().expect("no body yet").json(&json!({})).send().await?;
        assert_eq!(program.status(), StatusCode::UNAUTHORIZED);
        let page = again.header(ACCEPT, "text/html").json(&json!({})).send().await?;
        assert_eq!((page.status(), page.headers().get_all(SET_COOKIE).iter().count()), (StatusCode::SEE_OTHER, 4));
        Ok(())
    });
}

async fn end(person: &Person, fields: &Value) -> anyhow::Result<Answer> {
    person.post("/account/sessions", fields).await
}

/// A session that was left open is not enough to shut its owner out; guesses are counted like those of a sign-in.
#[test]
fn ending_other_sessions_asks_the_password() {
    run(async {
        let mut person = somebody().await?;
        let other = person.clone();
        person.open_session().await?;
        for typed in [json!({"session": "others"}), json!({"session": "others", "current_password": "pas le bon mot"})]
        {
            let refused = end(&person, &typed).await?;
            assert_eq!((refused.status, refused.code()), (422, "invalid_fields"), "{}", refused.body);
            assert_eq!(refused.body["errors"][0]["field"], "current_password");
        }
        assert!(is_in(&other).await?);
        let page = person.request(Method::POST, "/account/sessions").header(ACCEPT, "text/html");
        let page = page.json(&json!({"current_password": PASSWORD})).send().await?;
        assert_eq!(page.status(), StatusCode::UNPROCESSABLE_ENTITY);

        // Ten of them, from anywhere, and the password itself waits.
        for _ in 0..10 {
            end(&person, &json!({"session": "others", "current_password": "pas le bon mot"})).await?;
        }
        let held = end(&person, &json!({"session": "others", "current_password": PASSWORD})).await?;
        assert!(held.body["detail"].as_str().unwrap().contains("Trop d’essais"), "{}", held.body);
        assert!(is_in(&other).await?);
        Ok(())
    });
}

/// Who has no password signs on anew.
#[test]
fn without_a_password_ending_other_sessions_asks_a_fresh_sign_on() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let class = a_class(12).await?;
        let pupil = class.tie(4, by_mediacentre()).await?;
        let (mut here, others) = (at_a_computer(&pupil).await?, json!({"session": "others"}));
        let elsewhere = at_a_computer(&pupil).await?;

        CLOCK.set(SignedDuration::from_mins(11));
        let page = browse(&here, "/account").await?.text().await?;
        assert!(page.contains("passez à nouveau par le Médiacentre") && !page.contains("/account/sessions"), "{page}");
        let stale = end(&here, &others).await?;
        assert_eq!((stale.status, stale.code()), (409, "too_late"), "{}", stale.body);
        assert!(is_in(&elsewhere).await?);

        here.open_session().await?;
        let page = browse(&here, "/account").await?.text().await?;
        assert!(page.contains("/account/sessions") && !page.contains("ending-current_password"), "{page}");
        let ended = end(&here, &others).await?;
        here.cookie = ended.session.clone().unwrap();
        ended.expect(200)?;
        assert!(is_in(&here).await? && !is_in(&elsewhere).await?);
        Ok(())
    });
}

async fn end_by_operator(of: SessionsOf) -> anyhow::Result<Value> {
    Operator::of(&product().stack)?.end_sessions(of).await
}

/// An operator signs a whole school out, and one account; whoever signs in afterwards stays in, also when the message comes again.
#[test]
fn an_operator_ends_all_sessions_of_a_school_or_an_account() {
    run(async {
        let class = a_class(12).await?;
        let colleague = a_member(class.uai, Role::Member).await?;
        let pupil = class.tie(4, by_user_name()).await?;
        let pupils = [at_a_computer(&pupil).await?, at_a_computer(&class.tie(5, by_mediacentre()).await?).await?];
        let (_, neighbour) = a_team().await?;
        let report = end_by_operator(SessionsOf::Uai(class.uai)).await?;
        assert_eq!((&report["uai"], &report["accounts"]), (&json!(class.uai), &json!(4)), "{report}");
        for person in [&class.administrator, &colleague, &pupils[0], &pupils[1]] {
            assert!(!is_in(person).await?);
        }
        assert!(is_in(&neighbour).await?);

        // The same message once more, as SQS delivers it, and one that was said before.
        let mut again = colleague.clone();
        again.open_session().await?;
        let said = Timestamp::now();
        product().table.end_all_sessions(colleague.id, said).await?;
        assert!(!is_in(&again).await?);
        again.open_session().await?;
        for said in [said, said - SignedDuration::from_mins(1)] {
            product().table.end_all_sessions(colleague.id, said).await?;
            assert!(is_in(&again).await?);
        }

        let back = at_a_computer(&pupil).await?;
        let name = pupil.user.methods.user_name.clone().unwrap().to_string();
        let report = end_by_operator(SessionsOf::Login(NamedLogin(name.clone()))).await?;
        assert_eq!((&report["user"], &report["accounts"]), (&json!(pupil.id), &json!(1)), "{report}");
        assert!(!report.to_string().contains(&name), "{report}");
        assert!(!is_in(&back).await? && is_in(&again).await?);

        for (of, code) in [
            (SessionsOf::Uai(a_uai()), "school_unknown"),
            (SessionsOf::Login(NamedLogin("personne".to_owned())), "account_unknown"),
            (SessionsOf::Login(NamedLogin("personne@rentree.example".to_owned())), "account_unknown"),
        ] {
            assert_eq!(end_by_operator(of).await?["refused"]["code"], code);
        }
        Ok(())
    });
}

const FORM: &str = "application/x-www-form-urlencoded";

/// A browser of somebody, with its cookies.
pub(crate) struct Desk<'a> {
    person: &'a Person,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl<'a> Desk<'a> {
    pub(crate) fn of(person: &'a Person) -> Self {
        let (name, value) = person.cookie.split_once('=').unwrap();
        Self { person, cookies: BTreeMap::from([(name.to_owned(), value.to_owned())]) }
    }

    pub(crate) async fn send(&mut self, request: RequestBuilder) -> anyhow::Result<(StatusCode, String, String)> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = request.header(ACCEPT, "text/html").header(COOKIE, cookies.join("; ")).send().await?;
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let (name, rest) = cookie.to_str()?.split_once('=').unwrap_or_default();
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.remove(name);
            if !rest.contains("Max-Age=0") {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = answer.headers().get(LOCATION).map(|to| to.to_str().map(ToOwned::to_owned));
        Ok((answer.status(), location.transpose()?.unwrap_or_default(), answer.text().await?))
    }

    pub(crate) async fn page(&mut self, path: &str) -> anyhow::Result<String> {
        let (status, to, text) = self.send(a_client().get(format!("{}{path}", product().url))).await?;
        anyhow::ensure!(status == StatusCode::OK, "{path}: {status} {to} {text}");
        Ok(text)
    }

    /// Sends the form of a page that was opened before.
    pub(crate) async fn form(
        &mut self,
        page: &str,
        action: &str,
        fields: &[(&str, &str)],
    ) -> anyhow::Result<(StatusCode, String, String)> {
        let address = Url::parse_with_params(&format!("{}{action}", product().url), fields)?;
        let post = a_client().post(format!("{}{action}", product().url)).header(CONTENT_TYPE, FORM);
        let post = post.header(REFERER, format!("{}{page}", product().url));
        self.send(post.body(address.query().unwrap_or_default().to_owned())).await
    }

    pub(crate) async fn sign_in(&mut self, next: &str) -> anyhow::Result<()> {
        let fields = json!({"login": self.person.email(), "password": PASSWORD, "next": next});
        let post = a_client().post(format!("{}/sign-in", product().url)).json(&fields);
        let (status, to, text) = self.send(post).await?;
        anyhow::ensure!(status == StatusCode::SEE_OTHER && to == next, "{status} {to} {text}");
        Ok(())
    }
}

pub(crate) fn token_in(page: &str) -> String {
    page.split(r#"name="csrf" value=""#).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

/// What was typed is in its form again once the same account is there, and nothing was sent. Nobody else sees it, and no password.
#[test]
fn a_typed_form_is_shown_again_to_the_same_account_alone() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let (uai, person) = a_team().await?;
        let colleague = a_member(uai, Role::Administrator).await?;
        let (team, action) = (format!("/schools/{uai}/team"), format!("/schools/{uai}/invitations"));
        let mut desk = Desk::of(&person);
        let csrf = token_in(&desk.page(&team).await?);
        let account = token_in(&desk.page("/account").await?);
        let session = desk.cookies.clone();
        CLOCK.set(SignedDuration::from_mins(121));

        let typed = [("csrf", csrf.as_str()), ("emails", "marque@exemple.fr,\n<autre>@exemple.fr")];
        let (status, to, _) = desk.form(&team, &action, &typed).await?;
        assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, format!("/sign-in?next={team}").as_str()));
        let kept = desk.cookies["__Host-typed"].clone();
        assert!(!kept.contains("marque"), "{kept}");
        let page = desk.page(&to).await?;
        assert!(page.contains("n’a pas été envoyé") && !page.contains("marque"), "{page}");

        // Whoever comes instead finds an empty form.
        let mut other = Desk::of(&colleague);
        other.cookies.insert("__Host-typed".to_owned(), kept.clone());
        other.sign_in(&team).await?;
        assert!(!other.page(&team).await?.contains("marque"));

        desk.sign_in(&team).await?;
        for path in ["/account", &team, &team] {
            let page = desk.page(path).await?;
            let is_here = path != "/account";
            assert_eq!(page.contains("\nmarque@exemple.fr,\n&#60;autre&#62;@exemple.fr</textarea>"), is_here, "{page}");
            assert_eq!(page.contains("Rien n’a encore été envoyé"), is_here);
        }
        let mut listed = desk.person.clone();
        listed.cookie = format!("__Host-session={}", desk.cookies["__Host-session"]);
        assert_eq!(listed.get(&team).await?.expect(200)?["invitations"], json!([]), "never sent by itself");

        // Sent, it is past.
        let csrf = token_in(&desk.page(&team).await?);
        let typed = [("csrf", csrf.as_str()), ("emails", "marque@exemple.fr"), ("role", "member")];
        let (status, ..) = desk.form(&team, &action, &typed).await?;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(!desk.cookies.contains_key("__Host-typed"));
        assert!(!desk.page(&team).await?.contains("Rien n’a encore été envoyé"));

        // Half an hour later, nobody sees it.
        desk.cookies.insert("__Host-typed".to_owned(), kept);
        CLOCK.set(SignedDuration::from_mins(121 + 29));
        assert!(desk.page(&team).await?.contains("Rien n’a encore été envoyé"));
        CLOCK.set(SignedDuration::from_mins(121 + 30));
        assert!(!desk.page(&team).await?.contains("Rien n’a encore été envoyé"));

        // Its session is gone: nobody knows whose it was. A form that is not ours is not kept, either.
        let mut stale = Desk { person: &person, cookies: session };
        let (status, _, text) = stale.form("/account", "/account/email", &[("csrf", &account), ("email", "x")]).await?;
        assert!(status == StatusCode::UNAUTHORIZED && text.contains("/sign-in?next=/account"), "{status} {text}");
        assert!(!stale.cookies.contains_key("__Host-typed"));
        Ok(())
    });
}

/// A password is never kept, nor what a page of somebody else's sent.
#[test]
fn a_typed_password_is_not_kept() {
    static CLOCK: HandClock = HandClock::new();
    run_by(|| CLOCK.now(), async {
        let person = somebody().await?;
        let mut desk = Desk::of(&person);
        let csrf = token_in(&desk.page("/account").await?);
        CLOCK.set(SignedDuration::from_mins(121));
        let forged = [("csrf", "forged"), ("email", "marque@exemple.fr")];
        assert_eq!(desk.form("/account", "/account/email", &forged).await?.0, StatusCode::UNAUTHORIZED);
        let passwords = [("csrf", csrf.as_str()), ("current_password", PASSWORD), ("password", "marque secrète")];
        assert_eq!(desk.form("/account", "/account/password", &passwords).await?.0, StatusCode::UNAUTHORIZED);
        let both = [("csrf", csrf.as_str()), ("email", "marque@exemple.fr"), ("current_password", PASSWORD)];
        assert_eq!(desk.form("/account", "/account/email", &both).await?.0, StatusCode::SEE_OTHER);
        desk.sign_in("/account").await?;
        let page = desk.page("/account").await?;
        assert!(page.contains(r#"value="marque@exemple.fr""#) && !page.contains(PASSWORD), "{page}");
        Ok(())
    });
}
