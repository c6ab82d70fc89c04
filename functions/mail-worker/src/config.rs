//! What the worker reads from its settings. `infra/template.yaml` sets them.

use rentree_runtime::{Settings, SettingsError};

/// The worker's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE`: the DynamoDB table.
    pub table: String,
    /// `ORIGIN`: the product's address for browsers, without a slash at its end. Links begin with it.
    pub origin: String,
    /// `MAIL_FROM`: who mails come from.
    pub mail_from: String,
    /// `SUPPORT_EMAIL`: where people ask for help.
    pub support_email: String,
    /// `MAIL_DEAD_LETTER_QUEUE_ARN`: messages from there were tried often enough.
    pub dead_letter_queue_arn: String,
}

impl Config {
    /// Reads them.
    pub fn read(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            table: settings.required("TABLE")?.to_owned(),
            origin: settings.required("ORIGIN")?.trim_end_matches('/').to_owned(),
            mail_from: settings.required("MAIL_FROM")?.to_owned(),
            support_email: settings.required("SUPPORT_EMAIL")?.to_owned(),
            dead_letter_queue_arn: settings.required("MAIL_DEAD_LETTER_QUEUE_ARN")?.to_owned(),
        })
    }
}
