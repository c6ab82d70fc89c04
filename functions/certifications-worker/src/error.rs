//! Why a message must come again.

use rentree_table::TableError;
use rentree_uploads::FetchError;

/// Why a message must come again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    #[error("the table failed")]
    Table(#[from] TableError),
    #[error("the file could not be fetched")]
    Fetch(#[source] FetchError),
    #[error("the file could not be read")]
    Read(#[from] std::io::Error),
    #[error("the reader did not come to its end")]
    Reader(#[from] tokio::task::JoinError),
    #[error("the report could not be written")]
    Report(#[source] Box<dyn std::error::Error + Send + Sync>),
}
