//! A head asks for the school's space: the form, the mail, the link that works once.

use activation::{Activation, Config};
use jiff::{SignedDuration, Timestamp};
use mail_worker::MailWorker;
use rentree_domain::{ActivationId, EmailAddress, MailOrder, PersonName, Uai};
use rentree_orders::limit::REQUESTS_BY_CLIENT;
use rentree_runtime::aws::Service;
use rentree_table::{Role, School};
use reqwest::header::{ACCEPT, COOKIE};
use serde_json::{Value, json};

use crate::support::faults::{Operations, watched};
use crate::support::links::an_activation;
use crate::support::mails::{link_in, mail_to, mails_to, no_mail_is_pending};
use crate::support::people::{Answer, PASSWORD, a_client, a_member, a_stranger, a_team, an_email, somebody};
use crate::support::{a_uai, batch, clock, eventually, is_refused, product, run, run_while_time_stands_still};

const FORM: &str = "/demande-administration-sco";

/// A school of the directory, and its mailbox.
async fn a_listed_school() -> anyhow::Result<(Uai, EmailAddress)> {
    let (uai, mailbox) = (a_uai(), an_email());
    let school = School { mailbox: Some(mailbox.clone()), ..School::new("Collège des Lilas") };
    product().table.create_school(uai, &school).await?;
    Ok((uai, mailbox))
}

fn request(uai: &str) -> Value {
    json!({"uai": uai, "first_name": "Anne-Laure", "last_name": "D’Hérouville"})
}

fn sign_up(email: &EmailAddress) -> Value {
    json!({"way": "sign_up", "first_name": "Anne-Laure", "last_name": "D’Hérouville", "email": email, "password": PASSWORD})
}

/// The page of a path, as a browser sees it: status and text.
async fn page(path: &str) -> anyhow::Result<(u16, String)> {
    let page = a_client().get(format!("{}{path}", product().url)).header(ACCEPT, "text/html").send().await?;
    Ok((page.status().as_u16(), page.text().await?))
}

#[test]
fn from_the_form_to_the_space() {
    run(async {
        let (uai, mailbox) = a_listed_school().await?;
        let head = a_stranger();
        let sent = head.post(FORM, &request(&format!(" {} ", uai.as_str().to_lowercase()))).await?.expect(202)?;
        assert_eq!(sent["sent"], true);

        let mail = mail_to(mailbox.as_str(), 1).await?;
        assert!(mail.subject.contains(uai.as_str()));
        assert!(mail.text.contains("Anne-Laure D’Hérouville a fait une demande") && mail.text.contains("transférer"));
        assert!(mail.html.contains("Anne-Laure D’Hérouville"));
        // The school is not sent to itself for help.
        assert!(
            mail.text.contains("Écrivez à ") && !mail.text.contains("Demandez à votre établissement"),
            "{}",
            mail.text
        );
        let link = link_in(&mail)?;
        assert!(page(&link).await?.1.contains("<h1>Activer l’espace"));
        for _ in 0..10 {
            assert_eq!(head.get(&link).await?.expect(200)?["school"], "Collège des Lilas");
        }

        let email = an_email();
        let joined = head.post(&link, &sign_up(&email)).await?;
        let cookie = joined.session.clone().unwrap();
        assert_eq!(joined.expect(200)?["uai"], uai.as_str());
        assert_eq!(head.post(&link, &sign_up(&an_email())).await?.status, 410, "a link works once");

        // The account begins unconfirmed, with terms to accept.
        let (id, user) = product().table.user_of_email(&email).await?.unwrap();
        assert!(!user.email_confirmed && user.password_hash.unwrap().starts_with("$argon2id$"));
        assert!(mail_to(email.as_str(), 1).await?.subject.contains("Confirmez"));
        let as_head = |path: &str| {
            head.0.get(format!("{}{path}", product().url)).header("cookie", &cookie).header(ACCEPT, "application/json")
        };
        let team = format!("/schools/{uai}/team");
        let refused = as_head(&team).send().await?;
        assert_eq!(refused.status(), 403);
        assert_eq!(refused.json::<Value>().await?["code"], "terms_not_accepted");
        let accept = head
            .0
            .post(format!("{}/terms", product().url))
            .header("cookie", &cookie)
            .json(&json!({"version": rentree_domain::terms::VERSION}));
        assert_eq!(accept.send().await?.status(), 200);
        let team: Value = as_head(&team).send().await?.json().await?;
        assert_eq!(team["members"][0]["role"], "administrator");
        assert_eq!(team["members"][0]["id"], id.to_string());
        let log: Value = as_head(&format!("/schools/{uai}/audit")).send().await?.json().await?;
        assert_eq!(log["entries"][0]["action"], "space_activated");
        assert!(product().table.school(uai).await?.unwrap().activated_at.is_some());
        let another = an_activation(uai, Timestamp::now()).await?;
        assert!(page(&another).await?.1.contains("<h1>Rejoindre l’espace"), "nothing is left to activate");
        Ok(())
    });
}

