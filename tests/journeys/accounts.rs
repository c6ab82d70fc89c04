//! Accounts: sign up, sign in and out, passwords, addresses, sessions, terms.

use jiff::Timestamp;
use rentree_domain::{EmailAddress, LinkToken};
use rentree_table::{Link, Purpose};
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use serde_json::{Value, json};

use crate::support::mails::{link_in, mail_about, mail_to, mails_to, no_mail_is_pending};
use crate::support::people::{PASSWORD, a_client, a_stranger, a_team, an_email, an_unknown_user, somebody};
use crate::support::{join_all, product, run};

const ARRIVES: &str = r#"<a class="button" href="/">Ouvrir mon espace</a>"#;

/// Links that were asked for before a password was changed are over: whoever asked for them may be why it was changed.
#[test]
fn a_new_password_ends_older_links() {
    run(async {
        let mut person = somebody().await?;
        let (email, elsewhere) = (person.email().clone(), an_email());
        let ask = json!({"email": elsewhere, "current_password": PASSWORD});
        person.post("/account/email", &ask).await?.expect(202)?;
        let address = link_in(&mail_to(elsewhere.as_str(), 1).await?)?;
        for _ in 0..2 {
            a_stranger().post("/forgotten-password", &json!({ "email": email })).await?.expect(202)?;
        }
        mail_to(email.as_str(), 2).await?;
        let links: Vec<_> = mails_to(email.as_str()).await?.iter().map(link_in).collect::<anyhow::Result<_>>()?;
        let new = json!({"password": "des bottes et un ciré"});
        a_stranger().post(&links[0], &new).await?.expect(200)?;
        assert_eq!(a_stranger().post(&links[1], &new).await?.status, 410);
        person.open_session().await?;
        assert_eq!(person.post(&address, &json!({})).await?.status, 410);
        a_stranger().sign_in(email.as_str(), "des bottes et un ciré").await?.expect(200)?;
        Ok(())
    });
}

/// Whoever is signed in need not sign in, whatever a link that was used was for.
#[test]
fn a_used_link_asks_nobody_to_sign_in_who_is() {
    run(async {
        let (mut person, other) = (somebody().await?, somebody().await?);
        let email = an_email();
        let ask = json!({"email": email, "current_password": PASSWORD});
        person.post("/account/email", &ask).await?.expect(202)?;
        let address = link_in(&mail_to(email.as_str(), 1).await?)?;
        person.post(&address, &json!({})).await?.expect(200)?;
        person.open_session().await?;
        let done = person.page("/account?done=address").await?;
        assert!(
            done.contains("Votre adresse e-mail est confirmée. Si vous étiez connecté(e)") && done.contains(ARRIVES),
            "{done}"
        );
        assert!(
            !person.page("/account?done=sessions").await?.contains(ARRIVES),
            "whoever came from there knows the way"
        );
        let sign_up = LinkToken::new(rentree_runtime::random());
        let purpose = Purpose::SignUp { email: an_email() };
        product().table.create_link(sign_up.secret(), &Link::new(purpose, Timestamp::now())).await?;
        let sign_up = format!("/sign-up/{}", sign_up.text());
        let fields = json!({"first_name": "Léa", "last_name": "Martin", "password": "des bottes et un ciré"});
        a_stranger().post(&sign_up, &fields).await?.expect(201)?;
        a_stranger().post("/forgotten-password", &json!({ "email": other.email() })).await?.expect(202)?;
        let reset = link_in(&mail_to(other.email().as_str(), 1).await?)?;
        a_stranger().post(&reset, &json!({"password": "des bottes et un ciré"})).await?.expect(200)?;

        assert_eq!(person.get(&address).await?.status, 410);
        let confirmed = person.page(&address).await?;
        assert!(
            confirmed.contains("Cette adresse est déjà confirmée") && confirmed.contains(email.as_str()),
            "{confirmed}"
        );
        let other = somebody().await?;
        for (who, path) in [(&other, &address), (&person, &sign_up), (&person, &reset)] {
            let page = who.page(path).await?;
            assert!(
                page.contains("Ce lien a déjà été utilisé") && page.contains(&who.user.full_name()),
                "{path}: {page}"
            );
            assert!(page.contains(ARRIVES), "{path}: {page}");
            assert!(
                !page.contains("il vous suffit de vous connecter") && !page.contains(email.as_str()),
                "{path}: {page}"
            );
        }
        assert!(confirmed.contains(ARRIVES), "{confirmed}");
        let stranger = a_stranger().get(&sign_up).await?.body.to_string();
        assert!(stranger.contains("il vous suffit de vous connecter"), "{stranger}");
        Ok(())
    });
}

