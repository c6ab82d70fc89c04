//! A strict cloud between each function and the stand-ins, which grant every right, answer at once and never refuse.
//!
//! Each function signs with a key of its own. Every call is judged by the policies that the template gives that function
//! (`rights`), may be delayed and recorded ([`Distance`], [`Call`]), refused by chance (`refusals`), and held to what AWS
//! documents of a partition (`partitions`).

mod answers;
mod ask;
mod distance;
mod keys;
mod partitions;
mod record;
mod refusals;
mod rights;
mod way;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use anyhow::Context;
use axum::body::Bytes;
use rentree_runtime::Settings;
use serde_json::Value;
use tokio::task::JoinHandle;

pub use ask::Kind;
pub use distance::Distance;
pub use record::{Call, longest_chain, time_at};
pub(crate) use rights::united;
pub use rights::{Right, fault_of};

use answers::Refusal;
use keys::Credentials;
use refusals::Refusals;
use rights::Rights;

use crate::stand_in::StandIn;

/// Names a file to which every right is written when a call first needs it, with that call, and every refusal, a line each. Whoever looks
/// at all of them together may have run in several processes.
pub const RIGHTS_LOG: &str = "RENTREE_RIGHTS_LOG";

/// The strict cloud, answering on 127.0.0.1 until it is dropped.
#[derive(Clone)]
pub struct Strict(Arc<Inner>);

struct Inner {
    url: String,
    dynamodb: String,
    aws: String,
    http: reqwest::Client,
    partition_keys: ask::PartitionKeys,
    mail_identity: String,
    functions: BTreeMap<String, Function>,
    record: record::Record,
    distance: RwLock<Distance>,
    refusals: RwLock<Option<Refusals>>,
    partitions: partitions::Partitions,
    held: partitions::Held,
    /// Places that are judged as if they were others.
    places: RwLock<Vec<(String, String)>>,
    /// Who was refused what; without end only in the tests that ask for it.
    refused: Mutex<Vec<(String, String)>>,
    /// How often a partition had nothing left, by function.
    beyond: Mutex<BTreeMap<String, usize>>,
    /// Rights were taken away: what is refused is no fault of the template.
    poorer: std::sync::atomic::AtomicBool,
    log: Option<Mutex<std::fs::File>>,
    serving: Mutex<Option<JoinHandle<()>>>,
}

struct Function {
    name: String,
    credentials: Credentials,
    rights: RwLock<Rights>,
}

/// What a strict cloud stands in front of.
pub(crate) struct Behind<'a> {
    /// Where DynamoDB answers.
    pub(crate) dynamodb: &'a str,
    /// Where everything else answers.
    pub(crate) aws: &'a str,
    /// The tables of the template. An index has one name, whichever table it is of.
    pub(crate) tables: Vec<&'a Value>,
    /// The identity that mails are sent under.
    pub(crate) mail_identity: String,
    /// The policies of each function, references resolved.
    pub(crate) policies: Vec<(String, Value)>,
}

