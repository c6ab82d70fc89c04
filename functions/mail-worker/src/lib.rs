//! Sends what the other functions ordered. Each kind of mail has its file: look what it is about, draw the link, write, send.
//!
//! A failed sending comes again with the queue; after the last try an alarm rings, and an invitation is shown as failed to the
//! administrators, who can send it again.

mod account;
mod activation;
mod config;
mod invitation;
mod order;
mod team;

use jiff::Timestamp;
use rentree_domain::{EmailAddress, LinkToken, MailOrder};
use rentree_mail::{Mailer, SendError};
use rentree_orders::Mailbox;
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
    /// The message is no order that we know: functions may be newer than this worker, for a moment.
    #[error("a message is no order of a mail")]
    Unreadable,
}

impl MailWorker {
    /// A worker as `settings` say, with clients of its own.
    pub fn from_settings(settings: &Settings, clock: Clock) -> Result<Self, SettingsError> {
        let aws = Aws::new(settings)?;
        let dynamodb = aws_sdk_dynamodb::Client::new(&aws.config(Service::DynamoDb));
        let ses = aws.lazily(Service::Ses, aws_sdk_sesv2::Client::new);
        let config = Config::read(settings)?;
        Ok(Self {
            table: Table::new(dynamodb, &config.table),
            mailer: Mailer::new(ses, &config.mail_from, &config.support_email),
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
        let is_dead_letter = record.queue_arn == self.config.dead_letter_queue_arn;
        match serde_json::from_str::<MailOrder>(&record.body) {
            Ok(order) if is_dead_letter => self.give_up(order).await,
            Ok(order) => self.carry_out(order, record.tries == 1).await,
            Err(_) if is_dead_letter => {
                tracing::error!(kind = "unreadable", "a mail could not be sent");
                Ok(())
            }
            Err(_) => Err(OrderError::Unreadable),
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

    /// What the mailbox of an address may get.
    fn mailbox(&self, address: &EmailAddress) -> Mailbox<'_> {
        Mailbox::of(&self.table, address, self.now())
    }
}
