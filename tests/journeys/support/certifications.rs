//! What the assessment platform states of certifications, by message and by file, and the worker that loads files.

use std::fmt::Write as _;

use aws_smithy_runtime_api::client::interceptors::Intercept;
use certifications_worker::{Clients, Config, Worker};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{LearnerId, SchoolYear, Uai, paris};
use rentree_samples::Sample;
use rentree_table::{ActiveLearner, Certification};
use serde_json::{Value, json};

use super::campaigns::Platform;
use super::operators::{SILENT_BUCKET, message, put_silently_as, report};
use super::people::Person;
use super::product;
use super::schools::{a_school_with, class, divide};

/// Of the dead-letter queue of the product's stack.
pub(crate) const CERTIFICATIONS_DEAD: &str = "arn:aws:sqs:eu-west-3:000000000000:rentree-certifications-dead";

/// A school with classes of this school year, its administrator, and the pupils of its first class, in the order of names.
pub(crate) struct Certified {
    pub(crate) uai: Uai,
    pub(crate) administrator: Person,
    pub(crate) sample: Sample,
    pub(crate) pupils: Vec<ActiveLearner>,
}

/// Such a school: two classes.
pub(crate) async fn a_school(pupils: usize, seed: u64) -> anyhow::Result<Certified> {
    let (uai, administrator, sample) = a_school_with(2 * pupils, seed, |sample| {
        sample.school_year = this_year();
        divide(sample, &[("3A", pupils), ("3B", pupils)]);
    })
    .await?;
    let pupils = class(uai, "3A").await?;
    Ok(Certified { uai, administrator, sample, pupils })
}

pub(crate) fn this_year() -> SchoolYear {
    SchoolYear::of(paris::date(Timestamp::now()))
}

/// A number that no other test has.
pub(crate) fn a_number() -> u64 {
    u64::from_be_bytes(rentree_runtime::random()) >> 12 | 1
}

/// Today in Paris, `minutes` ago: statements of one certification differ by when.
pub(crate) fn ago(minutes: i64) -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second() - 60 * minutes).expect("a moment")
}

/// A statement about a pupil by our identifier, taken today.
pub(crate) fn statement(number: u64, uai: Uai, learner: LearnerId, status: &str, at: Timestamp) -> Value {
    json!({
        "number": number, "at": at, "status": status, "uai": uai, "session": "journey", "learner": learner,
        "taken_on": paris::date(Timestamp::now()), "score": 512, "levels": {"1.1": 3, "5.2": 0},
        "verification_code": format!("P-{number:012}"),
    })
}

/// The same as a file has it: a header, and a line for each statement. Only what [`statement`] and the tests fill in.
pub(crate) fn file(statements: &[Value]) -> Vec<u8> {
    let columns = [
        ("numero", "/number"),
        ("constate_le", "/at"),
        ("statut", "/status"),
        ("uai", "/uai"),
        ("date_passage", "/taken_on"),
        ("eleve", "/learner"),
        ("ine", "/ine"),
        ("date_naissance", "/birth_date"),
        ("nom", "/last_name"),
        ("prenom", "/first_name"),
        ("score", "/score"),
        ("code_verification", "/verification_code"),
        ("commentaire", "/comment"),
        ("1.1", "/levels/1.1"),
        ("5.2", "/levels/5.2"),
    ];
    let mut file = columns.map(|(name, _)| name).join(";");
    for statement in statements {
        let cell = |(_, place): (&str, &str)| match statement.pointer(place) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        let _ = write!(file, "\n{}", columns.map(cell).join(";"));
    }
    file.into_bytes()
}

/// The platform states this by a message; status and body of the answer.
pub(crate) async fn state(statement: &Value) -> anyhow::Result<(u16, Value)> {
    let platform = Platform::real()?;
    platform.post_to("/certifications", &platform.letter(statement, SignedDuration::ZERO)).await
}

/// The worker on the silent bucket, with something between it and the table.
pub(crate) fn worker_with(between: Option<impl Intercept + 'static>) -> anyhow::Result<Worker> {
    let settings = product().stack.function_settings("CertificationsWorkerFunction")?;
    let settings = settings.with([("BUCKET", SILENT_BUCKET)]);
    let mut clients = Clients::from_settings(&settings)?;
    if let Some(between) = between {
        let config = clients.dynamodb.config().to_builder().interceptor(between).build();
        clients.dynamodb = aws_sdk_dynamodb::Client::from_conf(config);
    }
    Ok(Worker::new(Config::read(&settings)?, &clients, Timestamp::now))
}

/// The event that the file of a session was uploaded.
pub(crate) fn uploaded(session: &str) -> Value {
    let key = format!("certifications/{session}.csv");
    let record = json!({"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}});
    message(&json!({ "Records": [record] }))
}

/// Loads a file that only we are told of; the report.
pub(crate) async fn load(session: &str, worker: &Worker, statements: &[Value]) -> anyhow::Result<Value> {
    put_silently_as(&format!("certifications/{session}.csv"), file(statements)).await?;
    let answer = worker.handle(&uploaded(session)).await?;
    anyhow::ensure!(answer.batch_item_failures.is_empty(), "{session} comes again");
    silent_report(session).await
}

/// A report in the silent bucket.
pub(crate) async fn silent_report(session: &str) -> anyhow::Result<Value> {
    report(&product().stack, SILENT_BUCKET, &format!("reports/certifications/{session}.json")).await
}

/// The counts of a report that are not zero.
pub(crate) fn counts(report: &Value) -> Value {
    let all = report["counts"].as_object().expect("counts");
    let of = |name: &str| all[name].as_u64().expect("a count");
    let sum: u64 = ["created", "updated", "unchanged", "superseded", "refused"].map(of).iter().sum();
    assert_eq!(of("lines"), sum, "every line is counted once: {report:#}");
    all.iter().filter(|(_, count)| **count != json!(0)).map(|(name, count)| (name.clone(), count.clone())).collect()
}

/// What the school has of a certification, in any school year that is kept.
pub(crate) async fn stored(uai: Uai, number: u64) -> anyhow::Result<Option<Certification>> {
    let this = this_year().first();
    for year in (this - 5..=this).filter_map(SchoolYear::starting_in) {
        let all = product().table.certifications(uai, year).await?;
        if let Some((_, found)) = all.into_iter().find(|(found, _)| u64::from(*found) == number) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

pub(crate) async fn page_of(school: &Certified, query: &str) -> anyhow::Result<Value> {
    school.administrator.get(&format!("/schools/{}/certifications{query}", school.uai)).await?.expect(200)
}
