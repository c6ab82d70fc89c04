//! The way of one call through the strict cloud: understood, judged, delayed, perhaps refused, carried out, recorded.

use std::sync::{Arc, Weak};
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};

use super::answers::{Refusal, refused};
use super::ask::{self, Kind, PREFIX, Request};
use super::partitions::Entry;
use super::refusals::Mishap;
use super::{Function, Inner};

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the answer is lost")]
struct Lost;

/// Answers until everybody who holds the strict cloud is gone.
pub(super) async fn serve(listener: TcpListener, inner: Weak<Inner>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, Weak::clone(&inner)));
            }
            Err(error) => eprintln!("the strict cloud takes no connection: {error}"),
        }
    }
}

async fn connection(stream: TcpStream, inner: Weak<Inner>) {
    // Small answers leave at once.
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let inner = inner.upgrade();
        async move {
            let inner = inner.ok_or(Lost)?;
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(Body::new(body), usize::MAX).await.map_err(|_| Lost)?;
            inner.answer(parts, body).await
        }
    });
    // Whoever hangs up, or is hung up on, is nobody's fault.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

impl Inner {
    async fn answer(self: Arc<Self>, parts: Parts, body: Bytes) -> Result<Response, Lost> {
        // In a task of its own: a call that was sent takes effect, whoever hangs up.
        let done = tokio::spawn(async move {
            match signed(&parts.headers).or_else(|| signed_link(&parts)) {
                Some((key, service)) => self.signed(&parts, body, key, service).await,
                None => self.unsigned(&parts, body).await,
            }
        });
        done.await.unwrap_or(Err(Lost))
    }

    async fn signed(&self, parts: &Parts, body: Bytes, key: &str, service: &str) -> Result<Response, Lost> {
        let Some(function) = self.functions.get(key) else {
            return Ok(refused(service, &Refusal::AccessDenied(format!("nobody has the key {key}"))));
        };
        let shape = (&parts.method, &parts.uri, &parts.headers);
        match ask::read(service, shape, &body, &self.partition_keys, &self.mail_identity) {
            Ok(request) => self.carry_out(function, &request, parts, body).await,
            Err(why) => {
                self.note_refusal(function, &format!("{why:#}"));
                Ok(refused(
                    service,
                    &Refusal::AccessDenied(format!("the strict cloud does not understand it: {why:#}")),
                ))
            }
        }
    }

    /// Browsers ask whether they may upload, and upload with a form that a function signed.
    async fn unsigned(&self, parts: &Parts, body: Bytes) -> Result<Response, Lost> {
        let field = |name: &str| {
            let text = String::from_utf8_lossy(&body[..body.len().min(64 * 1024)]);
            let after = text.split_once(&format!("name=\"{name}\"\r\n\r\n")).map(|(_, after)| after.to_owned());
            after.and_then(|after| after.split_once("\r\n").map(|(value, _)| value.to_owned()))
        };
        let signer = field("x-amz-credential").filter(|_| parts.method == Method::POST);
        let function = signer.as_deref().and_then(|scope| self.functions.get(scope.split('/').next()?));
        if let (Some(function), Some(key)) = (function, field("key")) {
            let request = ask::upload(parts.uri.path().trim_matches('/'), &key);
            return self.carry_out(function, &request, parts, body).await;
        }
        Ok(self.forward("s3", parts, body).await)
    }

