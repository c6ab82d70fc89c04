//! Pupils who come from the Médiacentre join a campaign: the five cases of a new school year, as a program sees them, and whoever is not who
//! the Médiacentre says.

use anyhow::Context;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::limit::IDENTITIES_BY_NAME;
use rentree_domain::mediacentre::SIGN_ON_WAITS;
use rentree_domain::{EntityId, Ido, SignOnId, UserId, UserName};
use rentree_local::idp::{self, Person};
use rentree_table::{JoinOutcome, Methods, Role};
use serde_json::{Value, json};

use crate::support::classes::{
    Class, PUPIL_PASSWORD, a_campaign, a_class, a_device, a_first_name, born_years_ago, step,
};
use crate::support::ent::{Computer, Reply, a_computer, a_pupil_of_the_ent, leads};
use crate::support::faults::{Faults, campaigns_with};
use crate::support::people::{a_client, a_member};
use crate::support::{clock, product, run, run_while_time_stands_still};

/// The pupil at `index`, as the ENT knows them this year.
fn in_the_ent(class: &Class, index: usize) -> Person {
    let pupil = &class.sample.pupils[index];
    Person {
        first_names: vec![pupil.first_name.clone()],
        last_names: vec![pupil.last_name.clone()],
        school: class.uai.to_string(),
        ..a_pupil_of_the_ent()
    }
}

fn id_of(person: &Person) -> anyhow::Result<SignOnId> {
    Ok(SignOnId { idp: EntityId::parse(idp::ENTITY_ID)?, ido: Ido::parse(&person.ido)? })
}

/// By the Médiacentre alone, as `person`, this year.
fn by(person: &Person) -> anyhow::Result<Methods> {
    Ok(Methods::of_mediacentre(id_of(person)?, Timestamp::now()))
}

/// The same, last year and not since.
fn by_last_year(person: &Person) -> anyhow::Result<Methods> {
    Ok(Methods::of_mediacentre(id_of(person)?, clock::last_year()))
}

fn a_user_name(first_name: &str) -> anyhow::Result<Methods> {
    Ok(Methods::of_user_name(UserName::parse(&format!("{}.ent1003", rentree_domain::name::fold(first_name)))?))
}

async fn owner(person: &Person) -> anyhow::Result<Option<UserId>> {
    Ok(product().table.user_of_sign_on(&id_of(person)?, Timestamp::now()).await?)
}

/// The birth date alone: the names are the Médiacentre's.
fn born(class: &Class, index: usize) -> Value {
    json!({"birth_date": class.sample.pupils[index].birth_date, "mediacentre": true})
}

/// Signs on at the campaign, with what the provider answers at `now`.
async fn sign_on_at(computer: &mut Computer, class: &Class, person: &Person, now: Timestamp) -> anyhow::Result<Reply> {
    let request = computer.click(&format!("/mediacentre?code={}", class.code)).await?;
    let answer = idp::Answer { issuer: idp::ENTITY_ID, request: &request, person, now };
    computer.deliver(&answer.encoded()?).await
}

/// A computer where `person` has come to the campaign by the Médiacentre, which knows no account of theirs.
async fn arrived(class: &Class, person: &Person) -> anyhow::Result<Computer> {
    let mut computer = a_computer();
    let reply = sign_on_at(&mut computer, class, person, Timestamp::now()).await?;
    anyhow::ensure!(leads(&reply, &class.path("")), "{} {}", reply.status, reply.text);
    anyhow::ensure!(waits(&computer), "the sign-on waits");
    Ok(computer)
}

/// Whether a sign-on waits in the browser.
fn waits(computer: &Computer) -> bool {
    computer.cookies.contains_key("__Host-signon")
}

async fn tell(computer: &mut Computer, class: &Class, identity: &Value) -> anyhow::Result<Reply> {
    computer.post(&class.path("/identity"), identity).await
}

/// Begins the account that the Médiacentre opens.
async fn begin(computer: &mut Computer, class: &Class, identity: &Value) -> anyhow::Result<Reply> {
    let mut fields = identity.clone();
    fields["way"] = "mediacentre".into();
    computer.post(&class.path("/account"), &fields).await
}

