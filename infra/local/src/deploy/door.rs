//! One address for browsers, as a domain of one's own is before API Gateway: the stand-in's gateway is below a path, which
//! links such as `/sign-in` know nothing of.

use anyhow::Context;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rentree_local::tell;
use reqwest::{Client, redirect};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// API Gateway takes no more.
const LARGEST_BODY: usize = 10 * 1024 * 1024;
/// What concerns one connection alone.
const OF_A_CONNECTION: [HeaderName; 4] =
    [header::CONNECTION, header::CONTENT_LENGTH, header::HOST, header::TRANSFER_ENCODING];

/// Open until it is dropped.
pub(super) struct Door(JoinHandle<()>);

#[derive(Clone)]
struct Behind {
    gateway: String,
    http: Client,
}

impl Door {
    /// Passes what comes at `listener` on to `gateway`.
    pub(super) fn open(listener: TcpListener, gateway: String) -> anyhow::Result<Self> {
        let http = Client::builder().no_proxy().redirect(redirect::Policy::none()).build()?;
        let router = Router::new().fallback(pass_on).with_state(Behind { gateway, http });
        Ok(Self(tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tell!("serving ended: {error}");
            }
        })))
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn pass_on(State(behind): State<Behind>, request: Request) -> Response {
    match answer(&behind, request).await {
        Ok(response) => response,
        Err(error) => (StatusCode::BAD_GATEWAY, format!("{error:#}")).into_response(),
    }
}

async fn answer(behind: &Behind, request: Request) -> anyhow::Result<Response> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let body = to_bytes(body, LARGEST_BODY).await.context("a body that API Gateway would not take")?;
    let asked = behind.http.request(parts.method, format!("{}{path}", behind.gateway));
    let answer = asked.headers(passed_on(&parts.headers)).body(body).send().await.context("asking the gateway")?;
    let (status, headers) = (answer.status(), passed_on(answer.headers()));
    let mut response = Response::new(Body::from(answer.bytes().await?));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

fn passed_on(headers: &HeaderMap) -> HeaderMap {
    let mut passed = headers.clone();
    for name in OF_A_CONNECTION {
        passed.remove(name);
    }
    passed
}
