//! Whom TLS trusts. Certificates are read at the first connection that wants them, once for all clients.

use std::fmt;
use std::sync::{Arc, LazyLock};

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

/// The TLS of a client; read when it is first wanted.
pub(super) struct Trust(LazyLock<Arc<ClientConfig>, Box<dyn FnOnce() -> Arc<ClientConfig> + Send>>);

impl Trust {
    /// The authorities that the system trusts, or those of the file that `SSL_CERT_FILE` names.
    pub(super) fn of_system() -> Self {
        Self::of(system_roots)
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

fn system_roots() -> RootCertStore {
    let found = rustls_native_certs::load_native_certs();
    for why in found.errors {
        tracing::warn!(%why, "certificates of authorities were not read");
    }
    let mut roots = RootCertStore::empty();
    let (read, _) = roots.add_parsable_certificates(found.certs);
    if read == 0 {
        tracing::error!("this system trusts nobody: no certificate of an authority was found");
    }
    roots
}

fn config(roots: RootCertStore) -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
