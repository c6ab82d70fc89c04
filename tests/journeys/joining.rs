//! Pupils join by code, as a program sees it: the cases of `docs/joining.md`, at the same moment and one after the other.

use jiff::Timestamp;
use rentree_domain::limit::{CODES_BY_CLIENT, IDENTITIES_BY_CAMPAIGN};
use rentree_domain::password::TEMPORARY_LASTS;
use rentree_domain::{PersonName, UserName};
use rentree_samples::Pupil;
use rentree_table::{AuditAction, AuditEntry, JoinOutcome, Methods, Role};
use reqwest::header::{ACCEPT, COOKIE, LOCATION};
use serde_json::json;

use crate::support::classes::{
    Device, PUPIL_PASSWORD, a_campaign, a_class, a_class_of, a_device, a_first_name, an_address, born_years_ago, step,
};
use crate::support::mails::{link_in, mail_to};
use crate::support::people::{Answer, a_client, a_member, a_team, somebody};
use crate::support::pupils::by_mediacentre;
use crate::support::{clock, product, run, run_while_time_stands_still};

#[test]
fn a_pupil_without_account_joins() {
    run(async {
        let name = a_first_name("Karine");
        let class = a_class(&[(&name, "DU NORD", "10/03/2014")]).await?;
        let mut device = a_device();
        let typed = format!(" {}-{} ", class.code.as_str()[..6].to_lowercase(), &class.code.as_str()[6..]);
        let found = device.post("/campagnes", &json!({"code": typed})).await?.expect(200)?;
        assert_eq!(found["location"], class.path(""));
        let page = device.get(&class.path("")).await?.expect(200)?;
        assert_eq!((step(&page), page["title"].as_str()), ("identify", Some("Évaluation de rentrée")));

        let typed = json!({"first_name": name.to_uppercase(), "last_name": "du-nord", "birth_date": "2014-03-10"});
        let told = device.tell(&class, &typed).await?.expect(200)?;
        let user_name = format!("{}.dunord1003", name.to_lowercase());
        assert_eq!(
            (step(&told), &told["user_name"], &told["may_use_email"]),
            ("new_account", &json!(user_name), &json!(false))
        );
        assert!(class.joined().await?.is_empty());
        let refused = device.create(&class, &class.identity(0), &json!({"password": "velours8"})).await?;
        assert_eq!((refused.status, refused.code()), (422, "invalid_fields"));
        assert!(device.cookie.is_empty());

        let joined = device.create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        assert_eq!(
            (step(&joined), &joined["user_name"], &joined["progress"]),
            ("joined", &json!(user_name), &json!("joined"))
        );
        let pupil = class.pupil(&name).await?;
        assert_eq!(class.joined().await?, [pupil.id]);
        let resume = joined["resume"].as_str().unwrap();
        let (_, query) = resume.split_once("?token=").expect("a token");
        let (token, code) = query.split_once("&code=").expect("a code");
        assert_eq!((code, token.split('.').count()), (class.code.as_str(), 3));
        assert!(!resume.contains(&pupil.id.to_string()), "{resume}");

        // The same again, and on another day, from another device.
        device.post(&class.path(""), &json!({})).await?.expect(200)?;
        let mut home = a_device();
        home.sign_in(&user_name.to_uppercase(), PUPIL_PASSWORD).await?.expect(200)?;
        assert_eq!(step(&home.get(&class.path("")).await?.expect(200)?), "joined");
        assert_eq!(class.joined().await?.len(), 1);
        let own = home.get("/mes-campagnes").await?.expect(200)?;
        assert_eq!(own["campaigns"].as_array().unwrap().len(), 1);
        assert_eq!((&own["methods"], &own["user_name"]), (&json!(["user_name"]), &json!(user_name)));

        // A second campaign asks nothing.
        let (campaign, code) = a_campaign(class.uai).await?;
        assert_eq!(step(&home.get(&format!("/campagnes/{code}")).await?.expect(200)?), "join");
        assert_eq!(step(&home.post(&format!("/campagnes/{code}"), &json!({})).await?.expect(200)?), "joined");
        assert_eq!(product().table.participations(campaign).await?.len(), 1);
        Ok(())
    });
}

