//! Whoever comes from the Médiacentre and is not the pupil, or not surely: no account is opened, and nothing added to one, by mistake or by
//! cunning.

use anyhow::Context;
use jiff::Timestamp;
use rentree_local::idp::{self, Person};
use rentree_table::{JoinOutcome, Role};
use serde_json::{Value, json};

use crate::support::classes::{a_class, a_device, a_first_name, born_years_ago, step};
use crate::support::ent::{a_computer, leads};
use crate::support::joining_by_ent::{
    a_user_name, arrived, begin, born, by, by_last_year, in_the_ent, ok, owner, refused, sign_in, sign_on_at, tell,
    user, waits,
};
use crate::support::people::a_member;
use crate::support::{product, run};

#[test]
fn homonyms_get_in_by_a_code() {
    run(async {
        let name = a_first_name("Léa");
        let class = a_class(&[(&name, "MARTIN", "12/05/2013"), (&name, "MARTIN", "12/05/2013")]).await?;
        let person = in_the_ent(&class, 0);
        let mut computer = arrived(&class, &person).await?;
        let told = tell(&mut computer, &class, &born(&class, 0)).await?;
        assert_eq!(refused(&told), (422, "not_a_pupil".to_owned()));
        assert!(
            told.text.contains("que donne le Médiacentre") && told.text.contains("code personnel"),
            "{}",
            told.text
        );
        assert_eq!(begin(&mut computer, &class, &born(&class, 0)).await?.status, 422);

        let staff = a_member(class.uai, Role::Member).await?;
        let pupil = class.pupil(&name).await?.id;
        let give = format!("/schools/{}/learners/{pupil}/personal-code", class.uai);
        let given = staff.post(&give, &json!({})).await?.expect(200)?;
        let by_code = json!({"personal_code": given["personal_code"], "mediacentre": true});
        assert_eq!(step(&tell(&mut computer, &class, &by_code).await?.json()), "new_by_mediacentre");
        ok(&begin(&mut computer, &class, &by_code).await?, 201)?;
        assert_eq!(class.joined().await?, [pupil]);
        assert_eq!(owner(&person).await?, user(&computer).await?);
        Ok(())
    });
}

/// A code was given to somebody whom the Médiacentre calls otherwise: it asks, and opens no account that is there.
#[test]
fn a_code_of_another_name_asks() {
    run(async {
        let (name, other) = (a_first_name("Nadia"), a_first_name("Karine"));
        let class = a_class(&[(&name, "BENALI", "12/05/2013"), (&other, "DUNORD", "10/03/2014")]).await?;
        let mut computer = arrived(&class, &in_the_ent(&class, 1)).await?;
        let staff = a_member(class.uai, Role::Member).await?;
        let pupil = class.pupil(&name).await?.id;
        let give = format!("/schools/{}/learners/{pupil}/personal-code", class.uai);
        let given = staff.post(&give, &json!({})).await?.expect(200)?;
        let mut by_code = json!({"personal_code": given["personal_code"], "mediacentre": true});
        let asked = tell(&mut computer, &class, &by_code).await?.json();
        assert_eq!((step(&asked), &asked["doubt"], &asked["first_name"]), ("ask", &json!("mediacentre"), &json!(name)));
        let html = computer.page_led_to(&class.path("/identity"), &by_code).await?.text;
        assert!(html.contains("Recommencer</a>") && !html.contains("Corriger ce que"), "nothing was written: {html}");
        assert!(!html.contains("correct=true"), "nothing is handed on to whoever begins anew: {html}");
        assert_eq!(refused(&begin(&mut computer, &class, &by_code).await?), (409, "to_confirm".to_owned()));
        by_code["asked"] = asked["learner"].clone();
        by_code["answer"] = "yes".into();
        ok(&begin(&mut computer, &class, &by_code).await?, 201)?;
        assert_eq!(class.joined().await?, [pupil]);
        Ok(())
    });
}

/// Emma signs on, and the list has her twin Emmy alone, who has an account that the Médiacentre opened last year.
#[test]
fn twins_are_asked() {
    run(async {
        let emma = a_first_name("Emma");
        let emmy = emma.replacen("Emma", "Emmy", 1);
        let class = a_class(&[(&emmy, "MARTIN", "12/05/2013")]).await?;
        let last_year = in_the_ent(&class, 0);
        let account = class.tie(&emmy, by_last_year(&last_year)?).await?;
        let person = Person { first_names: vec![emma.clone()], ..in_the_ent(&class, 0) };
        let mut computer = arrived(&class, &person).await?;
        let asked = tell(&mut computer, &class, &born(&class, 0)).await?;
        let told = asked.json();
        assert_eq!((asked.status, step(&told), &told["doubt"]), (200, "ask", &json!("mediacentre")), "{told}");
        assert!(user(&computer).await?.is_none() && told["methods"].is_null());

        let answer = |answer: &str| {
            let mut identity = born(&class, 0);
            identity["asked"] = told["learner"].clone();
            identity["answer"] = answer.into();
            identity
        };
        let no = tell(&mut computer, &class, &answer("no")).await?;
        assert_eq!(refused(&no), (422, "not_a_pupil".to_owned()));
        let attempts = product().table.join_attempts(class.campaign, 10).await?;
        assert_eq!(attempts.first().map(|attempt| attempt.outcome), Some(JoinOutcome::Declined));
        assert_eq!((owner(&last_year).await?, owner(&person).await?), (Some(account), None));

        // A twin says so, too: the account is Emmy's, and what opens it is known.
        let told = tell(&mut computer, &class, &answer("yes")).await?.json();
        assert_eq!((step(&told), &told["methods"][0]["method"]), ("has_account", &json!("mediacentre")), "{told}");
        assert_eq!((owner(&last_year).await?, owner(&person).await?), (Some(account), None));
        Ok(())
    });
}

