//! What the worker reads from its settings. `infra/template.yaml` sets them.

use std::time::Duration;

use jiff::SignedDuration;
use rentree_runtime::{Settings, SettingsError};

/// The worker's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE`: the DynamoDB table.
    pub table: String,
    /// `BUCKET`: where the files are.
    pub bucket: String,
    /// `DEAD_LETTER_QUEUE_ARN`: messages from there mark their import as failed.
    pub dead_letter_queue_arn: String,
    /// `LEASE_SECONDS`: how long a school waits for a worker that died. More than the function's timeout.
    pub lease: SignedDuration,
    /// `BUSY_WAIT_SECONDS`: how long a message waits for another import of the school before it is given back.
    pub busy_wait: Duration,
}

impl Config {
    /// Reads them.
    pub fn read(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            table: settings.required("TABLE")?.to_owned(),
            bucket: settings.required("BUCKET")?.to_owned(),
            dead_letter_queue_arn: settings.required("DEAD_LETTER_QUEUE_ARN")?.to_owned(),
            lease: SignedDuration::from_secs(settings.number("LEASE_SECONDS")?.into()),
            busy_wait: Duration::from_secs(settings.number("BUSY_WAIT_SECONDS")?.into()),
        })
    }
}
