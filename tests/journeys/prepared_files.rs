//! The file of all certificates of a school, made by a worker: asked for, followed, fetched by a link that ends; made once, whatever dies.

use aws_sdk_dynamodb::types::AttributeValue;
use certifications::Certifications;
use fantoccini::{Client, Locator};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::certification::PrepareCertificates;
use rentree_table::{PreparedState, Role};
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, COOKIE, LOCATION};
use serde_json::{Value, json};

use crate::support::browser::{
    Browser, DESKTOP, Look, PHONE, WITHOUT_SCRIPTS, click, enter, go, picture, see, text_of,
};
use crate::support::certifications::{a_school, ago, state, this_year};
use crate::support::faults::{Faults, Operations};
use crate::support::operators::dead;
use crate::support::people::{Person, a_client, a_member, a_team};
use crate::support::prepared::{
    CERTIFICATES_DEAD, a_certified_school, ask_silently, delivered, in_bucket, of_this_year, pages, state_of,
    worker_between,
};
use crate::support::stall::Silence;
use crate::support::{eventually, product, run};

/// Follows a file until it is made, or cannot be.
async fn ended(person: &Person, path: &str) -> anyhow::Result<Value> {
    eventually("the file is made", async || {
        let file = person.get(&format!("{path}?wait=5")).await?.expect(200)?;
        Ok((!["asked", "making"].contains(&file["state"].as_str().unwrap_or_default())).then_some(file))
    })
    .await
}

/// Where a browser is sent that fetches it.
async fn link(person: &Person, path: &str) -> anyhow::Result<String> {
    let answer = person.request(Method::GET, &format!("{path}.pdf")).send().await?;
    anyhow::ensure!(answer.status() == 303, "{}", answer.status());
    Ok(answer.headers()[LOCATION].to_str()?.to_owned())
}

async fn bytes(person: &Person, path: &str) -> anyhow::Result<(u16, Vec<u8>)> {
    let answer = person.request(Method::GET, path).send().await?;
    Ok((answer.status().as_u16(), answer.bytes().await?.to_vec()))
}

/// How often the log of the space tells that a file was asked for.
async fn asked(person: &Person, path: &str) -> anyhow::Result<usize> {
    let log = person.get(&path.replace("certificates/file", "audit")).await?.expect(200)?;
    let entries = log["entries"].as_array().into_iter().flatten();
    Ok(entries.filter(|entry| entry["action"] == "certificates_prepared").count())
}

#[test]
fn a_school_of_three_hundred_gets_its_file_once_while_nothing_is_new() {
    run(async {
        let (school, statements) = a_certified_school(300, 301).await?;
        let (uai, person) = (school.uai, &school.administrator);
        let path = format!("/schools/{uai}/certificates/file");
        assert_eq!(person.get(&path).await?.expect(200)?["state"], Value::Null);
        assert_eq!(bytes(person, &format!("{path}.pdf")).await?.0, 404);

        // Two at once, and once more.
        let ask = || async { anyhow::Ok(person.post(&path, &json!({})).await?.expect(201)?["asked_at"].clone()) };
        let (one, two) = tokio::try_join!(ask(), ask())?;
        assert_eq!((&one, &ask().await?), (&two, &two));
        let file = ended(person, &path).await?;
        assert_eq!((&file["state"], &file["pages"], &file["made"]), (&json!("ready"), &json!(300), &json!(300)));
        assert_eq!(ask().await?, one, "nothing is new");
        assert_eq!(asked(person, &path).await?, 1);

        let answer = a_client().get(link(person, &path).await?).send().await?;
        assert_eq!((answer.status().as_u16(), &answer.headers()[CONTENT_TYPE]), (200, &"application/pdf".parse()?));
        let name = format!("attachment; filename=\"certificats-{uai}-{}.pdf\"", this_year().first());
        assert_eq!(answer.headers()[CONTENT_DISPOSITION].to_str()?, name);
        let whole = answer.bytes().await?;
        assert_eq!((pages(&whole), json!(whole.len())), (300, file["bytes"].clone()));

        // A result is corrected: the file is made anew, and the one before stays what it was until it ends.
        let mut cancelled = statements[7].clone();
        (cancelled["status"], cancelled["at"]) = (json!("cancelled"), json!(ago(1)));
        assert_eq!(state(&cancelled).await?.0, 200);
        assert_ne!(ask().await?, one);
        let file = ended(person, &path).await?;
        assert_eq!((&file["state"], &file["pages"]), (&json!("ready"), &json!(299)));
        assert_eq!((asked(person, &path).await?, in_bucket(&of_this_year(&school)).await?.len()), (2, 2));
        Ok(())
    });
}