async fn sign_in(computer: &mut Computer, methods: &Methods) -> anyhow::Result<()> {
    let login = methods.user_name.as_ref().expect("a user name").to_string();
    let reply = computer.post("/sign-in", &json!({"login": login, "password": PUPIL_PASSWORD})).await?;
    ok(&reply, 200)
}

fn ok(reply: &Reply, status: u16) -> anyhow::Result<()> {
    anyhow::ensure!(reply.status == status, "{status} expected: {} {}", reply.status, reply.text);
    Ok(())
}

/// The code of a refusal.
fn refused(reply: &Reply) -> (u16, String) {
    (reply.status, reply.json()["code"].as_str().unwrap_or_default().to_owned())
}

/// Who is signed in at a computer.
async fn user(computer: &Computer) -> anyhow::Result<Option<UserId>> {
    Ok(computer.session().await?.map(|session| session.user))
}

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
        assert!(html.contains("Rejoindre la campagne, et ajouter le Médiacentre"), "{html}");
        assert!(owner(&person).await?.is_none(), "never assumed");
        let joined = computer.post(&class.path(""), &json!({"add_mediacentre": true})).await?;
        let told = joined.json();
        assert_eq!((joined.status, step(&told), &told["by_mediacentre"]), (200, "joined", &json!(true)), "{told}");
        assert_eq!(joined.location(), class.path("?done=mediacentre"));
        let html = computer.page(&class.path("?done=mediacentre")).await?.text;
        assert!(html.contains("Le Médiacentre est ajouté à votre compte"), "{html}");
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

/// Between the sign-on and the click, the identifier became somebody else's.
#[test]
fn an_identifier_that_was_taken_meanwhile_changes_nothing() {
    run(async {
        let (name, other) = (a_first_name("Tom"), a_first_name("Zoé"));
        let class = a_class(&[(&name, "GRIS", "10/03/2014"), (&other, "VERT", "11/03/2014")]).await?;
        let person = in_the_ent(&class, 0);
        let mut computer = arrived(&class, &person).await?;
        assert_eq!(step(&tell(&mut computer, &class, &born(&class, 0)).await?.json()), "new_by_mediacentre");
        let theirs = class.tie(&other, by(&person)?).await?;
        let told = begin(&mut computer, &class, &born(&class, 0)).await?;
        assert_eq!(refused(&told), (409, "other_account".to_owned()), "{}", told.text);
        assert!(told.text.contains("ouvre déjà un autre compte") && told.text.contains("enseignant"), "{}", told.text);
        assert!(class.pupil(&name).await?.user.is_none() && user(&computer).await?.is_none());
        assert_eq!((owner(&person).await?, class.joined().await?.len()), (Some(theirs), 0));

        // The same for an account that is signed in: nothing is half done.
        let (methods, class) = (a_user_name(&name)?, a_class(&[(&name, "GRIS", "10/03/2014")]).await?);
        class.tie(&name, methods.clone()).await?;
        let mut computer = arrived(&class, &in_the_ent(&class, 0)).await?;
        sign_in(&mut computer, &methods).await?;
        let waiting = computer.get("/mediacentre/suite").await?.json();
        assert_eq!(waiting["step"], "add", "{waiting}");
        let taken = in_the_ent(&class, 0);
        let mut late = arrived(&class, &taken).await?;
        sign_in(&mut late, &methods).await?;
        let elsewhere = a_class(&[(&other, "VERT", "11/03/2014")]).await?;
        elsewhere.tie(&other, by(&taken)?).await?;
        let told = late.post(&class.path(""), &json!({"add_mediacentre": true})).await?;
        assert_eq!(refused(&told), (409, "other_account".to_owned()), "{}", told.text);
        assert!(class.joined().await?.is_empty());
        // Without it, the pupil is in.
        ok(&late.post(&class.path(""), &json!({})).await?, 200)?;
        Ok(())
    });
}