#[test]
fn who_is_nobody_is_told_what_to_check() {
    run(async {
        let (karine, lea, allan) = (a_first_name("Karine"), a_first_name("Lea"), a_first_name("Allan"));
        let (one, other) = (allan.clone(), allan.replace("All", "Ali"));
        let class = a_class(&[
            (&karine, "DUNORD", "10/03/2014"),
            (&lea, "MARTIN", "05/05/2013"),
            (&lea, "MARTIN", "05/05/2013"),
            (&one, "PETIT", "06/06/2013"),
            (&other, "PETIT", "06/06/2013"),
        ])
        .await?;
        let mut device = a_device();
        for code in ["ABCDEF234", "KRTBVW58", "", "KRTIVW582"] {
            let answer = device.post("/campagnes", &json!({"code": code})).await?;
            assert!(matches!(answer.status, 404 | 422), "{code}: {}", answer.body);
        }
        assert_eq!(device.get("/campagnes/ABCDEF234").await?.code(), "unknown_code");

        let who =
            |first: &str, last: &str, born: &str| json!({"first_name": first, "last_name": last, "birth_date": born});
        for (identity, status, why) in [
            (who(&karine, "DUNORD", "11/03/2014"), 422, "another birth date"),
            (who("Sophie", "DUNORD", "10/03/2014"), 422, "another first name"),
            (who(&karine, "DURAND", "10/03/2014"), 422, "another last name"),
            (who(&lea, "MARTIN", "05/05/2013"), 422, "homonyms"),
            (who("", "", ""), 422, "nothing"),
            (who(&karine, "DUNORD", "31/02/2014"), 422, "no such day"),
            (who(&one, "PETIT", "06/06/2013"), 200, "one twin"),
            (who(&other, "PETIT", "06/06/2013"), 200, "the other twin"),
        ] {
            let answer = device.tell(&class, &identity).await?;
            assert_eq!(answer.status, status, "{why}: {}", answer.body);
            // An account is not made by going past the question.
            if status == 422 {
                assert_eq!(device.create(&class, &identity, &json!({})).await?.status, 422, "{why}");
            }
        }
        let outcomes: Vec<JoinOutcome> = product()
            .table
            .join_attempts(class.campaign, 20)
            .await?
            .into_iter()
            .map(|attempt| attempt.outcome)
            .collect();
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == JoinOutcome::Several).count(), 2, "{outcomes:?}");
        assert_eq!(outcomes.len(), 8, "{outcomes:?}");
        assert!(class.joined().await?.is_empty());
        Ok(())
    });
}

#[test]
fn a_pupil_with_an_account_is_told_which_masked() {
    run_while_time_stands_still(async {
        let names = ["Nina", "Emma", "Gaël"].map(a_first_name);
        let born = born_years_ago(16);
        let class = a_class(&names.each_ref().map(|name| (name.as_str(), "ROY", born.as_str()))).await?;
        let email = an_address();
        let methods = [
            Methods::of_user_name(UserName::parse(&format!("{}.roy1003", names[0].to_lowercase()))?),
            Methods::of_email(email.clone()),
            by_mediacentre(),
        ];
        let masked = [
            json!([{"method": "user_name", "masked": "n***.r***1003"}]),
            json!([{"method": "email", "masked": email.masked()}]),
            json!([{"method": "mediacentre", "masked": null}]),
        ];
        for (index, (methods, masked)) in methods.into_iter().zip(masked).enumerate() {
            class.tie(&names[index], methods.clone()).await?;
            let mut device = a_device();
            let told = device.tell(&class, &class.identity(index)).await?.expect(200)?;
            assert_eq!((step(&told), &told["methods"], &told["elsewhere"]), ("has_account", &masked, &json!(false)));
            let refused = device
                .create(&class, &class.identity(index), &json!({"despite": true, "password": "Cerises9"}))
                .await?;
            assert_eq!((refused.status, refused.code()), (409, "has_account"), "a tie is for good");
            assert!(device.cookie.is_empty());
            // Its owner signs in and is in.
            let Some(login) = methods.logins().into_iter().next() else { continue };
            let login = match login {
                rentree_domain::Login::Email(email) => email.to_string(),
                rentree_domain::Login::UserName(name) => name.to_string(),
            };
            device.sign_in(&login, PUPIL_PASSWORD).await?.expect(200)?;
            assert_eq!(step(&device.get(&class.path("")).await?.expect(200)?), "join");
            assert_eq!(step(&device.post(&class.path(""), &json!({})).await?.expect(200)?), "joined");
        }
        assert_eq!(class.joined().await?.len(), 2);
        // Returning pupils do not use up what the school has: each stays counted by name alone.
        let campaign = class.campaign.to_string();
        assert_eq!(product().table.count(&IDENTITIES_BY_CAMPAIGN, &campaign, clock::still()).await?, 1);
        let attempts = product().table.join_attempts(class.campaign, 20).await?;
        assert!(
            attempts.iter().all(|attempt| attempt.outcome == JoinOutcome::TiedElsewhere && attempt.learner.is_some())
        );
        assert_eq!(attempts.len(), 6);
        Ok(())
    });
}

