use aws_smithy_runtime_api::http::Request;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const NO_TIMEOUTS: Timeouts = Timeouts { connect: None, answer: None };

async fn get(connector: &SharedHttpConnector, address: &str) -> Result<String, ConnectorError> {
    let answer = connector.call(Request::get(address).unwrap()).await?;
    let body = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap();
    Ok(String::from_utf8(body.to_bytes().to_vec()).unwrap())
}

/// Reads until the end of a request without a body.
async fn request(stream: &mut (impl AsyncRead + Unpin)) {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        read.push(stream.read_u8().await.unwrap());
    }
}

async fn answer(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    request(stream).await;
    stream.write_all(ANSWER).await.unwrap();
    stream.flush().await.unwrap();
}

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// Who is called plainly needs nobody's certificate.
fn trusting_nobody() -> Arc<Trust> {
    Arc::new(Trust::of(|| panic!("certificates are read")))
}

#[tokio::test]
async fn one_connection_serves_one_request_after_the_other_and_no_certificate_is_read_for_it() {
    let (listener, address) = listener().await;
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        answer(&mut stream).await;
        answer(&mut stream).await;
    });
    let connector = connector(NO_TIMEOUTS, trusting_nobody());
    for _ in 0..2 {
        assert_eq!(get(&connector, &format!("http://{address}/")).await.unwrap(), "ok");
    }
    served.await.unwrap();
}

#[tokio::test]
async fn an_authority_is_trusted_or_it_is_not() {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let server = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let (listener, address) = listener().await;
    let port = address.rsplit(':').next().unwrap().to_owned();
    let acceptor = TlsAcceptor::from(Arc::new(server));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // Who does not trust us hangs up.
            if let Ok(mut stream) = acceptor.accept(stream).await {
                answer(&mut stream).await;
            }
        }
    });
    let certificate = cert.der().clone();
    let trusting = Trust::of(move || {
        let mut roots = RootCertStore::empty();
        roots.add(certificate).unwrap();
        roots
    });
    let address = format!("https://localhost:{port}/");
    assert_eq!(get(&connector(NO_TIMEOUTS, Arc::new(trusting)), &address).await.unwrap(), "ok");
    let refused = get(&connector(NO_TIMEOUTS, Arc::new(Trust::of_file_or_system(None))), &address).await.unwrap_err();
    assert!(format!("{refused:?}").contains("UnknownIssuer"), "{refused:?}");
}

#[tokio::test]
async fn what_does_not_answer_is_a_timeout() {
    let (listener, address) = listener().await;
    let timeouts = Timeouts { answer: Some(Duration::from_millis(20)), ..NO_TIMEOUTS };
    let silence = get(&connector(timeouts, trusting_nobody()), &format!("http://{address}/")).await.unwrap_err();
    assert!(silence.is_timeout(), "{silence:?}");
    drop(listener);
}

/// The other side takes the connection and never begins with TLS.
#[tokio::test]
async fn what_does_not_connect_is_a_timeout() {
    let (listener, address) = listener().await;
    let timeouts = Timeouts { connect: Some(Duration::from_millis(20)), ..NO_TIMEOUTS };
    let connector = connector(timeouts, Arc::new(Trust::of(RootCertStore::empty)));
    let silence = get(&connector, &format!("https://{address}/")).await.unwrap_err();
    assert!(silence.is_timeout(), "{silence:?}");
    drop(listener);
}

#[tokio::test]
async fn where_nobody_listens_the_system_says_so() {
    let (listener, address) = listener().await;
    drop(listener);
    let refused = get(&connector(NO_TIMEOUTS, trusting_nobody()), &format!("http://{address}/")).await.unwrap_err();
    assert!(refused.is_io(), "{refused:?}");
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_worth_another_attempt() {
    let (listener, address) = listener().await;
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        request(&mut stream).await;
        stream.write_all(&ANSWER[..20]).await.unwrap();
    });
    let cut = get(&connector(NO_TIMEOUTS, trusting_nobody()), &format!("http://{address}/")).await.unwrap_err();
    assert_eq!(cut.as_other(), Some(aws_smithy_types::retry::ErrorKind::TransientError), "{cut:?}");
}

/// As the SDK does after a failure that passes.
#[tokio::test]
async fn a_connection_that_served_badly_is_not_used_again() {
    let (listener, address) = listener().await;
    let served = tokio::spawn(async move {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move { answer(&mut stream).await });
        }
    });
    let connector = connector(NO_TIMEOUTS, trusting_nobody());
    let capture = CaptureSmithyConnection::new();
    let mut first = Request::get(format!("http://{address}/")).unwrap();
    first.add_extension(capture.clone());
    connector.call(first).await.unwrap();
    capture.get().expect("the connection that was used").poison();
    assert_eq!(get(&connector, &format!("http://{address}/")).await.unwrap(), "ok");
    served.await.unwrap();
}
