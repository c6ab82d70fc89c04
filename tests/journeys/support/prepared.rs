//! Files of a school's certificates: a school that has them, the worker that makes them, and what is in the bucket.

use aws_smithy_runtime_api::client::interceptors::Intercept;
use certificates_worker::{Clients, Config, Worker};
use jiff::Timestamp;
use rentree_domain::certification::{PrepareCertificates, SchoolCertificates};
use rentree_domain::{PreparedFileId, UserId};
use rentree_runtime::Settings;
use rentree_table::{AuditAction, AuditEntry, PreparedFile, PreparedState};
use serde_json::{Value, json};

use super::certifications::{Certified, a_number, a_school, ago, load, statement, this_year, worker_with};
use super::faults::Faults;
use super::schools::class;
use super::{batch, product};

pub(crate) const CERTIFICATES_DEAD: &str = "arn:aws:sqs:eu-west-3:000000000000:rentree-certificates-dead";

/// A school of two classes, so many of whose pupils were certified, and the statements about them.
pub(crate) async fn a_certified_school(certified: usize, seed: u64) -> anyhow::Result<(Certified, Vec<Value>)> {
    let school = a_school(certified.div_ceil(2), seed).await?;
    let mut pupils = school.pupils.clone();
    pupils.extend(class(school.uai, "3B").await?);
    let of = |pupil: &rentree_table::ActiveLearner| statement(a_number(), school.uai, pupil.id, "validated", ago(5));
    let statements: Vec<Value> = pupils.iter().take(certified).map(of).collect();
    // By the file of a session, as most come.
    let report = load(&format!("prepared-{seed}"), &worker_with(None::<Faults>)?, &statements).await?;
    anyhow::ensure!(report["counts"]["created"] == certified, "{report:#}");
    Ok((school, statements))
}

/// The certificates of this school year.
pub(crate) fn of_this_year(school: &Certified) -> SchoolCertificates {
    SchoolCertificates { uai: school.uai, year: this_year(), former: false }
}

/// Asks for a file behind the back of the function, so that no queue knows of it.
pub(crate) async fn ask_silently(of: &SchoolCertificates) -> anyhow::Result<PrepareCertificates> {
    let id = PreparedFileId::new(Timestamp::now(), rentree_runtime::random());
    ask_silently_as(of, id).await
}

/// The same, as the asking that an event names.
pub(crate) async fn ask_silently_as(
    of: &SchoolCertificates,
    id: PreparedFileId,
) -> anyhow::Result<PrepareCertificates> {
    let (now, who) = (Timestamp::now(), UserId::new(Timestamp::now(), rentree_runtime::random()));
    let entry = AuditEntry::new(now, rentree_runtime::random(), who, "Test", AuditAction::CertificatesPrepared);
    let known = product().table.prepared_file(of).await?.map(|known| known.id);
    anyhow::ensure!(product().table.ask_for_file(of, &PreparedFile::asked(id, now), known, &entry).await?);
    Ok(PrepareCertificates { of: *of, id })
}

/// How far it is.
pub(crate) async fn state_of(of: &SchoolCertificates) -> anyhow::Result<Option<PreparedState>> {
    Ok(product().table.prepared_file(of).await?.and_then(|file| file.state_at(Timestamp::now())))
}

/// The message about it, as Lambda hands it over.
pub(crate) fn delivered(order: &PrepareCertificates) -> Value {
    batch([("m-1", json!(order).to_string().as_str())])
}

/// The worker; `s3` stands between it and the bucket, `dynamodb` between it and the table.
pub(crate) fn worker_between(
    change: impl FnOnce(Settings) -> Settings,
    s3: impl Intercept + 'static,
    dynamodb: impl Intercept + 'static,
) -> anyhow::Result<Worker> {
    let settings = change(product().stack.function_settings("CertificatesWorkerFunction")?);
    let clients = Clients::from_settings(&settings)?;
    let s3 = aws_sdk_s3::Client::from_conf(clients.s3.config().to_builder().interceptor(s3).build());
    let dynamodb =
        aws_sdk_dynamodb::Client::from_conf(clients.dynamodb.config().to_builder().interceptor(dynamodb).build());
    let clients = Clients { dynamodb, s3: s3.into() };
    Ok(Worker::new(Config::read(&settings)?, &clients, Timestamp::now))
}

/// The files of a school in the bucket, by their keys.
pub(crate) async fn in_bucket(of: &SchoolCertificates) -> anyhow::Result<Vec<String>> {
    let list = product().stack.s3.list_objects_v2().bucket(product().stack.value("Bucket")?);
    let listed = list.prefix(format!("certificates/{}/", of.uai)).send().await?;
    Ok(listed.contents().iter().filter_map(|object| object.key().map(ToOwned::to_owned)).collect())
}

/// How many pages a PDF has, by the marks of its pages.
pub(crate) fn pages(pdf: &[u8]) -> usize {
    assert!(pdf.starts_with(b"%PDF-"), "no PDF");
    let text = String::from_utf8_lossy(pdf);
    let of_page = |after: &&str| {
        let kind = after.trim_start().strip_prefix("/Page");
        kind.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    text.split("/Type").skip(1).filter(of_page).count()
}
