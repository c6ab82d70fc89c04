//! What the function reads from its settings. `infra/template.yaml` sets them.

use rentree_runtime::{Settings, SettingsError};
use rentree_webhook::Secrets;

/// The function's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE`: the DynamoDB table.
    pub table: String,
    /// `ORIGIN`: the product's address for browsers, without a slash at its end.
    pub origin: String,
    /// `UPLOAD_URL`: the bucket's address for browsers.
    pub upload_url: String,
    /// `CERTIFICATES_QUEUE_URL`: where the worker is told to make a file.
    pub certificates_queue_url: String,
    /// `WEBHOOK_SECRETS`: what the assessment platform signs with, separated by commas: while one is replaced, both hold.
    pub webhook_secrets: Secrets,
}

impl Config {
    /// Reads them.
    pub fn read(settings: &Settings) -> Result<Self, SettingsError> {
        let unreadable = |name, why: String| SettingsError::Unreadable { name, why };
        Ok(Self {
            table: settings.required("TABLE")?.to_owned(),
            origin: settings.required("ORIGIN")?.trim_end_matches('/').to_owned(),
            upload_url: settings.required("UPLOAD_URL")?.to_owned(),
            certificates_queue_url: settings.required("CERTIFICATES_QUEUE_URL")?.to_owned(),
            webhook_secrets: Secrets::parse(settings.required("WEBHOOK_SECRETS")?)
                .map_err(|error| unreadable("WEBHOOK_SECRETS", error.to_string()))?,
        })
    }
}
