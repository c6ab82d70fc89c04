//! One stored item per entity, reviewed by eye: what is in the table is a contract with every version of the code.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use axum::http::HeaderMap;
use encoding_rs::UTF_8;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::mediacentre::Profile;
use rentree_domain::platform_campaign::Audience;
use rentree_domain::{
    Academie, CampaignCode, CampaignId, CampaignKind, CampaignMessage, CampaignTitle, CodeSecret, CourseId, Level,
    PersonName, PlatformCampaign, PlatformCampaignName, RecoveryCode, paris,
};
use rentree_http::NewSession;
use rentree_samples::{Fault, Sample};
use rentree_table::{
    AccessRequest, Delivery, GuessedPupil, ImportOptions, JoinAttempt, JoinOutcome, Methods, Role, SecondFactor,
    SignOnCount, SignOnRequest, SigningOn, Terms, WaitingSignOn,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::campaigns::{PROFILES, Platform, course_token, join};
use crate::support::classes::{a_class, a_device};
use crate::support::mails::{link_in, mail_to};
use crate::support::people::{PASSWORD, a_member, a_stranger, a_team, an_email};
use crate::support::pupils;
use crate::support::schools::{a_school_of, class};
use crate::support::{a_school, carry_out, eventually, product, run, silent_import};

#[test]
fn one_item_of_each_entity() {
    run(async {
        let (uai, _) = a_school().await?;
        let mut sample = Sample::new(uai, 11, 2);
        carry_out(uai, silent_import(uai, sample.siecle(UTF_8).bytes, ImportOptions::default()).await?).await?;
        sample.pupils[10].division = "3E9".to_owned();
        sample.spoil(3, Fault::NoDivision);
        carry_out(uai, silent_import(uai, sample.siecle(UTF_8).bytes, ImportOptions::default()).await?).await?;

        let table = product().stack.value("Table")?;
        let query = product().stack.dynamodb.query().table_name(&table).key_condition_expression("PK = :school");
        let items =
            query.expression_attribute_values(":school", AttributeValue::S(format!("SCHOOL#{uai}"))).send().await?;
        let mut by_entity = BTreeMap::new();
        for item in items.items() {
            let item = shown(item);
            let entity = item["entity"].as_str().unwrap().to_owned();
            // Of pupils, the one that was modified; of imports, the last.
            if entity != "Learner" || item.contains_key("previous") && item["current"]["active"] == true {
                by_entity.insert(entity, item);
            }
        }
        insta::with_settings!({filters => varying(uai.as_str())}, {
            insta::assert_json_snapshot!("items", by_entity);
        });
        Ok(())
    });
}

/// An invited person who has signed in, after a mistake.
#[test]
fn one_item_of_each_entity_of_people() {
    run(async {
        let (uai, administrator) = a_team().await?;
        let email = an_email();
        let invited = administrator.post(&format!("/schools/{uai}/invitations"), &json!({ "emails": email })).await?;
        let invitation = invited.expect(201)?["invitations"][0].clone();
        let link = link_in(&mail_to(email.as_str(), 1).await?)?;
        let sign_up =
            json!({"way": "sign_up", "first_name": "Léa", "last_name": "Martin", "email": email, "password": PASSWORD});
        a_stranger().post(&link, &sign_up).await?.expect(200)?;
        eventually("the mail is marked as sent", async || {
            let found = product().table.invitation(uai, serde_json::from_value(invitation.clone())?).await?;
            Ok(found.filter(|invited| invited.delivery == Delivery::Sent))
        })
        .await?;
        let (id, _) = product().table.user_of_email(&email).await?.unwrap();
        product().table.accept_terms(id, Terms { version: 1, at: Timestamp::now() }).await?;
        a_stranger().post("/sign-in", &json!({"email": email, "password": "pas le bon mot"})).await?.expect(422)?;
        let sessions = product().table.sessions(id, 0, Timestamp::now()).await?;
        let (session, open) = sessions.first().expect("the session of the newcomer");
        product().table.note_use(session, open, Timestamp::now()).await?;
        // Of two sessions, one would be shown: the later one.
        product().table.end_session(session).await?;
        let (since, user) = (Timestamp::from_second(1_788_249_600)?, product().table.user(id).await?.unwrap());
        let codes = RecoveryCode::all_of(&[7; 32]).iter().map(RecoveryCode::hash).collect();
        let factor = SecondFactor::new(CodeSecret::of(&[7; 32]), 59_608_320, codes);
        let session = NewSession::new(id, user.holder(), user.epoch + 1, &HeaderMap::new(), Timestamp::now());
        product().table.add_second_factor((id, &user), &factor, session.stored(), since).await?;

        let asked = AccessRequest::new("Léa Martin", email.clone(), Timestamp::now());
        product().table.ask_access(uai, id, &asked).await?;

        let mut by_entity = BTreeMap::new();
        let hash: String = Sha256::digest(email.as_str()).iter().map(|byte| format!("{byte:02x}")).collect();
        let scan = product().stack.dynamodb.scan().table_name(product().stack.value("Table")?);
        let mut items = scan.into_paginator().items().send();
        while let Some(item) = items.try_next().await? {
            let item = shown(&item);
            let key = item["PK"].as_str().unwrap();
            let is_theirs = key.ends_with(&hash)
                || key.contains(&format!("LIMIT#mails-by-address#{hash}"))
                || key == format!("USER#{id}")
                || key == format!("SECONDFACTOR#{id}")
                || item.get("user").is_some_and(|user| *user == id.to_string())
                || item.get("GSI1PK").is_some_and(|whose| *whose == format!("USER#{id}"))
                || item.get("by").is_some_and(|by| *by == id.to_string())
                || item["SK"] == format!("MEMBER#{id}")
                || item["SK"] == format!("INVITATION#{}", invitation.as_str().unwrap())
                || item.get("purpose").is_some_and(|purpose| purpose["id"] == invitation);
            if is_theirs {
                by_entity.insert(item["entity"].as_str().unwrap().to_owned(), item);
            }
        }
        insta::with_settings!({filters => varying(uai.as_str())}, {
            insta::assert_json_snapshot!("items_of_people", by_entity);
        });
        Ok(())
    });
}

/// The ready campaign, that a pupil went through with a profile, and a try to join it.
#[test]
fn one_item_of_each_entity_of_campaigns() {
    run(async {
        let (uai, person, _) = a_school_of(&[("6A", 1)], 12).await?;
        let body = json!({
            "title": "Rentrée", "course": PROFILES, "message": "Bonjour.\nBon courage !", "ready": "certification",
        });
        let created = person.post(&format!("/schools/{uai}/campaigns"), &body).await?.expect(201)?;
        let id: CampaignId = serde_json::from_value(created["id"].clone())?;
        person.post(&format!("/schools/{uai}/campaigns/{id}/archive"), &json!({})).await?.expect(200)?;
        let pupils = class(uai, "6A").await?;
        join(uai, id, &pupils).await?;
        let platform = Platform::real()?;
        let sent = json!({
            "token": course_token(id, pupils[0].id), "event": "sent", "at": Timestamp::now(), "score": 80,
            "profile": {"competences": 7, "points": 140},
        });
        assert_eq!(platform.post(&platform.letter(&sent, SignedDuration::ZERO)).await?.0, 200);
        let attempt = JoinAttempt::new(
            Timestamp::now(),
            rentree_runtime::random(),
            JoinOutcome::TiedElsewhere,
            Some(pupils[0].id),
        );
        product().table.note_join_attempt(id, &attempt).await?;
        let now = Timestamp::now();
        product().table.hold_up(uai, pupils[0].id, &GuessedPupil::new(now, now)).await?;

        let mut by_entity = BTreeMap::new();
        let scan = product().stack.dynamodb.scan().table_name(product().stack.value("Table")?);
        let mut items = scan.into_paginator().items().send();
        while let Some(item) = items.try_next().await? {
            let item = shown(&item);
            let is_its = item["PK"] == format!("CAMPAIGN#{id}")
                || item["SK"] == format!("CAMPAIGN#{id}")
                || item["SK"] == format!("PROFILE#{}", pupils[0].id)
                || item["SK"] == format!("GUESSED#{}", pupils[0].id)
                || item.get("campaign").is_some_and(|campaign| *campaign == id.to_string());
            if is_its {
                by_entity.insert(item["entity"].as_str().unwrap().to_owned(), item);
            }
        }
        let mut filters = varying(uai.as_str());
        filters.push((created["code"].as_str().unwrap(), "<code>"));
        filters.push((r"READY#\d{4}", "READY#<year>"));
        filters.push((r#"("ready_of": )\d{4}"#, "$1<year>"));
        insta::with_settings!({filters => filters}, {
            insta::assert_json_snapshot!("items_of_campaigns", by_entity);
        });
        Ok(())
    });
}

/// A campaign of the platform's team: what it says, and what a school has of it.
#[test]
fn one_item_of_each_entity_of_a_platform_campaign() {
    run(async {
        let (uai, person) = a_team().await?;
        let name = PlatformCampaignName::parse("2026-instantane")?;
        let given = PlatformCampaign {
            title: CampaignTitle::parse("Rentrée numérique")?,
            kind: CampaignKind::ProfileCollection,
            course: CourseId::parse(PROFILES)?,
            message: Some(CampaignMessage::parse("Bonjour à tous")?),
            audience: Audience {
                academies: [Academie::parse("rennes")?].into(),
                kinds: ["Instantané".to_owned()].into(),
            },
            levels: [Level::Sixieme, Level::Terminale].into(),
            opens_on: date(2026, 9, 1),
            closes_on: date(2099, 10, 15),
            given_at: Timestamp::now(),
            withdrawn_at: None,
            said_at: Timestamp::now(),
        };
        let table = &product().table;
        let given = table.tell_platform_campaign(&name, given).await?;
        let code = CampaignCode::draw(rentree_runtime::random());
        assert!(table.give_campaign(uai, (&name, &given), || code.clone(), Timestamp::now()).await?);
        // The school is not of Rennes.
        let list = person.get(&format!("/schools/{uai}/campaigns?archived=true")).await?.expect(200)?;
        let id: CampaignId = serde_json::from_value(list["campaigns"][0]["id"].clone())?;
        assert!(table.choose_classes(uai, id, &["ULIS".to_owned()].into()).await?);

        let mut items = BTreeMap::new();
        let scan = product().stack.dynamodb.scan().table_name(product().stack.value("Table")?);
        let mut found = scan.into_paginator().items().send();
        while let Some(item) = found.try_next().await? {
            let item = shown(&item);
            let is_its = item["SK"] == "CAMPAIGN#2026-instantane"
                || item["SK"] == format!("CAMPAIGN#{id}")
                || item.get("campaign").is_some_and(|campaign| *campaign == id.to_string());
            if is_its {
                items.insert(item["entity"].as_str().unwrap().to_owned(), item);
            }
        }
        let mut filters = varying(uai.as_str());
        filters.push((code.as_str(), "<code>"));
        insta::with_settings!({filters => filters}, {
            insta::assert_json_snapshot!("items_of_a_platform_campaign", items);
        });
        Ok(())
    });
}

/// A pupil who joined with a new account.
#[test]
fn one_item_of_each_entity_of_a_join() {
    run(async {
        let name = "Apollinaria";
        let class = a_class(&[(name, "DU NORD", "10/03/2014")]).await?;
        let mut device = a_device();
        device.create(&class, &class.identity(0), &json!({})).await?.expect(201)?;
        let pupil = class.pupil(name).await?;
        let user = pupil.user.unwrap().to_string();

        let mut items = Vec::new();
        let scan = product().stack.dynamodb.scan().table_name(product().stack.value("Table")?);
        let mut found = scan.into_paginator().items().send();
        while let Some(item) = found.try_next().await? {
            let item = shown(&item);
            let is_theirs = item["PK"] == format!("USER#{user}")
                || item.get("user").is_some_and(|owner| *owner == user)
                || item.get("user_id").is_some_and(|owner| *owner == user)
                || item["SK"] == format!("PARTICIPATION#{}", pupil.id);
            // The pupil stands in another snapshot; the session is like any other.
            if is_theirs && item["entity"] != "Session" && item["entity"] != "Learner" {
                items.push(item);
            }
        }
        // Markers differ by the hash in their key alone.
        items.sort_by_key(|item| (item["entity"].to_string(), item["PK"].to_string()));
        insta::with_settings!({filters => varying(class.uai.as_str())}, {
            insta::assert_json_snapshot!("items_of_a_join", items);
        });
        Ok(())
    });
}

/// A pupil who was shown a code that signs in: at the account, and by the code.
#[test]
fn one_item_of_each_entity_of_a_sign_in_code() {
    run(async {
        let class = pupils::a_class(12).await?;
        let pupil = class.tie(0, pupils::by_user_name()).await?;
        let lesson = format!("/schools/{}/campaigns/{}/lesson", class.uai, class.campaign);
        class.administrator.post(&lesson, &json!({"act": "open"})).await?.expect(200)?;
        let path = class.path(&format!("/{}/sign-in-code", pupil.learner));
        let shown_code = class.administrator.post(&path, &json!({})).await?.expect(200)?;
        let code = shown_code["sign_in_code"].as_str().unwrap();

        let mut items = BTreeMap::new();
        let scan = product().stack.dynamodb.scan().table_name(product().stack.value("Table")?);
        let mut found = scan.into_paginator().items().send();
        while let Some(item) = found.try_next().await? {
            let mut item = shown(&item);
            let text = serde_json::to_string(&item)?;
            assert!(!text.contains(code) && !text.contains(&code.replace('-', "")), "a code in clear: {text}");
            if item["PK"] == format!("USER#{}", pupil.id) && item["SK"] == "USER" {
                // The rest stands in another snapshot.
                item.retain(|name, _| ["PK", "SK", "sign_in_code"].contains(&name.as_str()));
                items.insert("User", item);
            } else if item["SK"] == format!("CAMPAIGN#{}", class.campaign) {
                item.retain(|name, _| ["PK", "SK", "lesson"].contains(&name.as_str()));
                items.insert("Campaign", item);
            } else if item["entity"] == "SignInCode" && item["learner"] == pupil.learner.to_string() {
                items.insert("SignInCode", item);
            }
        }
        insta::with_settings!({filters => varying(class.uai.as_str())}, {
            insta::assert_json_snapshot!("items_of_a_sign_in_code", items);
        });
        Ok(())
    });
}

/// A pupil who was given a personal code: at the pupil, and by the code.
#[test]
fn one_item_of_each_entity_of_a_personal_code() {
    run(async {
        let name = "Philomena";
        let class = a_class(&[(name, "DU NORD", "10/03/2014")]).await?;
        let pupil = class.pupil(name).await?.id;
        let staff = a_member(class.uai, Role::Member).await?;
        let path = format!("/schools/{}/learners/{pupil}/personal-code", class.uai);
        let given = staff.post(&path, &json!({})).await?.expect(200)?;
        let code = given["personal_code"].as_str().unwrap();

        let mut items = BTreeMap::new();
        let scan = product().stack.dynamodb.scan().table_name(product().stack.value("Table")?);
        let mut found = scan.into_paginator().items().send();
        while let Some(item) = found.try_next().await? {
            let mut item = shown(&item);
            let text = serde_json::to_string(&item)?;
            assert!(!text.contains(code) && !text.contains(&code.replace('-', "")), "a code in clear: {text}");
            if item["SK"] == format!("LEARNER#{pupil}") {
                // The rest stands in another snapshot.
                item.retain(|name, _| ["PK", "SK", "personal_code"].contains(&name.as_str()));
                items.insert("Learner", item);
            } else if item["entity"] == "PersonalCode" && item["learner"] == pupil.to_string() {
                items.insert("PersonalCode", item);
            }
        }
        insta::with_settings!({filters => varying(class.uai.as_str())}, {
            insta::assert_json_snapshot!("items_of_a_personal_code", items);
        });
        Ok(())
    });
}

const COUNTS: [SignOnCount; 6] = [
    SignOnCount::Known,
    SignOnCount::Unknown,
    SignOnCount::NotConfirmed,
    SignOnCount::TooLate,
    SignOnCount::UsedBefore,
    SignOnCount::Elsewhere,
];

/// Somebody who signed on by Médiacentre and is known, and somebody whose sign-on waits for an account.
#[test]
fn one_item_of_each_entity_of_sign_ons() {
    run(async {
        let (now, table) = (Timestamp::now(), &product().table);
        let class = pupils::a_class(2).await?;
        let id = pupils::a_sign_on_id();
        let pupil = class.tie(0, Methods::of_mediacentre(id.clone(), now)).await?;
        let session = NewSession::new(pupil.id, pupil.user.holder(), pupil.user.epoch, &HeaderMap::new(), now);
        let campaign = CampaignCode::parse("KRTBVW582").ok();
        let (nonce, secret) = (rentree_runtime::random(), rentree_runtime::random());
        let random = |what: &str| format!("{what} {:x}", u128::from_be_bytes(rentree_runtime::random()));
        let (known, unknown, first, second) = (random("known"), random("unknown"), random("one"), random("two"));
        let request = SignOnRequest::new(id.idp.clone(), &nonce, campaign.clone(), Some(session.hash.clone()), now);
        table.ask_sign_on(&known, &request).await?;
        table.ask_sign_on(&unknown, &request).await?;
        let signing_on = SigningOn {
            request: &known,
            nonce: &nonce,
            idp: &id.idp,
            assertion: &first,
            holds_until: now,
            former: None,
            now,
        };
        let names = (&pupil.user.first_name, &pupil.user.last_name);
        table.sign_on(&signing_on, (pupil.id, &pupil.user), &id, names, session.stored()).await?;
        let waiting = WaitingSignOn {
            id: pupils::a_sign_on_id(),
            first_name: PersonName::parse("Karine").ok(),
            last_name: PersonName::parse("Dunord").ok(),
            uai: Some(class.uai),
            profile: Profile::Staff,
            campaign,
            expires_at: WaitingSignOn::until(now),
        };
        let signing_on = SigningOn { request: &unknown, assertion: &second, ..signing_on };
        table.wait_for_account(&signing_on, &secret, &waiting).await?;
        for what in COUNTS {
            table.count_sign_on(class.uai, what, now).await?;
        }
        let today = paris::date(now).to_string();

        let hashed = |text: &[u8]| Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let of_idp = |what: &str| hashed(format!("{} {what}", id.idp.as_str()).as_bytes());
        let keys = [
            ("REQUEST", format!("SAMLREQUEST#{}", hashed(known.as_bytes()))),
            ("REQUEST", format!("SAMLREQUEST#{}", hashed(unknown.as_bytes()))),
            ("ASSERTION", format!("ASSERTION#{}", of_idp(&first))),
            ("SIGNON", format!("SIGNON#{}", hashed(&secret))),
            ("IDENTITY", format!("IDENTITY#GAR#{}", of_idp(id.ido.as_str()))),
            ("USER", format!("USER#{}", pupil.id)),
            (&*today, format!("MEDIACENTRE#{}", class.uai)),
        ];
        let mut items = Vec::new();
        for (sk, pk) in keys {
            let get = product().stack.dynamodb.get_item().table_name(product().stack.value("Table")?);
            let found = get.key("PK", AttributeValue::S(pk)).key("SK", AttributeValue::S(sk.to_owned())).send().await?;
            items.push(shown(&found.item.unwrap_or_default()));
        }
        let mut filters = varying(class.uai.as_str());
        filters.push((r"[0-9a-f]{128}", "<ido>"));
        // The sample differs by school.
        filters.push((r#"("(first_name|last_name|birth_date)": )"[^"]+""#, "$1<of the sample>"));
        filters.push((r#""SK": "\d{4}-\d\d-\d\d""#, r#""SK": "<day>""#));
        filters.rotate_right(3);
        insta::with_settings!({filters => filters}, {
            insta::assert_json_snapshot!("items_of_sign_ons", items);
        });
        Ok(())
    });
}

/// What differs from one run to the next.
pub(crate) fn varying(uai: &str) -> Vec<(&str, &str)> {
    vec![
        (r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>"),
        (uai, "<uai>"),
        (r"ce\.\d{7}[a-z]@", "ce.<uai>@"),
        (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "<instant>"),
        // Of the file, which names the school.
        (r#"\\"[0-9a-f]{32}\\""#, "<etag>"),
        (r"[0-9a-f]{64}", "<sha-256>"),
        (r"personne-\d+@", "<somebody>@"),
        (r#"(\$argon2id\$v=19\$m=19456,t=2,p=1\$)[^"]+"#, "$1<salt and hash>"),
        (r#"("(expires_at|seen_at|valid_until|asked_second)": )\d+"#, "$1<epoch seconds>"),
        (r"(LIMIT#[a-z-]+#<sha-256>#)\d+", "$1<epoch seconds>"),
        (r#"("mark": )[0-9.e+]+"#, "$1<mark>"),
    ]
}

/// An item, in the order of its attributes.
pub(crate) fn shown(item: &HashMap<String, AttributeValue>) -> BTreeMap<String, Value> {
    item.iter().map(|(name, value)| (name.clone(), plain(value))).collect()
}

fn plain(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!(text),
        AttributeValue::N(number) => serde_json::from_str(number).unwrap_or(Value::Null),
        AttributeValue::Bool(value) => json!(value),
        AttributeValue::L(items) => items.iter().map(plain).collect(),
        AttributeValue::M(pairs) => {
            json!(pairs.iter().map(|(name, value)| (name.clone(), plain(value))).collect::<BTreeMap<_, _>>())
        }
        AttributeValue::B(_) => json!("<bytes>"),
        _ => Value::Null,
    }
}