#[test]
fn two_at_once_make_one_administrator() {
    run(async {
        for _ in 0..3 {
            let (uai, _) = a_listed_school().await?;
            let link = an_activation(uai, Timestamp::now()).await?;
            let (one, other) = (an_email(), an_email());
            let (first, second) = (a_stranger(), a_stranger());
            let (ours, theirs) = (sign_up(&one), sign_up(&other));
            let answers = tokio::join!(first.post(&link, &ours), second.post(&link, &theirs));
            let mut statuses = [answers.0?.status, answers.1?.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 410]);
            assert_eq!(product().table.members(uai).await?.len(), 1);
            let accounts = [product().table.user_of_email(&one).await?, product().table.user_of_email(&other).await?];
            assert_eq!(accounts.iter().flatten().count(), 1, "who was too late has no account either");
        }
        Ok(())
    });
}

/// A link in the mailbox makes a member administrator, and leaves an administrator what they are; a browser's former session ends.
#[test]
fn a_link_of_the_mailbox_makes_nobody_less() {
    run(async {
        let (uai, administrator) = a_team().await?;
        let mut member = a_member(uai, Role::Member).await?;
        let sign_in = json!({"way": "sign_in", "email": member.email(), "password": PASSWORD});
        let former = member.clone();
        let joined = member.post(&an_activation(uai, Timestamp::now()).await?, &sign_in).await?;
        member.cookie = joined.session.clone().unwrap();
        joined.expect(200)?;
        assert_eq!(former.get("/account").await?.status, 401, "the former session is over");
        let again = json!({"way": "signed_in"});
        administrator.post(&an_activation(uai, Timestamp::now()).await?, &again).await?.expect(200)?;
        for person in [&administrator, &member] {
            let place = product().table.member(uai, person.id).await?.unwrap();
            assert_eq!(place.role, Role::Administrator);
        }
        // Both count: one may go.
        administrator.post(&format!("/schools/{uai}/leave"), &json!({})).await?.expect(200)?;
        assert_eq!(member.post(&format!("/schools/{uai}/leave"), &json!({})).await?.status, 409);
        Ok(())
    });
}

/// Somebody who is signed in goes on; somebody with an account signs in on the page; both end as administrators.
#[test]
fn a_space_whose_administrator_lost_the_account_is_recovered() {
    run(async {
        let (uai, _) = a_team().await?;
        let mailbox = an_email();
        let person = somebody().await?;
        let link = an_activation(uai, Timestamp::now()).await?;
        assert_eq!(person.post(&link, &json!({"way": "signed_in"})).await?.status, 200);
        let log = person.get(&format!("/schools/{uai}/audit")).await?.expect(200)?;
        assert_eq!(log["entries"][0]["action"], "space_recovered");

        let other = somebody().await?;
        let link = an_activation(uai, Timestamp::now()).await?;
        let credentials = json!({"way": "sign_in", "email": other.email(), "password": "pas le bon mot de passe"});
        let refused = a_stranger().post(&link, &credentials).await?;
        assert_eq!((refused.status, refused.code()), (422, "wrong_credentials"));
        let credentials = json!({"way": "sign_in", "email": other.email(), "password": PASSWORD});
        let joined = a_stranger().post(&link, &credentials).await?;
        assert!(joined.session.is_some());
        joined.expect(200)?;
        let administrators =
            product().table.members(uai).await?.into_iter().filter(|(_, m)| m.role == Role::Administrator);
        assert_eq!(administrators.count(), 3);
        assert!(mails_to(mailbox.as_str()).await?.is_empty());
        Ok(())
    });
}

