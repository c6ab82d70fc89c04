//! The certifications of a whole session, from the file that an operator uploads to the bucket as `certifications/<session>.csv`.
//!
//! Lambda hands over batches of SQS messages, which are events of the bucket. Each stands alone: done, to be tried again, or answered
//! and recorded. A file that died halfway is finished by loading it again: what is known costs no write.

mod batch;
mod clients;
mod config;
mod error;
mod load;
mod message;
mod report;
pub mod sheet;
mod technical;

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
