//! Pages of one machine, and the pollers of its queues, until they are told to stop.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use rentree_http::ClientAddress;
use rentree_testkit::Stack;
use rentree_testkit::provision::Mapping;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::event_source::{self, Times, Worker};
use crate::tell;

/// Serving, and polling.
pub(crate) struct Serving {
    stop: watch::Sender<bool>,
    pages: JoinSet<()>,
    pollers: JoinSet<()>,
}

impl Serving {
    /// Serves `router` on `listeners`, which browsers call `url`.
    pub(crate) fn start(listeners: Vec<TcpListener>, url: &str, router: Router) -> Self {
        let router = router
            .layer(middleware::from_fn_with_state(url.to_owned(), at_home))
            .layer(middleware::from_fn(with_client_address))
            .layer(middleware::from_fn(to_its_end));
        let (stop, stopped) = watch::channel(false);
        let mut pages = JoinSet::new();
        for listener in listeners {
            let (router, mut stopped) = (router.clone(), stopped.clone());
            pages.spawn(async move {
                let until = async move {
                    // The sender gone means stop, too.
                    let _ = stopped.wait_for(|stop| *stop).await;
                };
                let service = router.into_make_service_with_connect_info::<SocketAddr>();
                if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(until).await {
                    tell!("serving ended: {error}");
                }
            });
        }
        Self { stop, pages, pollers: JoinSet::new() }
    }

    /// Hands the messages of a queue to `worker` from now on.
    pub(crate) fn poll(
        &mut self,
        stack: &Stack,
        mapping: &Mapping,
        worker: &Worker,
        times: Times,
    ) -> anyhow::Result<()> {
        event_source::spawn(&mut self.pollers, stack, mapping, worker, times, &self.stop.subscribe())
    }

    /// Ends the requests and messages at work, then everything else.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(true);
        // They give back what they cannot bring to its end.
        while self.pollers.join_next().await.is_some() {}
        let served = async { while self.pages.join_next().await.is_some() {} };
        // A browser may keep a connection open as long as it likes.
        if tokio::time::timeout(Duration::from_secs(5), served).await.is_err() {
            self.pages.shutdown().await;
        }
    }
}

/// Tells handlers where a request comes from, as the gateway does.
async fn with_client_address(
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(ClientAddress(address.ip().to_string()));
    next.run(request).await
}

/// Carries a request out whether or not whoever asked still listens, as Lambda does: of two clicks, a browser drops the first, which
/// may have begun to write.
async fn to_its_end(request: Request, next: Next) -> Response {
    tokio::spawn(next.run(request)).await.unwrap_or_else(|error| {
        tell!("a request ended early: {error}");
        StatusCode::BAD_GATEWAY.into_response()
    })
}

/// Sends who comes by another name, such as the address of this machine, to the one that forms and uploads are allowed from.
async fn at_home(State(url): State<String>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if url.strip_prefix("http://") == Some(host) {
        return next.run(request).await;
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    Redirect::temporary(&format!("{url}{path}")).into_response()
}