#[test]
fn the_link_is_of_one_file_and_ends() {
    run(async {
        let (school, _) = a_certified_school(2, 302).await?;
        let (person, path) = (&school.administrator, format!("/schools/{}/certificates/file", school.uai));
        person.post(&path, &json!({})).await?.expect(201)?;
        ended(person, &path).await?;
        let good = link(person, &path).await?;
        assert_eq!(pages(&a_client().get(&good).send().await?.bytes().await?), 2);
        assert!(good.contains("X-Amz-Expires=300&"), "{good}");

        let last = good.chars().last().unwrap();
        let forged = format!("{}{}", &good[..good.len() - 1], if last == '0' { '1' } else { '0' });
        let prolonged = good.replace("X-Amz-Expires=300&", "X-Amz-Expires=3000&");
        let elsewhere = good.replacen(school.uai.as_str(), "0350760L", 1);
        // As it was signed ten minutes ago.
        let past: fn() -> Timestamp = || Timestamp::now() - SignedDuration::from_mins(10);
        let settings = product().stack.function_settings("CertificationsFunction")?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let of_the_past = format!("http://{}{path}.pdf", listener.local_addr()?);
        let router = Certifications::from_settings(&settings, past)?.router();
        let serving = tokio::spawn(async { axum::serve(listener, router).await });
        let answer = a_client().get(of_the_past).header(COOKIE, &person.cookie).send().await?;
        let ended = answer.headers()[LOCATION].to_str()?.to_owned();
        serving.abort();
        for link in [forged, prolonged, elsewhere, ended] {
            assert_eq!(a_client().get(&link).send().await?.status(), 403, "{link}");
        }
        Ok(())
    });
}

#[test]
fn as_many_as_one_answer_holds_come_at_once_and_one_more_by_the_worker() {
    run(async {
        let (school, statements) = a_certified_school(251, 303).await?;
        let (uai, person) = (school.uai, &school.administrator);
        let page = format!("/schools/{uai}/certificates");
        let direct = format!("{page}.pdf?year={}", this_year().first());
        let (status, refusal) = bytes(person, &direct).await?;
        assert_eq!(status, 400);
        assert!(String::from_utf8(refusal)?.contains("demandez le fichier de l’établissement"));
        let (form, offered) = ("action=\"/schools/{uai}/certificates/file\"", "certificates.pdf?year=");
        let form = form.replace("{uai}", uai.as_str());
        let whole = |html: &str| html.contains("Télécharger tout l’établissement en PDF");
        let html = person.page(&page).await?;
        assert!(html.contains(&form) && html.contains(offered) && !whole(&html), "the file is offered, and each class");

        let mut cancelled = statements[0].clone();
        (cancelled["status"], cancelled["at"]) = (json!("cancelled"), json!(ago(1)));
        assert_eq!(state(&cancelled).await?.0, 200);
        let (status, file) = bytes(person, &direct).await?;
        assert_eq!((status, pages(&file)), (200, 250));
        assert!(file.len() / 3 * 4 < 6 * 1024 * 1024, "as Lambda answers, it has {} bytes", file.len() / 3 * 4);
        let html = person.page(&page).await?;
        assert!(!html.contains(&form) && whole(&html));
        Ok(())
    });
}

#[test]
fn nobody_but_an_administrator_of_the_school_asks_follows_or_fetches() {
    run(async {
        let (school, _) = a_certified_school(2, 304).await?;
        let path = format!("/schools/{}/certificates/file", school.uai);
        school.administrator.post(&path, &json!({})).await?.expect(201)?;
        ended(&school.administrator, &path).await?;
        let member = a_member(school.uai, Role::Member).await?;
        let (_, stranger) = a_team().await?;
        for (person, refused) in [(&member, 403), (&stranger, 404)] {
            assert_eq!(person.post(&path, &json!({})).await?.status, refused);
            assert_eq!(person.get(&path).await?.status, refused);
            assert_eq!(bytes(person, &format!("{path}.pdf")).await?.0, refused);
        }
        // A form of another site has no token.
        let url = format!("{}{path}", product().url);
        let forged = a_client().post(url).header(ACCEPT, "text/html").header(COOKIE, &school.administrator.cookie);
        let forged = forged.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body("year=2026");
        assert_eq!(forged.send().await?.status(), 403);
        assert_eq!(asked(&school.administrator, &path).await?, 1);

        let nothing = a_school(1, 305).await?;
        let path = format!("/schools/{}/certificates/file", nothing.uai);
        assert_eq!(nothing.administrator.post(&path, &json!({})).await?.status, 404, "there is nothing to print");
        assert_eq!(nothing.administrator.post(&path, &json!({"year": 1})).await?.status, 404);
        Ok(())
    });
}

