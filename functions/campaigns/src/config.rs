//! What the function reads from its settings. `infra/template.yaml` sets them.

use rentree_domain::Catalogue;
use rentree_runtime::{Settings, SettingsError};
use rentree_webhook::Secrets;

/// The function's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE`: the DynamoDB table.
    pub table: String,
    /// `MAIL_QUEUE_URL`: where mails are ordered.
    pub mail_queue_url: String,
    /// `ORIGIN`: the product's address for browsers, without a slash at its end.
    pub origin: String,
    /// `COURSES`: what campaigns lead to, `[{"id", "title", "kind", "url"}, …]`. A course that a campaign leads to stays listed.
    pub courses: Catalogue,
    /// `WEBHOOK_SECRETS`: what the assessment platform signs with, separated by commas: while one is replaced, both hold.
    pub webhook_secrets: Secrets,
}

impl Config {
    /// Reads them.
    pub fn read(settings: &Settings) -> Result<Self, SettingsError> {
        let unreadable = |name, why: String| SettingsError::Unreadable { name, why };
        Ok(Self {
            table: settings.required("TABLE")?.to_owned(),
            mail_queue_url: settings.required("MAIL_QUEUE_URL")?.to_owned(),
            origin: settings.required("ORIGIN")?.trim_end_matches('/').to_owned(),
            courses: Catalogue::parse(settings.required("COURSES")?)
                .map_err(|error| unreadable("COURSES", error.to_string()))?,
            webhook_secrets: Secrets::parse(settings.required("WEBHOOK_SECRETS")?)
                .map_err(|error| unreadable("WEBHOOK_SECRETS", error.to_string()))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn read(courses: &str, secrets: &str) -> Result<Config, SettingsError> {
        let settings = [("TABLE", "t"), ("MAIL_QUEUE_URL", "q"), ("ORIGIN", "https://rentree.example/")];
        Config::read(&Settings::from_pairs(settings).with([("COURSES", courses), ("WEBHOOK_SECRETS", secrets)]))
    }

    #[test]
    fn what_is_wrong_is_said_and_no_secret_is_printed() {
        let courses = r#"[{"id": "a", "title": "A", "kind": "assessment", "url": "https://p.example/"}]"#;
        let config = read(courses, SECRET).unwrap();
        assert_eq!(config.origin, "https://rentree.example");
        assert!(!format!("{config:?}").contains("MfKQ9r8"));
        assert!(read("[]", SECRET).unwrap_err().to_string().contains("COURSES does not read: no course"));
        let short = read(courses, "whsec_MfKQ9r8G").unwrap_err().to_string();
        assert!(short.contains("WEBHOOK_SECRETS") && !short.contains("MfKQ9r8"), "{short}");
    }
}
