//! The stand-in for DynamoDB behind TLS, as the functions meet the real one: with a certificate of an authority that stands among
//! all those that this machine trusts.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Where systems keep the certificates of authorities: Debian, and what Lambda runs.
const BUNDLES: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];
/// How a call of DynamoDB begins.
const CALL: &[u8] = b"POST / HTTP/1.1\r\n";

/// The table behind TLS.
pub(crate) struct Table {
    address: String,
    authorities: PathBuf,
    calls: Arc<AtomicUsize>,
    _folder: TempDir,
}

impl Table {
    /// In front of the stand-in that answers at `endpoint`.
    pub(crate) async fn start(endpoint: &str) -> anyhow::Result<Self> {
        let behind = endpoint.trim_start_matches("http://").to_owned();
        let mut authority = CertificateParams::new([])?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(["localhost".to_owned()])?.signed_by(&key, &authority)?;

        let folder = tempfile::tempdir()?;
        let authorities = folder.path().join("authorities.pem");
        let bundle = BUNDLES.into_iter().find(|bundle| Path::new(bundle).exists());
        let mut trusted = std::fs::read_to_string(bundle.context("this machine trusts no authority")?)?;
        trusted.push_str(&authority.pem());
        std::fs::write(&authorities, trusted)?;

        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
        let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("https://localhost:{}", listener.local_addr()?.port());
        let calls = Arc::new(AtomicUsize::new(0));
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(server)), behind, calls.clone()));
        Ok(Self { address, authorities, calls, _folder: folder })
    }

    /// What leads a function here.
    pub(crate) fn settings(&self) -> [(&'static str, String); 2] {
        let authorities = self.authorities.to_string_lossy().into_owned();
        [("AWS_ENDPOINT_URL_DYNAMODB", self.address.clone()), ("SSL_CERT_FILE", authorities)]
    }

    /// How many calls there were so far.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, behind: String, calls: Arc<AtomicUsize>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, behind, calls) = (acceptor.clone(), behind.clone(), calls.clone());
        // A function that is ended hangs up in the middle of whatever it does.
        tokio::spawn(async move { pass_on(stream, acceptor, &behind, &calls).await.ok() });
    }
}

async fn pass_on(stream: TcpStream, acceptor: TlsAcceptor, behind: &str, calls: &AtomicUsize) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    let (mut asks, mut answers) = tokio::io::split(acceptor.accept(stream).await?);
    let table = TcpStream::connect(behind).await?;
    table.set_nodelay(true)?;
    let (mut from_table, mut to_table) = table.into_split();
    let ask = async move {
        let mut part = vec![0; 16 * 1024];
        loop {
            let length = asks.read(&mut part).await?;
            if length == 0 {
                return anyhow::Ok(());
            }
            let begun = part[..length].windows(CALL.len()).filter(|bytes| *bytes == CALL).count();
            calls.fetch_add(begun, Ordering::Relaxed);
            to_table.write_all(&part[..length]).await?;
        }
    };
    let answer = async move { anyhow::Ok(tokio::io::copy(&mut from_table, &mut answers).await.map(drop)?) };
    tokio::try_join!(ask, answer).map(drop)
}