/// The name was typed with the request, and whoever follows the link may be somebody else.
#[test]
fn the_page_of_the_link_offers_the_name_of_who_asked() {
    run(async {
        let (uai, _) = a_listed_school().await?;
        let link = format!("{}{}", product().url, an_activation(uai, Timestamp::now()).await?);
        let page = a_client().get(link).header(ACCEPT, "text/html").send().await?.text().await?;
        for part in [r#"value="Anne""#, r#"value="Hérouville""#] {
            assert!(page.contains(part), "{part} in {page}");
        }
        Ok(())
    });
}

#[test]
fn an_address_of_an_account_is_told_on_the_page_of_the_link() {
    run(async {
        let (uai, _) = a_listed_school().await?;
        let person = somebody().await?;
        let link = an_activation(uai, Timestamp::now()).await?;
        let refused = a_stranger().post(&link, &sign_up(person.email())).await?;
        assert_eq!((refused.status, refused.code()), (422, "invalid_fields"));
        assert_eq!(refused.body["errors"][0]["field"], "email");
        // Nothing was used up.
        assert_eq!(a_stranger().post(&link, &sign_up(&an_email())).await?.status, 200);
        Ok(())
    });
}

#[test]
fn links_that_do_not_hold_say_why_and_lead_on() {
    run(async {
        let (uai, _) = a_listed_school().await?;
        let old = an_activation(uai, Timestamp::now() - SignedDuration::from_hours(7 * 24 + 1)).await?;
        let used = an_activation(uai, Timestamp::now()).await?;
        let joined = a_stranger().post(&used, &sign_up(&an_email())).await?;
        let cookie = joined.session.clone().unwrap();
        joined.expect(200)?;
        let sign_up_link = format!("/sign-up/{}", used.rsplit('/').next().unwrap());
        for (path, status, title, way_on) in [
            (old.as_str(), 410, "Ce lien a expiré", "href=\"/demande-administration-sco\""),
            (&used, 410, "Ce lien a déjà été utilisé", "href=\"/sign-in\""),
            (
                &format!("/activation/{}", "A".repeat(43)),
                404,
                "Ce lien n’est pas valable",
                "href=\"/demande-administration-sco\"",
            ),
            ("/activation/coupé", 404, "Ce lien n’est pas valable", "href=\"/demande-administration-sco\""),
            // A link of another kind tells nothing of itself.
            (&sign_up_link, 410, "Ce lien a déjà été utilisé", "href=\"/sign-in\""),
        ] {
            let (found, text) = page(path).await?;
            assert_eq!(found, status, "{path}");
            assert!(text.contains(title) && text.contains(way_on), "{path}: {text}");
            assert_eq!(a_stranger().post(path, &sign_up(&an_email())).await?.status, status, "{path}");
        }

        // Who is signed in is not asked to sign in; of the space, its members alone learn where it is.
        let space = format!("href=\"/schools/{uai}\"");
        let again = a_client().get(format!("{}{used}", product().url)).header(ACCEPT, "text/html");
        let again = again.header(COOKIE, cookie).send().await?;
        assert_eq!(again.status().as_u16(), 410);
        let (inside, outside) = (again.text().await?, somebody().await?.page(&used).await?);
        for (text, is_member) in [(&inside, true), (&outside, false)] {
            assert!(text.contains("Ce lien a déjà été utilisé") && !text.contains("href=\"/sign-in\""), "{text}");
            assert_eq!(
                (text.contains(&space), text.contains("Revenir à l’accueil")),
                (is_member, !is_member),
                "{text}"
            );
        }
        Ok(())
    });
}