/// A collège, then a lycée: the same child, by its INE.
#[test]
fn an_account_of_another_school_goes_on() {
    run(async {
        let name = a_first_name("Inès");
        let college = a_class(&[(&name, "LEROY", "10/03/2013")]).await?;
        let mut device = a_device();
        device.create(&college, &college.identity(0), &json!({})).await?.expect(201)?;
        let user_name = format!("{}.leroy1003", rentree_domain::name::fold(&name));

        let lycee = college.of_another_school().await?;

        let mut new_device = a_device();
        let told = new_device.tell(&lycee, &lycee.identity(0)).await?.expect(200)?;
        assert_eq!((step(&told), &told["elsewhere"]), ("has_account", &json!(true)));
        assert_eq!(told["methods"], json!([{"method": "user_name", "masked": "i***.l***1003"}]));
        new_device.sign_in(&user_name, PUPIL_PASSWORD).await?.expect(200)?;
        assert_eq!(step(&new_device.get(&lycee.path("")).await?.expect(200)?), "identify", "not a pupil here yet");
        assert_eq!(step(&new_device.tell(&lycee, &lycee.identity(0)).await?.expect(200)?), "joined");
        let own = new_device.get("/mes-campagnes").await?.expect(200)?;
        assert_eq!(own["campaigns"].as_array().unwrap().len(), 2, "one account, two schools");
        assert_eq!(lycee.pupil(&name).await?.user, college.pupil(&name).await?.user);

        // Another lycée, and the password is lost for good.
        let other = college.of_another_school().await?;
        let mut lost = a_device();
        let mut despite = other.identity(0);
        despite["despite"] = true.into();
        assert_eq!(step(&lost.tell(&other, &despite).await?.expect(200)?), "new_account");
        assert_eq!(lost.create(&other, &other.identity(0), &json!({})).await?.status, 409, "it must be meant");
        lost.create(&other, &despite, &json!({})).await?.expect(201)?;
        assert_ne!(other.pupil(&name).await?.user, college.pupil(&name).await?.user);
        Ok(())
    });
}

/// On a computer of the school, the one before did not sign out.
#[test]
fn an_account_is_one_pupil_of_a_school() {
    run(async {
        let (one, other, third) = (a_first_name("Lola"), a_first_name("Mila"), a_first_name("Anna"));
        let class = a_class(&[(&one, "VERT", "10/03/2014"), (&other, "VERT", "10/03/2014")]).await?;
        let mut device = a_device();
        device.create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        let refused = device.tell(&class, &class.identity(1)).await?;
        assert_eq!((refused.status, refused.code()), (409, "other_account"), "{}", refused.body);
        assert_eq!(device.create(&class, &class.identity(1), &json!({})).await?.code(), "other_account");
        // In another school, by the birth date.
        let elsewhere = a_class(&[(&third, "VERT", "11/03/2014")]).await?;
        assert_eq!(device.tell(&elsewhere, &elsewhere.identity(0)).await?.code(), "other_account");
        assert_eq!(class.joined().await?.len(), 1);
        assert!(class.pupil(&other).await?.user.is_none() && elsewhere.pupil(&third).await?.user.is_none());
        Ok(())
    });
}

