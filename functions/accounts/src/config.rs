//! What the function reads from its settings. `infra/template.yaml` sets them.

use rentree_runtime::{Settings, SettingsError};

/// The function's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE`: the DynamoDB table.
    pub table: String,
    /// `MAIL_QUEUE_URL`: where mails are ordered.
    pub mail_queue_url: String,
    /// `SUPPORT_EMAIL`: where people ask for help.
    pub support_email: String,
    /// `PUBLISHER`: who publishes the service.
    pub publisher: String,
    /// `MEDIACENTRE`: not blank where an identity provider is configured.
    pub has_mediacentre: bool,
    /// `ORIGIN`: the product's address for browsers, without a slash at its end.
    pub origin: String,
}

impl Config {
    /// Reads them.
    pub fn read(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            table: settings.required("TABLE")?.to_owned(),
            mail_queue_url: settings.required("MAIL_QUEUE_URL")?.to_owned(),
            support_email: settings.required("SUPPORT_EMAIL")?.to_owned(),
            publisher: settings.required("PUBLISHER")?.to_owned(),
            has_mediacentre: settings.optional("MEDIACENTRE").is_some(),
            origin: settings.required("ORIGIN")?.trim_end_matches('/').to_owned(),
        })
    }
}
