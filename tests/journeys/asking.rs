//! A near match asks: it greets nobody, tells nothing of accounts and ties nobody before "oui"; and what finds without a question.

use aws_sdk_dynamodb::types::AttributeValue;
use rentree_domain::UserName;
use rentree_domain::limit::LENIENT_BY_CLIENT;
use rentree_domain::name::FOLDING;
use rentree_table::{JoinOutcome, Methods};
use serde_json::{Value, json};

use crate::support::classes::{Class, Device, PUPIL_PASSWORD, a_class, a_device, a_first_name, nobody, step};
use crate::support::people::a_client;
use crate::support::{product, run, run_while_time_stands_still};

/// Twins, of whom the list has one: the other one's name, and the one of the list.
fn twins() -> (String, String) {
    let emma = a_first_name("Emma");
    let emmy = emma.replacen("Emma", "Emmy", 1);
    (emma, emmy)
}

fn who(first_name: &str, last_name: &str, birth_date: &str) -> Value {
    json!({"first_name": first_name, "last_name": last_name, "birth_date": birth_date})
}

fn answered(identity: &Value, asked: &Value, answer: &str) -> Value {
    let mut identity = identity.clone();
    identity["asked"] = asked.clone();
    identity["answer"] = answer.into();
    identity
}

#[test]
fn a_near_match_asks_before_anything() {
    run(async {
        let (emma, emmy) = twins();
        let class = a_class(&[(&emmy, "MARTIN", "12/05/2013")]).await?;
        let typed = who(&emma, "Martin", "12/05/2013");
        let mut device = a_device();
        let asked = device.tell(&class, &typed).await?.expect(200)?;
        let listed = &class.sample.pupils[0];
        assert_eq!(
            (step(&asked), &asked["first_name"], &asked["last_name"], &asked["division"]),
            ("ask", &json!(emmy), &json!("MARTIN"), &json!(listed.division))
        );
        assert!(asked["user_name"].is_null() && asked["methods"].is_null(), "{asked}");
        let pupil = class.pupil(&emmy).await?;
        assert_eq!(asked["learner"], json!(pupil.id));
        // Going past the question makes no account.
        let past = device.create(&class, &typed, &json!({})).await?;
        assert_eq!((past.status, past.code()), (409, "to_confirm"), "{}", past.body);
        assert!(past.body["detail"].as_str().unwrap().contains(&format!("Êtes-vous {emmy} MARTIN")), "{}", past.body);
        assert!(device.cookie.is_empty());

        // No: to the teacher.
        let no = device.tell(&class, &answered(&typed, &asked["learner"], "no")).await?;
        assert_eq!((no.status, no.code()), (422, "not_a_pupil"), "{}", no.body);
        assert!(no.body["detail"].as_str().unwrap().contains("enseignant"), "{}", no.body);
        let attempts = product().table.join_attempts(class.campaign, 10).await?;
        assert_eq!(attempts.len(), 1);
        assert_eq!((attempts[0].outcome, attempts[0].learner), (JoinOutcome::Declined, Some(pupil.id)));
        assert!(class.joined().await?.is_empty() && class.pupil(&emmy).await?.user.is_none());

        // Yes: as anybody.
        let yes = answered(&typed, &asked["learner"], "yes");
        assert_eq!(step(&device.tell(&class, &yes).await?.expect(200)?), "new_account");
        let joined = device.create(&class, &yes, &json!({})).await?.expect(201)?;
        assert_eq!(joined["signed_in"], json!(format!("{emmy} MARTIN")), "as the school writes it");
        assert_eq!(class.joined().await?, [pupil.id]);

        // The account is told of after the question, too.
        let mut other = a_device();
        assert_eq!(step(&other.tell(&class, &typed).await?.expect(200)?), "ask");
        assert_eq!(step(&other.tell(&class, &yes).await?.expect(200)?), "has_account");
        Ok(())
    });
}