#[test]
fn no_address_before_fifteen() {
    run(async {
        let (young, old) = (a_first_name("Tom"), a_first_name("Rose"));
        let class = a_class(&[(&young, "GRIS", &born_years_ago(14)), (&old, "GRIS", &born_years_ago(15))]).await?;
        let with_address = || json!({"way": "email", "email": an_address()});
        let mut device = a_device();
        let refused = device.create(&class, &class.identity(0), &with_address()).await?;
        assert_eq!((refused.status, refused.code()), (422, "invalid_fields"));
        assert!(refused.body["detail"].as_str().unwrap().contains("Avant 15 ans"), "{}", refused.body);
        device.create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        let asked =
            device.post("/account/email", &json!({"email": an_address(), "current_password": PUPIL_PASSWORD})).await?;
        assert_eq!(asked.status, 422);
        assert!(asked.body["detail"].as_str().unwrap().contains("Avant 15 ans"), "{}", asked.body);
        // Nor by an account that has one.
        let mut parent = somebody().await?;
        parent.open_session().await?;
        let told = parent.post(&class.path("/identity"), &class.identity(0)).await?.expect(200)?;
        assert_eq!(step(&told), "has_account");
        let other = a_class(&[(&young, "GRIS", &born_years_ago(14))]).await?;
        let told = parent.post(&other.path("/identity"), &other.identity(0)).await?;
        assert_eq!(told.code(), "other_account", "{}", told.body);

        // From the birthday on, at the beginning or later.
        let fields = with_address();
        let mut device = a_device();
        assert_eq!(device.tell(&class, &class.identity(1)).await?.expect(200)?["may_use_email"], true);
        let joined = device.create(&class, &class.identity(1), &fields).await?.expect(201)?;
        assert_eq!((step(&joined), &joined["user_name"]), ("joined", &json!(null)));
        let mail = mail_to(fields["email"].as_str().unwrap(), 1).await?;
        assert!(mail.subject.to_lowercase().contains("adresse"), "{}", mail.subject);
        a_device().sign_in(fields["email"].as_str().unwrap(), PUPIL_PASSWORD).await?.expect(200)?;
        let taken = a_class(&[(&old, "GRIS", &born_years_ago(15))]).await?;
        let refused = a_device().create(&taken, &taken.identity(0), &fields).await?;
        assert!(
            refused.status == 422 && refused.body["detail"].as_str().unwrap().contains("existe déjà"),
            "{}",
            refused.body
        );
        Ok(())
    });
}

/// A pupil who adds an address later has two methods on one account.
#[test]
fn methods_are_cumulative() {
    run(async {
        let name = a_first_name("Alix");
        let class = a_class(&[(&name, "BRUN", &born_years_ago(16))]).await?;
        let mut device = a_device();
        let joined = device.create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        let email = an_address();
        let ask = |password: &str| json!({"email": email, "current_password": password});
        assert_eq!(device.post("/account/email", &ask("pas le bon")).await?.status, 422);
        device.post("/account/email", &ask(PUPIL_PASSWORD)).await?.expect(202)?;
        let link = link_in(&mail_to(email.as_str(), 1).await?)?;
        device.post(&link, &json!({})).await?.expect(200)?;
        let account = device.get("/account").await?.expect(200)?;
        assert_eq!(account["methods"], json!(["user_name", "email"]));
        for login in [joined["user_name"].as_str().unwrap(), email.as_str()] {
            let mut again = a_device();
            again.sign_in(login, PUPIL_PASSWORD).await?.expect(200)?;
            assert_eq!(step(&again.get(&class.path("")).await?.expect(200)?), "joined");
        }
        // A new password is held to the rules of pupils.
        let change = |password: &str| json!({"current_password": PUPIL_PASSWORD, "password": password});
        assert_eq!(device.post("/account/password", &change("toutenminuscules")).await?.status, 422);
        device.post("/account/password", &change("Cerises9")).await?.expect(200)?;
        Ok(())
    });
}