    async fn carry_out(
        &self,
        function: &Function,
        request: &Request,
        parts: &Parts,
        body: Bytes,
    ) -> Result<Response, Lost> {
        let (began, service) = (Instant::now(), request.service.as_str());
        if let Err(refusal) = self.judge(function, request) {
            return Ok(refused(service, &refusal));
        }
        let distance = self.distance.read().expect("nobody panics holding it").of(request.kind());
        let hold = self.held.enter(request);
        if !distance.is_zero() {
            tokio::time::sleep(distance).await;
        }
        if let Entry::Taken(taken) = &hold {
            return Ok(refused(service, &conflict(request, taken)));
        }
        if !self.partitions.give(request, began) {
            *self.beyond.lock().expect("nobody panics holding it").entry(function.name.clone()).or_default() += 1;
            return Ok(refused(service, &throttled(request)));
        }
        let mishap = {
            let refusals = self.refusals.read().expect("nobody panics holding it");
            refusals.as_ref().and_then(|refusals| refusals.draw(&function.name, request, &body))
        };
        match mishap {
            Some(Mishap::Throttled) => return Ok(refused(service, &throttled(request))),
            Some(Mishap::Internal) => return Ok(refused(service, &Refusal::Internal)),
            Some(Mishap::Conflict) => {
                let taken: Vec<bool> = (0..request.items.len()).map(|at| at == 0).collect();
                return Ok(refused(service, &conflict(request, &taken)));
            }
            Some(Mishap::Twice) => drop(self.forward(service, parts, body.clone()).await),
            _ => {}
        }
        let (sent, priced) = match mishap {
            Some(Mishap::Unprocessed) => return Ok(self.in_part(parts, &body).await),
            Some(Mishap::Late) => {
                let (parts, late) = (in_our_name(parts), with_field(&body, r#""DelaySeconds":1"#));
                return Ok(self.forward(service, &parts, late).await);
            }
            _ if service == "dynamodb" && (self.record.on() || self.partitions.on()) => {
                (asked_for_its_price(&body), true)
            }
            _ => (body.clone(), false),
        };
        let answer = self.forward(service, parts, sent).await;
        let answer = self.as_s3_hides(function, request, answer);
        let (head, answered) = answer.into_parts();
        let answered = axum::body::to_bytes(answered, usize::MAX).await.map_err(|_| Lost)?;
        let units = if priced { units(&answered) } else { (0.0, 0.0) };
        self.partitions.take(request, units.0);
        self.record(function, request, began, units, (body, answered.len()));
        drop(hold);
        if mishap == Some(Mishap::AnswerLost) {
            return Err(Lost);
        }
        Ok(Response::from_parts(head, Body::from(answered)))
    }

    /// A batch of which only one half was done.
    async fn in_part(&self, parts: &Parts, body: &Bytes) -> Response {
        let mut asked: Value = serde_json::from_slice(body).unwrap_or_default();
        let mut left = asked["RequestItems"].clone();
        let tables: Vec<String> =
            asked["RequestItems"].as_object().into_iter().flatten().map(|(t, _)| t.clone()).collect();
        for table in &tables {
            let keys = asked["RequestItems"][table]["Keys"].as_array().cloned().unwrap_or_default();
            let (done, rest) = keys.split_at(keys.len().div_ceil(2));
            asked["RequestItems"][table]["Keys"] = Value::from(done.to_vec());
            left[table]["Keys"] = Value::from(rest.to_vec());
        }
        let answer = self.forward("dynamodb", parts, Bytes::from(asked.to_string())).await;
        let (mut head, answered) = answer.into_parts();
        let answered = axum::body::to_bytes(answered, usize::MAX).await.unwrap_or_default();
        let mut answered: Value = serde_json::from_slice(&answered).unwrap_or_default();
        if left.as_object().into_iter().flatten().any(|(_, rest)| rest["Keys"] != Value::Array(Vec::new())) {
            answered["UnprocessedKeys"] = left;
        }
        // It was of another body.
        head.headers.remove("x-amz-crc32");
        Response::from_parts(head, Body::from(answered.to_string()))
    }

    /// S3 answers "forbidden" for an object that is not there, unless the caller may list the bucket. Whether the name
    /// counts as the prefix of the list is nowhere documented: both must be allowed.
    fn as_s3_hides(&self, function: &Function, request: &Request, answer: Response) -> Response {
        if request.operation != "GetObject" || answer.status() != StatusCode::NOT_FOUND {
            return answer;
        }
        let object = self.place_of(&request.asks[0].resource);
        let object = object.strip_prefix("arn:aws:s3:::").unwrap_or_default();
        let (bucket, key) = object.split_once('/').unwrap_or((object, ""));
        let mut list = request.clone();
        list.asks[0].action = "s3:ListBucket".to_owned();
        list.asks[0].resource = format!("arn:aws:s3:::{bucket}");
        let mut of_key = list.clone();
        of_key.asks[0].context.insert(PREFIX, vec![key.to_owned()]);
        match [list, of_key].iter().try_for_each(|list| self.judge(function, list)) {
            Ok(()) => answer,
            Err(refusal) => refused("s3", &refusal),
        }
    }

    async fn forward(&self, service: &str, parts: &Parts, body: Bytes) -> Response {
        let to = if service == "dynamodb" { &self.dynamodb } else { &self.aws };
        let mut request = self.http.request(parts.method.clone(), format!("{to}{}", parts.uri)).body(body);
        for (name, value) in parts.headers.iter().filter(|(name, _)| !of_one_connection(name)) {
            request = request.header(name, value);
        }
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => return bad_gateway(&error),
        };
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = match answer.bytes().await {
            Ok(body) => body,
            Err(error) => return bad_gateway(&error),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        for (name, value) in headers.iter().filter(|(name, _)| !of_one_connection(name)) {
            response.headers_mut().append(name, value.clone());
        }
        response
    }
}

fn bad_gateway(error: &reqwest::Error) -> Response {
    eprintln!("a stand-in does not answer: {error}");
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}

/// Headers that say how one connection carries a message, and nothing about the message. `host` stays: it was signed.
fn of_one_connection(name: &HeaderName) -> bool {
    [header::CONTENT_LENGTH, header::CONNECTION, header::TRANSFER_ENCODING].contains(name)
}

/// The key and the service of `Credential=<key>/<date>/<region>/<service>/aws4_request`.
fn signed(headers: &HeaderMap) -> Option<(&str, &str)> {
    let authorization = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let scope = authorization.split_once("Credential=")?.1.split(',').next()?;
    let mut parts = scope.split('/');
    Some((parts.next()?, parts.nth(2)?))
}

/// The same of a link that a function signed, and a browser follows: a request in the name of the function.
fn signed_link(parts: &Parts) -> Option<(&str, &str)> {
    let mut parameters = parts.uri.query()?.split('&');
    let scope = parameters.find_map(|parameter| parameter.strip_prefix("X-Amz-Credential="))?;
    let mut parts = scope.split("%2F");
    Some((parts.next()?, parts.nth(2)?))
}

fn conflict(request: &Request, taken: &[bool]) -> Refusal {
    match request.kind() {
        Kind::Transaction => {
            Refusal::Cancelled(taken.iter().map(|taken| if *taken { "TransactionConflict" } else { "None" }).collect())
        }
        _ => Refusal::Conflict,
    }
}

/// A transaction is told so by the reason of its cancellation.
fn throttled(request: &Request) -> Refusal {
    match request.kind() {
        Kind::Transaction => Refusal::Cancelled(
            (0..request.items.len()).map(|at| if at == 0 { "ThrottlingError" } else { "None" }).collect(),
        ),
        _ => Refusal::Throttled,
    }
}

/// A call to DynamoDB that tells what it costs, if it does not already.
fn asked_for_its_price(body: &Bytes) -> Bytes {
    const FIELD: &[u8] = b"\"ReturnConsumedCapacity\"";
    if body.windows(FIELD.len()).any(|window| window == FIELD) {
        return body.clone();
    }
    with_field(body, r#""ReturnConsumedCapacity":"INDEXES""#)
}

/// A JSON object with one field more.
fn with_field(body: &Bytes, field: &str) -> Bytes {
    match body.strip_prefix(b"{") {
        Some(rest) => Bytes::from([b"{", field.as_bytes(), b",", rest].concat()),
        None => body.clone(),
    }
}

/// A request whose body is another than the one that was signed, in the name of the local cloud itself, whose signature
/// nobody checks.
fn in_our_name(parts: &Parts) -> Parts {
    let mut parts = parts.clone();
    if let Some(authorization) = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok())
        && let Some((before, scope)) = authorization.split_once("Credential=")
        && let Some((_, rest)) = scope.split_once('/')
        && let Ok(of_ours) = format!("{before}Credential=test/{rest}").parse()
    {
        parts.headers.insert(header::AUTHORIZATION, of_ours);
    }
    parts
}

/// What a call cost the table, without its indexes, and in all.
fn units(answer: &[u8]) -> (f64, f64) {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let consumed = match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    let sum = |of: fn(&Value) -> &Value| consumed.iter().filter_map(|table| of(table).as_f64()).sum();
    (sum(|table| &table["Table"]["CapacityUnits"]), sum(|table| &table["CapacityUnits"]))
}
