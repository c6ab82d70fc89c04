//! A way to DynamoDB that stands still at a certain transaction: whoever waits for it can be looked at, outrun or killed
//! exactly there.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rentree_runtime::Settings;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};

const ENDPOINT: &str = "AWS_ENDPOINT_URL_DYNAMODB";

/// A service that takes every connection and answers nothing, for good.
pub(crate) struct Silence(std::net::TcpListener);

impl Silence {
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self(std::net::TcpListener::bind("127.0.0.1:0")?))
    }

    /// Where it is.
    pub(crate) fn url(&self) -> std::io::Result<String> {
        Ok(format!("http://{}", self.0.local_addr()?))
    }
}

/// Which transactions a way holds or refuses.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of {
    /// All.
    All,
    /// Those that flip a roster: the last one of an import that succeeds.
    Flips,
}

/// The way.
pub(crate) struct Stall {
    /// Where it begins.
    pub(crate) url: String,
    way: Arc<Way>,
}

struct Way {
    http: reqwest::Client,
    to: String,
    of: Of,
    /// The one after so many is held, if any.
    hold_after: Option<usize>,
    passed: AtomicUsize,
    reached: Notify,
    go: Notify,
    /// The token by which the SDK repeats the held transaction, and what DynamoDB answered to it.
    held: Mutex<Option<String>>,
    answered: watch::Sender<Option<Forwarded>>,
    refuses: AtomicBool,
}

impl Stall {
    /// Lets so many transactions pass, holds the next one until it is let go, and lets all others pass.
    pub(crate) async fn after(transactions: usize, of: Of, cloud: &Settings) -> anyhow::Result<Self> {
        Self::new(of, Some(transactions), cloud).await
    }

    /// Lets all transactions pass, until it is told to [`refuse`](Self::refuse) them.
    pub(crate) async fn refusing_on_demand(cloud: &Settings) -> anyhow::Result<Self> {
        Self::new(Of::All, None, cloud).await
    }

    async fn new(of: Of, hold_after: Option<usize>, cloud: &Settings) -> anyhow::Result<Self> {
        let way = Arc::new(Way {
            http: reqwest::Client::builder().no_proxy().build()?,
            to: cloud.required(ENDPOINT)?.to_owned(),
            of,
            hold_after,
            passed: AtomicUsize::new(0),
            reached: Notify::new(),
            go: Notify::new(),
            held: Mutex::default(),
            answered: watch::channel(None).0,
            refuses: AtomicBool::new(false),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = Router::new().fallback(pass).with_state(Arc::clone(&way));
        tokio::spawn(async { axum::serve(listener, router).await });
        Ok(Self { url, way })
    }

    /// Settings of whoever shall take it.
    pub(crate) fn of(&self, settings: Settings) -> Settings {
        settings.with([(ENDPOINT, &self.url)])
    }

    /// The same, for the options of a whole product.
    pub(crate) fn setting(&self) -> (String, String) {
        (ENDPOINT.to_owned(), self.url.clone())
    }

    /// Waits until somebody stands at the held transaction, which may be the six-thousandth.
    pub(crate) async fn reached(&self) -> anyhow::Result<()> {
        Ok(tokio::time::timeout(2 * *super::PATIENCE, self.way.reached.notified()).await?)
    }

    /// Lets the held transaction go on, even if nobody waits for it any more; what DynamoDB answered.
    pub(crate) async fn let_go(&self) -> anyhow::Result<StatusCode> {
        self.way.go.notify_one();
        let mut answered = self.way.answered.subscribe();
        let answer = tokio::time::timeout(*super::PATIENCE, answered.wait_for(Option::is_some)).await??;
        answer.as_ref().map(|(status, ..)| *status).context("an answer")
    }

    /// Whether transactions are refused from now on, as for a missing right.
    pub(crate) fn refuse(&self, refuses: bool) {
        self.way.refuses.store(refuses, Ordering::SeqCst);
    }
}

/// What becomes of a request.
enum Fate {
    Pass,
    Refuse,
    Hold,
    /// It is the held one once more: the same answer will do.
    HeldAlready,
}

impl Way {
    fn fate(&self, headers: &HeaderMap, body: &[u8]) -> Fate {
        let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        if !target.ends_with("TransactWriteItems") {
            return Fate::Pass;
        }
        if self.refuses.load(Ordering::SeqCst) {
            return Fate::Refuse;
        }
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let token = body["ClientRequestToken"].as_str().map(ToOwned::to_owned);
        let mut held = self.held.lock().expect("nobody panics holding it");
        if held.is_some() && *held == token {
            return Fate::HeldAlready;
        }
        let concerns = matches!(self.of, Of::All) || body.to_string().contains("roster_version = :fence");
        if concerns && self.hold_after == Some(self.passed.fetch_add(1, Ordering::SeqCst)) {
            *held = token;
            return Fate::Hold;
        }
        Fate::Pass
    }
}

async fn pass(State(way): State<Arc<Way>>, headers: HeaderMap, body: Bytes) -> Response {
    match way.fate(&headers, &body) {
        Fate::Pass => answer(forward(&way, headers, body).await),
        Fate::Refuse => {
            let refused =
                r#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"as a test wants it"}"#;
            (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], refused).into_response()
        }
        Fate::Hold => {
            let mut answered = way.answered.subscribe();
            // In a task of its own: whoever sent it may be gone when it goes on.
            tokio::spawn(async move {
                way.reached.notify_one();
                way.go.notified().await;
                let forwarded = forward(&way, headers, body).await;
                way.answered.send_replace(Some(forwarded));
            });
            once_answered(&mut answered).await
        }
        Fate::HeldAlready => once_answered(&mut way.answered.subscribe()).await,
    }
}

async fn once_answered(answered: &mut watch::Receiver<Option<Forwarded>>) -> Response {
    match answered.wait_for(Option::is_some).await.map(|forwarded| forwarded.clone()) {
        Ok(Some(forwarded)) => answer(forwarded),
        _ => StatusCode::BAD_GATEWAY.into_response(),
    }
}

type Forwarded = (StatusCode, Option<axum::http::HeaderValue>, Bytes);

async fn forward(way: &Way, headers: HeaderMap, body: Bytes) -> Forwarded {
    let mut request = way.http.post(&way.to).body(body);
    for (name, value) in headers.iter().filter(|(name, _)| *name != header::HOST && *name != header::CONTENT_LENGTH) {
        request = request.header(name, value);
    }
    let Ok(answer) = request.send().await else { return (StatusCode::BAD_GATEWAY, None, Bytes::new()) };
    let (status, content_type) = (answer.status(), answer.headers().get(header::CONTENT_TYPE).cloned());
    (status, content_type, answer.bytes().await.unwrap_or_default())
}

fn answer((status, content_type, body): Forwarded) -> Response {
    let mut response = (status, body).into_response();
    if let Some(content_type) = content_type {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    response
}
