//! The schools: the public directory of schools is loaded from the bucket, and every school of an académie is offered its
//! space, by one mail and never two; in which of them the Médiacentre is on; the campaigns that the platform's team gives them; what an
//! académie did in a school year, in numbers; the credentials of the record books that read their certifications; and the end of all sessions of a school or an account.
//!
//! Lambda hands over batches of SQS messages: events of the bucket, words of operators, and one message for each school to
//! be offered its space. Each stands alone: done, to be tried again, or answered and recorded.

mod batch;
mod campaign;
mod clients;
mod config;
mod error;
pub mod listing;
mod load;
mod mediacentre;
pub mod message;
mod offer;
mod pace;
mod record_book;
mod report;
mod second_factor;
mod sessions;
mod technical;
mod totals;

pub use clients::Clients;
pub use config::Config;
use listing::Limits;
use pace::Pace;
use rentree_mail::Mailer;
use rentree_runtime::{Clock, Lazy, Settings, SettingsError};
use rentree_table::Table;

/// The function: what all messages share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Directory {
    table: Table,
    bucket: Lazy<aws_sdk_s3::Client>,
    queue: Lazy<aws_sdk_sqs::Client>,
    mailer: Mailer,
    config: Config,
    limits: Limits,
    pace: Pace,
    giving: Pace,
    clock: Clock,
}

impl Directory {
    /// The function as `settings` say, with clients of its own.
    pub fn from_settings(settings: &Settings, clock: Clock) -> Result<Self, SettingsError> {
        Ok(Self::new(Config::read(settings)?, &Clients::from_settings(settings)?, clock))
    }

    /// The function with these clients.
    pub fn new(config: Config, clients: &Clients, clock: Clock) -> Self {
        Self {
            table: Table::new(clients.dynamodb.clone(), &config.table),
            bucket: clients.s3.clone(),
            queue: clients.sqs.clone(),
            mailer: Mailer::new(clients.ses.clone(), &config.mail_from, &config.support_email),
            limits: Limits::default(),
            pace: Pace::new(config.mails_per_second),
            giving: Pace::new(config.campaigns_per_second),
            config,
            clock,
        }
    }

    /// The function with other limits on what it reads.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}
