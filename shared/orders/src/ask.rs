//! One mail that somebody asks for: counted, then ordered.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::{ActivationId, EmailAddress, Limit, MailOrder, PersonName, Uai, UserId};
use rentree_table::{AccessRequest, TableError};
use tokio::{join, try_join};

use crate::limit::{
    ACCESS_REQUESTS_BY_ACCOUNT, ACCESS_REQUESTS_BY_CLIENT, ACCESS_REQUESTS_BY_SCHOOL, ACCOUNT_MAILS_BY_CLIENT,
    ADDRESSES_BY_ACCOUNT, ADDRESSES_BY_ACCOUNT_A_DAY, FIRST_ADDRESSES_BY_CLIENT, FIRST_ADDRESSES_BY_SCHOOL,
    REQUESTS_BY_CLIENT, RESETS_ASKED,
};
use crate::{MailOrders, OrderError};

/// What is asked for, and by whom. `client` is the address that the gateway saw.
#[derive(Debug)]
pub enum Ask<'a> {
    /// A link to a school's space, for its mailbox, which the worker knows.
    Space {
        /// Who asks.
        client: &'a str,
        /// The school, as typed; its key is right.
        uai: Uai,
        /// The request.
        id: ActivationId,
        /// First and last name of who asks.
        name: (PersonName, PersonName),
    },
    /// A link to an account that begins with this address.
    SignUp {
        /// Who asks.
        client: &'a str,
        /// The address.
        email: EmailAddress,
    },
    /// A link to another password.
    NewPassword {
        /// Who asks.
        client: &'a str,
        /// The address of an account that may not exist.
        email: EmailAddress,
    },
    /// A link that confirms another address of an account.
    Address {
        /// Who asks.
        client: &'a str,
        /// Whose account.
        account: UserId,
        /// Any address: its owner may be a stranger.
        email: EmailAddress,
    },
    /// To be let into a school's space, of which its administrators are told.
    Access {
        /// Who asks.
        client: &'a str,
        /// Whose account asks.
        account: UserId,
        /// The school, as typed; its key is right.
        uai: Uai,
        /// The request.
        request: &'a AccessRequest,
    },
    /// The same for an account that begins now, in a school that knows who begins it.
    FirstAddress {
        /// Who begins it.
        client: &'a str,
        /// The school whose space, or campaign, was joined.
        uai: Uai,
        /// The account.
        account: UserId,
        /// Its address.
        email: EmailAddress,
    },
}

/// Why no mail was ordered.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// This was asked for too often.
    #[error("too many mails: {}", .0.what)]
    TooMany(Limit),
    /// The counters failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The queue failed.
    #[error(transparent)]
    Order(#[from] OrderError),
}

impl MailOrders {
    /// Counts who asks, and orders the mail if all that counts them allow it.
    pub async fn ask(&self, ask: Ask<'_>, now: Timestamp) -> Result<(), Refusal> {
        match ask {
            Ask::Space { client, uai, id, name: (first_name, last_name) } => {
                self.count(&REQUESTS_BY_CLIENT, client, now).await?;
                self.send(&MailOrder::Activation { uai, id, first_name, last_name, asked_at: now }).await?;
            }
            Ask::SignUp { client, email } => {
                self.count(&ACCOUNT_MAILS_BY_CLIENT, client, now).await?;
                self.send(&MailOrder::SignUp { email }).await?;
            }
            Ask::NewPassword { client, email } => {
                // Whoever is behind one address with somebody who sends nonsense gets the link all the same. Asked is counted for every
                // address alike, so that nobody learns which of them has an account.
                let mailbox = email.mailbox();
                let first = self.table.allows(&RESETS_ASKED, &mailbox, now);
                let (first, by_client) = join!(first, self.count(&ACCOUNT_MAILS_BY_CLIENT, client, now));
                if !first? {
                    by_client?;
                }
                self.send(&MailOrder::NewPassword { email }).await?;
            }
            Ask::Address { client, account, email } => {
                let subject = account.to_string();
                try_join!(
                    self.count(&ACCOUNT_MAILS_BY_CLIENT, client, now),
                    self.count(&ADDRESSES_BY_ACCOUNT, &subject, now),
                    self.count(&ADDRESSES_BY_ACCOUNT_A_DAY, &subject, now),
                )?;
                self.send(&MailOrder::Address { user: account, email }).await?;
            }
            Ask::Access { client, account, uai, request } => {
                let subject = account.to_string();
                try_join!(
                    self.count(&ACCESS_REQUESTS_BY_CLIENT, client, now),
                    self.count(&ACCESS_REQUESTS_BY_ACCOUNT, &subject, now),
                )?;
                // Last: whoever asks too often takes nothing of what the others may ask of the school.
                self.count(&ACCESS_REQUESTS_BY_SCHOOL, uai.as_str(), now).await?;
                // Asked once more, it waits already, or was answered. What was noted waits in the space, whatever becomes of its mail.
                if self.table.ask_access(uai, account, request).await?
                    && let Err(error) = self.send(&MailOrder::AccessRequested { user: account, uai }).await
                {
                    not_ordered(&error);
                }
            }
            Ask::FirstAddress { client, uai, account, email } => {
                try_join!(
                    self.count(&FIRST_ADDRESSES_BY_CLIENT, client, now),
                    self.count(&FIRST_ADDRESSES_BY_SCHOOL, uai.as_str(), now),
                )?;
                self.send(&MailOrder::Address { user: account, email }).await?;
            }
        }
        Ok(())
    }

    /// The same for a mail that follows what is done already: a failure is for us, not a reason to say that nothing was done.
    pub async fn ask_after(&self, ask: Ask<'_>, now: Timestamp) {
        match self.ask(ask, now).await {
            Ok(()) => {}
            Err(Refusal::TooMany(limit)) => tracing::warn!(limit = limit.what, "a mail was not ordered: too many"),
            Err(error) => not_ordered(&error),
        }
    }

    async fn count(&self, limit: &Limit, subject: &str, now: Timestamp) -> Result<(), Refusal> {
        self.count_many(limit, subject, 1, now).await
    }

    /// Counts `many`, which are refused together.
    pub(crate) async fn count_many(
        &self,
        limit: &Limit,
        subject: &str,
        many: u32,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if self.table.allows_many(limit, subject, many, now).await? { Ok(()) } else { Err(Refusal::TooMany(*limit)) }
    }
}

/// For the log of a function that has said already that all is done.
pub(crate) fn not_ordered(error: &(dyn std::error::Error + 'static)) {
    tracing::error!(why = rentree_runtime::telemetry::chain(error), "a mail was not ordered");
}

impl Refusal {
    /// When to try again, as a form says it.
    pub fn again(limit: &Limit) -> &'static str {
        if limit.window > SignedDuration::from_hours(1) { "Réessayez demain." } else { "Réessayez dans une heure." }
    }
}
