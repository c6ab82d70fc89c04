//! A way to DynamoDB that stands still at a certain transaction: whoever waits for it can be looked at, outrun or killed
//! exactly there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rentree_runtime::Settings;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};

const ENDPOINT: &str = "AWS_ENDPOINT_URL_DYNAMODB";

/// Which transactions a way has to do with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of {
    /// All.
    All,
    /// Those that flip a roster: the last one of an import that succeeds.
    Flips,
}

/// What becomes of them.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// The one after so many is held until it is let go, or for ever.
    Hold { after: usize },
    /// All are refused, until no longer.
    Refuse,
}

/// The way.
pub(crate) struct Stall {
    /// Where it begins.
    pub(crate) url: String,
    way: Arc<Way>,
    answers: mpsc::Receiver<StatusCode>,
}

struct Way {
    http: reqwest::Client,
    to: String,
    of: Of,
    fate: Fate,
    passed: AtomicUsize,
    reached: Notify,
    go: Notify,
    is_over: std::sync::atomic::AtomicBool,
    answered: mpsc::Sender<StatusCode>,
}

impl Stall {
    /// Lets so many transactions pass, holds the next one, and lets all others pass.
    pub(crate) async fn after(transactions: usize, of: Of, cloud: &Settings) -> anyhow::Result<Self> {
        Self::new(of, Fate::Hold { after: transactions }, cloud).await
    }

    /// Refuses every transaction, as for a missing right, until [`end`](Self::end).
    pub(crate) async fn refusing(cloud: &Settings) -> anyhow::Result<Self> {
        Self::new(Of::All, Fate::Refuse, cloud).await
    }

    async fn new(of: Of, fate: Fate, cloud: &Settings) -> anyhow::Result<Self> {
        let (answered, answers) = mpsc::channel(1);
        let way = Arc::new(Way {
            http: reqwest::Client::builder().no_proxy().build()?,
            to: cloud.required(ENDPOINT)?.to_owned(),
            of,
            fate,
            passed: AtomicUsize::new(0),
            reached: Notify::new(),
            go: Notify::new(),
            is_over: false.into(),
            answered,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = Router::new().fallback(pass).with_state(Arc::clone(&way));
        tokio::spawn(async { axum::serve(listener, router).await });
        Ok(Self { url, way, answers })
    }

    /// Settings of whoever shall take it.
    pub(crate) fn of(&self, settings: Settings) -> Settings {
        settings.with([(ENDPOINT, &self.url)])
    }

    /// The same, for the options of a whole product.
    pub(crate) fn setting(&self) -> (String, String) {
        (ENDPOINT.to_owned(), self.url.clone())
    }

    /// Waits until somebody stands at the held transaction.
    pub(crate) async fn reached(&self) -> anyhow::Result<()> {
        Ok(tokio::time::timeout(super::PATIENCE, self.way.reached.notified()).await?)
    }

    /// Lets the held transaction go on, even if nobody waits for it any more; what DynamoDB answered.
    pub(crate) async fn let_go(&mut self) -> anyhow::Result<StatusCode> {
        self.way.go.notify_one();
        tokio::time::timeout(super::PATIENCE, self.answers.recv()).await?.context("the held transaction is gone")
    }

    /// From now on all transactions pass.
    pub(crate) fn end(&self) {
        self.way.is_over.store(true, Ordering::SeqCst);
    }

    /// After [`end`](Self::end): stands in the way once more.
    pub(crate) fn begin_again(&self) {
        self.way.is_over.store(false, Ordering::SeqCst);
    }
}

impl Way {
    fn concerns(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        target.ends_with("TransactWriteItems")
            && match self.of {
                Of::All => true,
                Of::Flips => String::from_utf8_lossy(body).contains("roster_version = :fence"),
            }
            && !self.is_over.load(Ordering::SeqCst)
    }
}

async fn pass(State(way): State<Arc<Way>>, headers: HeaderMap, body: Bytes) -> Response {
    if !way.concerns(&headers, &body) {
        return answer(forward(&way, headers, body).await);
    }
    match way.fate {
        Fate::Refuse => {
            let refused =
                r#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"as a test wants it"}"#;
            (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], refused).into_response()
        }
        Fate::Hold { after } if way.passed.fetch_add(1, Ordering::SeqCst) == after => {
            // In a task of its own: whoever sent it may be gone when it goes on.
            let held = tokio::spawn(async move {
                way.reached.notify_one();
                way.go.notified().await;
                let forwarded = forward(&way, headers, body).await;
                // Nobody may be interested.
                let _ = way.answered.send(forwarded.0).await;
                forwarded
            });
            held.await.map_or_else(|_| StatusCode::BAD_GATEWAY.into_response(), answer)
        }
        Fate::Hold { .. } => answer(forward(&way, headers, body).await),
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