/// A homonym in another school, who was told the code and knows the birth date; and whoever another provider knows by the same text.
#[test]
fn nobody_else_takes_an_account() {
    run(async {
        let name = a_first_name("Louis");
        let class = a_class(&[(&name, "DURAND", "10/03/2014")]).await?;
        let last_year = in_the_ent(&class, 0);
        let account = class.tie(&name, by_last_year(&last_year)?).await?;

        let homonym = Person { school: "0990001N".to_owned(), ..in_the_ent(&class, 0) };
        let mut computer = arrived(&class, &homonym).await?;
        let told = tell(&mut computer, &class, &born(&class, 0)).await?.json();
        assert_eq!((step(&told), &told["methods"][0]["method"]), ("has_account", &json!("mediacentre")), "{told}");
        let despite = json!({"birth_date": "10/03/2014", "mediacentre": true, "despite": true});
        assert_eq!(begin(&mut computer, &class, &despite).await?.status, 409);

        let mut elsewhere = a_computer();
        let request = elsewhere.click(&format!("/mediacentre?idp=autre&code={}", class.code)).await?;
        let person = in_the_ent(&class, 0);
        let by_other =
            idp::Answer { issuer: idp::OTHER_ENTITY_ID, request: &request, person: &person, now: Timestamp::now() };
        elsewhere.deliver(&by_other.encoded()?).await?;
        let told = tell(&mut elsewhere, &class, &born(&class, 0)).await?.json();
        assert_eq!(step(&told), "has_account", "{told}");

        let nameless = Person { first_names: Vec::new(), last_names: Vec::new(), ..in_the_ent(&class, 0) };
        let mut computer = arrived(&class, &nameless).await?;
        let html = computer.page(&class.path("")).await?.text;
        assert!(html.contains("Connectez-vous d’abord") && !html.contains("ouvrira ce compte"), "never added: {html}");
        let typed = json!({"first_name": name, "last_name": "DURAND", "birth_date": "10/03/2014"});
        assert_eq!(step(&tell(&mut computer, &class, &typed).await?.json()), "has_account");
        assert!(user(&computer).await?.is_none() && user(&elsewhere).await?.is_none());
        assert_eq!(owner(&last_year).await?, Some(account), "nothing was replaced");
        Ok(())
    });
}

/// A namesake of the class, who knows the birth date: both have an identifier of this year.
#[test]
fn a_namesake_of_the_class_takes_no_account() {
    run(async {
        let name = a_first_name("Lucas");
        let class = a_class(&[(&name, "BERNARD", "10/03/2014")]).await?;
        let theirs = in_the_ent(&class, 0);
        let account = class.tie(&name, by(&theirs)?).await?;
        let namesake = in_the_ent(&class, 0);
        let mut computer = arrived(&class, &namesake).await?;
        for reply in [
            tell(&mut computer, &class, &born(&class, 0)).await?,
            begin(&mut computer, &class, &born(&class, 0)).await?,
        ] {
            assert_ne!(reply.status, 201, "{}", reply.text);
        }
        assert!(user(&computer).await?.is_none());
        assert_eq!((owner(&theirs).await?, owner(&namesake).await?), (Some(account), None));
        Ok(())
    });
}

