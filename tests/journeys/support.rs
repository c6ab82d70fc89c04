//! What the journeys share: one running product, schools of their own, workers with faults.

pub(crate) mod axe;
pub(crate) mod browser;
pub(crate) mod campaigns;
pub(crate) mod certifications;
pub(crate) mod classes;
pub(crate) mod clock;
pub(crate) mod college;
pub(crate) mod desk;
pub(crate) mod devices;
pub(crate) mod ent;
pub(crate) mod faults;
pub(crate) mod followed;
pub(crate) mod forms;
pub(crate) mod imports;
pub(crate) mod joining_by_ent;
pub(crate) mod links;
pub(crate) mod looks;
pub(crate) mod mails;
pub(crate) mod mediacentre;
pub(crate) mod operators;
pub(crate) mod people;
pub(crate) mod prepared;
pub(crate) mod pupils;
pub(crate) mod record_books;
pub(crate) mod rosters;
pub(crate) mod runtime_api;
pub(crate) mod samlp;
pub(crate) mod schools;
pub(crate) mod second_factor;
pub(crate) mod ses;
pub(crate) mod stall;
pub(crate) mod units;
pub(crate) mod watch;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use aws_sdk_s3::primitives::ByteStream;
use import_worker::{Clients, Config, Worker};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use rentree_domain::import::file_name::FILE_NAME_METADATA;
use rentree_domain::import::{ImportState, Resume};
use rentree_domain::{Entry, ImportId, Uai, UserId};
use rentree_local::client::School;
use rentree_local::{Options, Rentree};
use rentree_runtime::Clock;
use rentree_runtime::aws::Service;
use rentree_runtime::batch::BatchResponse;
use rentree_samples::Sample;
use rentree_table::{AuditAction, AuditEntry, Import, ImportOptions, Table};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// How long a condition may take to come true: ten times what the slowest machine needs. It decides how long a failure
/// takes to be told, and nothing else: on a machine of one's own, `RENTREE_PATIENCE=20` tells after twenty seconds.
static PATIENCE: LazyLock<Duration> = LazyLock::new(|| {
    let seconds = std::env::var("RENTREE_PATIENCE").map(|text| text.parse().expect("a number of seconds"));
    seconds.map_or(Duration::from_mins(5), Duration::from_secs)
});
/// The shortest time between two looks at a condition, and the longest.
const SOONEST_LOOK: Duration = Duration::from_millis(20);
const LATEST_LOOK: Duration = Duration::from_secs(1);
/// How long a test may take. One that hangs is told by its name, instead of hanging the whole run.
const LONGEST_TEST: Duration = Duration::from_mins(20);

/// Names a seed: one call in ten is refused by it, or its answer lost. `cargo verify` runs some journeys again so.
const REFUSALS: &str = "RENTREE_REFUSALS";

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    if std::env::var_os(LOGS).is_some() {
        rentree_runtime::telemetry::init();
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
});

/// The product that most tests share. A function may take as long as Lambda ever allows: how fast this machine is decides
/// nothing here.
static PRODUCT: LazyLock<Rentree> = LazyLock::new(|| {
    // Schools are proposed to collect profiles, from last week on.
    let mut options = shared_options();
    let today = rentree_domain::paris::date(Timestamp::now());
    options.parameters.extend(rentree_local::proposed(today - 7.days(), today + 60.days()));
    start(&options)
});

/// The product of the tests that count up to a limit. Its time stands still, so that no window of a limit ends in
/// between.
static STILL: LazyLock<Rentree> = LazyLock::new(|| start(&Options { clock: clock::still, ..shared_options() }));

/// The product that has an ENT beside it.
static WITH_ENT: LazyLock<Rentree> = LazyLock::new(|| start(&Options { mediacentre: true, ..shared_options() }));

/// The same, too late for whatever began ten minutes ago, once [`mediacentre::be_late`] was called.
static LATE_WITH_ENT: LazyLock<Rentree> =
    LazyLock::new(|| start(&Options { mediacentre: true, clock: mediacentre::later, ..shared_options() }));