/// "Oui" is said of the pupil that was shown, and what was typed is matched again.
#[test]
fn an_answer_ties_nobody_else() {
    run(async {
        let (emma, emmy) = twins();
        let louis = a_first_name("Louis");
        let class = a_class(&[(&emmy, "MARTIN", "12/05/2013"), (&louis, "DURAND", "12/05/2013")]).await?;
        let (shown, other) = (class.pupil(&emmy).await?.id, class.pupil(&louis).await?.id);
        let typed = who(&emma, "Martin", "12/05/2013");
        let mut device = a_device();
        for asked in [json!(other), json!(""), json!("n’importe quoi")] {
            let again = device.tell(&class, &answered(&typed, &asked, "yes")).await?.expect(200)?;
            assert_eq!((step(&again), &again["learner"]), ("ask", &json!(shown)), "it asks again");
            let past = device.create(&class, &answered(&typed, &asked, "yes"), &json!({})).await?;
            assert_eq!(past.code(), "to_confirm", "{}", past.body);
        }
        // The identifier of a pupil finds nobody whose names were not typed.
        let nobody = answered(&who("Sophie", "Bernard", "12/05/2013"), &json!(shown), "yes");
        assert_eq!(device.tell(&class, &nobody).await?.code(), "not_a_pupil");
        assert_eq!(device.create(&class, &nobody, &json!({})).await?.code(), "not_a_pupil");
        assert!(class.joined().await?.is_empty());
        Ok(())
    });
}

/// Emma has an account of another school; this school lists her twin alone.
#[test]
fn who_is_signed_in_is_asked_too() {
    run(async {
        let (emma, emmy) = twins();
        let college = a_class(&[(&emma, "MARTIN", "12/05/2013")]).await?;
        let lycee = a_class(&[(&emmy, "MARTIN", "12/05/2013")]).await?;
        let mut device = a_device();
        device.create(&college, &college.identity(0), &json!({})).await?.expect(201)?;
        let typed = who(&emma, "Martin", "12/05/2013");
        let asked = device.tell(&lycee, &typed).await?.expect(200)?;
        assert_eq!(step(&asked), "ask");
        let no = device.tell(&lycee, &answered(&typed, &asked["learner"], "no")).await?;
        assert_eq!(no.code(), "not_a_pupil");
        assert!(lycee.pupil(&emmy).await?.user.is_none());

        // Her twin sits down at the same computer and types her own name: the account is nearly hers.
        let own = who(&emmy, "Martin", "12/05/2013");
        let asked = device.tell(&lycee, &own).await?.expect(200)?;
        assert_eq!((step(&asked), &asked["first_name"]), ("ask", &json!(emmy)));
        assert!(lycee.pupil(&emmy).await?.user.is_none());

        let yes = device.tell(&lycee, &answered(&typed, &asked["learner"], "yes")).await?.expect(200)?;
        assert_eq!(step(&yes), "joined");
        assert_eq!(lycee.pupil(&emmy).await?.user, college.pupil(&emma).await?.user);
        Ok(())
    });
}

/// Parts of names find; nobody is asked, and the user name is made of the first given name.
#[test]
fn what_finds_without_a_question() {
    run(async {
        let [maya, ines, thomas, yildiz, zoe] = ["Maya", "Ines", "Thomas", "Yildiz", "Zoe"].map(a_first_name);
        let class = a_class(&[
            (&format!("{maya} Rose Anne"), "DURIEUX", "12/05/2013"),
            (&ines, "DURIEUX LEBRUN", "13/05/2013"),
            (&thomas, "MARTIN", "14/05/2013"),
            (&yildiz, "KILIÇ", "10/03/2013"),
            (&zoe, "SAINT-JUST", "16/05/2013"),
        ])
        .await?;
        for (typed, user_name) in [
            (who(&maya, "Durieux", "12/05/13"), format!("{}.durieux1205", maya.to_lowercase())),
            (who(&ines, "Le Brun", "13/05/2013"), format!("{}.durieuxlebrun1305", ines.to_lowercase())),
            (who("Martin", &thomas, "14/05/2013"), format!("{}.martin1405", thomas.to_lowercase())),
            (who(&yildiz.replace('i', "ı"), "Kılıç", "10/03/2013"), format!("{}.kilic1003", yildiz.to_lowercase())),
            (who(&zoe, "St Just", "16/05/2013"), format!("{}.saintjust1605", zoe.to_lowercase())),
        ] {
            let told = a_device().tell(&class, &typed).await?.expect(200)?;
            assert_eq!((step(&told), &told["user_name"]), ("new_account", &json!(user_name)), "{typed}");
        }
        // Accents typed at sign-in do not count.
        let mut device = a_device();
        device.create(&class, &who(&yildiz, "Kilic", "10/03/2013"), &json!({})).await?.expect(201)?;
        let typed = format!("{}.kılıç1003", yildiz.to_uppercase());
        a_device().sign_in(&typed, PUPIL_PASSWORD).await?.expect(200)?;
        Ok(())
    });
}

