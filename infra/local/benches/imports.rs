//! `cargo bench -p rentree-local --bench imports`: what an import costs the table, how long a school waits, through every door,
//! and beside it the floor: the same requests to the table sent bare, one after the other, by a program that does nothing else.
//! Then a whole school in which everybody changes, on a table that takes what AWS documents, while pupils join.
//!
//! Requests and units are exact and the same everywhere; times are this machine's stand-ins, so only their ratios mean anything.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Context;
use encoding_rs::ISO_8859_15;
use jiff::Timestamp;
use rentree_domain::Uai;
use rentree_domain::import::pace;
use rentree_local::client::{School, Summary};
use rentree_local::{DEMO_UAI, Options, Rentree, pupils};
use rentree_samples::Sample;
use rentree_testkit::strict::{Call, longest_chain};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let rentree = Rentree::start(&Options::in_memory()).await?;
    println!(
        "{:<26} {:>14} {:>14} {:>6} {:>8} {:>9} {:>9} {:>6}",
        "Import", "write requests", "pupils written", "chain", "units", "seconds", "floor", "ratio"
    );
    let mut seconds = BTreeMap::new();
    let mut requests = BTreeMap::new();
    for (count, uai) in [(1_000, DEMO_UAI), (10_000, "0990002P")] {
        let uai = Uai::parse(uai)?;
        let school = School::enter(&rentree.url, uai).await?;
        let sample = Sample::new(uai, count, 1);
        let mut changed = sample.clone();
        changed.pupils.drain(..10);
        changed.enrol(count..count + 5);
        let files = [("new", &sample), ("unchanged", &sample), ("15 changes", &changed)];
        for (what, sample) in files {
            let measured = measure(&rentree, &school, uai, sample.siecle(ISO_8859_15).bytes).await?;
            let Measured { summary, took, calls, floor } = measured;
            let (took, floor) = (took.as_secs_f64(), floor.as_secs_f64());
            println!(
                "{:<26} {:>14} {:>14} {:>6} {:>8.0} {took:>9.2} {floor:>9.2} {:>6.1}",
                format!("{count} pupils, {what}"),
                summary.write_requests,
                summary.items_written,
                longest_chain(&calls),
                calls.iter().map(|call| call.units).sum::<f64>(),
                took / floor
            );
            seconds.insert((count, what), took);
            requests.insert((count, what), (summary.write_requests, summary.items_written));
        }
    }
    println!(
        "Goals: 1,000 new pupils in 13 write requests, and one for each hundred names and each part of the snapshot: {}",
        requests[&(1_000, "new")].0
    );
    println!("       unchanged pupils written: 0: {}", requests[&(10_000, "unchanged")].1);
    println!(
        "Ratios: 10,000 / 1,000 new pupils: {:.1} × the time; unchanged / new, 10,000 pupils: {:.2} ×",
        seconds[&(10_000, "new")] / seconds[&(1_000, "new")],
        seconds[&(10_000, "unchanged")] / seconds[&(10_000, "new")]
    );
    rentree.stop().await?;
    everybody_changes(10_000).await
}

/// One import.
struct Measured {
    summary: Summary,
    took: Duration,
    /// What the worker asked the table for.
    calls: Vec<Call>,
    /// How long the same requests take bare.
    floor: Duration,
}

async fn measure(rentree: &Rentree, school: &School, uai: Uai, file: Vec<u8>) -> anyhow::Result<Measured> {
    let import = school.request(&json!({})).await?;
    let before = rentree.stack.partition(uai.as_str()).await?;
    rentree.stack.strict().begin_record();
    let started = Instant::now();
    anyhow::ensure!(school.send(&import, file).await?, "the file was taken");
    let summary = school.wait(import["id"].as_str().context("an import")?).await?;
    let took = started.elapsed();
    let of_worker = |call: &Call| call.function == "ImportWorkerFunction" && call.operation.starts_with("dynamodb:");
    let calls: Vec<Call> = rentree.stack.strict().end_record().into_iter().filter(of_worker).collect();
    anyhow::ensure!(summary.status == "succeeded", "{:?}", summary.refused);

    rentree.stack.restore(uai.as_str(), &before).await?;
    let floor = send_bare(rentree.stack.dynamodb_endpoint(), &calls).await?;
    Ok(Measured { summary, took, calls, floor })
}

