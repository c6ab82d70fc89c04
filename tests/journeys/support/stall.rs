//! A way to DynamoDB that stands still at a certain transaction: whoever waits for it can be killed exactly there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rentree_runtime::Settings;
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// The way.
pub(crate) struct Stall {
    /// Settings of whoever shall take it.
    pub(crate) settings: Settings,
    reached: Arc<Notify>,
}

struct Way {
    http: reqwest::Client,
    to: String,
    passed: AtomicUsize,
    stall_after: usize,
    reached: Arc<Notify>,
}

impl Stall {
    /// Lets `transactions` pass and holds the next one for ever.
    pub(crate) async fn after(transactions: usize, settings: Settings) -> anyhow::Result<Self> {
        let reached = Arc::new(Notify::new());
        let way = Way {
            http: reqwest::Client::builder().no_proxy().build()?,
            to: settings.required("AWS_ENDPOINT_URL_DYNAMODB")?.to_owned(),
            passed: AtomicUsize::new(0),
            stall_after: transactions,
            reached: Arc::clone(&reached),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        tokio::spawn(async { axum::serve(listener, Router::new().fallback(pass).with_state(Arc::new(way))).await });
        Ok(Self { settings: settings.with([("AWS_ENDPOINT_URL_DYNAMODB", address)]), reached })
    }

    /// Waits until somebody stands at the held transaction.
    pub(crate) async fn reached(&self) -> anyhow::Result<()> {
        Ok(tokio::time::timeout(super::PATIENCE, self.reached.notified()).await?)
    }
}

async fn pass(State(way): State<Arc<Way>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    if target.ends_with("TransactWriteItems") && way.passed.fetch_add(1, Ordering::SeqCst) >= way.stall_after {
        way.reached.notify_one();
        return std::future::pending().await;
    }
    let mut request = way.http.post(&way.to).body(body);
    for (name, value) in headers.iter().filter(|(name, _)| *name != header::HOST && *name != header::CONTENT_LENGTH) {
        request = request.header(name, value);
    }
    let Ok(answer) = request.send().await else { return StatusCode::BAD_GATEWAY.into_response() };
    let status = answer.status();
    let content_type = answer.headers().get(header::CONTENT_TYPE).cloned();
    let body = answer.bytes().await.unwrap_or_default();
    let mut response = (status, body).into_response();
    if let Some(content_type) = content_type {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    response
}