tokio::task_local! {
    static PRODUCT_OF_THIS_TEST: &'static Rentree;
}

/// What Lambda allows a function; while calls are refused, less than anybody waits for a condition, for a lease that nobody
/// could give back is waited for.
fn longest_timeout() -> Duration {
    if is_refused() { Duration::from_mins(3) } else { Duration::from_mins(15) }
}

/// A lease just over one timeout, as the template has it.
fn shared_settings() -> BTreeMap<String, String> {
    let lease_seconds = (longest_timeout().as_secs() * 11 / 10).to_string();
    BTreeMap::from(
        [("LEASE_SECONDS", lease_seconds.as_str()), ("WRITE_UNITS_PER_SECOND", "0")]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
    )
}

pub(crate) fn shared_options() -> Options {
    Options { settings: shared_settings(), least_timeout: longest_timeout(), ..Options::in_memory() }
}

fn start(options: &Options) -> Rentree {
    let product = RUNTIME.block_on(Rentree::start(options)).expect("the product starts");
    let bucket = product.stack.value("Bucket").expect("the template has a bucket");
    product.stack.strict().stands_for(&format!("{bucket}/silent"), &format!("{bucket}/imports"));
    product.stack.strict().stands_for(operators::SILENT_BUCKET, &bucket);
    if let Ok(seed) = std::env::var(REFUSALS) {
        product.stack.strict().refuse(seed.parse().expect("a seed is a number"), 10, 2);
    }
    product
}

/// Runs a test on the one runtime: connections are shared, and must outlive the test that opened them.
pub(crate) fn run(test: impl Future<Output = anyhow::Result<()>>) {
    run_with(LazyLock::force(&PRODUCT), test);
}

/// Runs a test in whose product no time goes by.
pub(crate) fn run_while_time_stands_still(test: impl Future<Output = anyhow::Result<()>>) {
    run_with(LazyLock::force(&STILL), test);
}

/// Runs a test in a product of its own, by its own clock. It ends with the test: ten idle products would be half of what a small
/// machine can do.
pub(crate) fn run_by(clock: Clock, test: impl Future<Output = anyhow::Result<()>>) {
    let product: &'static Rentree = Box::leak(Box::new(start(&Options { clock, ..shared_options() })));
    let _ends = Ends(product);
    run_with(product, test);
}

/// Ends a product, whatever becomes of its test.
struct Ends(&'static Rentree);

impl Drop for Ends {
    fn drop(&mut self) {
        if let Err(error) = RUNTIME.block_on(self.0.end()) {
            eprintln!("a product did not end: {error:#}");
        }
    }
}

/// Runs a test whose product has an ENT beside it.
pub(crate) fn run_with_ent(test: impl Future<Output = anyhow::Result<()>>) {
    run_with(LazyLock::force(&WITH_ENT), test);
}

/// Runs the test that moves the time of such a product.
pub(crate) fn run_late_with_ent(test: impl Future<Output = anyhow::Result<()>>) {
    run_with(LazyLock::force(&LATE_WITH_ENT), test);
}

/// Whether one call in ten is refused.
pub(crate) fn is_refused() -> bool {
    std::env::var_os(REFUSALS).is_some()
}

/// Names anything: what functions log is shown, with `--nocapture`.
const LOGS: &str = "RENTREE_LOGS";

fn run_with(product: &'static Rentree, test: impl Future<Output = anyhow::Result<()>>) {
    let test = PRODUCT_OF_THIS_TEST.scope(product, test);
    let Ok(ended) = RUNTIME.block_on(async { tokio::time::timeout(LONGEST_TEST, test).await }) else {
        panic!("the test hangs: it did not end within {} minutes", LONGEST_TEST.as_secs() / 60)
    };
    if let Err(error) = ended {
        panic!("{error:#}");
    }
}

/// The product of the test that runs; of tasks that it spawned, the one that most tests share.
pub(crate) fn product() -> &'static Rentree {
    PRODUCT_OF_THIS_TEST.try_with(|product| *product).unwrap_or_else(|_| &PRODUCT)
}