/// Sends what was sent, by nothing but HTTP. Each must be taken as it was.
async fn send_bare(endpoint: &str, calls: &[Call]) -> anyhow::Result<Duration> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let mut bodies = Vec::new();
    for (number, call) in calls.iter().enumerate() {
        let mut body: Value = serde_json::from_slice(&call.body)?;
        // Of the same token, nothing would be written.
        if !body["ClientRequestToken"].is_null() {
            body["ClientRequestToken"] =
                json!(format!("bare-{number}-{}", Timestamp::now().as_nanosecond() % 1_000_000_007));
        }
        bodies.push((call.operation.trim_start_matches("dynamodb:"), body.to_string()));
    }
    let started = Instant::now();
    for (operation, body) in bodies {
        let post = http.post(endpoint).header("x-amz-target", format!("DynamoDB_20120810.{operation}"));
        let post = post.header("content-type", "application/x-amz-json-1.0").header("authorization", AUTHORIZATION);
        let answer = post.header("x-amz-date", "20260101T000000Z").body(body).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        anyhow::ensure!(status.is_success(), "{operation}: {status} {text}");
    }
    Ok(started.elapsed())
}

/// The local DynamoDB wants to see one, and checks nothing.
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-3/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=0";

/// A whole school in which everybody changes, at the pace of the template, on a table with the limits of AWS, while a pupil
/// joins now and then.
async fn everybody_changes(count: usize) -> anyhow::Result<()> {
    let settings = BTreeMap::from([("WRITE_UNITS_PER_SECOND".to_owned(), pace::UNITS_A_SECOND.to_string())]);
    let rentree = Rentree::start(&Options { settings, ..Options::in_memory() }).await?;
    let uai = Uai::parse("0990002P")?;
    let school = School::enter(&rentree.url, uai).await?;
    let mut sample = Sample::new(uai, count, 7);
    school.import(sample.siecle(ISO_8859_15).bytes, false).await?;
    let (_, code) = pupils::a_campaign(&rentree.table, uai, Timestamp::now()).await?;
    let joining = sample.pupils[..60].to_vec();
    sample.pupils[60..].iter_mut().for_each(|pupil| pupil.usage_name = "CHANGÉ".to_owned());
    let file = sample.siecle(ISO_8859_15).bytes;

    rentree.stack.strict().limit_partitions(true);
    rentree.stack.strict().begin_record();
    let started = Instant::now();
    let joins = async {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let mut slowest = Duration::ZERO;
        for pupil in &joining {
            let who = json!({
                "first_name": pupil.first_name, "last_name": pupil.last_name, "birth_date": pupil.birth_date,
                "password": "Velours8",
            });
            let asked = Instant::now();
            let post = http.post(format!("{}/campagnes/{code}/account", rentree.url)).json(&who);
            let answer = post.header("accept", "application/json").send().await?;
            anyhow::ensure!(answer.status() == 201, "{}", answer.text().await?);
            slowest = slowest.max(asked.elapsed());
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Ok(slowest)
    };
    let (summary, slowest) = tokio::try_join!(school.import(file, false), joins)?;
    let took = started.elapsed();
    anyhow::ensure!(summary.status == "succeeded", "{:?}", summary.refused);
    let writes = |call: &Call| {
        call.function == "ImportWorkerFunction"
            && call.operation != "dynamodb:Query"
            && call.operation.starts_with("dynamodb:")
    };
    let calls: Vec<Call> = rentree.stack.strict().end_record().into_iter().filter(writes).collect();
    let units: f64 = calls.iter().map(|call| call.table_units).sum();
    let (first, last) = (calls.first().context("a call")?.began, calls.last().context("a call")?.ended);
    println!(
        "{} of {count} pupils change: {units:.0} units in {:.1} s of writing, {:.0} a second (goal: {} at least, of {} allowed); {:.1} s in all (goal: 60); slowest join meanwhile {} ms; refused by a partition: {:?}",
        summary.counts.modified,
        last.duration_since(first).as_secs_f64(),
        units / last.duration_since(first).as_secs_f64(),
        f64::from(pace::UNITS_A_SECOND) * 0.8,
        pace::UNITS_A_SECOND,
        took.as_secs_f64(),
        slowest.as_millis(),
        rentree.stack.strict().beyond_the_limit()
    );
    rentree.stop().await
}