/// Delivers a message to a worker that lets the file be made.
async fn is_made(order: &PrepareCertificates) -> anyhow::Result<Vec<String>> {
    let s3 = Operations::default();
    let answer = worker_between(|it| it, s3.clone(), Faults::default())?.handle(&delivered(order)).await?;
    anyhow::ensure!(answer.batch_item_failures.is_empty(), "it comes again");
    Ok(s3.take())
}

#[test]
fn a_worker_that_dies_is_followed_by_another_and_makes_one_file() {
    run(async {
        let (school, _) = a_certified_school(3, 306).await?;
        let of = of_this_year(&school);
        let order = ask_silently(&of).await?;
        assert_eq!(state_of(&of).await?, Some(PreparedState::Asked));

        // Killed while the bucket takes the file.
        let silence = Silence::new()?;
        let url = silence.url()?;
        let silent = worker_between(
            |settings| settings.with([("AWS_ENDPOINT_URL", url.as_str())]),
            Operations::default(),
            Faults::default(),
        )?;
        let event = delivered(&order);
        let making = eventually("it is being made", async || {
            Ok((state_of(&of).await? == Some(PreparedState::Making)).then_some(()))
        });
        tokio::select! {
            ended = silent.handle(&event) => anyhow::bail!("{ended:?}"),
            making = making => making?,
        }
        // The table fails once the file is in the bucket: the message comes again.
        let dies = worker_between(|it| it, Operations::default(), Faults::after(1))?.handle(&event).await?;
        assert_eq!(dies.batch_item_failures.len(), 1);
        assert_eq!((state_of(&of).await?, in_bucket(&of).await?.len()), (Some(PreparedState::Making), 1));

        assert_eq!(is_made(&order).await?, ["PutObject"]);
        assert_eq!(state_of(&of).await?, Some(PreparedState::Ready));
        let ready = product().table.prepared_file(&of).await?;
        // Delivered once more, and to two at once.
        assert_eq!(is_made(&order).await?, Vec::<String>::new());
        tokio::try_join!(is_made(&order), is_made(&order))?;
        assert_eq!((product().table.prepared_file(&of).await?, in_bucket(&of).await?.len()), (ready, 1));

        let again = ask_silently(&of).await?;
        tokio::try_join!(is_made(&again), is_made(&again))?;
        assert_eq!((state_of(&of).await?, in_bucket(&of).await?.len()), (Some(PreparedState::Ready), 1));
        Ok(())
    });
}

#[test]
fn a_message_that_fails_to_the_end_is_told_and_asked_for_again() {
    run(async {
        let (school, _) = a_certified_school(2, 307).await?;
        let of = of_this_year(&school);
        let (person, path) = (&school.administrator, format!("/schools/{}/certificates/file", school.uai));
        let lost = ask_silently(&of).await?;
        let worker = worker_between(|it| it, Operations::default(), Faults::default())?;
        assert!(worker.handle(&dead(delivered(&lost), CERTIFICATES_DEAD)).await?.batch_item_failures.is_empty());
        assert_eq!(person.get(&path).await?.expect(200)?["state"], "failed");
        assert!(person.page(&path).await?.contains("Le fichier n’a pas pu être préparé"));
        assert_eq!(bytes(person, &format!("{path}.pdf")).await?.0, 404);
        // A try that comes late does not bring it back.
        assert_eq!(is_made(&lost).await?, Vec::<String>::new());

        person.post(&path, &json!({})).await?.expect(201)?;
        assert_eq!(ended(person, &path).await?["state"], "ready");
        // Nor does its dead letter take the next one away.
        worker.handle(&dead(delivered(&lost), CERTIFICATES_DEAD)).await?;
        assert_eq!(state_of(&of).await?, Some(PreparedState::Ready));
        Ok(())
    });
}

