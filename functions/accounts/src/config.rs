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
    /// Who publishes and hosts the service.
    pub notice: LegalNotice,
    /// `MEDIACENTRE`: not blank where an identity provider is configured.
    pub has_mediacentre: bool,
    /// `ORIGIN`: the product's address for browsers, without a slash at its end.
    pub origin: String,
}

/// What the legal notice of a service has to tell (loi n° 2004-575, article 1-1).
#[derive(Debug, Clone)]
pub struct LegalNotice {
    /// `PUBLISHER`: who publishes the service.
    pub publisher: String,
    /// `PUBLISHER_FORM`: the legal form of the publisher.
    pub form: String,
    /// `PUBLISHER_ADDRESS`: where its seat is.
    pub address: String,
    /// `PUBLISHER_PHONE`: its telephone number.
    pub phone: String,
    /// `PUBLICATION_DIRECTOR`: who is answerable for what is published.
    pub director: String,
    /// `HOST`: who hosts the service, with address and telephone number.
    pub host: String,
}

impl LegalNotice {
    fn read(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            publisher: settings.required("PUBLISHER")?.to_owned(),
            form: settings.required("PUBLISHER_FORM")?.to_owned(),
            address: settings.required("PUBLISHER_ADDRESS")?.to_owned(),
            phone: settings.required("PUBLISHER_PHONE")?.to_owned(),
            director: settings.required("PUBLICATION_DIRECTOR")?.to_owned(),
            host: settings.required("HOST")?.to_owned(),
        })
    }
}

impl Config {
    /// Reads them.
    pub fn read(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            table: settings.required("TABLE")?.to_owned(),
            mail_queue_url: settings.required("MAIL_QUEUE_URL")?.to_owned(),
            support_email: settings.required("SUPPORT_EMAIL")?.to_owned(),
            notice: LegalNotice::read(settings)?,
            has_mediacentre: settings.optional("MEDIACENTRE").is_some(),
            origin: settings.required("ORIGIN")?.trim_end_matches('/').to_owned(),
        })
    }
}