/// The same child at two computers, or clicking twice at one: one account, and in at both.
#[test]
fn two_at_once_are_one_child() {
    run(async {
        for same_computer in [true, false] {
            let name = a_first_name("Milo");
            let class = a_class(&[(&name, "DEUX", "10/03/2014")]).await?;
            let person = in_the_ent(&class, 0);
            let first = arrived(&class, &person).await?;
            let second = if same_computer { first.clone() } else { arrived(&class, &person).await? };
            let (mut one, mut two) = (first, second);
            let identity = born(&class, 0);
            let clicks = tokio::try_join!(begin(&mut one, &class, &identity), begin(&mut two, &class, &identity))?;
            for reply in [&clicks.0, &clicks.1] {
                // A second click that came after all was done finds the sign-on used up, and the way back in.
                let late = same_computer && refused(reply) == (410, "sign_on_too_late".to_owned());
                assert!(late || reply.status == 201, "{} {}", reply.status, reply.text);
            }
            let account = class.pupil(&name).await?.user;
            assert!(account.is_some() && owner(&person).await? == account);
            for (computer, reply) in [(&one, &clicks.0), (&two, &clicks.1)] {
                assert!(reply.status == 410 || user(computer).await? == account);
            }
            assert_eq!(class.joined().await?.len(), 1);

            // The same with an account of last year's identifier.
            let name = a_first_name("Nino");
            let class = a_class(&[(&name, "DEUX", "10/03/2014")]).await?;
            let (person, this_year) = (in_the_ent(&class, 0), in_the_ent(&class, 0));
            let account = Some(class.tie(&name, by_last_year(&person)?).await?);
            let (mut one, mut two) = (arrived(&class, &this_year).await?, arrived(&class, &this_year).await?);
            let clicks = tokio::try_join!(tell(&mut one, &class, &identity), tell(&mut two, &class, &identity))?;
            assert_eq!((clicks.0.status, clicks.1.status), (201, 201), "{} {}", clicks.0.text, clicks.1.text);
            assert!(user(&one).await? == account && user(&two).await? == account);
            assert_eq!((owner(&this_year).await?, owner(&person).await?), (account, None));
        }
        Ok(())
    });
}

/// The other device has made the account by the time this one says who it is.
#[test]
fn a_later_device_of_the_same_child_is_in() {
    run(async {
        let name = a_first_name("Anna");
        let class = a_class(&[(&name, "BRUN", "10/03/2014")]).await?;
        let person = in_the_ent(&class, 0);
        let (mut one, mut two) = (arrived(&class, &person).await?, arrived(&class, &person).await?);
        ok(&begin(&mut one, &class, &born(&class, 0)).await?, 201)?;
        ok(&tell(&mut two, &class, &born(&class, 0)).await?, 201)?;
        assert_eq!(user(&two).await?, user(&one).await?);
        assert!(!waits(&two));
        let log = a_member(class.uai, Role::Administrator).await?;
        let log = log.get(&format!("/schools/{}/audit", class.uai)).await?.expect(200)?;
        assert!(!log.to_string().contains("mediacentre_replaced"), "nothing was replaced: {log}");
        Ok(())
    });
}

#[test]
fn guesses_with_names_that_are_told_are_limited() {
    run_while_time_stands_still(async {
        let name = a_first_name("Manon");
        let class = a_class(&[(&name, "SIMON", "10/03/2014")]).await?;
        // A classmate of the same name elsewhere, who tries every day of the year.
        let mut computer = a_computer();
        sign_on_at(&mut computer, &class, &in_the_ent(&class, 0), clock::still()).await?;
        for tried in 1..=IDENTITIES_BY_NAME.count {
            // What is typed besides makes no other name of it.
            let guess = json!({
                "birth_date": format!("{:02}/04/2014", 1 + tried % 28),
                "first_name": a_first_name("Autre"), "last_name": "AUTRE", "mediacentre": true,
            });
            assert_eq!(tell(&mut computer, &class, &guess).await?.status, 422, "{tried}");
        }
        assert_eq!(refused(&tell(&mut computer, &class, &born(&class, 0)).await?), (429, "too_many".to_owned()));
        assert_eq!(begin(&mut computer, &class, &born(&class, 0)).await?.status, 429);
        // Also for who types the name.
        assert_eq!(a_device().tell(&class, &class.identity(0)).await?.status, 429);
        let attempts = product().table.join_attempts(class.campaign, 50).await?;
        assert!(attempts.iter().any(|attempt| attempt.outcome == JoinOutcome::Limited));
        Ok(())
    });
}

