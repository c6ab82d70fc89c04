//! Nothing of a person stands in logs, keys or addresses: marked people go through every route and every mail, in the functions'
//! own binaries.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use rentree_domain::certification::SchoolCertificates;
use rentree_domain::{
    CampaignCode, CampaignId, CampaignKind, CampaignMessage, CampaignTitle, CourseId, LinkToken, MailOrder,
    ProgramSecret, SchoolYear, Scope, Uai, UserId,
};
use rentree_local::idp::{self, Person};
use rentree_table::{AccessRequest, AuditAction, AuditEntry, Campaign, Link, PreparedState, Purpose, Role, User};
use serde_json::{Value, json};

use crate::contracts::every_route;
use crate::support::campaigns::Platform;
use crate::support::classes::{PUPIL_PASSWORD, a_class};
use crate::support::mails::{link_in, mail_to};
use crate::support::people::{a_member, a_team, an_email, an_unknown_user, somebody};
use crate::support::prepared::{self, ask_silently, delivered};
use crate::support::pupils::{a_sign_on_id, by_mediacentre, classes};
use crate::support::record_books::{Program, of_kind};
use crate::support::runtime_api::Function;
use crate::support::{batch, product, run};

/// Marks that no code of ours holds.
const FIRST_NAME: &str = "Zéphyrine";
const LAST_NAME: &str = "Quatremarque";
const PASSWORD: &str = "phrase-marquée-de-zéphyrine";
const BIRTH_DATE: &str = "23/03/2014";
const USER_NAME: &str = "zephyrine.quatremarque2303";
const PROOF: &str = "PREUVE-MARQUEE-0001";
const ADDRESS: &str = "198.51.100.77";

/// What the gateway sends.
fn request(method: &str, path: &str, cookie: Option<&str>, body: &Value) -> Value {
    let mut event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": {"accept": "application/json", "content-type": "application/json", "user-agent": format!("Agent {LAST_NAME}")},
        "requestContext": {
            "accountId": "000000000000", "apiId": "api", "domainName": "rentree.example", "domainPrefix": "rentree",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": ADDRESS, "userAgent": "test"},
            "requestId": "id", "routeKey": "$default", "stage": "$default", "time": "01/Sep/2026:08:00:00 +0000",
            "timeEpoch": 1_788_249_600_000_u64,
        },
        "isBase64Encoded": false,
    });
    if let Some(cookie) = cookie {
        event["cookies"] = json!([cookie]);
        event["headers"]["cookie"] = cookie.into();
    }
    if method == "POST" {
        event["body"] = body.to_string().into();
    }
    event
}

/// A campaign that names somebody in its title.
async fn a_campaign_of(uai: Uai, owner: UserId, title: &str) -> anyhow::Result<(CampaignId, CampaignCode)> {
    let now = Timestamp::now();
    let id = CampaignId::new(now, rentree_runtime::random());
    let campaign = Campaign {
        title: CampaignTitle::parse(title)?,
        kind: CampaignKind::Assessment,
        course: CourseId::parse("competences-numeriques-6e")?,
        message: Some(CampaignMessage::parse(title)?),
        code: CampaignCode::draw(rentree_runtime::random()),
        owner: Some(owner),
        owner_name: title.to_owned(),
        created_at: now,
        archived_at: None,
        only_in_lessons: false,
        lesson: None,
        given: None,
        classes: BTreeSet::new(),
        platform: None,
        ready_of: None,
    };
    let entry = AuditEntry::new(now, rentree_runtime::random(), owner, title, AuditAction::CampaignCreated);
    product().table.create_campaign(uai, id, &campaign, &entry).await?;
    Ok((id, campaign.code))
}

