//! What the worker reads from its settings. `infra/template.yaml` sets them.

use jiff::SignedDuration;
use rentree_domain::import::brake::Thresholds;
use rentree_runtime::{Settings, SettingsError};
use rentree_table::LeaseTerms;

/// The worker's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE`: the DynamoDB table.
    pub table: String,
    /// `BUCKET`: where the files are.
    pub bucket: String,
    /// `IMPORT_QUEUE_URL`: where a message goes that gives way to a worker at work.
    pub queue_url: String,
    /// `IMPORT_DEAD_LETTER_QUEUE_ARN`: messages from there mark their import as failed.
    pub dead_letter_queue_arn: String,
    /// `LEASE_SECONDS`: how long a school waits for a worker that died. Just more than the function's timeout.
    /// `WRITE_UNITS_PER_SECOND`: how fast pupils are written meanwhile, so that others may write to the school, too. 0: as fast as
    /// the table takes them.
    pub lease: LeaseTerms,
    /// `MASS_DEPARTURE_PERCENT`, `DEPARTURE_PERCENT` and `DEPARTURE_PUPILS`: how many may leave before an import asks.
    pub brake: Thresholds,
}

impl Config {
    /// Reads them.
    pub fn read(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            table: settings.required("TABLE")?.to_owned(),
            bucket: settings.required("BUCKET")?.to_owned(),
            queue_url: settings.required("IMPORT_QUEUE_URL")?.to_owned(),
            dead_letter_queue_arn: settings.required("IMPORT_DEAD_LETTER_QUEUE_ARN")?.to_owned(),
            lease: LeaseTerms {
                lasts: SignedDuration::from_secs(settings.number("LEASE_SECONDS")?.into()),
                write_units_a_second: settings.number("WRITE_UNITS_PER_SECOND")?,
            },
            brake: Thresholds {
                mass_percent: settings.number("MASS_DEPARTURE_PERCENT")?,
                within_year_percent: settings.number("DEPARTURE_PERCENT")?,
                within_year_pupils: settings.number("DEPARTURE_PUPILS")?,
            },
        })
    }
}
