//! Sends what the other functions ordered. Each kind of mail has its file: look what it is about, draw the link, write, send.
//!
//! A failed sending comes again with the queue; after the last try, whoever asked is told where they look.

mod account;
mod activation;
mod config;
mod invitation;
mod order;

use jiff::Timestamp;
use rentree_domain::limit::MAILS_BY_ADDRESS;
use rentree_domain::{EmailAddress, LinkToken, MailOrder};
use rentree_mail::{Mail, Mailer, SendError};
use rentree_runtime::aws::{Aws, Service};
use rentree_runtime::batch::{self, BatchFailed, BatchResponse, Record};
use rentree_runtime::{Clock, Settings, SettingsError};
use rentree_table::{Table, TableError};
use serde_json::Value;

pub use config::Config;

/// The worker: what all messages share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct MailWorker {
    table: Table,
    mailer: Mailer,
    config: Config,
    clock: Clock,
}

/// Why a mail was not sent, and comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OrderError {
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// SES failed. A mail of a person who waits may come twice rather than not at all.
    #[error(transparent)]
    Send(#[from] SendError),
}

impl MailWorker {
    /// A worker as `settings` say, with clients of its own.
    pub fn from_settings(settings: &Settings, clock: Clock) -> Result<Self, SettingsError> {
        let aws = Aws::new(settings)?;
        let dynamodb = aws_sdk_dynamodb::Client::new(&aws.config(Service::DynamoDb));
        let ses = aws_sdk_sesv2::Client::new(&aws.config(Service::Ses));
        let config = Config::read(settings)?;
        Ok(Self {
            table: Table::new(dynamodb, &config.table),
            mailer: Mailer::new(&ses, &config.mail_from),
            config,
            clock,
        })
    }

    /// Carries out a batch.
    pub async fn handle(&self, event: &Value) -> Result<BatchResponse, BatchFailed> {
        let carry_out = |record: Record| {
            let worker = self.clone();
            async move { worker.handle_record(&record).await }
        };
        batch::each(event, carry_out).await
    }

    async fn handle_record(&self, record: &Record) -> Result<(), OrderError> {
        let Ok(order) = serde_json::from_str::<MailOrder>(&record.body) else {
            tracing::error!("a message is no order of a mail");
            return Ok(());
        };
        if record.queue_arn == self.config.dead_letter_queue_arn {
            self.give_up(order).await
        } else {
            self.carry_out(order).await
        }
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The address of a page.
    fn page(&self, path: &str) -> String {
        format!("{}{path}", self.config.origin)
    }

    /// The address of a link's page.
    fn link(&self, folder: &str, token: &LinkToken) -> String {
        self.page(&format!("{folder}/{}", token.text()))
    }

    /// Sends a mail, unless its address got too many within the hour; whether it was sent.
    async fn send(&self, to: &EmailAddress, mail: &Mail) -> Result<bool, OrderError> {
        if !self.table.allows(&MAILS_BY_ADDRESS, to.as_str(), self.now()).await? {
            tracing::warn!("an address got too many mails, this one is not sent");
            return Ok(false);
        }
        self.mailer.send(to, mail).await?;
        Ok(true)
    }
}
