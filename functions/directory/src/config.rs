//! What the function reads from its settings. `infra/template.yaml` sets them.

use jiff::SignedDuration;
use rentree_domain::Catalogue;
use rentree_runtime::{Settings, SettingsError};

/// The function's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE`: the DynamoDB table.
    pub table: String,
    /// `BUCKET`: where the directory is uploaded to, and reports are written.
    pub bucket: String,
    /// `ORIGIN`: the product's address for browsers; the link of the mails begins with it.
    pub origin: String,
    /// `MAIL_FROM`: who mails come from.
    pub mail_from: String,
    /// `SUPPORT_EMAIL`: where people ask for help.
    pub support_email: String,
    /// `MAILS_PER_SECOND`: what one running instance sends at most.
    pub mails_per_second: u32,
    /// `COURSES`: what campaigns lead to, as the function `campaigns` has it.
    pub courses: Catalogue,
    /// `CAMPAIGNS_PER_SECOND`: to how many schools one running instance gives a campaign a second, where a pass is asked for.
    pub campaigns_per_second: u32,
    /// `OFFER_QUEUE_URL`: one message for each school to be offered its space.
    pub offer_queue_url: String,
    /// `OFFER_CLAIM_SECONDS`: after how long a mail that somebody began to send is one whose sender died. More than the
    /// function's timeout.
    pub claim_patience: SignedDuration,
    /// `DIRECTORY_DEAD_LETTER_QUEUE_ARN` and `OFFER_DEAD_LETTER_QUEUE_ARN`: messages from there failed every time.
    pub dead_letter_queue_arns: [String; 2],
}

impl Config {
    /// Reads them.
    pub fn read(settings: &Settings) -> Result<Self, SettingsError> {
        let required = |name| settings.required(name).map(ToOwned::to_owned);
        Ok(Self {
            table: required("TABLE")?,
            bucket: required("BUCKET")?,
            origin: required("ORIGIN")?,
            mail_from: required("MAIL_FROM")?,
            support_email: required("SUPPORT_EMAIL")?,
            mails_per_second: settings.number("MAILS_PER_SECOND")?,
            courses: Catalogue::parse(settings.required("COURSES")?)
                .map_err(|error| SettingsError::Unreadable { name: "COURSES", why: error.to_string() })?,
            campaigns_per_second: settings.number("CAMPAIGNS_PER_SECOND")?,
            offer_queue_url: required("OFFER_QUEUE_URL")?,
            claim_patience: SignedDuration::from_secs(settings.number("OFFER_CLAIM_SECONDS")?.into()),
            dead_letter_queue_arns: [
                required("DIRECTORY_DEAD_LETTER_QUEUE_ARN")?,
                required("OFFER_DEAD_LETTER_QUEUE_ARN")?,
            ],
        })
    }
}
