//! Imports do not starve each other: what one school asks for, uploads or breaks keeps no other school waiting, and no request is held for
//! what may never come.

use std::time::{Duration, Instant};

use encoding_rs::UTF_8;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::ImportId;
use rentree_domain::import::ImportState;
use rentree_domain::limit::{IMPORTS_BY_SCHOOL, OPEN_IMPORTS};
use rentree_local::client::School;
use rentree_local::{Options, Rentree};
use rentree_samples::Sample;
use rentree_table::{Begin, Outcome, SessionHash};
use serde_json::{Value, json};

use crate::support::people::{Answer, Person, a_team};
use crate::support::{a_uai, eventually, join_all, product, resume_message, run, run_while_time_stands_still};

/// Asks for an import.
async fn ask(person: &Person, path: &str) -> anyhow::Result<Answer> {
    person.post(path, &json!({})).await
}

fn id_of(asked: &Value) -> anyhow::Result<ImportId> {
    Ok(asked["id"].as_str().unwrap_or_default().parse()?)
}

#[test]
fn a_school_has_a_few_imports_open_and_asks_for_some_in_an_hour() {
    run_while_time_stands_still(async {
        let (uai, administrator) = a_team().await?;
        let path = format!("/schools/{uai}/imports");
        let mut open = Vec::new();
        for _ in 0..OPEN_IMPORTS {
            open.push(id_of(&ask(&administrator, &path).await?.expect(201)?)?);
        }
        let refused = ask(&administrator, &path).await?;
        assert_eq!((refused.status, refused.code()), (429, "too_many"));
        let (status, page) = administrator.post_page(&path).await?;
        assert!(
            status == 429 && page.contains(&format!("href=\"{path}\"")),
            "it leads to the imports: {status} {page}"
        );

        // Whoever gives one up may ask for another one, until it is enough for an hour.
        let mut asked = u32::try_from(OPEN_IMPORTS)? + 2;
        while asked < IMPORTS_BY_SCHOOL.count {
            let given_up = open.remove(0);
            administrator.post(&format!("{path}/{given_up}/cancel"), &json!({})).await?.expect(200)?;
            open.push(id_of(&ask(&administrator, &path).await?.expect(201)?)?);
            asked += 1;
        }
        administrator.post(&format!("{path}/{}/cancel", open[0]), &json!({})).await?.expect(200)?;
        let refused = ask(&administrator, &path).await?;
        assert_eq!((refused.status, refused.code()), (429, "too_many"));
        let listed = administrator.get(&path).await?.expect(200)?;
        assert_eq!(listed["imports"].as_array().map(Vec::len), Some(20), "nothing was noted for it");

        let (elsewhere, other) = a_team().await?;
        ask(&other, &format!("/schools/{elsewhere}/imports")).await?.expect(201)?;
        Ok(())
    });
}

/// Imports asked for at one moment are counted one after the other.
#[test]
fn no_hundred_at_once_get_through() {
    run_while_time_stands_still(async {
        let (uai, administrator) = a_team().await?;
        let path = format!("/schools/{uai}/imports");
        let asked = join_all((0..100).map(|_| ask(&administrator, &path))).await;
        let asked = asked.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
        let given = asked.iter().filter(|answer| answer.status == 201).count();
        assert!(asked.iter().all(|answer| [201, 429].contains(&answer.status)));
        assert!((OPEN_IMPORTS..=IMPORTS_BY_SCHOOL.count as usize).contains(&given), "{given}");
        Ok(())
    });
}

fn session_of(person: &Person) -> anyhow::Result<SessionHash> {
    let headers = [(reqwest::header::COOKIE, person.cookie.parse()?)].into_iter().collect();
    rentree_http::claimed_session(&headers).ok_or_else(|| anyhow::anyhow!("no session"))
}

/// Whether a request of the session is held. Whoever takes a place that is over already disturbs nobody.
async fn is_taken(session: &SessionHash) -> anyhow::Result<bool> {
    let now = Timestamp::now();
    Ok(product().table.take_place(session, now - SignedDuration::from_secs(1), now).await?.is_none())
}

