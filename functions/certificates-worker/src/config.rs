//! What the function reads from its settings. `infra/template.yaml` sets them.

use rentree_runtime::{Settings, SettingsError};

/// The function's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE`: the DynamoDB table.
    pub table: String,
    /// `ORIGIN`: the product's address for browsers, without a slash at its end.
    pub origin: String,
    /// `BUCKET`: where files are written.
    pub bucket: String,
    /// `CERTIFICATES_DEAD_LETTER_QUEUE_ARN`: messages from there failed every time.
    pub dead_letter_queue_arn: String,
}

impl Config {
    /// Reads them.
    pub fn read(settings: &Settings) -> Result<Self, SettingsError> {
        let required = |name| settings.required(name).map(ToOwned::to_owned);
        Ok(Self {
            table: required("TABLE")?,
            origin: settings.required("ORIGIN")?.trim_end_matches('/').to_owned(),
            bucket: required("BUCKET")?,
            dead_letter_queue_arn: required("CERTIFICATES_DEAD_LETTER_QUEUE_ARN")?,
        })
    }
}