/// Somebody who is marked signs on by Médiacentre, is not known, joins, and then is; and answers that are refused, each after another rule.
async fn sign_ons(
    functions: &mut BTreeMap<&str, Function>,
    secrets: &mut Vec<String>,
    addresses: &mut Vec<String>,
) -> anyhow::Result<()> {
    let person = Person {
        ido: a_sign_on_id().ido.as_str().to_owned(),
        first_names: vec![FIRST_NAME.to_owned()],
        last_names: vec![LAST_NAME.to_owned()],
        school: String::new(),
        profile: "National_elv".to_owned(),
    };
    secrets.push(person.ido.clone());
    for is_known in [false, true] {
        let function = functions.get_mut("mediacentre").unwrap();
        let mut waiting = None;
        let begun = function.invoke(request("GET", "/mediacentre", None, &Value::Null)).await?;
        let location = begun["headers"]["location"].as_str().unwrap_or_default();
        let cookie = begun["cookies"][0].as_str().unwrap_or_default().split(';').next().unwrap_or_default();
        secrets.push(cookie.split('=').nth(1).unwrap_or_default().to_owned());
        let asked = idp::Request::at(location)?;
        let answer = |asked: &idp::Request| {
            idp::Answer { issuer: idp::ENTITY_ID, request: asked, person: &person, now: Timestamp::now() }.encoded()
        };
        let good = answer(&asked)?;
        let changed = idp::changed(&good, LAST_NAME, "Autre")?;
        let foreign = answer(&idp::Request { id: LAST_NAME.to_owned(), ..asked.clone() })?;
        let no_base64 = format!("{LAST_NAME} -");
        for (response, status, code) in [
            (no_base64.as_str(), 403, "not_base64"),
            (&changed, 403, "digest_wrong"),
            (&foreign, 410, "request_unknown"),
            (&good, 200, ""),
            (&good, 200, ""),
        ] {
            let body = json!({"SAMLResponse": response, "RelayState": LAST_NAME});
            let answer = function.invoke(request("POST", "/mediacentre/acs", Some(cookie), &body)).await?;
            anyhow::ensure!(answer["statusCode"] == status, "{status}: {answer}");
            let log = function.log()?;
            anyhow::ensure!(log.contains(&format!(r#""code":"{code}""#)) || code.is_empty(), "{code}: {log}");
            addresses.push(answer["headers"]["location"].as_str().unwrap_or_default().to_owned());
            for set in answer["cookies"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                let pair = set.split(';').next().unwrap_or_default();
                let value = pair.split('=').nth(1).unwrap_or_default();
                secrets.extend((!value.is_empty()).then(|| value.to_owned()));
                if pair.starts_with("__Host-signon=") && !value.is_empty() {
                    waiting = Some(pair.to_owned());
                }
            }
        }
        anyhow::ensure!(waiting.is_some() != is_known);
        let Some(waiting) = waiting else { continue };
        let class = a_class(&[(FIRST_NAME, LAST_NAME, BIRTH_DATE)]).await?;
        let who = |birth_date: &str| json!({"birth_date": birth_date, "mediacentre": true, "way": "mediacentre"});
        for (below, birth_date, status) in
            [("/identity", "24/03/2014", 422), ("/identity", BIRTH_DATE, 200), ("/account", BIRTH_DATE, 201)]
        {
            let event = request("POST", &class.path(below), Some(&waiting), &who(birth_date));
            let answer = functions.get_mut("campaigns").unwrap().invoke(event).await?;
            anyhow::ensure!(answer["statusCode"] == status, "{status}: {answer}");
            addresses.push(answer["headers"]["location"].as_str().unwrap_or_default().to_owned());
        }
    }
    Ok(())
}

/// A record book reads a school after some mistakes, one of them somebody's name.
async fn record_books(function: &mut Function, secrets: &mut Vec<String>, uai: Uai) -> anyhow::Result<()> {
    of_kind(uai, "Collège").await?;
    let program = Program::new(Scope::Lsu).await?;
    let wrong = ProgramSecret::new(rentree_runtime::random());
    let mut bearer = String::new();
    for (name, secret, status) in [
        (LAST_NAME, program.secret.as_str(), 401),
        (program.name.as_str(), wrong.as_str(), 401),
        (program.name.as_str(), program.secret.as_str(), 200),
    ] {
        let mut event = request("POST", "/api/token", None, &Value::Null);
        event["headers"]["content-type"] = "application/x-www-form-urlencoded".into();
        event["body"] = format!("grant_type=client_credentials&client_id={name}&client_secret={secret}").into();
        let answer = function.invoke(event).await?;
        anyhow::ensure!(answer["statusCode"] == status, "{status}: {answer}");
        let told: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default())?;
        bearer = format!("Bearer {}", told["access_token"].as_str().unwrap_or_default());
    }
    for (authorization, query, status) in [
        (bearer.clone(), String::new(), 200),
        (bearer.clone(), format!("year={LAST_NAME}"), 400),
        (format!("Bearer {LAST_NAME}"), String::new(), 401),
    ] {
        let mut event = request("GET", &format!("/api/v1/organizations/{uai}/certifications"), None, &Value::Null);
        event["headers"]["authorization"] = authorization.into();
        event["rawQueryString"] = query.into();
        let answer = function.invoke(event).await?;
        anyhow::ensure!(answer["statusCode"] == status, "{status}: {answer}");
        let names_somebody = answer["body"].as_str().is_some_and(|body| body.contains(LAST_NAME));
        anyhow::ensure!(names_somebody == (status == 200), "the pupil is told to whoever may read alone: {answer}");
    }
    let token = bearer.trim_start_matches("Bearer ").to_owned();
    secrets.extend([program.secret.as_str().to_owned(), wrong.as_str().to_owned(), token]);
    Ok(())
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, in its order")]
fn nothing_of_a_person_stands_in_logs_keys_or_addresses() {
    run(async {
        let email = rentree_domain::EmailAddress::parse("zephyrine.quatremarque@exemple.fr")?;
        let mut functions = BTreeMap::new();
        for (name, logical) in [
            ("accounts", "AccountsFunction"),
            ("activation", "ActivationFunction"),
            ("campaigns", "CampaignsFunction"),
            ("certificates-worker", "CertificatesWorkerFunction"),
            ("certifications", "CertificationsFunction"),
            ("invitations", "InvitationsFunction"),
            ("learners", "LearnersFunction"),
            ("mail-worker", "MailWorkerFunction"),
            ("mediacentre", "MediacentreFunction"),
        ] {
            functions.insert(name, Function::start(name, &product().stack.function_settings(logical)?).await?);
        }
        let mut body = json!({
            "uai": "0750654D", "first_name": FIRST_NAME, "last_name": LAST_NAME, "email": email, "password": PASSWORD,
            "current_password": PASSWORD, "emails": email, "q": LAST_NAME, "way": "sign_up", "role": "member", "version": rentree_domain::terms::VERSION,
            "title": LAST_NAME, "course": "competences-numeriques-6e", "message": LAST_NAME, "campaign": LAST_NAME,
            "birth_date": BIRTH_DATE, "code": LAST_NAME, "asked": LAST_NAME, "login": email, "user_name": LAST_NAME,
        });
        let mut secrets = vec![PASSWORD.to_owned()];
        let mut addresses = Vec::new();

        // Every route: signed out, with the marks in every field; then as an administrator who is marked, too.
        for (function, route) in every_route() {
            // A pupil who is marked, and gets a user name and a password on the way.
            let class = classes(5, |sample| {
                sample.pupils[4].first_name = FIRST_NAME.to_owned();
                sample.pupils[4].last_name = LAST_NAME.to_owned();
            })
            .await?;
            let (uai, pupil) = (class.uai, class.tie(4, by_mediacentre()).await?);
            let marked = User {
                first_name: rentree_domain::PersonName::parse(FIRST_NAME)?,
                last_name: rentree_domain::PersonName::parse(LAST_NAME)?,
                ..an_unknown_user().await?
            };
            let id =
                rentree_local::people::enrol(&product().table, uai, Role::Administrator, &marked, Timestamp::now())
                    .await?;
            let member = a_member(uai, Role::Member).await?;
            let session = rentree_http::NewSession::new(
                id,
                rentree_domain::Holder::Staff,
                0,
                &axum::http::HeaderMap::new(),
                Timestamp::now(),
            );
            product().table.open_session(&session.hash, &session.session, None).await?;
            let cookie = session.cookie().split(';').next().unwrap().to_owned();
            // A link that holds: of the kind that its page wants, or of another one.
            let token = LinkToken::new(rentree_runtime::random());
            let purpose = match route.path.split('/').nth(1) {
                Some("sign-up") => Purpose::SignUp { email: an_email() },
                Some("account") => Purpose::Address { user: id, epoch: 0, email: an_email() },
                _ => Purpose::NewPassword { user: id, epoch: 0 },
            };
            product().table.create_link(token.secret(), &Link::new(purpose, Timestamp::now())).await?;
            let (campaign, code) = a_campaign_of(uai, id, LAST_NAME).await?;
            let asker = somebody().await?.id;
            let asked = AccessRequest::new(format!("{FIRST_NAME} {LAST_NAME}"), email.clone(), Timestamp::now());
            product().table.ask_access(uai, asker, &asked).await?;
            let path = route
                .path
                .replace("{user}", &asker.to_string())
                .replace("{campaign}", &campaign.to_string())
                .replace("{code}", code.as_str())
                .replace("{number}", "1")
                .replace("{uai}", uai.as_str())
                .replace("{token}", &token.text())
                .replace("{member}", &member.id.to_string())
                .replace("{learner}", &pupil.learner.to_string())
                .replace("{import}", "0199a1b2-c3d4-7000-8000-0000000000aa")
                .replace("{invitation}", "0199a1b2-c3d4-7000-8000-0000000000aa");
            secrets.extend([token.text(), cookie.split('=').nth(1).unwrap().to_owned()]);
            let running = functions.get_mut(function).unwrap();
            body["learners"] = json!([pupil.learner]);
            for cookie in [None, Some(cookie.as_str())] {
                let answer = running.invoke(request(route.method, &path, cookie, &body)).await?;
                assert!(
                    answer["statusCode"].as_u64().is_some_and(|status| status < 500),
                    "{} {path}: {answer}",
                    route.method
                );
                addresses.push(answer["headers"]["location"].as_str().unwrap_or_default().to_owned());
            }
        }

        sign_ons(&mut functions, &mut secrets, &mut addresses).await?;

        // Messages of the assessment platform, signed, with marks where identifiers should be.
        let platform = Platform::real()?;
        for message in [json!({"token": LAST_NAME, "event": "sent"}), json!(FIRST_NAME)] {
            let letter = platform.letter(&message, SignedDuration::ZERO);
            let mut event = request("POST", "/participations/progress", None, &message);
            for (name, value) in &letter.headers {
                event["headers"][*name] = value.clone().into();
            }
            let answer = functions.get_mut("campaigns").unwrap().invoke(event).await?;
            assert_eq!(answer["statusCode"], 400, "signed, but it does not read: {answer}");
        }

        // What the platform states of somebody who is marked: one that reads, and others that do not.
        let (uai, _) = a_team().await?;
        let day = rentree_domain::paris::date(Timestamp::now());
        let mut stated = json!({
            "number": 17, "at": Timestamp::now(), "status": "validated", "uai": uai, "session": "marques", "taken_on": day,
            "ine": "1234567890V", "birth_date": "2014-03-23", "last_name": LAST_NAME, "first_name": FIRST_NAME,
            "comment": format!("Félicitations à {FIRST_NAME}."), "score": 512, "verification_code": PROOF,
        });
        for (field, status) in [("", 200), ("ine", 400), ("status", 400), ("uai", 400)] {
            if !field.is_empty() {
                stated[field] = LAST_NAME.into();
            }
            let letter = platform.letter(&stated, SignedDuration::ZERO);
            let mut event = request("POST", "/certifications", None, &stated);
            for (name, value) in &letter.headers {
                event["headers"][*name] = value.clone().into();
            }
            let answer = functions.get_mut("certifications").unwrap().invoke(event).await?;
            assert_eq!(answer["statusCode"], status, "{field}: {answer}");
        }
        secrets.extend(["1234567890V".to_owned(), PROOF.to_owned()]);
        // Whoever has the code verifies the certificate, by the form and by the QR, and mistypes it.
        for (code, status) in [(PROOF, 200), (LAST_NAME, 404)] {
            let form = request("POST", "/verification", None, &json!({"code": code}));
            let mut qr = request("GET", "/verification", None, &Value::Null);
            qr["rawQueryString"] = format!("code={code}").into();
            for event in [form, qr] {
                let answer = functions.get_mut("certifications").unwrap().invoke(event).await?;
                assert_eq!(answer["statusCode"], status, "{answer}");
            }
        }

        record_books(functions.get_mut("certifications").unwrap(), &mut secrets, uai).await?;

        // The certificate of the one who is marked is printed with those of the school.
        let of = SchoolCertificates { uai, year: SchoolYear::of(day), former: true };
        let order = delivered(&ask_silently(&of).await?);
        let worker = functions.get_mut("certificates-worker").unwrap();
        assert_eq!(worker.invoke(order).await?, json!({"batchItemFailures": []}));
        assert_eq!(prepared::state_of(&of).await?, Some(PreparedState::Ready));

        // A pupil who is marked joins, after a mistake; then somebody asks again.
        let class = a_class(&[(FIRST_NAME, LAST_NAME, BIRTH_DATE)]).await?;
        let own = json!({"first_name": FIRST_NAME, "last_name": LAST_NAME, "birth_date": BIRTH_DATE, "password": PUPIL_PASSWORD});
        let wrong = json!({"first_name": FIRST_NAME, "last_name": LAST_NAME, "birth_date": "24/03/2014"});
        for (below, fields, status) in
            [("/identity", &wrong, 422), ("/identity", &own, 200), ("/account", &own, 201), ("/identity", &own, 200)]
        {
            let event = request("POST", &class.path(below), None, fields);
            let answer = functions.get_mut("campaigns").unwrap().invoke(event).await?;
            assert_eq!(answer["statusCode"], status, "{answer}");
            addresses.push(answer["headers"]["location"].as_str().unwrap_or_default().to_owned());
        }
        // A browser is led to a page that names them, by an address that does not.
        let mut by_browser = request("POST", &class.path("/identity"), None, &own);
        by_browser["headers"]["accept"] = "text/html".into();
        let led = functions.get_mut("campaigns").unwrap().invoke(by_browser).await?;
        assert_eq!(led["statusCode"], 303, "{led}");
        addresses.push(led["headers"]["location"].as_str().unwrap_or_default().to_owned());
        // Another is given a personal code, types it, and answers a question.
        let other = classes(1, |sample| {
            sample.pupils[0].first_name = FIRST_NAME.to_owned();
            sample.pupils[0].last_name = LAST_NAME.to_owned();
            sample.pupils[0].birth_date = BIRTH_DATE.to_owned();
        })
        .await?;
        let (_, code) = a_campaign_of(other.uai, other.administrator.id, LAST_NAME).await?;
        let cookie = other.administrator.cookie.as_str();
        let give = other.path(&format!("/{}/personal-code", other.learners[0].id));
        let given =
            functions.get_mut("learners").unwrap().invoke(request("POST", &give, Some(cookie), &json!({}))).await?;
        let given: Value = serde_json::from_str(given["body"].as_str().unwrap_or_default())?;
        let personal = given["personal_code"].as_str().unwrap().to_owned();
        let near = json!({"first_name": FIRST_NAME, "last_name": format!("{LAST_NAME}e"), "birth_date": BIRTH_DATE});
        let mut no = near.clone();
        (no["answer"], no["asked"]) = ("no".into(), json!(other.learners[0].id));
        let by_code = json!({"personal_code": personal});
        let wrong = json!({"personal_code": "nadu-reka-veta-473"});
        for (fields, status) in [(&near, 200), (&no, 422), (&wrong, 422), (&by_code, 200)] {
            let event = request("POST", &format!("/campagnes/{code}/identity"), None, fields);
            let answer = functions.get_mut("campaigns").unwrap().invoke(event).await?;
            assert_eq!(answer["statusCode"], status, "{answer}");
        }
        secrets.extend([personal.replace('-', ""), personal, "nadu-reka".to_owned()]);
        // The one who is marked is shown a code that signs in, mistypes it, and is in.
        let teacher = a_member(class.uai, Role::Member).await?;
        let staff = Some(teacher.cookie.as_str());
        let lesson = format!("/schools/{}/campaigns/{}/lesson", class.uai, class.campaign);
        let opened = functions.get_mut("campaigns").unwrap().invoke(request("POST", &lesson, staff, &json!({})));
        assert_eq!(opened.await?["statusCode"], 200);
        let show = format!("/schools/{}/learners/{}/sign-in-code", class.uai, class.pupil(FIRST_NAME).await?.id);
        let shown = functions.get_mut("learners").unwrap().invoke(request("POST", &show, staff, &json!({}))).await?;
        let shown: Value = serde_json::from_str(shown["body"].as_str().unwrap_or_default())?;
        let to_sign_in = shown["sign_in_code"].as_str().unwrap().to_owned();
        for (typed, status) in [("nadu-reka-veta-473", 422), (to_sign_in.as_str(), 200)] {
            let event = request("POST", "/code", None, &json!({"code": typed}));
            let answer = functions.get_mut("accounts").unwrap().invoke(event).await?;
            assert_eq!(answer["statusCode"], status, "{answer}");
        }
        secrets.extend([to_sign_in.replace('-', ""), to_sign_in]);
        for (password, status) in [("Girafe4Carotte", 422), (PUPIL_PASSWORD, 200)] {
            let credentials = json!({"login": USER_NAME, "password": password});
            let tried = functions.get_mut("accounts").unwrap().invoke(request("POST", "/sign-in", None, &credentials));
            assert_eq!(tried.await?["statusCode"], status);
        }
        // The log tells how sign-ins end, and of nobody.
        let log = functions["accounts"].log()?;
        for said in [
            r#""message":"a password was refused""#,
            r#""code":"wrong""#,
            r#""message":"a password was right""#,
            r#""second_factor":false"#,
        ] {
            assert!(log.contains(said), "{said} in {log}");
        }
        let ine = class.pupil(FIRST_NAME).await?.entry.ine.to_string();
        secrets.extend([PUPIL_PASSWORD, USER_NAME, BIRTH_DATE].map(ToOwned::to_owned));
        secrets.push(ine);

        // Every mail; then an account that begins by one of their links.
        let (uai, administrator) = a_team().await?;
        let invited = administrator
            .post(&format!("/schools/{uai}/invitations"), &json!({ "emails": an_email() }))
            .await?
            .expect(201)?;
        let (person, asker) = (a_member(uai, Role::Member).await?, somebody().await?);
        let asked = AccessRequest::new(LAST_NAME, email.clone(), Timestamp::now());
        product().table.ask_access(uai, asker.id, &asked).await?;
        let orders = [
            json!({"mail": "activation", "uai": uai, "id": "0199a1b2-c3d4-7000-8000-0000000000aa", "first_name": FIRST_NAME,
                   "last_name": LAST_NAME, "asked_at": "2026-09-01T08:00:00Z"}),
            json!({"mail": "invitation", "uai": uai, "id": invited["invitations"][0]}),
            json!({"mail": "sign_up", "email": email}),
            json!({"mail": "new_password", "email": person.email()}),
            json!({"mail": "password_changed", "user": person.id}),
            json!({"mail": "second_factor", "user": person.id, "change": "recovery_code_used"}),
            json!({"mail": "new_administrator", "user": person.id, "newcomer": person.id, "uai": uai, "by_link": false}),
            json!({"mail": "password_handed_out", "user": person.id, "uai": uai}),
            json!({"mail": "access_requested", "user": asker.id, "uai": uai}),
            json!({"mail": "access_granted", "user": person.id, "uai": uai}),
            json!({"mail": "access_refused", "user": asker.id, "uai": uai}),
            json!({"mail": "address", "user": person.id, "email": email}),
            json!({"mail": "address_changed", "former": email, "masked": "z***@e***.fr"}),
        ];
        for order in &orders {
            serde_json::from_value::<MailOrder>(order.clone())?;
            let answer =
                functions.get_mut("mail-worker").unwrap().invoke(batch([("m-1", order.to_string().as_str())])).await?;
            assert_eq!(answer, json!({"batchItemFailures": []}), "{order}");
        }
        let garbled = json!({"mail": "sign_up", "email": format!("{LAST_NAME} pas une adresse")}).to_string();
        functions.get_mut("mail-worker").unwrap().invoke(batch([("m-1", garbled.as_str())])).await?;
        let link = link_in(&mail_to(email.as_str(), 1).await?)?;
        secrets.push(link.rsplit('/').next().unwrap().to_owned());
        let created = functions.get_mut("accounts").unwrap().invoke(request("POST", &link, None, &body)).await?;
        assert_eq!(created["statusCode"], 201, "{created}");

        let marks = [FIRST_NAME, "zephyrine", LAST_NAME, ADDRESS, person.email().as_str()].map(ToOwned::to_owned);
        let marks: Vec<String> = marks.into_iter().chain(secrets).map(|mark| mark.to_lowercase()).collect();
        for (name, function) in functions {
            let log = function.log()?.to_lowercase();
            assert!(!log.is_empty() && log.lines().all(|line| line.starts_with('{')), "{name}: {log}");
            assert!(!log.contains("2014-03-23"), "the log of {name} holds a birth date: {log}");
            for mark in &marks {
                assert!(!log.contains(mark), "the log of {name} holds {mark}: {log}");
            }
            function.kill().await?;
        }
        for address in addresses {
            assert!(marks.iter().all(|mark| !address.to_lowercase().contains(mark)), "{address}");
        }
        let mut items =
            product().stack.dynamodb.scan().table_name(product().stack.value("Table")?).into_paginator().items().send();
        while let Some(item) = items.try_next().await? {
            for name in ["PK", "SK", "GSI1PK", "GSI1SK", "GSI2PK", "GSI2SK"] {
                let Some(key) = item.get(name).and_then(|value| value.as_s().ok()) else { continue };
                assert!(
                    !key.contains('@') && marks.iter().all(|mark| !key.to_lowercase().contains(mark)),
                    "{name} {key}"
                );
            }
        }
        Ok(())
    });
}
