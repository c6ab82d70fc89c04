//! What the function reads from its settings. `infra/template.yaml` sets them.

use rentree_runtime::{Settings, SettingsError};

/// The function's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE`: the DynamoDB table.
    pub table: String,
    /// `BUCKET`: where files are uploaded to, and reports are written.
    pub bucket: String,
    /// `CERTIFICATIONS_DEAD_LETTER_QUEUE_ARN`: messages from there failed every time.
    pub dead_letter_queue_arn: String,
}

impl Config {
    /// Reads them.
    pub fn read(settings: &Settings) -> Result<Self, SettingsError> {
        let required = |name| settings.required(name).map(ToOwned::to_owned);
        Ok(Self {
            table: required("TABLE")?,
            bucket: required("BUCKET")?,
            dead_letter_queue_arn: required("CERTIFICATIONS_DEAD_LETTER_QUEUE_ARN")?,
        })
    }
}
