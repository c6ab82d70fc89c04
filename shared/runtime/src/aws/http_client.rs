//! How AWS is reached: HTTP/1.1 over connections that all clients share.
//!
//! The SDK brings a client of its own. It is not used because it reads and parses the certificates of all authorities again
//! for the client of each service, before the function can take its first request, and because it links HTTP/2 and a second
//! pool of connections, which no service of ours speaks or needs.

mod connect;
mod failure;
mod trust;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use hyper_util::client::legacy::connect::{CaptureConnection, Connect, Connected, capture_connection};
use hyper_util::client::legacy::{Builder, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use failure::{connector_error, within};
use trust::Trust;

/// The HTTP client that all AWS clients share.
#[derive(Debug)]
pub(super) struct Http {
    trust: Arc<Trust>,
    by_timeouts: Mutex<HashMap<Timeouts, SharedHttpConnector>>,
}

/// What one connector waits for: the connection, and the beginning of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Timeouts {
    connect: Option<Duration>,
    answer: Option<Duration>,
}

impl Http {
    /// Trusts the authorities of `file`, or those that the system trusts.
    pub(super) fn new(file: Option<&str>) -> Self {
        Self { trust: Arc::new(Trust::of_file_or_system(file)), by_timeouts: Mutex::default() }
    }
}

impl HttpClient for Http {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        let timeouts = Timeouts { connect: settings.connect_timeout(), answer: settings.read_timeout() };
        let mut by_timeouts = self.by_timeouts.lock().unwrap_or_else(PoisonError::into_inner);
        by_timeouts.entry(timeouts).or_insert_with(|| connector(timeouts, self.trust.clone())).clone()
    }
}

fn connector(timeouts: Timeouts, trust: Arc<Trust>) -> SharedHttpConnector {
    let client = Builder::new(TokioExecutor::new())
        // Connections that were idle for long are dropped rather than tried.
        .pool_timer(TokioTimer::new())
        .build(connect::service(timeouts.connect, trust));
    SharedHttpConnector::new(Connector { client, answer_timeout: timeouts.answer })
}

struct Connector<C> {
    client: Client<C, SdkBody>,
    answer_timeout: Option<Duration>,
}

impl<C> fmt::Debug for Connector<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("answer_timeout", &self.answer_timeout).finish_non_exhaustive()
    }
}

impl<C: Connect + Clone + Send + Sync + 'static> HttpConnector for Connector<C> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let used = capture_connection(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || retriever(&used));
        }
        let answer = within("an answer", self.answer_timeout, self.client.request(request));
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(connector_error)?.map(SdkBody::from_body_1_x);
            HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Lets the SDK close a connection that served it badly.
fn retriever(used: &CaptureConnection) -> Option<ConnectionMetadata> {
    used.connection_metadata().as_ref()?;
    let used = used.clone();
    let poison = move || used.connection_metadata().iter().for_each(Connected::poison);
    Some(ConnectionMetadata::builder().proxied(false).poison_fn(poison).build())
}

#[cfg(test)]
mod tests;