/// Who finds their own account by it has guessed nothing, however often.
#[test]
fn who_comes_back_uses_no_guess_up() {
    run_while_time_stands_still(async {
        let name = a_first_name("Rose");
        let class = a_class(&[(&name, "GRIS", "10/03/2014")]).await?;
        let person = in_the_ent(&class, 0);
        let mut computers = Vec::new();
        for _ in 0..=IDENTITIES_BY_NAME.count {
            let mut computer = a_computer();
            sign_on_at(&mut computer, &class, &person, clock::still()).await?;
            computers.push(computer);
        }
        ok(&begin(&mut computers[0], &class, &born(&class, 0)).await?, 201)?;
        for computer in &mut computers[1..] {
            ok(&tell(computer, &class, &born(&class, 0)).await?, 201)?;
        }
        Ok(())
    });
}

#[test]
fn a_sign_on_is_used_once_and_waits_half_an_hour() {
    fn late() -> Timestamp {
        Timestamp::now() + SIGN_ON_WAITS + SignedDuration::from_secs(1)
    }
    run(async {
        let (name, other) = (a_first_name("Paul"), a_first_name("Jean"));
        let class = a_class(&[(&name, "ROUX", "10/03/2014"), (&other, "ROUX", "11/03/2014")]).await?;
        let mut computer = arrived(&class, &in_the_ent(&class, 0)).await?;
        let mut kept = computer.clone();
        ok(&begin(&mut computer, &class, &born(&class, 0)).await?, 201)?;
        for reply in
            [begin(&mut kept, &class, &born(&class, 0)).await?, tell(&mut kept, &class, &born(&class, 0)).await?]
        {
            assert_eq!(refused(&reply), (410, "sign_on_too_late".to_owned()), "{}", reply.text);
        }
        assert_eq!(kept.get(&class.path("")).await?.json()["sign_on"], Value::Null);
        let mut html = kept.clone();
        let page = html.forge(&class.path("/identity")).await?;
        assert_eq!(page.status, 403, "a form of another site");

        let waiting = arrived(&class, &in_the_ent(&class, 1)).await?;
        let (url, stop) = campaigns_with(Faults::default(), late).await?;
        let mut half_an_hour_later = Computer::at(&url, &a_client());
        half_an_hour_later.cookies.clone_from(&waiting.cookies);
        assert_eq!(half_an_hour_later.get(&class.path("")).await?.json()["sign_on"], Value::Null);
        let reply = begin(&mut half_an_hour_later, &class, &born(&class, 1)).await?;
        assert_eq!(refused(&reply), (410, "sign_on_too_late".to_owned()));
        stop.abort();
        assert!(class.pupil(&other).await?.user.is_none());
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

/// Wherever the function dies, a pupil has an account that the Médiacentre opens, or none; and the sign-on waits as long as there is none.
#[test]
fn an_account_begins_whole_or_not_at_all() {
    run(async {
        let name = a_first_name("Victor");
        let class = a_class(&[(&name, "DURAND", "10/03/2014")]).await?;
        let person = in_the_ent(&class, 0);
        let computer = arrived(&class, &person).await?;
        for died in 0..40 {
            let (url, stop) = campaigns_with(Faults::after(died), Timestamp::now).await?;
            let mut there = Computer::at(&url, &a_client());
            there.cookies.clone_from(&computer.cookies);
            let reply = begin(&mut there, &class, &born(&class, 0)).await?;
            stop.abort();
            let account = class.pupil(&name).await?.user;
            assert_eq!((owner(&person).await?, class.joined().await?.len()), (account, usize::from(account.is_some())));
            if reply.status == 201 {
                assert!(died > 3, "{died} writes");
                return Ok(());
            }
            assert_eq!(reply.status, 500, "after {died} writes: {}", reply.text);
            anyhow::ensure!(account.is_none(), "after {died} writes");
        }
        anyhow::bail!("it never ends")
    });
}