impl Strict {
    pub(crate) async fn start(behind: Behind<'_>) -> anyhow::Result<Self> {
        // A connection that is kept may be hung up on at the moment when it is used again, and no upload is sent twice.
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0);
        // Where a bucket sends a browser is the browser's business.
        let http = http.redirect(reqwest::redirect::Policy::none()).build()?;
        let stand_in = StandIn::by(http.clone(), behind.aws);
        let mut functions = BTreeMap::new();
        for (name, policies) in behind.policies {
            let rights = Rights::read(&policies).with_context(|| format!("the policies of {name}"))?;
            let credentials = keys::make(&stand_in, &name).await.with_context(|| format!("a key for {name}"))?;
            functions.insert(credentials.key.clone(), Function { name, credentials, rights: RwLock::new(rights) });
        }
        let mut partition_keys = ask::PartitionKeys::new();
        for properties in behind.tables {
            let hash = |schema: &Value| {
                let elements = schema.as_array().into_iter().flatten();
                let mut hash = elements.filter(|element| element["KeyType"] == "HASH");
                hash.next().and_then(|element| element["AttributeName"].as_str()).unwrap_or_default().to_owned()
            };
            partition_keys.insert(None, hash(&properties["KeySchema"]));
            for index in properties["GlobalSecondaryIndexes"].as_array().into_iter().flatten() {
                let name = index["IndexName"].as_str().map(ToOwned::to_owned);
                partition_keys.insert(name, hash(&index["KeySchema"]));
            }
        }
        let log = match std::env::var_os(RIGHTS_LOG).map(PathBuf::from) {
            Some(path) => {
                let file = std::fs::File::options().create(true).append(true).open(&path);
                Some(Mutex::new(file.with_context(|| format!("opening {}", path.display()))?))
            }
            None => None,
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("a port for the strict cloud")?;
        let inner = Arc::new(Inner {
            url: format!("http://{}", listener.local_addr()?),
            dynamodb: behind.dynamodb.to_owned(),
            aws: behind.aws.to_owned(),
            http,
            partition_keys,
            mail_identity: behind.mail_identity,
            functions,
            record: record::Record::default(),
            distance: RwLock::default(),
            refusals: RwLock::default(),
            partitions: partitions::Partitions::default(),
            held: partitions::Held::default(),
            places: RwLock::default(),
            refused: Mutex::default(),
            beyond: Mutex::default(),
            poorer: false.into(),
            log,
            serving: Mutex::default(),
        });
        let serving = tokio::spawn(way::serve(listener, Arc::downgrade(&inner)));
        *inner.serving.lock().unwrap_or_else(PoisonError::into_inner) = Some(serving);
        Ok(Self(inner))
    }

    /// Where it answers.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// `settings` of a function, with the function's own key, and every service reached through here.
    pub(crate) fn settings(&self, function: &str, settings: Settings) -> anyhow::Result<Settings> {
        let credentials = &self.function(function)?.credentials;
        Ok(settings.with([
            ("AWS_ACCESS_KEY_ID", credentials.key.as_str()),
            ("AWS_SECRET_ACCESS_KEY", &credentials.secret),
            ("AWS_ENDPOINT_URL", &self.0.url),
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.0.url),
        ]))
    }

    fn function(&self, name: &str) -> anyhow::Result<&Function> {
        let mut functions = self.0.functions.values();
        functions.find(|function| function.name == name).with_context(|| format!("the template has no function {name}"))
    }

    /// How far away AWS is from now on.
    pub fn set_distance(&self, distance: Distance) {
        *self.0.distance.write().unwrap_or_else(PoisonError::into_inner) = distance;
    }

    /// From now on, one call in `one_in` is refused for a moment, or its answer lost, as `seed` draws it; the same call at
    /// most `in_a_row`.
    pub fn refuse(&self, seed: u64, one_in: u64, in_a_row: u8) {
        *self.0.refusals.write().unwrap_or_else(PoisonError::into_inner) = Some(Refusals::new(seed, one_in, in_a_row));
    }

    /// From now on, nothing is refused that there is a right to.
    pub fn refuse_nothing(&self) {
        *self.0.refusals.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// From now on, a partition gives what AWS documents, and not more; or whatever is asked.
    pub fn limit_partitions(&self, on: bool) {
        self.0.partitions.set(on);
    }

    /// From now on, calls are recorded.
    pub fn begin_record(&self) {
        self.0.record.begin();
    }

    /// The calls since the record began.
    pub fn end_record(&self) -> Vec<Call> {
        self.0.record.end()
    }

    /// A request of a browser is under way, until the answer is dropped.
    pub fn under_way(&self, route: String) -> UnderWay {
        self.0.record.enter(route.clone());
        UnderWay { strict: self.clone(), route }
    }

    /// Calls that a partition refused since the limits are on, by function.
    pub fn beyond_the_limit(&self) -> BTreeMap<String, usize> {
        self.0.beyond.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Which function was refused what.
    pub fn refused(&self) -> Vec<(String, String)> {
        self.0.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A place that a test looks at alone is judged as the one that it stands for: the last part of an ARN, `bucket/folder`
    /// or `table/name`.
    pub fn stands_for(&self, place: &str, other: &str) {
        let (place, other) = (place.to_owned(), other.to_owned());
        self.0.places.write().unwrap_or_else(PoisonError::into_inner).push((place, other));
    }

    /// Every right that the template gives each function, and whether a call has needed it so far.
    pub fn rights(&self) -> Vec<(String, Right, bool)> {
        let of = |function: &Function| {
            let rights = function.rights.read().unwrap_or_else(PoisonError::into_inner).all();
            rights.into_iter().map(|(right, used)| (function.name.clone(), right, used)).collect::<Vec<_>>()
        };
        self.0.functions.values().flat_map(of).collect()
    }

    /// Takes a right away from a function.
    pub fn withdraw(&self, function: &str, right: &Right) -> anyhow::Result<()> {
        self.0.poorer.store(true, std::sync::atomic::Ordering::SeqCst);
        let mut rights = self.function(function)?.rights.write().unwrap_or_else(PoisonError::into_inner);
        *rights = rights.without(right)?;
        Ok(())
    }
}

impl std::fmt::Debug for Strict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Strict").field(&self.0.url).finish()
    }
}