#[test]
fn an_archived_campaign_is_closed() {
    run(async {
        let (one, other) = (a_first_name("Paul"), a_first_name("Jean"));
        let class = a_class(&[(&one, "ROUX", "10/03/2014"), (&other, "ROUX", "11/03/2014")]).await?;
        let mut before = a_device();
        before.create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        let now = Timestamp::now();
        let owner = rentree_domain::UserId::new(now, rentree_runtime::random());
        let entry = AuditEntry::new(now, rentree_runtime::random(), owner, "Test", AuditAction::CampaignArchived);
        assert!(product().table.archive_campaign(class.uai, class.campaign, now, &entry).await?);
        let answer = before.post(&class.path(""), &json!({})).await?;
        assert_eq!((answer.status, answer.code()), (410, "campaign_archived"), "{}", answer.body);
        let page = before.get(&class.path("")).await?.expect(200)?;
        assert_eq!((step(&page), &page["resume"]), ("joined", &json!(null)));
        assert_eq!(class.joined().await?.len(), 1);
        Ok(())
    });
}

/// Nobody learns of an archived campaign but the pupils of its school: its code is one that never was, and counts as such.
#[test]
fn an_archived_code_is_an_unknown_one_for_strangers() {
    run_while_time_stands_still(async {
        let (one, other) = (a_first_name("Paul"), a_first_name("Jean"));
        let class = a_class(&[(&one, "ROUX", "10/03/2014"), (&other, "ROUX", "11/03/2014")]).await?;
        let elsewhere = a_class(&[(&one, "ROUX", "10/03/2014")]).await?;
        let (mut tied, mut of_another_school) = (a_device(), a_device());
        tied.create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        of_another_school.create(&elsewhere, &elsewhere.identity(0), &json!({})).await?.expect(201)?;
        let now = clock::still();
        let owner = rentree_domain::UserId::new(now, rentree_runtime::random());
        let entry = AuditEntry::new(now, rentree_runtime::random(), owner, "Test", AuditAction::CampaignArchived);
        assert!(product().table.archive_campaign(class.uai, class.campaign, now, &entry).await?);

        let told = |answer: Answer| {
            let mut body = answer.body;
            body["request_id"] = json!(null);
            (answer.status, body)
        };
        let mut stranger = a_device();
        let unknown = told(stranger.get("/campagnes/ABCDEF234").await?);
        assert_eq!((unknown.0, &unknown.1["code"]), (404, &json!("unknown_code")));
        for answer in [
            stranger.get(&class.path("")).await?,
            stranger.tell(&class, &class.identity(1)).await?,
            stranger.create(&class, &class.identity(1), &json!({})).await?,
            of_another_school.get(&class.path("")).await?,
            of_another_school.tell(&class, &class.identity(1)).await?,
        ] {
            assert_eq!(told(answer), unknown);
        }
        let typed = async |device: &mut Device, code: &str| device.post("/campagnes", &json!({ "code": code })).await;
        let archived = typed(&mut stranger, class.path("").trim_start_matches("/campagnes/")).await?;
        assert_eq!(told(archived).1["errors"], told(typed(&mut stranger, "ABCDEF234").await?).1["errors"]);
        assert_eq!(tied.get(&class.path("")).await?.expect(200)?["step"], "joined");
        assert_eq!(class.joined().await?.len(), 1);

        let mut guesser = a_device();
        for _ in 0..CODES_BY_CLIENT.count {
            assert_eq!(guesser.get(&class.path("")).await?.status, 404);
        }
        assert_eq!(guesser.get(&class.path("")).await?.status, 429, "each was counted");
        Ok(())
    });
}