/// Anna's sign-on waits on a computer where Bruno signs in: nothing that Bruno says makes it his, his own personal code neither.
#[test]
fn a_personal_code_takes_nobody_s_sign_on() {
    run(async {
        let (anna, bruno) = (a_first_name("Anna"), a_first_name("Bruno"));
        let class = a_class(&[(&anna, "VIDAL", "10/03/2014"), (&bruno, "PETIT", "11/03/2014")]).await?;
        let pupil = class.pupil(&bruno).await?.id;
        let staff = a_member(class.uai, Role::Administrator).await?;
        let give = format!("/schools/{}/learners/{pupil}/personal-code", class.uai);
        let code = staff.post(&give, &json!({})).await?.expect(200)?["personal_code"].clone();
        let mut device = a_device();
        let by_code = json!({"personal_code": code});
        device.create(&class, &by_code, &json!({})).await?.expect(201)?;
        let account = class.pupil(&bruno).await?.user.context("an account")?;
        let methods = product().table.user(account).await?.context("an account")?.methods;

        let person = in_the_ent(&class, 0);
        let mut computer = arrived(&class, &person).await?;
        sign_in(&mut computer, &methods).await?;
        for identity in [
            json!({"personal_code": code}),
            json!({"personal_code": code, "mediacentre": true, "asked": pupil, "answer": "yes"}),
        ] {
            tell(&mut computer, &class, &identity).await?;
        }
        computer.post(&class.path(""), &json!({"add_mediacentre": true})).await?;
        assert_eq!(owner(&person).await?, None);
        let methods = product().table.user(account).await?.expect("an account").methods;
        assert!(!methods.mediacentre.any(Timestamp::now()));
        Ok(())
    });
}

#[test]
fn nothing_of_it_is_seen_in_another_browser() {
    run(async {
        let name = a_first_name("Capucine");
        let class = a_class(&[(&name, "MARQUEPAGE", "10/03/2014")]).await?;
        arrived(&class, &in_the_ent(&class, 0)).await?;
        let mut elsewhere = a_computer();
        let page = elsewhere.get(&class.path("")).await?;
        assert_eq!(page.json()["sign_on"], Value::Null);
        assert!(!page.text.contains(&name) && !elsewhere.page(&class.path("")).await?.text.contains(&name));
        elsewhere.cookies.insert("__Host-signon".to_owned(), "A".repeat(43));
        let told = begin(&mut elsewhere, &class, &born(&class, 0)).await?;
        assert_eq!(refused(&told), (410, "sign_on_too_late".to_owned()));
        assert!(class.pupil(&name).await?.user.is_none());
        Ok(())
    });
}

/// Whose sign-on waits has left the computer: who sits there now signs in, or goes on without it.
#[test]
fn who_sits_here_now_is_somebody_else() {
    run(async {
        let (left, name) = (a_first_name("Gaël"), a_first_name("Nadia"));
        let class = a_class(&[(&left, "ROY", "10/03/2014"), (&name, "PETIT", "11/03/2014")]).await?;
        let methods = a_user_name(&name)?;
        class.tie(&name, methods.clone()).await?;
        let person = in_the_ent(&class, 0);
        let mut computer = arrived(&class, &person).await?;
        sign_in(&mut computer, &methods).await?;
        let page = computer.get(&class.path("")).await?.json();
        assert_eq!((step(&page), &page["mediacentre"]), ("join", &json!("somebody_else")));
        let refusal = computer.post(&class.path(""), &json!({"add_mediacentre": true})).await?;
        assert_eq!(refused(&refusal), (409, "other_account".to_owned()));
        assert!(class.joined().await?.is_empty() && owner(&person).await?.is_none());
        ok(&computer.post(&class.path(""), &json!({})).await?, 200)?;
        assert!(owner(&person).await?.is_none(), "joined without it");

        // Who signs out leaves nothing behind.
        computer.post("/sign-out", &json!({})).await?;
        assert!(!waits(&computer) && user(&computer).await?.is_none());

        let mut computer = arrived(&class, &person).await?;
        let forgotten = tell(&mut computer, &class, &json!({"without_mediacentre": true})).await?;
        assert_eq!((forgotten.status, &forgotten.json()["sign_on"]), (200, &Value::Null), "{}", forgotten.text);
        assert!(!waits(&computer));
        assert_eq!(step(&tell(&mut computer, &class, &class.identity(1)).await?.json()), "has_account");
        Ok(())
    });
}

/// A teacher's sign-on makes no pupil, whatever the names.
#[test]
fn staff_are_no_pupils() {
    run(async {
        let name = a_first_name("Camille");
        let class = a_class(&[(&name, "LE GOFF", &born_years_ago(16))]).await?;
        let teacher = Person { profile: "National_ens".to_owned(), ..in_the_ent(&class, 0) };
        let mut computer = a_computer();
        let reply = sign_on_at(&mut computer, &class, &teacher, Timestamp::now()).await?;
        assert!(leads(&reply, "/mediacentre/suite"), "{}", reply.location());
        let page = computer.get(&class.path("")).await?.json();
        assert_eq!(page["sign_on"], json!({"name": null, "is_of_staff": true}));
        let html = computer.page(&class.path("")).await?.text;
        assert!(html.contains(r#"href="/mediacentre/suite""#) && html.contains(r#"name="first_name""#), "{html}");
        let told = begin(&mut computer, &class, &class.identity(0)).await?;
        assert_eq!(refused(&told), (410, "sign_on_too_late".to_owned()));
        // A pupil may use the computer all the same.
        assert_eq!(step(&tell(&mut computer, &class, &class.identity(0)).await?.json()), "new_account");
        Ok(())
    });
}