/// What it is in that product: whatever begins for a test begins by its clock, however slow the machine is.
pub(crate) fn now() -> Timestamp {
    (product().clock)()
}

/// A school that no other test has.
pub(crate) fn a_uai() -> Uai {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = 990_100 + NEXT.fetch_add(1, Ordering::Relaxed);
    let of = |letter: char| Uai::parse(&format!("{number:07}{letter}")).ok();
    ('A'..='Z').find_map(of).expect("one letter fits")
}

/// A school of one's own, and its demo administrator's session.
pub(crate) async fn a_school() -> anyhow::Result<(Uai, School)> {
    let uai = a_uai();
    Ok((uai, School::enter(&product().url, uai).await?))
}

/// Waits until `condition` gives something.
pub(crate) async fn eventually<T, F: Future<Output = anyhow::Result<Option<T>>>>(
    what: &str,
    condition: impl Fn() -> F,
) -> anyhow::Result<T> {
    let started = Instant::now();
    while started.elapsed() < *PATIENCE {
        if let Some(value) = condition().await? {
            return Ok(value);
        }
        // Looking often would keep a slow machine from what is waited for.
        tokio::time::sleep((started.elapsed() / 10).clamp(SOONEST_LOOK, LATEST_LOOK)).await;
    }
    anyhow::bail!("{what}: not within {} s", PATIENCE.as_secs())
}

/// What readers see of a school, in the order of the INE. What lists show of it is the same, whenever one looks.
pub(crate) async fn visible(uai: Uai) -> anyhow::Result<Vec<Entry>> {
    let roster = loop {
        let roster = product().table.roster(uai).await?.context("no such school")?;
        let (school, listing) = cold_table()?.listed(uai).await?.context("no such school")?;
        // An import may flip in between: then they are of two versions.
        if school.roster_version == roster.school.roster_version {
            rosters::check_listing(&roster, &listing);
            break roster;
        }
    };
    let mut entries: Vec<Entry> = roster.learners.into_iter().map(|learner| learner.entry).collect();
    entries.sort_by_key(|entry| entry.ine);
    Ok(entries)
}

/// The product's table as a function sees it that has just started: nothing of it is in memory.
pub(crate) fn cold_table() -> anyhow::Result<Table> {
    let aws = product().stack.aws_of("CampaignsFunction")?;
    Ok(Table::new(aws_sdk_dynamodb::Client::new(&aws.config(Service::DynamoDb)), product().stack.value("Table")?))
}

/// What a reader of the file would see, in the same order.
pub(crate) fn expected(sample: &Sample) -> Vec<Entry> {
    let today = rentree_domain::paris::date(Timestamp::now());
    let bytes = sample.siecle(encoding_rs::UTF_8).bytes;
    let options = rentree_roster::Options::new(None, today);
    let mut entries = rentree_roster::read(std::io::Cursor::new(bytes), &options).expect("memory").entries;
    entries.sort_by_key(|entry| entry.ine);
    entries
}

/// A worker of one's own, on the product's table, bucket and queue.
pub(crate) fn worker_with(faults: Option<faults::Faults>) -> anyhow::Result<Worker> {
    worker_at(faults, Timestamp::now)
}

/// The same, by another clock.
pub(crate) fn worker_at(faults: Option<faults::Faults>, clock: Clock) -> anyhow::Result<Worker> {
    let mut clients = clients()?;
    if let Some(faults) = faults {
        let config = clients.dynamodb.config().to_builder().interceptor(faults).build();
        clients.dynamodb = aws_sdk_dynamodb::Client::from_conf(config);
    }
    worker_of(clients, clock)
}

/// A worker with these clients.
pub(crate) fn worker_of(clients: Clients, clock: Clock) -> anyhow::Result<Worker> {
    let settings = product().stack.function_settings("ImportWorkerFunction")?.with(shared_settings());
    Ok(Worker::new(Config::read(&settings)?, clients, clock))
}

/// With the rights of the worker.
fn clients() -> anyhow::Result<Clients> {
    Ok(Clients::new(&product().stack.aws_of("ImportWorkerFunction")?))
}