/// Who is near a pupil with an account learns nothing of it, whatever its methods.
#[test]
fn a_near_match_tells_nothing_of_accounts() {
    run(async {
        let (emma, emmy) = twins();
        let class = a_class(&[(&emmy, "MARTIN", "12/05/2013")]).await?;
        class.tie(&emmy, Methods::of_user_name(UserName::drawn(&emmy, "Martin", rentree_runtime::random()))).await?;
        let told = a_device().tell(&class, &who(&emma, "Martin", "12/05/2013")).await?.expect(200)?;
        assert_eq!(step(&told), "ask");
        assert!(!told.to_string().contains("***"), "{told}");
        Ok(())
    });
}

/// A question counts as the guess that it was; and after many failures none is asked.
#[test]
fn questions_count_and_end() {
    run_while_time_stands_still(async {
        let (emma, emmy) = twins();
        let class = a_class(&[(&emmy, "MARTIN", "12/05/2013")]).await?;
        let (room, typed) = (a_client(), who(&emma, "Martin", "12/05/2013"));
        let asked = Device::behind(&room).tell(&class, &typed).await?.expect(200)?;
        for _ in 0..2 {
            let no = Device::behind(&room).tell(&class, &answered(&typed, &asked["learner"], "no")).await?;
            assert_eq!(no.status, 422);
        }
        for _ in 3..=LENIENT_BY_CLIENT {
            Device::behind(&room).tell(&class, &nobody()).await?;
        }
        let told = Device::behind(&room).tell(&class, &typed).await?;
        assert_eq!((told.status, told.code()), (422, "not_a_pupil"), "the questions were counted: {}", told.body);
        assert_eq!(step(&a_device().tell(&class, &typed).await?.expect(200)?), "ask", "from elsewhere");
        Ok(())
    });
}

/// The index of births follows another way of folding names at the next import, once.
#[test]
fn names_of_another_folding_are_stored_anew_once() {
    run(async {
        let name = a_first_name("Karine");
        let class = a_class(&[(&name, "SAINT-JUST", "10/03/2014")]).await?;
        let id = class.pupil(&name).await?.id;
        let former = AttributeValue::N((FOLDING - 1).to_string());
        let update = product().stack.dynamodb.update_item().table_name(product().stack.value("Table")?);
        update
            .key("PK", AttributeValue::S(format!("SCHOOL#{}", class.uai)))
            .key("SK", AttributeValue::S(format!("LEARNER#{id}")))
            .update_expression("SET known_as[0].#names.folding = :former, known_as[0].#names.#family = :family")
            .expression_attribute_names("#names", "names")
            .expression_attribute_names("#family", "family")
            .expression_attribute_values(":former", former)
            .expression_attribute_values(":family", AttributeValue::L(vec![AttributeValue::S("stjust".to_owned())]))
            .send()
            .await?;
        let typed = who(&name, "St Just", "10/03/2014");
        assert_eq!(a_device().tell(&class, &typed).await?.code(), "not_a_pupil", "the index has other names");
        let version =
            async |class: &Class| anyhow::Ok(product().table.school(class.uai).await?.unwrap().roster_version);
        let before = version(&class).await?;
        class.import().await?;
        let after = version(&class).await?;
        assert!(after > before, "the pupil was written");
        assert_eq!(step(&a_device().tell(&class, &typed).await?.expect(200)?), "new_account");
        assert_eq!(product().table.learner(class.uai, id).await?.unwrap().folding, FOLDING);
        class.import().await?;
        assert_eq!(version(&class).await?, after, "and not again");
        Ok(())
    });
}