/// Known, unknown, without mailbox, asked for too often: the same answer, after the same work.
#[test]
fn the_form_answers_everybody_alike() {
    run_while_time_stands_still(async {
        let (known, mailbox) = a_listed_school().await?;
        let (often, _) = a_listed_school().await?;
        for _ in 0..4 {
            a_stranger().post(FORM, &request(often.as_str())).await?.expect(202)?;
        }
        let without_mailbox = a_uai();
        product().table.create_school(without_mailbox, &School::new("Lycée agricole")).await?;

        let operations = Operations::default();
        let settings = product().stack.function_settings("ActivationFunction")?;
        let aws = product().stack.aws_of("ActivationFunction")?;
        let sqs = aws_sdk_sqs::config::Builder::from(&aws.config(Service::Sqs)).interceptor(operations.clone()).build();
        let function = Activation::new(
            Config::read(&settings)?,
            watched(&aws, operations.clone()),
            aws_sdk_sqs::Client::from_conf(sqs),
            clock::still,
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}{FORM}", listener.local_addr()?);
        let server = tokio::spawn(async move { axum::serve(listener, function.router()).await });

        let mut seen = Vec::new();
        for uai in [known, a_uai(), without_mailbox, often] {
            let answer =
                a_client().post(&url).header(ACCEPT, "application/json").json(&request(uai.as_str())).send().await?;
            let mut headers = answer.headers().clone();
            headers.remove("x-request-id");
            headers.remove("date");
            // The browser is led to a page that says again what was typed, and nothing else.
            assert_eq!(headers.remove("location").expect("a page"), format!("{FORM}?sent={uai}"));
            seen.push((answer.status(), headers, answer.text().await?, operations.take()));
        }
        assert_eq!(seen[0].3, ["UpdateItem", "SendMessage"]);
        assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
        mail_to(mailbox.as_str(), 1).await?;
        server.abort();
        Ok(())
    });
}

#[test]
fn a_school_is_not_mail_bombed() {
    run_while_time_stands_still(async {
        let (uai, mailbox) = a_listed_school().await?;
        for _ in 0..8 {
            a_stranger().post(FORM, &request(uai.as_str())).await?.expect(202)?;
        }
        no_mail_is_pending().await?;
        let sent = mails_to(mailbox.as_str()).await?.len();
        // An order whose answer was lost, while another one was counted, counts twice: never too little.
        assert!(sent == 3 || is_refused() && (1..3).contains(&sent), "{sent}");
        Ok(())
    });
}

/// SQS hands a message over twice: who has accepted a request is not followed by a second one.
#[test]
fn a_request_that_was_accepted_stays_accepted() {
    run(async {
        let (uai, mailbox) = a_listed_school().await?;
        let worker =
            MailWorker::from_settings(&product().stack.function_settings("MailWorkerFunction")?, Timestamp::now)?;
        let id = ActivationId::new(Timestamp::now(), rentree_runtime::random());
        let (first_name, last_name) = (PersonName::parse("Anne")?, PersonName::parse("Hérouville")?);
        let order = MailOrder::Activation { uai, id, first_name, last_name, asked_at: Timestamp::now() };
        let body = serde_json::to_string(&order)?;
        let event = batch([("m-1", body.as_str())]);
        // While calls are refused, SQS hands over again what was not taken.
        eventually("the order is taken", async || {
            Ok(worker.handle(&event).await?.batch_item_failures.is_empty().then_some(()))
        })
        .await?;
        let link = link_in(&mail_to(mailbox.as_str(), 1).await?)?;
        a_stranger().post(&link, &sign_up(&an_email())).await?.expect(200)?;
        assert!(worker.handle(&event).await?.batch_item_failures.is_empty());
        assert_eq!(mails_to(mailbox.as_str()).await?.len(), 1);
        assert!(product().table.activation(uai, id).await?.unwrap().accepted_at.is_some());
        Ok(())
    });
}

#[test]
fn one_client_cannot_go_through_the_schools() {
    run_while_time_stands_still(async {
        let one = a_stranger();
        for tried in 0..REQUESTS_BY_CLIENT.count {
            assert_eq!(one.post(FORM, &request("0750654D")).await?.status, 202, "{tried}");
        }
        assert_eq!(one.post(FORM, &request("0750654D")).await?.status, 429);
        assert_eq!(a_stranger().post(FORM, &request("0750654D")).await?.status, 202, "others are not held up");
        Ok(())
    });
}