/// An account that never confirmed its address does not keep it from its owner.
#[test]
fn an_unconfirmed_address_reserves_nothing() {
    run(async {
        let squatter = rentree_table::User { email_confirmed: false, ..an_unknown_user().await? };
        let first = rentree_local::people::begin(&product().table, &squatter, Timestamp::now()).await?;
        let email = squatter.methods.email.clone().unwrap();
        a_stranger().post("/sign-up", &json!({ "email": email })).await?.expect(202)?;
        let link = link_in(&mail_to(email.as_str(), 1).await?)?;
        let fields = json!({"first_name": "Léa", "last_name": "Martin", "password": "des bottes et un ciré"});
        a_stranger().post(&link, &fields).await?.expect(201)?;
        let (owner, user) = product().table.user_of_email(&email).await?.unwrap();
        assert!(owner != first && user.email_confirmed);
        // Whoever lost it proves nothing by its owner's password any more.
        let session = rentree_http::NewSession::new(
            first,
            rentree_domain::Holder::Staff,
            0,
            &axum::http::HeaderMap::new(),
            Timestamp::now(),
        );
        assert!(product().table.open_session(&session.hash, &session.session, None).await?);
        for password in [PASSWORD, "des bottes et un ciré"] {
            let change = json!({"current_password": password, "password": "une cabane sous les pins"});
            let change = a_client().post(format!("{}/account/password", product().url)).json(&change);
            assert_eq!(change.header(COOKIE, session.cookie()).send().await?.status(), 409);
        }
        assert_eq!(a_stranger().sign_in(email.as_str(), PASSWORD).await?.status, 422);
        a_stranger().sign_in(email.as_str(), "des bottes et un ciré").await?.expect(200)?;
        // Confirmed, it is reserved.
        a_stranger().post("/sign-up", &json!({ "email": email })).await?.expect(202)?;
        mail_about("déjà un compte", email.as_str()).await?;
        Ok(())
    });
}

/// Whoever never confirmed an address loses it to its owner, and takes nothing back by moving on to another.
#[test]
fn an_address_that_was_lost_stays_its_owners() {
    run(async {
        let squatter = rentree_table::User { email_confirmed: false, ..an_unknown_user().await? };
        let first = rentree_local::people::begin(&product().table, &squatter, Timestamp::now()).await?;
        let (lost, next) = (squatter.methods.email.clone().unwrap(), an_email());
        let session = rentree_http::NewSession::new(
            first,
            rentree_domain::Holder::Staff,
            0,
            &axum::http::HeaderMap::new(),
            Timestamp::now(),
        );
        assert!(product().table.open_session(&session.hash, &session.session, None).await?);
        let post = async |path: &str, body: Value| {
            let post = a_client().post(format!("{}{path}", product().url)).json(&body);
            anyhow::Ok(post.header(COOKIE, session.cookie()).send().await?.status())
        };
        assert_eq!(post("/account/email", json!({"email": next, "current_password": PASSWORD})).await?, 202);
        let confirmation = link_in(&mail_to(next.as_str(), 1).await?)?;

        a_stranger().post("/sign-up", &json!({ "email": lost })).await?.expect(202)?;
        let fields = json!({"first_name": "Léa", "last_name": "Martin", "password": "des bottes et un ciré"});
        a_stranger().post(&link_in(&mail_to(lost.as_str(), 1).await?)?, &fields).await?.expect(201)?;
        assert_eq!(post(&confirmation, json!({})).await?, 200);

        assert_eq!(product().table.user_of_email(&next).await?.unwrap().0, first);
        assert_ne!(product().table.user_of_email(&lost).await?.unwrap().0, first);
        a_stranger().sign_in(lost.as_str(), "des bottes et un ciré").await?.expect(200)?;
        Ok(())
    });
}

/// A mistyped address is a stranger's: it opens nothing before its owner has confirmed it.
#[test]
fn an_unconfirmed_address_gets_no_new_password() {
    run(async {
        let user = rentree_table::User { email_confirmed: false, ..an_unknown_user().await? };
        rentree_local::people::begin(&product().table, &user, Timestamp::now()).await?;
        a_stranger().post("/forgotten-password", &json!({ "email": user.methods.email })).await?.expect(202)?;
        no_mail_is_pending().await?;
        assert!(mails_to(user.methods.email.unwrap().as_str()).await?.is_empty());
        Ok(())
    });
}