/// The message about an asking was lost on its way: asking again sends it once more, and it is the same asking.
#[test]
fn a_message_that_was_lost_is_sent_again() {
    run(async {
        let (school, _) = a_certified_school(2, 308).await?;
        let of = of_this_year(&school);
        let (person, path) = (&school.administrator, format!("/schools/{}/certificates/file", school.uai));
        let lost = ask_silently(&of).await?;
        person.post(&path, &json!({})).await?.expect(201)?;
        assert_eq!(ended(person, &path).await?["state"], "ready");
        assert_eq!(product().table.prepared_file(&of).await?.map(|file| file.id), Some(lost.id));
        Ok(())
    });
}

/// What is in the table is a contract with every version of the code.
#[test]
fn a_file_as_it_is_stored() {
    run(async {
        let (school, _) = a_certified_school(2, 309).await?;
        let of = of_this_year(&school);
        is_made(&ask_silently(&of).await?).await?;
        let get = product().stack.dynamodb.get_item().table_name(product().stack.value("Table")?);
        let get = get.key("PK", AttributeValue::S(format!("SCHOOL#{}", of.uai)));
        let get = get.key("SK", AttributeValue::S(format!("CERTIFICATES#{}-present", of.year.first())));
        let item = crate::stored_items::shown(&get.send().await?.item.unwrap());
        let mut filters = crate::stored_items::varying(of.uai.as_str());
        filters.extend([(r"CERTIFICATES#\d{4}", "CERTIFICATES#<year>"), (r#"("bytes": )\d+"#, "$1<bytes>")]);
        insta::with_settings!({filters => filters}, {
            insta::assert_json_snapshot!("items_of_prepared_files", item);
        });
        Ok(())
    });
}

async fn in_a_browser(look: Look, name: &str, seed: u64) -> anyhow::Result<()> {
    let (school, _) = a_certified_school(251, seed).await?;
    let (of, uai) = (of_this_year(&school), school.uai);
    let browser = Browser::open(look).await?;
    let client = &browser.client;
    enter(client, &school.administrator).await?;
    go(client, &format!("/schools/{uai}/certificates")).await?;
    picture(&browser, look, &format!("{name}-prepared-01-offered")).await?;

    // Somebody asked before, and the worker is at it: no message is on its way, so that it stays so while we look.
    let order = ask_silently(&of).await?;
    product().table.file_is_made(&of, order.id, 120, 251).await?;
    click(client, "form[action$='/certificates/file'] button").await?;
    see(client, "h2", "Le fichier est en préparation").await?;
    see(client, "label[for='made']", "120 sur 251 certificats").await?;
    picture(&browser, look, &format!("{name}-prepared-02-under-way")).await?;
    is_made(&order).await?;
    refreshed(client, look).await?;
    see(client, "h2", "Le fichier est prêt").await?;
    see(client, "section.panel", "251 certificats").await?;
    picture(&browser, look, &format!("{name}-prepared-03-ready")).await?;
    click(client, "section.panel a.button").await?;
    let file = browser.download(&format!("certificats-{uai}-{}.pdf", this_year().first())).await?;
    assert_eq!(pages(&file), 251);

    // Those who left, too: another file, all the way.
    go(client, &format!("/schools/{uai}/certificates?former=true")).await?;
    click(client, "form[action$='/certificates/file'] button").await?;
    see(client, "h2", "Le fichier est").await?;
    if look.javascript {
        see(client, "h2", "Le fichier est prêt").await?;
    } else {
        // Each page holds for twenty seconds, and a slow machine takes longer.
        eventually("the file is ready", async || {
            let heading = text_of(client, Locator::Css("h2")).await?;
            if heading.contains("prêt") {
                return Ok(Some(()));
            }
            refreshed(client, look).await?;
            Ok(None)
        })
        .await?;
    }
    browser.close().await
}

/// Without scripts, people ask for the page again.
async fn refreshed(client: &Client, look: Look) -> anyhow::Result<()> {
    if look.javascript { Ok(()) } else { click(client, "noscript a.button").await }
}

#[test]
fn in_a_browser_at_a_desk() {
    run(in_a_browser(DESKTOP, "desktop", 310));
}

#[test]
fn in_a_browser_on_a_phone() {
    run(in_a_browser(PHONE, "phone", 311));
}

#[test]
fn in_a_browser_without_scripts() {
    run(in_a_browser(WITHOUT_SCRIPTS, "plain", 312));
}
