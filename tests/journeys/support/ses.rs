//! A way to SES that refuses, loses answers, or stands still.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// What becomes of a mail on the way.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// Of so many, the last is refused as too fast, and not sent.
    RefuseOneIn(usize),
    /// It is sent, and the answer does not read.
    LoseTheAnswer,
    /// It is sent, and the answer never comes.
    HoldTheAnswer,
}

/// The way.
#[derive(Clone)]
pub(crate) struct Ses {
    /// Where it begins: `AWS_ENDPOINT_URL_SESV2` of whoever shall take it.
    pub(crate) url: String,
    way: Arc<Way>,
}

struct Way {
    fault: Fault,
    http: reqwest::Client,
    to: OnceLock<String>,
    asked: AtomicUsize,
    sent: AtomicUsize,
    held: Notify,
}

impl Ses {
    /// A way that does not lead anywhere yet.
    pub(crate) async fn with(fault: Fault) -> anyhow::Result<Self> {
        let way = Arc::new(Way {
            fault,
            http: reqwest::Client::builder().no_proxy().build()?,
            to: OnceLock::new(),
            asked: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
            held: Notify::new(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = Router::new().fallback(pass).with_state(Arc::clone(&way));
        tokio::spawn(async { axum::serve(listener, router).await });
        Ok(Self { url, way })
    }

    /// Where it ends.
    pub(crate) fn leads_to(&self, endpoint: &str) {
        self.way.to.set(endpoint.to_owned()).expect("a way ends once");
    }

    /// Mails refused so far.
    pub(crate) fn refused(&self) -> usize {
        self.way.asked.load(Ordering::SeqCst) - self.way.sent.load(Ordering::SeqCst)
    }

    /// Waits until an answer is held.
    pub(crate) async fn held(&self) -> anyhow::Result<()> {
        Ok(tokio::time::timeout(*super::PATIENCE, self.way.held.notified()).await?)
    }
}

async fn pass(State(way): State<Arc<Way>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let asked = way.asked.fetch_add(1, Ordering::SeqCst) + 1;
    if matches!(way.fault, Fault::RefuseOneIn(count) if asked.is_multiple_of(count)) {
        let headers = [("x-amzn-errortype", "TooManyRequestsException"), ("content-type", "application/json")];
        return (StatusCode::TOO_MANY_REQUESTS, headers, r#"{"message":"Maximum sending rate exceeded."}"#)
            .into_response();
    }
    let to = way.to.get().expect("the way leads somewhere");
    let mut request = way.http.request(method, format!("{to}{uri}")).body(body);
    for (name, value) in headers.iter().filter(|(name, _)| *name != header::CONTENT_LENGTH) {
        request = request.header(name, value);
    }
    let Ok(answer) = request.send().await else { return StatusCode::BAD_GATEWAY.into_response() };
    way.sent.fetch_add(1, Ordering::SeqCst);
    match way.fault {
        Fault::RefuseOneIn(_) => {}
        Fault::LoseTheAnswer => return "{\"MessageId\":".into_response(),
        Fault::HoldTheAnswer => {
            way.held.notify_one();
            return std::future::pending().await;
        }
    }
    let status = answer.status();
    let content_type = answer.headers().get(header::CONTENT_TYPE).cloned();
    let mut response = (status, answer.bytes().await.unwrap_or_default()).into_response();
    if let Some(content_type) = content_type {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    response
}