/// Clients of which `sent` notes what they ask of the queue.
pub(crate) fn clients_telling(sent: &faults::Operations) -> anyhow::Result<Clients> {
    let clients = clients()?;
    let config = clients.sqs.config().to_builder().interceptor(sent.clone()).build();
    Ok(Clients { sqs: aws_sdk_sqs::Client::from_conf(config).into(), ..clients })
}

/// A worker that comes when the lease of one that died is over.
pub(crate) fn worker_after_the_lease() -> anyhow::Result<Worker> {
    worker_at(None, || Timestamp::now() + SignedDuration::from_mins(30))
}

/// What every such file is called: a mark that no log may hold.
pub(crate) const FILE_NAME: &str = "Élèves Marquepage.xml";

/// Puts a file into the bucket.
pub(crate) async fn put_file(key: &str, file: Vec<u8>) -> anyhow::Result<()> {
    let put = product().stack.s3.put_object().bucket(product().stack.value("Bucket")?).key(key);
    put.metadata(FILE_NAME_METADATA, FILE_NAME).body(ByteStream::from(file)).send().await?;
    Ok(())
}

/// Notes `import`, asked for by somebody whom the log calls "Test".
pub(crate) async fn note_import(uai: Uai, id: ImportId, import: &Import) -> anyhow::Result<()> {
    let (now, who) = (Timestamp::now(), UserId::new(Timestamp::now(), rentree_runtime::random()));
    let entry = AuditEntry::new(now, rentree_runtime::random(), who, "Test", AuditAction::ImportRequested);
    anyhow::ensure!(product().table.create_import(uai, id, import, &entry).await?, "it was noted before");
    Ok(())
}

/// An import whose file is in the bucket where no notification looks: only who is told carries it out.
pub(crate) async fn silent_import(uai: Uai, file: Vec<u8>, options: ImportOptions) -> anyhow::Result<ImportId> {
    let id = ImportId::new(Timestamp::now(), rentree_runtime::random());
    let key = format!("silent/{uai}/{id}");
    put_file(&key, file).await?;
    let import = Import::requested("Test", Timestamp::now(), key, options);
    note_import(uai, id, &import).await?;
    Ok(id)
}

/// The message that asks for an import to be taken up.
pub(crate) fn resume_message(uai: Uai, id: ImportId, confirmed: bool) -> String {
    serde_json::to_string(&Resume {
        uai,
        id,
        confirmed,
        first_sent_at: Some(Timestamp::now()),
        asked_at: None,
        comes_back_at: None,
    })
    .expect("JSON")
}

/// A batch with one message, as Lambda gets it, that asks for an import to be taken up.
pub(crate) fn resume_event(uai: Uai, id: ImportId, confirmed: bool) -> Value {
    batch([("m-1", resume_message(uai, id, confirmed).as_str())])
}

/// A batch of messages of the imports' queue.
pub(crate) fn batch<'a>(messages: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    let record = |(id, body): (&str, &str)| {
        json!({
            "messageId": id, "receiptHandle": "r", "body": body, "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {}, "md5OfBody": "", "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-3:000000000000:rentree-imports", "awsRegion": "eu-west-3",
        })
    };
    json!({ "Records": messages.into_iter().map(record).collect::<Vec<_>>() })
}

/// Carries a silent import out, undisturbed.
pub(crate) async fn carry_out(uai: Uai, id: ImportId) -> anyhow::Result<BatchResponse> {
    Ok(worker_with(None)?.handle(&resume_event(uai, id, false)).await?)
}

/// The stored state of an import.
pub(crate) async fn state_of(uai: Uai, id: ImportId) -> anyhow::Result<ImportState> {
    Ok(product().table.import(uai, id).await?.ok_or_else(|| anyhow::anyhow!("no import"))?.state)
}

/// All of `futures` at once, in the order in which they end.
pub(crate) async fn join_all<F>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future,
{
    let mut pending: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut outputs = Vec::new();
    std::future::poll_fn(|context| {
        pending.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Ready(output) => {
                outputs.push(output);
                false
            }
            std::task::Poll::Pending => true,
        });
        if pending.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    outputs
}