#[test]
fn one_request_of_a_session_is_held_and_none_for_a_file_that_was_not_sent() {
    run(async {
        let (uai, mut administrator) = a_team().await?;
        let path = format!("/schools/{uai}/imports");
        let id = id_of(&ask(&administrator, &path).await?.expect(201)?)?;
        let follow = format!("{path}/{id}?wait=20");
        let began = Instant::now();
        assert_eq!(administrator.get(&follow).await?.expect(200)?["state"], "awaiting_upload");
        assert!(began.elapsed() < Duration::from_secs(20), "nobody waits for a file that was not sent");

        // A worker begins, and does not come to its end.
        let table = &product().table;
        let terms = SignedDuration::from_mins(10);
        let Begin::Begun(mut worker) = table.begin(uai, id, false, terms, Timestamp::now()).await? else {
            anyhow::bail!("the worker does not begin")
        };
        let session = session_of(&administrator)?;
        let held = {
            let request = administrator.request(reqwest::Method::GET, &follow);
            tokio::spawn(async move { Answer::read(request.send().await?).await })
        };
        eventually("a request is held", async || Ok(is_taken(&session).await?.then_some(()))).await?;
        for _ in 0..3 {
            assert_eq!(administrator.get(&follow).await?.expect(200)?["state"], "analysing");
        }
        assert!(!held.is_finished(), "the first one waits on");

        // Another session of the same person waits by itself.
        administrator.open_session().await?;
        let another = session_of(&administrator)?;
        let request = administrator.request(reqwest::Method::GET, &follow);
        let other = tokio::spawn(async move { Answer::read(request.send().await?).await });
        eventually("another one is held", async || Ok(is_taken(&another).await?.then_some(()))).await?;
        worker.fail(Outcome::default(), Timestamp::now()).await?;
        for request in [held, other] {
            assert_eq!(request.await??.expect(200)?["state"], "failed");
        }
        // The place is free again.
        let until = Timestamp::now() + SignedDuration::from_secs(20);
        assert!(table.take_place(&session, until, Timestamp::now()).await?.is_some());
        Ok(())
    });
}

/// What waits behind a worker that died is done with in milliseconds, each time it comes.
#[test]
fn a_thousand_uploads_of_one_school_delay_another_one_by_seconds() {
    run(async {
        let rentree = Rentree::start(&Options::in_memory()).await?;
        let table = &rentree.table;
        let (busy, other) = (a_uai(), a_uai());
        let school = School::enter(&rentree.url, busy).await?;
        let mut imports = Vec::new();
        for _ in 0..OPEN_IMPORTS {
            imports.push(id_of(&school.request(&json!({})).await?)?);
        }
        // The first one has killed its worker; its lease outlives the slowest machine.
        let terms = SignedDuration::from_hours(1);
        let begun = table.begin(busy, imports[0], false, terms, Timestamp::now()).await?;
        assert!(matches!(begun, Begin::Begun(_)));
        let (queue, sqs) = (rentree.stack.value("ImportQueue")?, &rentree.stack.sqs);
        let sends = (0..1_000).map(|number| {
            let word = resume_message(busy, imports[number % imports.len()], false);
            sqs.send_message().queue_url(&queue).message_body(word).send()
        });
        for sent in join_all(sends).await {
            sent?;
        }

        let began = Instant::now();
        let entered = School::enter(&rentree.url, other).await?;
        let import = entered.request(&json!({})).await?;
        anyhow::ensure!(entered.send(&import, Sample::new(other, 50, 5).siecle(UTF_8).bytes).await?);
        let summary = entered.wait(import["id"].as_str().unwrap_or_default()).await?;
        assert_eq!((summary.status.as_str(), summary.counts.added), ("succeeded", 50));
        println!("behind a thousand messages: {:.1} s", began.elapsed().as_secs_f64());
        let state = table.import(busy, imports[0]).await?.map(|import| import.state);
        assert_eq!(state, Some(ImportState::Analysing), "its worker may be at work");
        assert_eq!(table.school(busy).await?.map(|school| school.fence), Some(1), "nobody else began");
        rentree.stop().await
    });
}
