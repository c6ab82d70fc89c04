//! A connection, with TLS where the address says so.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use http::Uri;
use http::uri::Scheme;
use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tower::Service;

use super::failure::within;
use super::trust::Trust;

type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// What connects to any address, within `timeout` each time.
pub(super) fn service(timeout: Option<Duration>, trust: Arc<Trust>) -> impl Connect + Clone + Send + Sync + 'static {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tower::service_fn(move |address: Uri| -> Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>> {
        Box::pin(within("a connection", timeout, connect(tcp.clone(), trust.clone(), address)))
    })
}

async fn connect(mut tcp: HttpConnector, trust: Arc<Trust>, address: Uri) -> Result<Stream, BoxError> {
    if address.scheme() != Some(&Scheme::HTTPS) {
        return Ok(MaybeHttpsStream::Http(tcp.call(address).await?));
    }
    let host = address.host().unwrap_or_default().trim_matches(['[', ']']);
    let name = ServerName::try_from(host.to_owned())?;
    // While the name is looked up and the other side answers, certificates can be read.
    let config = tokio::task::spawn_blocking(move || trust.config());
    let (tcp, config) = tokio::join!(tcp.call(address), config);
    let tls = TlsConnector::from(config?).connect(name, TokioIo::new(tcp?)).await?;
    Ok(MaybeHttpsStream::Https(TokioIo::new(tls)))
}
