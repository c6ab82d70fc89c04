//! Why a message must come again.

use rentree_certificate::CertificateError;
use rentree_table::TableError;

/// Why a message must come again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    #[error("the table failed")]
    Table(#[from] TableError),
    #[error("the certificates could not be drawn")]
    Certificates(#[from] CertificateError),
    #[error("the drawing did not come to its end")]
    Drawing(#[from] tokio::task::JoinError),
    #[error("the file could not be written")]
    Bucket(#[source] Box<dyn std::error::Error + Send + Sync>),
}