#[test]
fn what_cannot_be_sent_is_told_at_its_field() {
    run(async {
        let told = |answer: Answer| -> anyhow::Result<Vec<(String, String)>> {
            let body = answer.expect(422)?;
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            Ok(body["errors"].as_array().unwrap().iter().map(|e| (text(&e["field"]), text(&e["message"]))).collect())
        };
        let wrong_key = told(a_stranger().post(FORM, &request("0010856B")).await?)?;
        assert!(wrong_key[0].0 == "uai" && wrong_key[0].1.contains("ce serait A"), "{wrong_key:?}");
        let shape = told(a_stranger().post(FORM, &request("12")).await?)?;
        assert!(shape[0].1.contains("7 chiffres et une lettre"), "{shape:?}");
        let fields: Vec<_> =
            told(a_stranger().post(FORM, &json!({})).await?)?.into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["uai", "first_name", "last_name"]);
        let link = json!({"uai": "0750654D", "first_name": "http://evil.example", "last_name": "a"});
        assert_eq!(told(a_stranger().post(FORM, &link).await?)?[0].0, "first_name");
        Ok(())
    });
}

/// What was asked is kept for a year, and no longer.
#[test]
fn a_request_is_kept_one_year() {
    run(async {
        let (uai, _) = a_listed_school().await?;
        let at = Timestamp::now();
        an_activation(uai, at).await?;
        let items = product().stack.dynamodb.scan().table_name(product().stack.value("Table")?);
        let items = items.filter_expression("PK = :pk AND entity = :entity");
        let items = items
            .expression_attribute_values(":pk", aws_sdk_dynamodb::types::AttributeValue::S(format!("SCHOOL#{uai}")))
            .expression_attribute_values(
                ":entity",
                aws_sdk_dynamodb::types::AttributeValue::S("ActivationRequest".into()),
            );
        let mut found = Vec::new();
        let mut pages = items.into_paginator().items().send();
        while let Some(item) = pages.try_next().await? {
            found.push(item["expires_at"].as_n().unwrap().parse::<i64>()?);
        }
        assert_eq!(found, [at.as_second() + 365 * 24 * 3600]);
        Ok(())
    });
}

/// The page that follows says for which school, by name and town as the public directory has them, and where a message goes that the
/// directory has no address for. Of a UAI that the directory has not it says so; of spaces it says nothing.
#[test]
fn what_was_sent_says_for_which_school() {
    run(async {
        let page = async |query: &str| -> anyhow::Result<String> {
            let page = a_client().get(format!("{}{FORM}{query}", product().url)).header(ACCEPT, "text/html");
            Ok(page.send().await?.text().await?)
        };
        let school = School { town: "Rennes".to_owned(), ..School::new("Collège Anne-de-Bretagne") };
        product().table.create_school(Uai::parse("0350760L")?, &school).await?;
        let sent = a_stranger().post(FORM, &request("0350760L")).await?;
        assert_eq!(sent.status, 202, "{}", sent.body);
        let told = page("?sent=0350760L").await?;
        assert!(told.contains("0350760L") && told.contains("ce.0350760l@ac-rennes.fr"), "{told}");
        assert!(told.contains("Collège Anne-de-Bretagne, Rennes"), "{told}");
        let (abroad, _) = a_team().await?;
        let told = page(&format!("?sent={abroad}")).await?;
        assert!(
            told.contains(abroad.as_str()) && !told.contains("à défaut"),
            "no rule where there is no académie: {told}"
        );
        let unknown = a_uai();
        let told = page(&format!("?sent={unknown}")).await?;
        assert!(told.contains("Vérifiez l’UAI") && told.contains(unknown.as_str()), "{told}");
        let again = r#"<a class="button" href="/demande-administration-sco">Refaire la demande</a>"#;
        assert!(told.contains(again), "the way on leads back to the form: {told}");
        let form = page("").await?;
        assert!(form.contains("name=\"uai\"") && form.contains("<a href=\"/\">Accueil</a>"), "{form}");
        assert!(page("?sent=%3Cb%3E").await?.contains("Consultez la messagerie"), "whatever it says");
        Ok(())
    });
}
