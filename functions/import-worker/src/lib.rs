//! From the bucket to the table: a file that was uploaded is read, checked and applied. `docs/imports.md` says how.
//!
//! Lambda hands over batches of SQS messages. Each stands alone: done, to be tried again, or answered and recorded.

mod batch;
mod config;
mod file;
mod file_name;
mod give_way;
mod message;
mod outcome;
mod process;
mod technical;
mod tidy;

pub use config::Config;

use rentree_runtime::aws::{Aws, Service};
use rentree_runtime::{Clock, Lazy, Settings, SettingsError};
use rentree_table::Table;

/// The worker: what all messages share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Worker {
    table: Table,
    bucket: Lazy<aws_sdk_s3::Client>,
    queue: Lazy<aws_sdk_sqs::Client>,
    config: Config,
    clock: Clock,
}

/// One client of each service that the function calls.
#[derive(Debug, Clone)]
pub struct Clients {
    /// The table.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// The bucket.
    pub s3: Lazy<aws_sdk_s3::Client>,
    /// The queue of imports.
    pub sqs: Lazy<aws_sdk_sqs::Client>,
}

impl Clients {
    /// As `aws` says.
    pub fn new(aws: &Aws) -> Self {
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&aws.config(Service::DynamoDb)),
            s3: aws.lazily(Service::S3, |config| {
                // An endpoint of one's own has no name for each bucket.
                let own = config.endpoint_url().is_some();
                aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(config).force_path_style(own).build())
            }),
            sqs: aws.lazily(Service::Sqs, aws_sdk_sqs::Client::new),
        }
    }
}

impl Worker {
    /// A worker as `settings` say, with clients of its own.
    pub fn from_settings(settings: &Settings, clock: Clock) -> Result<Self, SettingsError> {
        Ok(Self::new(Config::read(settings)?, Clients::new(&Aws::new(settings)?), clock))
    }

    /// A worker with these clients.
    pub fn new(config: Config, clients: Clients, clock: Clock) -> Self {
        let Clients { dynamodb, s3, sqs } = clients;
        Self { table: Table::new(dynamodb, &config.table), bucket: s3, queue: sqs, config, clock }
    }
}
