//! Whom TLS trusts. Certificates are read at the first connection that wants them, once for all clients.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

/// Where systems keep the certificates of the authorities that they trust: Amazon Linux, and Debian.
const OF_SYSTEM: [&str; 2] = ["/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt"];
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The TLS of a client; made when it is first wanted.
pub(super) struct Trust(LazyLock<Arc<ClientConfig>, Box<dyn FnOnce() -> Arc<ClientConfig> + Send>>);

impl Trust {
    /// The authorities of `file`, or those that the system trusts.
    pub(super) fn of_file_or_system(file: Option<&str>) -> Self {
        let file = file.map(PathBuf::from);
        Self::of(move || roots(file.or_else(of_system).as_deref()))
    }

    /// The authorities that `roots` gives.
    pub(super) fn of(roots: impl FnOnce() -> RootCertStore + Send + 'static) -> Self {
        Self(LazyLock::new(Box::new(|| Arc::new(config(roots())))))
    }

    /// Blocks while certificates are read.
    pub(super) fn config(&self) -> Arc<ClientConfig> {
        self.0.clone()
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust").finish_non_exhaustive()
    }
}

fn of_system() -> Option<PathBuf> {
    OF_SYSTEM.into_iter().map(PathBuf::from).find(|file| file.exists())
}

/// Nobody is trusted, and the log says so, when there is no such file or nothing in it.
fn roots(file: Option<&Path>) -> RootCertStore {
    let text = match file.map(std::fs::read_to_string) {
        Some(Ok(text)) => text,
        Some(Err(error)) => {
            tracing::error!(?file, %error, "the certificates of authorities were not read");
            String::new()
        }
        None => String::new(),
    };
    let mut roots = RootCertStore::empty();
    let (read, unread) = roots.add_parsable_certificates(certificates(&text));
    if read == 0 {
        tracing::error!(?file, unread, "no authority is trusted");
    }
    roots
}

/// The certificates of a file, between whatever else it says.
///
/// Every start of a function reads some hundred of them: this takes a tenth of the time of the reader that rustls has, which is
/// made for private keys and takes as long for each character as for any other.
fn certificates(text: &str) -> impl Iterator<Item = CertificateDer<'static>> {
    let blocks = text.split(BEGIN).skip(1).filter_map(|block| block.split_once(END));
    blocks.filter_map(|(lines, _)| {
        let base64: String = lines.split_ascii_whitespace().collect();
        STANDARD.decode(base64).ok().map(CertificateDer::from)
    })
}

fn config(roots: RootCertStore) -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_read_between_whatever_else_a_file_says() {
        let made: Vec<_> =
            (0..3).map(|_| rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert).collect();
        let broken = format!("{BEGIN}\nno base64 at all!\n{END}\n");
        let trusted = made[2].pem().replace("CERTIFICATE", "TRUSTED CERTIFICATE");
        let text = format!(
            "# Autorité\n{}\n{broken}{trusted}# Another\n{}{BEGIN}\nAAAA",
            made[0].pem(),
            made[1].pem().replace('\n', "\r\n")
        );
        assert!(certificates(&text).eq([made[0].der().clone(), made[1].der().clone()]));
    }

    #[test]
    fn the_authorities_of_this_machine_are_trusted() {
        assert!(roots(of_system().as_deref()).len() > 50);
    }

    #[test]
    fn without_a_file_nobody_is_trusted() {
        assert!(roots(Some(Path::new("no such file"))).is_empty());
    }
}
