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
    #[error("the file is replaced again and again")]
    Restless,
    #[error("the report could not be written")]
    Report(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the queue of offers did not take every message")]
    Queue(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
    #[error("somebody else is sending the mail, or died while doing so")]
    Busy,
    /// The code alone: what SES says beside it may quote addresses, which logs must not hold.
    #[error("the mail was not sent ({code})")]
    NotSent { code: String },
}
