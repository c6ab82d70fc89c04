//! What the function reads from its settings. `infra/template.yaml` sets them.

use rentree_runtime::{Settings, SettingsError};

/// The function's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE`: the DynamoDB table.
    pub table: String,
    /// `BUCKET`: where files are uploaded to.
    pub bucket: String,
    /// `UPLOAD_URL`: the bucket's address for browsers.
    pub upload_url: String,
    /// `IMPORT_QUEUE_URL`: where the worker is told to take an import up.
    pub import_queue_url: String,
    /// `MAIL_QUEUE_URL`: where mails are ordered.
    pub mail_queue_url: String,
    /// `SUPPORT_EMAIL`: where people ask for help.
    pub support_email: String,
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
            bucket: settings.required("BUCKET")?.to_owned(),
            upload_url: settings.required("UPLOAD_URL")?.to_owned(),
            import_queue_url: settings.required("IMPORT_QUEUE_URL")?.to_owned(),
            mail_queue_url: settings.required("MAIL_QUEUE_URL")?.to_owned(),
            support_email: settings.required("SUPPORT_EMAIL")?.to_owned(),
            has_mediacentre: settings.optional("MEDIACENTRE").is_some(),
            origin: settings.required("ORIGIN")?.trim_end_matches('/').to_owned(),
        })
    }

    /// Scheme, host and port of the bucket's address: what a content security policy wants.
    pub fn upload_origin(&self) -> &str {
        let host = self.upload_url.find("://").map_or(0, |at| at + 3);
        let path = self.upload_url[host..].find('/').map_or(self.upload_url.len(), |at| host + at);
        &self.upload_url[..path]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_of_the_bucket() {
        let with = |upload_url: &str| Config {
            table: String::new(),
            bucket: String::new(),
            upload_url: upload_url.to_owned(),
            import_queue_url: String::new(),
            mail_queue_url: String::new(),
            support_email: String::new(),
            has_mediacentre: false,
            origin: String::new(),
        };
        assert_eq!(
            with("https://b.s3.eu-west-3.amazonaws.com/").upload_origin(),
            "https://b.s3.eu-west-3.amazonaws.com"
        );
        assert_eq!(with("http://127.0.0.1:4566/bucket").upload_origin(), "http://127.0.0.1:4566");
    }
}
