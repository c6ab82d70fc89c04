//! Pupils who come from the Médiacentre join a campaign: the five cases of a new school year, as a program sees them.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use rentree_local::idp::Person;
use rentree_table::Role;
use serde_json::{Value, json};

use crate::support::classes::{Class, PUPIL_PASSWORD, a_campaign, a_class, a_device, a_first_name, step};
use crate::support::ent::{a_computer, leads};
use crate::support::joining_by_ent::{
    a_user_name, arrived, begin, born, by, by_last_year, in_the_ent, ok, owner, refused, sign_in, sign_on_at, tell,
    user, waits,
};
use crate::support::people::a_member;
use crate::support::{product, run};

/// Pas de compte → Médiacentre.
#[test]
fn no_account_yet() {
    run(async {
        let name = a_first_name("Karine");
        let class = a_class(&[(&name, "DU NORD", "10/03/2014")]).await?;
        let person = in_the_ent(&class, 0);
        let mut computer = arrived(&class, &person).await?;
        let page = computer.get(&class.path("")).await?.json();
        let told_name = json!({"name": format!("{name} DU NORD"), "is_of_staff": false});
        assert_eq!((step(&page), &page["sign_on"]), ("identify", &told_name));
        let html = computer.page(&class.path("")).await?.text;
        assert!(html.contains(&format!("<dd>{name}</dd>")) && !html.contains(r#"name="first_name""#), "{html}");
        assert!(html.contains(r#"name="birth_date""#), "{html}");

        // Names are never the form's.
        let mut typed = born(&class, 0);
        typed["first_name"] = "Sophie".into();
        typed["last_name"] = "AUTRE".into();
        let told = tell(&mut computer, &class, &typed).await?;
        assert_eq!((told.status, step(&told.json())), (200, "new_by_mediacentre"), "{}", told.text);
        assert!(class.joined().await?.is_empty() && owner(&person).await?.is_none(), "nothing before the click");
        let html = computer.page_led_to(&class.path("/identity"), &typed).await?.text;
        assert!(html.contains("Créer mon compte</button>") && html.contains("<h2>Créez votre compte</h2>"), "{html}");

        let joined = begin(&mut computer, &class, &typed).await?;
        ok(&joined, 201)?;
        let told = joined.json();
        assert_eq!((step(&told), &told["by_mediacentre"], &told["user_name"]), ("joined", &json!(true), &Value::Null));
        assert_eq!(told["sign_on"], Value::Null);
        let pupil = class.pupil(&name).await?;
        assert_eq!(class.joined().await?, [pupil.id]);
        let account = user(&computer).await?.expect("a session");
        assert_eq!((pupil.user, owner(&person).await?), (Some(account), Some(account)));
        let stored = product().table.user(account).await?.expect("an account");
        assert!(stored.password_hash.is_none() && stored.methods.logins().is_empty());
        assert!(!waits(&computer), "it is used up");
        assert_eq!(computer.get("/mes-campagnes").await?.json()["methods"], json!(["mediacentre"]));
        let html = computer.page(&class.path("")).await?.text;
        assert!(html.contains("La prochaine fois, passez par le"), "{html}");

        // The next day, at another computer: at the campaign at once, and at the next campaign by a click.
        let mut next_day = a_computer();
        let reply = sign_on_at(&mut next_day, &class, &person, Timestamp::now()).await?;
        assert!(leads(&reply, &class.path("")), "{}", reply.location());
        assert_eq!(step(&next_day.get(&class.path("")).await?.json()), "joined");
        let (_, code) = a_campaign(class.uai).await?;
        let page = next_day.get(&format!("/campagnes/{code}")).await?.json();
        assert_eq!((step(&page), &page["mediacentre"]), ("join", &json!("nothing")));
        Ok(())
    });
}

/// De Médiacentre à Médiacentre: in the new year, and in a new school, the ENT knows the child by another identifier.
#[test]
fn the_mediacentre_of_last_year() {
    run(async {
        let name = a_first_name("Inès");
        let class = a_class(&[(&name, "LEROY", "10/03/2013")]).await?;
        let last_year = in_the_ent(&class, 0);
        let account = class.tie(&name, by_last_year(&last_year)?).await?;

        let this_year = in_the_ent(&class, 0);
        let mut computer = arrived(&class, &this_year).await?;
        let joined = tell(&mut computer, &class, &born(&class, 0)).await?;
        ok(&joined, 201)?;
        assert_eq!((step(&joined.json()), user(&computer).await?), ("joined", Some(account)));
        assert!(!waits(&computer));
        assert_eq!((owner(&last_year).await?, owner(&this_year).await?), (None, Some(account)));
        let epoch = product().table.user(account).await?.expect("an account").epoch;
        assert_eq!(epoch, 1, "whoever came by the former one is out");
        assert_eq!(computer.get("/mes-campagnes").await?.status, 200, "and who came now is in");
        let methods = product().table.user(account).await?.expect("an account").methods;
        assert_eq!(methods.mediacentre.at(Timestamp::now()).count(), 1, "replaced, not added");
        assert_eq!(class.joined().await?.len(), 1);
        let administrator = a_member(class.uai, Role::Administrator).await?;
        let log = administrator.get(&format!("/schools/{}/audit", class.uai)).await?.expect(200)?;
        let entries = log["entries"].as_array().expect("a list");
        let entry = entries.iter().find(|entry| entry["action"] == "mediacentre_replaced");
        assert_eq!(entry.map(|entry| &entry["learner"]), Some(&json!(class.pupil(&name).await?.id)), "{log}");
        assert!(!log.to_string().contains(&name) && !log.to_string().contains(&this_year.ido), "{log}");
        // Nobody failed.
        assert!(product().table.join_attempts(class.campaign, 10).await?.is_empty());

        // Nobody comes by the identifier of last year any more.
        let reply = a_computer().sign_on(&last_year).await?;
        assert!(leads(&reply, "/mediacentre/suite"), "{}", reply.location());

        // The lycée, whose file has the child by the same INE.
        let lycee = class.of_another_school().await?;
        let there = in_the_ent(&lycee, 0);
        let mut computer = arrived(&lycee, &there).await?;
        ok(&tell(&mut computer, &lycee, &born(&lycee, 0)).await?, 201)?;
        assert_eq!((user(&computer).await?, owner(&there).await?), (Some(account), Some(account)));
        assert_eq!(owner(&this_year).await?, None);
        assert_eq!(lycee.pupil(&name).await?.user, Some(account));
        let own = computer.get("/mes-campagnes").await?.json();
        assert_eq!(own["campaigns"].as_array().map(Vec::len), Some(3), "one account, two schools");
        assert_eq!(own["methods"], json!(["mediacentre"]));
        Ok(())
    });
}

/// De Médiacentre à Identifiant: staff hand user names and passwords out.
#[test]
fn a_user_name_beside_the_mediacentre() {
    run(async {
        let name = a_first_name("Nina");
        let class = a_class(&[(&name, "ROY", "10/03/2014")]).await?;
        let person = in_the_ent(&class, 0);
        class.tie(&name, by(&person)?).await?;
        let staff = a_member(class.uai, Role::Administrator).await?;
        let pupil = class.pupil(&name).await?.id;
        let hand_out = format!("/schools/{}/learners/passwords", class.uai);
        let slips = staff.post(&hand_out, &json!({"learners": [pupil]})).await?.expect(200)?;
        let slip = &slips["handed_out"][0];
        let mut device = a_device();
        let (login, password) = (slip["user_name"].as_str().unwrap(), slip["temporary_password"].as_str().unwrap());
        device.sign_in(login, password).await?.expect(200)?;
        device.post("/temporary-password", &json!({"password": PUPIL_PASSWORD})).await?.expect(200)?;
        let both = json!(["mediacentre", "user_name"]);
        assert_eq!(device.get("/mes-campagnes").await?.expect(200)?["methods"], both);
        let mut computer = a_computer();
        let reply = computer.sign_on(&person).await?;
        assert!(leads(&reply, "/mes-campagnes"), "{}", reply.location());
        assert_eq!(computer.get("/mes-campagnes").await?.json()["methods"], both);
        Ok(())
    });
}

/// D'Identifiant à Identifiant: the Médiacentre has no part in it, also where it is on.
#[test]
fn a_user_name_goes_on() {
    run(async {
        let name = a_first_name("Léna");
        let class = a_class(&[(&name, "BLANC", "10/03/2014")]).await?;
        turn_on(&class).await?;
        let methods = a_user_name(&name)?;
        class.tie(&name, methods.clone()).await?;
        let mut computer = a_computer();
        sign_in(&mut computer, &methods).await?;
        assert_eq!(step(&computer.get(&class.path("")).await?.json()), "join");
        let joined = computer.post(&class.path(""), &json!({})).await?;
        assert_eq!((joined.status, step(&joined.json())), (200, "joined"), "{}", joined.text);
        assert_eq!(computer.get("/mes-campagnes").await?.json()["methods"], json!(["user_name"]));
        Ok(())
    });
}

/// D'Identifiant à Médiacentre: told of the account, signs in with it once, and both open it.
#[test]
fn the_mediacentre_beside_a_user_name() {
    run(async {
        let name = a_first_name("Jade");
        let class = a_class(&[(&name, "PETIT", "10/03/2014")]).await?;
        let methods = a_user_name(&name)?;
        let account = class.tie(&name, methods.clone()).await?;
        let person = in_the_ent(&class, 0);
        let mut computer = arrived(&class, &person).await?;
        let told = tell(&mut computer, &class, &born(&class, 0)).await?.json();
        assert_eq!((step(&told), told["methods"][0]["method"].as_str()), ("has_account", Some("user_name")), "{told}");
        assert!(told["methods"][0]["masked"].as_str().is_some_and(|masked| masked.contains("***")), "{told}");
        assert!(user(&computer).await?.is_none() && waits(&computer));
        let refused_account = begin(&mut computer, &class, &born(&class, 0)).await?;
        assert_eq!(refused(&refused_account), (409, "has_account".to_owned()));

        sign_in(&mut computer, &methods).await?;
        let page = computer.get(&class.path("")).await?.json();
        assert_eq!((step(&page), &page["mediacentre"]), ("join", &json!("add")));
        let html = computer.page(&class.path("")).await?.text;
        assert!(html.contains("Oui, l’ajouter") && html.contains("Dans les deux cas, vous rejoignez"), "{html}");
        assert!(owner(&person).await?.is_none(), "never assumed");
        let joined = computer.post(&class.path(""), &json!({"add_mediacentre": true})).await?;
        let told = joined.json();
        assert_eq!((joined.status, step(&told), &told["by_mediacentre"]), (200, "joined", &json!(true)), "{told}");
        assert_eq!(joined.location(), class.path("?done=mediacentre"));
        let html = computer.page(&class.path("?done=mediacentre")).await?.text;
        assert!(html.contains("Le Médiacentre ouvre maintenant ce compte"), "{html}");
        assert!(!waits(&computer) && owner(&person).await? == Some(account));
        assert_eq!(computer.get("/mes-campagnes").await?.json()["methods"], json!(["mediacentre", "user_name"]));
        let reply = a_computer().sign_on(&person).await?;
        assert!(leads(&reply, "/mes-campagnes"), "{}", reply.location());

        // In the new school, where the account is not tied yet: the birth date, and both is done.
        let lycee = class.of_another_school().await?;
        let there = in_the_ent(&lycee, 0);
        let mut computer = arrived(&lycee, &Person { school: "0990001N".to_owned(), ..there.clone() }).await?;
        let told = tell(&mut computer, &lycee, &born(&lycee, 0)).await?.json();
        assert_eq!((step(&told), &told["elsewhere"]), ("has_account", &json!(true)), "{told}");
        let html = computer.page_led_to(&lycee.path("/identity"), &born(&lycee, 0)).await?.text;
        assert!(html.contains("redonnez votre date de naissance") && !html.contains("question qui suit"), "{html}");
        sign_in(&mut computer, &methods).await?;
        assert_eq!(step(&computer.get(&lycee.path("")).await?.json()), "identify");
        let joined = tell(&mut computer, &lycee, &born(&lycee, 0)).await?;
        let told = joined.json();
        assert_eq!((joined.status, step(&told), &told["by_mediacentre"]), (200, "joined", &json!(true)), "{told}");
        assert_eq!((owner(&there).await?, owner(&person).await?), (Some(account), None), "the last one replaces");
        Ok(())
    });
}

/// Who has joined already is offered it, too.
#[test]
fn it_is_offered_to_who_is_in() {
    run(async {
        let name = a_first_name("Lou");
        let class = a_class(&[(&name, "NOIR", "10/03/2014")]).await?;
        let methods = a_user_name(&name)?;
        class.tie(&name, methods.clone()).await?;
        let mut device = a_device();
        let login = methods.user_name.as_ref().expect("a user name").to_string();
        device.sign_in(&login, PUPIL_PASSWORD).await?.expect(200)?;
        device.post(&class.path(""), &json!({})).await?.expect(200)?;

        let mut computer = arrived(&class, &in_the_ent(&class, 0)).await?;
        sign_in(&mut computer, &methods).await?;
        let page = computer.get(&class.path("")).await?.json();
        assert_eq!((step(&page), &page["mediacentre"]), ("joined", &json!("add")));
        ok(&computer.post(&class.path(""), &json!({"add_mediacentre": true})).await?, 200)?;
        let page = computer.get(&class.path("")).await?.json();
        assert_eq!((&page["mediacentre"], &page["by_mediacentre"]), (&json!("nothing"), &json!(true)));
        assert_eq!(class.joined().await?.len(), 1);
        // Once.
        let again = computer.post(&class.path(""), &json!({"add_mediacentre": true})).await?;
        assert_eq!(refused(&again), (410, "sign_on_too_late".to_owned()));
        Ok(())
    });
}

/// Who has joined is asked before anything else on the page, so that nobody begins the course without having answered. A no is not asked
/// again by the same sign-on, and the next one asks anew.
#[test]
fn who_has_joined_is_asked_first() {
    run(async {
        let name = a_first_name("Lila");
        let class = a_class(&[(&name, "PETIT", "10/03/2014")]).await?;
        let methods = a_user_name(&name)?;
        let account = class.tie(&name, methods.clone()).await?;
        let mut computer = a_computer();
        sign_in(&mut computer, &methods).await?;
        ok(&computer.post(&class.path(""), &json!({})).await?, 200)?;

        let person = in_the_ent(&class, 0);
        for adds in [false, true] {
            let mut computer = arrived(&class, &person).await?;
            tell(&mut computer, &class, &born(&class, 0)).await?;
            sign_in(&mut computer, &methods).await?;
            assert_eq!(step(&computer.get(&class.path("")).await?.json()), "joined");
            let html = computer.page(&class.path("")).await?.text;
            assert!(html.contains("Ajouter le Médiacentre à votre compte") && html.contains("Non</button>"), "{html}");
            assert!(!html.contains("Commencer") && !html.contains("Dans les deux cas"), "{html}");
            let answered = computer.post(&class.path(""), &json!({"add_mediacentre": adds})).await?;
            ok(&answered, 200)?;
            assert!(!waits(&computer));
            assert_eq!(owner(&person).await?, adds.then_some(account));
            let told = computer.page(answered.location()).await?.text;
            let words = ["Le Médiacentre n’a pas été ajouté", "Le Médiacentre ouvre maintenant"];
            assert_eq!(words.map(|words| told.contains(words)), [!adds, adds], "{told}");
            let html = computer.page(&class.path("")).await?.text;
            assert!(html.contains("Commencer") && !html.contains("Ajouter le Médiacentre"), "{html}");
        }
        Ok(())
    });
}

/// The page that asks without a campaign knows the one where the sign-on began: either answer leads there, and so does a second click.
#[test]
fn an_answer_before_the_campaign_leads_to_it() {
    run(async {
        let name = a_first_name("Ilan");
        let class = a_class(&[(&name, "PETIT", "10/03/2014")]).await?;
        let methods = a_user_name(&name)?;
        let account = class.tie(&name, methods.clone()).await?;
        let person = in_the_ent(&class, 0);
        let mut computer = arrived(&class, &person).await?;
        sign_in(&mut computer, &methods).await?;
        assert_eq!(step(&computer.get("/mediacentre/suite").await?.json()), "add");
        let html = computer.page("/mediacentre/suite").await?.text;
        assert!(html.contains(&format!(r#"<input type="hidden" name="code" value="{}">"#, class.code)), "{html}");

        let (code, before) = (class.code.to_string(), computer.cookies.clone());
        for _ in 0..2 {
            computer.cookies.clone_from(&before);
            let no = json!({"without_mediacentre": true, "code": &code});
            let declined = computer.post("/mediacentre/suite", &no).await?;
            assert_eq!(declined.location(), class.path("?done=no-mediacentre"));
        }
        let html = computer.page(&class.path("?done=no-mediacentre")).await?.text;
        assert!(html.contains("Le Médiacentre n’a pas été ajouté à ce compte"), "{html}");
        assert!(owner(&person).await?.is_none() && !waits(&computer));

        for _ in 0..2 {
            computer.cookies.clone_from(&before);
            let added = computer.post("/mediacentre/suite", &json!({"code": &code})).await?;
            assert_eq!((added.json(), added.location()), (json!({"added": true}), &*class.path("?done=mediacentre")));
        }
        assert_eq!(owner(&person).await?, Some(account));
        // What is so is told, and what is not so is not.
        for (done, is_told) in [("mediacentre", true), ("no-mediacentre", false)] {
            let html = computer.page(&class.path(&format!("?done={done}"))).await?.text;
            assert!(html.contains("Le Médiacentre ouvre maintenant ce compte") == is_told, "{html}");
            assert!(!html.contains("n’a pas été ajouté"), "{html}");
        }
        Ok(())
    });
}

/// The operator says that the Médiacentre of a school is on.
async fn turn_on(class: &Class) -> anyhow::Result<()> {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let known = AttributeValue::M([("id_etab".to_owned(), text("0750654D"))].into());
    let update = product().stack.dynamodb.update_item().table_name(product().stack.value("Table")?);
    let update = update.key("PK", text(&format!("SCHOOL#{}", class.uai))).key("SK", text("SCHOOL"));
    let update = update.update_expression("SET mediacentre = :known").expression_attribute_values(":known", known);
    update.send().await?;
    Ok(())
}

#[test]
fn a_school_where_it_is_on_proposes_it_first() {
    run(async {
        let name = a_first_name("Alix");
        let class = a_class(&[(&name, "BRUN", "10/03/2014")]).await?;
        let way_in = format!("/mediacentre?code={}", class.code);
        let mut computer = a_computer();
        let page = computer.get(&class.path("")).await?.json();
        assert_eq!(page["way_in"], Value::Null);
        turn_on(&class).await?;
        let page = computer.get(&class.path("")).await?.json();
        assert_eq!((step(&page), &page["way_in"]), ("identify", &json!(way_in)));
        let html = computer.page(&class.path("")).await?.text;
        let at = |text: &str| html.find(text).unwrap_or_else(|| panic!("{text}: {html}"));
        assert!(at(&format!(r#"href="{way_in}""#)) < at("Qui êtes-vous") && at("Qui êtes-vous") < at("who-first_name"));

        // Whom the Médiacentre alone knows is sent there, by whichever page they came.
        class.tie(&name, by(&in_the_ent(&class, 0))?).await?;
        let told = computer.post(&class.path("/identity"), &class.identity(0)).await?.json();
        assert_eq!((step(&told), &told["methods"][0]["method"]), ("has_account", &json!("mediacentre")));
        Ok(())
    });
}