/// A year of imports after joins: what was tied stays tied.
#[test]
fn imports_after_joins_keep_what_was_tied() {
    run(async {
        let mut class = a_class_of(30).await?;
        let mut devices = Vec::new();
        for index in 0..3 {
            let mut device = a_device();
            device.create(&class, &class.identity(index), &json!({})).await?.expect(201)?;
            devices.push(device);
        }
        let before = product().table.roster(class.uai).await?.unwrap().learners;
        let tied = |learners: &[rentree_table::ActiveLearner]| {
            let mut tied: Vec<_> = learners.iter().filter_map(|l| l.user.map(|user| (l.id, user))).collect();
            tied.sort_unstable();
            tied
        };
        // The first changes class and name; the second leaves; the third stays; one comes who never joined.
        let all = class.sample.pupils.clone();
        class.sample.pupils[0].division = "3EME B".to_owned();
        class.sample.pupils[0].usage_name = "NOUVEAU".to_owned();
        class.sample.pupils.remove(1);
        class.import().await?;
        let after = product().table.roster(class.uai).await?.unwrap();
        let everybody: Vec<_> = after.learners.iter().chain(&after.former).cloned().collect();
        assert_eq!(tied(&everybody), tied(&before), "ties survive");
        assert_eq!(class.joined().await?.len(), 3, "participations survive");

        // Who left can neither join nor be taken for somebody; the account is untouched.
        let (campaign, code) = a_campaign(class.uai).await?;
        let (former_campaign, former_code) = (class.campaign, class.code.clone());
        (class.campaign, class.code) = (campaign, code);
        let gone =
            json!({"first_name": all[1].first_name, "last_name": all[1].last_name, "birth_date": all[1].birth_date});
        let told = a_device().tell(&class, &gone).await?;
        assert_eq!((told.status, told.code()), (422, "not_a_pupil"));
        assert_eq!(a_device().create(&class, &gone, &json!({})).await?.code(), "not_a_pupil");
        assert_eq!(step(&devices[1].get(&class.path("")).await?.expect(200)?), "left");
        assert_eq!(devices[1].post(&class.path(""), &json!({})).await?.code(), "not_a_pupil");
        devices[1].get("/mes-campagnes").await?.expect(200)?;
        // The one with a new usage name joins without a question, and is found by the new name.
        assert_eq!(step(&devices[0].post(&class.path(""), &json!({})).await?.expect(200)?), "joined");
        let renamed = json!({"first_name": all[0].first_name, "last_name": "Nouveau", "birth_date": all[0].birth_date});
        assert_eq!(step(&a_device().tell(&class, &renamed).await?.expect(200)?), "has_account");

        // The second comes back, and finds the account again.
        class.sample.pupils.insert(1, all[1].clone());
        class.import().await?;
        assert_eq!(step(&a_device().tell(&class, &gone).await?.expect(200)?), "has_account");
        assert_eq!(step(&devices[1].post(&class.path(""), &json!({})).await?.expect(200)?), "joined");
        (class.campaign, class.code) = (former_campaign, former_code);
        assert_eq!(step(&devices[1].get(&class.path("")).await?.expect(200)?), "joined", "of the year before");
        Ok(())
    });
}

#[test]
fn a_temporary_password_comes_first() {
    run(async {
        let name = a_first_name("Nour");
        let class = a_class(&[(&name, "LUNE", "10/03/2014")]).await?;
        let mut before = a_device();
        let joined = before.create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        let user_name = joined["user_name"].as_str().unwrap();
        let pupil = class.pupil(&name).await?;
        let (id, user) = (pupil.user.unwrap(), product().table.user(pupil.user.unwrap()).await?.unwrap());
        let temporary = rentree_domain::Password::temporary(rentree_runtime::random());
        let hash = rentree_identity::hash(temporary.clone()).await?;
        product()
            .table
            .hand_out((class.uai, pupil.id), (id, &user), None, (&hash, Timestamp::now() + TEMPORARY_LASTS))
            .await?;
        assert_eq!(before.get("/mes-campagnes").await?.status, 401, "its sessions end");
        assert_eq!(before.sign_in(user_name, PUPIL_PASSWORD).await?.status, 422);

        let form = json!({"login": user_name, "password": temporary.expose(), "next": "/mes-certificats?x=1"});
        let led = a_client().post(format!("{}/sign-in", product().url)).header(ACCEPT, "text/html").json(&form);
        let led = led.send().await?.headers()[LOCATION].to_str()?.to_owned();
        assert_eq!(led, "/temporary-password?next=/mes-certificats%3Fx%3D1");
        let mut device = a_device();
        let signed_in = device.sign_in(user_name, temporary.expose()).await?.expect(200)?;
        assert_eq!(signed_in["must_change_password"], true);
        let (school, administrator) = a_team().await?;
        let invited = json!({"emails": an_address()});
        administrator.post(&format!("/schools/{school}/invitations"), &invited).await?.expect(201)?;
        let invitation = link_in(&mail_to(invited["emails"].as_str().unwrap(), 1).await?)?;
        let by_password = json!({"way": "sign_in", "email": user_name, "password": temporary.expose()});
        assert_eq!(a_device().post(&invitation, &by_password).await?.code(), "password_to_change");
        assert_eq!(device.post(&invitation, &json!({"way": "signed_in"})).await?.code(), "password_to_change");
        for path in ["/mes-campagnes", "/account", "/spaces", &class.path("")] {
            assert_eq!(device.get(path).await?.code(), "password_to_change", "{path}");
        }
        assert_eq!(device.post(&class.path(""), &json!({})).await?.code(), "password_to_change");
        let choose = |password: &str| json!({"password": password});
        for refused in [temporary.expose(), "velours8", "Lune1003"] {
            assert_eq!(device.post("/temporary-password", &choose(refused)).await?.status, 422, "{refused}");
        }
        let former = device.clone();
        device.post("/temporary-password", &choose("Cerises9")).await?.expect(200)?;
        assert_eq!(former.clone().get("/mes-campagnes").await?.status, 401, "the session is another one");
        device.get("/mes-campagnes").await?.expect(200)?;
        assert_eq!(device.post("/temporary-password", &choose("Framboise7")).await?.status, 409);
        a_device().sign_in(user_name, "Cerises9").await?.expect(200)?;
        Ok(())
    });
}

