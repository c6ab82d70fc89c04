//! The certificates of a whole school in one file: what is too long for one answer. `certifications` notes who asks, and tells this worker
//! by its queue; the file goes into the bucket, and the page says how much of it is made.
//!
//! Lambda hands over batches of SQS messages. Each stands alone: done, to be tried again, or answered and recorded. A file that died
//! halfway is made anew by the next try of its message: nothing of it is seen before it is whole.

mod batch;
mod clients;
mod config;
mod draw;
mod error;
mod make;

pub use clients::Clients;
pub use config::Config;
use rentree_runtime::{Clock, Lazy, Settings, SettingsError};
use rentree_table::Table;

/// The function: what all messages share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Worker {
    table: Table,
    bucket: Lazy<aws_sdk_s3::Client>,
    config: Config,
    clock: Clock,
}

impl Worker {
    /// The function as `settings` say, with clients of its own.
    pub fn from_settings(settings: &Settings, clock: Clock) -> Result<Self, SettingsError> {
        Ok(Self::new(Config::read(settings)?, &Clients::from_settings(settings)?, clock))
    }

    /// The function with these clients.
    pub fn new(config: Config, clients: &Clients, clock: Clock) -> Self {
        let table = Table::new(clients.dynamodb.clone(), &config.table);
        Self { table, bucket: clients.s3.clone(), config, clock }
    }
}