#[test]
fn nobody_learns_whose_an_address_is() {
    run(async {
        let person = somebody().await?;
        for path in ["/sign-up", "/forgotten-password"] {
            let mut answers = Vec::new();
            for email in [person.email(), &an_email()] {
                answers.push(a_stranger().post(path, &json!({ "email": email })).await?.expect(202)?);
            }
            assert_eq!(answers[0], answers[1], "{path}");
        }
        for what in ["déjà un compte", "nouveau mot de passe"] {
            mail_about(what, person.email().as_str()).await?;
        }
        let nobody = an_email();
        a_stranger().post("/forgotten-password", &json!({ "email": nobody })).await?.expect(202)?;
        no_mail_is_pending().await?;
        assert!(mails_to(nobody.as_str()).await?.is_empty());
        Ok(())
    });
}

#[test]
fn sign_up_with_an_address_then_a_name() {
    run(async {
        let email = an_email();
        a_stranger().post("/sign-up", &json!({ "email": email })).await?.expect(202)?;
        let link = link_in(&mail_to(email.as_str(), 1).await?)?;
        let short = json!({"first_name": "Léa", "last_name": " ", "password": "court"});
        let refused = a_stranger().post(&link, &short).await?.expect(422)?;
        let fields: Vec<_> =
            refused["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["last_name", "password"]);
        let fields = json!({"first_name": "Léa", "last_name": "Martin", "password": PASSWORD});
        let twice = join_all([a_stranger().post(&link, &fields), a_stranger().post(&link, &fields)]).await;
        let mut statuses = Vec::new();
        for answer in twice {
            statuses.push(answer?.status);
        }
        statuses.sort_unstable();
        assert!(statuses == [201, 410] || statuses == [201, 409], "{statuses:?}");
        a_stranger().sign_in(email.as_str(), PASSWORD).await?.expect(200)?;
        Ok(())
    });
}

#[test]
fn a_changed_password_ends_the_other_sessions() {
    run(async {
        let mut person = somebody().await?;
        let other = person.clone();
        person.open_session().await?;
        let wrong = json!({"current_password": "pas le bon mot", "password": "des bottes et un ciré"});
        let refused = person.post("/account/password", &wrong).await?.expect(422)?;
        assert_eq!(refused["errors"][0]["field"], "current_password");
        let right = json!({"current_password": PASSWORD, "password": "des bottes et un ciré"});
        let changed = person.post("/account/password", &right).await?;
        person.cookie = changed.session.clone().unwrap();
        changed.expect(200)?;
        assert_eq!(other.get("/account").await?.status, 401);
        let account = person.page("/account").await?;
        assert!(account.contains("Changer de mot de passe") && !account.contains("à un enseignant"), "{account}");
        assert!(mail_to(person.email().as_str(), 1).await?.subject.contains("mot de passe a été changé"));
        Ok(())
    });
}

#[test]
fn sessions_are_listed_and_ended() {
    run(async {
        let mut person = somebody().await?;
        let old = person.clone();
        person.open_session().await?;
        let third = person.clone();
        person.open_session().await?;
        let account = person.get("/account").await?.expect(200)?;
        let sessions = account["sessions"].as_array().unwrap();
        // One more began with the account.
        assert_eq!(sessions.len(), 4);
        assert_eq!(sessions.iter().filter(|session| session["is_this"] == true).count(), 1);

        let mine = old.get("/account").await?.expect(200)?;
        let mine =
            mine["sessions"].as_array().unwrap().iter().find(|s| s["is_this"] == true).unwrap()["session"].clone();
        let stranger = somebody().await?;
        assert_eq!(stranger.post("/account/sessions", &json!({ "session": mine })).await?.status, 404, "not one's own");
        let named = json!({ "session": mine, "current_password": PASSWORD });
        person.post("/account/sessions", &named).await?.expect(200)?;
        assert_eq!(old.get("/account").await?.status, 401);
        assert_eq!(third.get("/account").await?.status, 200);

        let ended =
            person.post("/account/sessions", &json!({"session": "others", "current_password": PASSWORD})).await?;
        person.cookie = ended.session.clone().unwrap();
        ended.expect(200)?;
        assert_eq!(third.get("/account").await?.status, 401);
        assert_eq!(person.get("/account").await?.expect(200)?["sessions"].as_array().unwrap().len(), 1);

        person.post("/sign-out", &json!({})).await?.expect(200)?;
        assert_eq!(person.get("/account").await?.status, 401);
        Ok(())
    });
}

#[test]
fn a_session_is_drawn_anew_at_each_sign_in() {
    run(async {
        let person = somebody().await?;
        let again = person
            .request(reqwest::Method::POST, "/sign-in")
            .json(&json!({"email": person.email(), "password": PASSWORD}));
        let again = again.send().await?;
        assert_eq!(again.status(), 200);
        let cookie = again.headers().get_all(SET_COOKIE).iter().next_back().unwrap().to_str()?.to_owned();
        assert!(!cookie.starts_with(&person.cookie), "a new one");
        assert_eq!(person.get("/account").await?.status, 401, "the former one is over");
        Ok(())
    });
}

#[test]
fn another_address_is_used_once_it_is_confirmed() {
    run(async {
        let mut person = somebody().await?;
        let older = person.clone();
        person.open_session().await?;
        let (former, new) = (person.email().clone(), an_email());
        let ask = |email: &EmailAddress| json!({"email": email, "current_password": PASSWORD});
        assert_eq!(person.post("/account/email", &ask(&former)).await?.status, 422, "it is that already");
        person.post("/account/email", &ask(&new)).await?.expect(202)?;
        a_stranger().sign_in(former.as_str(), PASSWORD).await?.expect(200)?;
        let link = link_in(&mail_to(new.as_str(), 1).await?)?;
        assert_eq!(a_stranger().post(&link, &json!({})).await?.status, 401, "the link alone is not enough");
        assert_eq!(somebody().await?.post(&link, &json!({})).await?.status, 404);
        person.get(&link).await?.expect(200)?;
        let confirmed = person.post(&link, &json!({})).await?;
        person.cookie = confirmed.session.clone().unwrap();
        confirmed.expect(200)?;
        assert_eq!(person.post(&link, &json!({})).await?.status, 410);
        a_stranger().sign_in(new.as_str(), PASSWORD).await?.expect(200)?;
        assert_eq!(a_stranger().sign_in(former.as_str(), PASSWORD).await?.status, 422);
        assert_eq!(older.get("/account").await?.status, 401, "other sessions are over");
        let told = mail_to(former.as_str(), 1).await?;
        assert!(told.text.contains(&new.masked()) && !told.text.contains(new.as_str()), "{}", told.text);

        // An address of somebody else stays theirs.
        let other = somebody().await?;
        person.post("/account/email", &ask(other.email())).await?.expect(202)?;
        let link = link_in(&mail_to(other.email().as_str(), 1).await?)?;
        assert_eq!(person.post(&link, &json!({})).await?.status, 409);
        a_stranger().sign_in(other.email().as_str(), PASSWORD).await?.expect(200)?;
        Ok(())
    });
}

/// Whoever accepted an older version is asked again, and the others go on.
#[test]
fn changed_terms_are_accepted_again() {
    run(async {
        let (uai, person) = a_team().await?;
        let team = format!("/schools/{uai}/team");
        let older = rentree_table::Terms { version: rentree_domain::terms::VERSION - 1, at: Timestamp::now() };
        product().table.accept_terms(person.id, older).await?;
        assert_eq!(person.get(&team).await?.code(), "terms_not_accepted");
        let page = a_client().get(format!("{}{team}", product().url)).header(ACCEPT, "text/html");
        let led = page.header(COOKIE, &person.cookie).send().await?;
        assert_eq!(led.headers()[LOCATION], format!("/terms?next={team}"));
        let follow_up = format!("/schools/{uai}/follow-up?division=3A&year=2025");
        let page = a_client().get(format!("{}{follow_up}", product().url)).header(ACCEPT, "text/html");
        let led = page.header(COOKIE, &person.cookie).send().await?;
        let terms = format!("/terms?next=/schools/{uai}/follow-up%3Fdivision%3D3A%26year%3D2025");
        assert_eq!(led.headers()[LOCATION], terms);
        let shown = person.page(&terms).await?;
        assert!(shown.contains(&format!("value=\"{}\"", follow_up.replace('&', "&#38;"))), "{shown}");
        // The page of the team tells them on each day, and not when it is reviewed alone.
        assert!(shown.contains("ses administrateurs le voient&nbsp;; après treize mois"), "{shown}");
        assert_eq!(person.post("/terms", &json!({"version": older.version})).await?.status, 409, "not those");
        person.post("/terms", &json!({"version": rentree_domain::terms::VERSION})).await?.expect(200)?;
        person.get(&team).await?.expect(200)?;
        Ok(())
    });
}

#[test]
fn browsers_are_led_to_sign_in_and_back_and_nowhere_else() {
    run(async {
        let (uai, person) = a_team().await?;
        let path = format!("/schools/{uai}/team");
        let browser = |url: String| a_client().get(url).header(ACCEPT, "text/html");
        let sent = browser(format!("{}{path}", product().url)).send().await?;
        assert_eq!(sent.headers()[LOCATION], format!("/sign-in?next={path}"));
        // With what it asks for: a class, a school year, a page.
        let list = format!("/schools/{uai}/learners?division=3E+1&page=2");
        let sent = browser(format!("{}{list}", product().url)).send().await?;
        let sign_in = format!("/sign-in?next=/schools/{uai}/learners%3Fdivision%3D3E%2B1%26page%3D2");
        assert_eq!(sent.headers()[LOCATION], sign_in);
        let page = browser(format!("{}{sign_in}", product().url)).send().await?.text().await?;
        assert!(page.contains(&format!("value=\"{}\"", list.replace('&', "&#38;"))), "{page}");
        for (next, goes) in [
            (path.as_str(), path.as_str()),
            (list.as_str(), list.as_str()),
            ("https://evil.example/", "/"),
            ("//evil.example", "/"),
            ("//evil.example?a=b", "/"),
            ("/terms?next=//evil.example", "/terms?next=//evil.example"),
        ] {
            let form = a_stranger().0.post(format!("{}/sign-in", product().url)).header(ACCEPT, "text/html");
            let form = form.json(&json!({"email": person.email(), "password": PASSWORD, "next": next})).send().await?;
            assert_eq!(form.headers()[LOCATION], goes, "{next}");
        }
        Ok(())
    });
}

/// A form of a page that nobody is signed in to has a token, too, bound to a cookie of its own.
#[test]
fn forms_of_strangers_cannot_be_forged() {
    run(async {
        let client = a_client();
        let url = format!("{}/sign-in", product().url);
        let page = client.get(&url).header(ACCEPT, "text/html").send().await?;
        let cookie = page.headers()[SET_COOKIE].to_str()?.to_owned();
        for part in ["__Host-form=", "; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let text = page.text().await?;
        let token = text.split(r#"name="csrf" value=""#).nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let form = |cookie: Option<&str>, token: &str, origin: &str| {
            let form =
                client.post(&url).header(CONTENT_TYPE, "application/x-www-form-urlencoded").header(ORIGIN, origin);
            let form = cookie.into_iter().fold(form, |form, cookie| form.header(COOKIE, cookie));
            form.body(format!("email=a%40b.fr&password=x&csrf={token}"))
        };
        let own = &product().url;
        assert_eq!(form(Some(&cookie), token, own).send().await?.status(), 422, "read, and refused for its password");
        assert_eq!(form(None, token, own).send().await?.status(), 403);
        assert_eq!(form(Some(&cookie), "", own).send().await?.status(), 403);
        assert_eq!(form(Some(&cookie), token, "https://evil.example").send().await?.status(), 403);
        Ok(())
    });
}

/// Who never confirmed an address, and whom nobody else administers a space with, reads whom to ask in the end.
#[test]
fn who_gets_no_mail_is_told_whom_to_ask() {
    run(async {
        let page = a_client().get(format!("{}/forgotten-password", product().url)).header(ACCEPT, "text/html");
        let page = page.send().await?.text().await?;
        assert!(page.contains(r#"voyez <a href="/service/contact">à qui vous adresser</a>."#), "{page}");
        Ok(())
    });
}

/// What was typed stays in the form, but passwords; each error is linked to its field.
#[test]
fn a_refused_form_keeps_what_was_typed() {
    run(async {
        let typed = json!({"uai": "0010856B", "first_name": "Anne-Laure", "last_name": ""});
        let form = a_client().post(format!("{}/demande-administration-sco", product().url)).header(ACCEPT, "text/html");
        let page = form.json(&typed).send().await?;
        assert_eq!(page.status(), 422);
        let page = page.text().await?;
        for part in [
            r#"value="0010856B""#,
            r#"value="Anne-Laure""#,
            r##"href="#ask-uai""##,
            r##"href="#ask-last_name""##,
            r#"aria-describedby="ask-uai-error ask-uai-hint""#,
            r#"aria-invalid="true""#,
            r#"role="alert""#,
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        let form = a_client().post(format!("{}/sign-in", product().url)).header(ACCEPT, "text/html");
        let page = form.json(&json!({"email": "camille@exemple.fr", "password": "une phrase secrète"})).send().await?;
        let page = page.text().await?;
        assert!(page.contains(r#"value="camille@exemple.fr""#) && !page.contains("une phrase secrète"));
        Ok(())
    });
}