/// Somebody did not sign out: a twin with the same birth date, a teacher who has none.
#[test]
fn who_sat_here_before_is_not_taken_for_the_pupil() {
    run(async {
        let (one, other) = (a_first_name("Lison"), a_first_name("Maude"));
        let born = born_years_ago(16);
        let college = a_class(&[(&one, "BELLE", &born)]).await?;
        let mut device = a_device();
        device.create(&college, &college.identity(0), &json!({})).await?.expect(201)?;
        let lycee = a_class(&[(&other, "BELLE", &born)]).await?;
        let refused = device.tell(&lycee, &lycee.identity(0)).await?;
        assert_eq!((refused.status, refused.code()), (409, "other_account"), "{}", refused.body);
        let teacher = somebody().await?;
        let refused = teacher.post(&lycee.path("/identity"), &lycee.identity(0)).await?;
        assert_eq!((refused.status, refused.code()), (409, "other_account"), "{}", refused.body);
        assert!(lycee.pupil(&other).await?.user.is_none() && lycee.joined().await?.is_empty());
        Ok(())
    });
}

/// Of staff who fill the pupils' form in, it is not said that the account is somebody else's; they are offered to try the page all the same.
#[test]
fn staff_who_tell_a_pupils_name_are_told_what_is_true_of_them() {
    run(async {
        let class = a_class_of(1).await?;
        let teacher = a_member(class.uai, Role::Member).await?;
        for (fields, told) in
            [(class.identity(0), "votre compte de membre de l’équipe"), (json!({}), "sont à corriger")]
        {
            let post = a_client().post(format!("{}{}", product().url, class.path("/identity")));
            let post = post.header(ACCEPT, "text/html").header(COOKIE, &teacher.cookie).json(&fields);
            let page = post.send().await?.text().await?;
            assert!(page.contains(told) && !page.contains("compte de quelqu’un d’autre"), "{page}");
            assert!(page.contains(r#"/try">Essayer comme un élève</a>"#), "{page}");
        }
        assert!(class.joined().await?.is_empty());
        Ok(())
    });
}

/// A renumbered base keeps its pupils; a child who changes INE and name at once is listed anew; and a birth date may have been
/// wrong for years.
#[test]
fn a_pupil_whom_the_file_tells_otherwise_keeps_the_account() {
    run(async {
        let (name, stays) = (a_first_name("Abel"), a_first_name("Rita"));
        let mut class = a_class(&[(&name, "NEUF", "10/03/2014"), (&stays, "NEUF", "11/03/2014")]).await?;
        let mut device = a_device();
        device.create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        let (former, user) = (class.pupil(&name).await?.id, class.pupil(&name).await?.user);
        let mut others = a_class_of(2).await?.sample.pupils;
        let mut renumber = |pupil: &mut Pupil| {
            let other = others.remove(0);
            (pupil.ine, pupil.eleve_id) = (other.ine, other.eleve_id);
        };
        renumber(&mut class.sample.pupils[0]);
        class.import().await?;
        let known = class.pupil(&name).await?;
        assert_eq!((known.id, known.user), (former, user), "the same child under another number");

        renumber(&mut class.sample.pupils[0]);
        class.sample.pupils[0].last_name = "NEUF MARTIN".to_owned();
        class.import().await?;
        let (campaign, code) = a_campaign(class.uai).await?;
        (class.campaign, class.code) = (campaign, code);
        assert_eq!(step(&device.get(&class.path("")).await?.expect(200)?), "left");
        assert_eq!(step(&device.tell(&class, &class.identity(0)).await?.expect(200)?), "joined");
        let roster = product().table.roster(class.uai).await?.unwrap();
        let now = roster.learners.iter().find(|learner| learner.entry.first_name == name).unwrap();
        assert!(now.user == user && now.id != former);
        assert_eq!(product().table.learner(class.uai, former).await?.unwrap().user, None, "the entry before is free");

        // The account has the name that the list has by then, also of the same entry.
        let is_called = async |name: &str| {
            let account = product().table.user(user.unwrap()).await?.unwrap();
            assert_eq!(account.last_name, PersonName::of_file(name));
            anyhow::Ok(())
        };
        is_called("NEUF MARTIN").await?;
        class.sample.pupils[0].last_name = "NEUF-MARTIN".to_owned();
        class.import().await?;
        let (campaign, code) = a_campaign(class.uai).await?;
        (class.campaign, class.code) = (campaign, code);
        is_called("NEUF MARTIN").await?;
        assert_eq!(step(&device.post(&class.path(""), &json!({})).await?.expect(200)?), "joined");
        is_called("NEUF-MARTIN").await?;

        // The next school has the right birth date; the INE says who it is.
        let mut lycee = class.of_another_school().await?;
        lycee.sample.pupils[0].birth_date = "10/04/2014".to_owned();
        lycee.import().await?;
        assert_eq!(step(&device.tell(&lycee, &lycee.identity(0)).await?.expect(200)?), "joined");
        let account = product().table.user(user.unwrap()).await?.unwrap();
        assert_eq!(account.birth_date, Some(jiff::civil::date(2014, 4, 10)));
        Ok(())
    });
}

/// A form of another site joins nobody.
#[test]
fn forms_are_meant() {
    run(async {
        let name = a_first_name("Lina");
        let class = a_class(&[(&name, "SOL", "10/03/2014")]).await?;
        for path in ["/campagnes".to_owned(), class.path("/identity"), class.path("/account")] {
            let form = a_client().post(format!("{}{path}", product().url));
            let form = form.header("content-type", "application/x-www-form-urlencoded");
            let body = format!(
                "code={}&first_name={name}&last_name=SOL&birth_date=10/03/2014&password={PUPIL_PASSWORD}",
                class.code
            );
            let answer = form.body(body).send().await?;
            assert_eq!(answer.status(), 403, "{path}");
        }
        assert!(class.joined().await?.is_empty());
        Ok(())
    });
}

/// On a shared tablet the browser offers no child before; digits come up for a date of digits, and typing begins at the code.
#[test]
fn forms_of_joining_fit_a_shared_tablet() {
    run(async {
        let class = a_class_of(1).await?;
        let page = async |path: &str| -> anyhow::Result<String> {
            let page = a_client().get(format!("{}{path}", product().url)).header(ACCEPT, "text/html");
            Ok(page.send().await?.text().await?)
        };
        let field = |page: &str, name: &str| {
            let of_field = page.split("<input ").find(|input| input.contains(&format!("name=\"{name}\"")));
            of_field.and_then(|input| input.split('>').next()).unwrap_or_default().to_owned()
        };
        assert!(field(&page("/campagnes").await?, "code").contains("autofocus"));
        let who = page(&class.path("")).await?;
        for name in ["first_name", "last_name", "birth_date"] {
            let field = field(&who, name);
            assert!(field.contains("autocomplete=\"off\""), "{name}: {field}");
        }
        assert!(field(&who, "birth_date").contains("inputmode=\"numeric\""));
        Ok(())
    });
}