/// A request of a browser that is under way.
pub struct UnderWay {
    strict: Strict,
    route: String,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.strict.0.record.leave(&self.route);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.serving.get_mut().unwrap_or_else(PoisonError::into_inner).iter().for_each(JoinHandle::abort);
    }
}

impl Inner {
    fn note(&self, line: &str) {
        if let Some(log) = &self.log {
            // The log is for a gate, which tells what it misses.
            let _ = writeln!(log.lock().unwrap_or_else(PoisonError::into_inner), "{line}");
        }
    }

    /// The ARN that `resource` is judged as.
    fn place_of(&self, resource: &str) -> String {
        let places = self.places.read().unwrap_or_else(PoisonError::into_inner);
        let stands_for = |(place, other): &(String, String)| {
            let (before, name) = resource.rsplit_once(':')?;
            let rest = name.strip_prefix(place).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
            Some(format!("{before}:{other}{rest}"))
        };
        places.iter().find_map(stands_for).unwrap_or_else(|| resource.to_owned())
    }

    fn note_refusal(&self, function: &Function, said: &str) {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).push((function.name.clone(), said.to_owned()));
        if !self.poorer.load(std::sync::atomic::Ordering::SeqCst) {
            self.note(&format!("refused\t{}\t{said}", function.name));
        }
    }

    fn judge(&self, function: &Function, request: &ask::Request) -> Result<(), Refusal> {
        let mut asks = request.asks.clone();
        asks.iter_mut().for_each(|ask| ask.resource = self.place_of(&ask.resource));
        let judged = function.rights.read().unwrap_or_else(PoisonError::into_inner).judge(&asks);
        match judged {
            Ok(needed) => {
                let route = self.record.route().unwrap_or_default();
                let by = format!("{}:{} {route}", request.service, request.operation);
                needed.iter().for_each(|right| self.note(&format!("needed\t{}\t{right}\t{by}", function.name)));
                Ok(())
            }
            Err(refused) => {
                let said = format!("{} on {} ({})", refused.action, refused.resource, refused.why);
                self.note_refusal(function, &said);
                let role = format!("User: arn:aws:iam::000000000000:role/{}", function.name);
                Err(Refusal::AccessDenied(format!("{role} is not authorized to perform: {said}")))
            }
        }
    }

    fn record(
        &self,
        function: &Function,
        request: &ask::Request,
        began: Instant,
        (table_units, units): (f64, f64),
        (sent, got): (Bytes, usize),
    ) {
        if self.record.on() {
            self.record.push(Call {
                function: function.name.clone(),
                route: self.record.route(),
                operation: format!("{}:{}", request.service, request.operation),
                kind: request.kind(),
                units,
                table_units,
                bytes: sent.len() + got,
                began,
                ended: Instant::now(),
                body: sent,
            });
        }
    }
}
