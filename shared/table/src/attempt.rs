//! Failed sign-ins by e-mail address or user name, and how often things happen: what throttling counts.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use rentree_domain::attempts::{Attempts, Locked};
use rentree_domain::{Limit, Login};
use serde::{Deserialize, Serialize};

use crate::batch::AsOf;
use crate::item::stored;
use crate::keys::PK;
use crate::{Key, Table, TableError};

const ENTITY: &str = "Attempts";
/// Attempts at the same moment count one after the other; more than this at once is nobody's typing.
const TURNS: usize = 20;
/// Failures are forgotten after a day, a block after a year: nobody's login stays here for ever.
const FAILURES_KEPT: SignedDuration = SignedDuration::from_hours(24);
const BLOCK_KEPT: SignedDuration = SignedDuration::from_hours(24 * 365);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Counted {
    failures: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locked_until: Option<Timestamp>,
    expires_at: i64,
}

/// Why a sign-in may not be tried now.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// Too many failures.
    #[error("too many failures")]
    Locked(Locked),
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Table {
    /// Counts an attempt to sign in with `login` as failed, before it is made; [`forget_attempts`](Self::forget_attempts)
    /// when it succeeds.
    pub async fn begin_attempt(&self, login: &Login, now: Timestamp) -> Result<(), AttemptError> {
        for _ in 0..TURNS {
            let found: Option<Counted> = self.get(Key::attempts(login), ENTITY).await?;
            // TTL deletes late.
            let known = found.filter(|counted| counted.expires_at > now.as_second());
            let before = known
                .as_ref()
                .map_or(Attempts::default(), |c| Attempts { failures: c.failures, locked_until: c.locked_until });
            let after = before.attempt(now).map_err(AttemptError::Locked)?;
            let kept = if after.attempt(now) == Err(Locked::Blocked) { BLOCK_KEPT } else { FAILURES_KEPT };
            let counted = Counted {
                failures: after.failures,
                locked_until: after.locked_until,
                expires_at: (now + kept).as_second(),
            };
            if self.count_attempt(login, known.is_some().then_some(before.failures), &counted, now).await? {
                return Ok(());
            }
        }
        Err(TableError::Contended { operation: "PutItem" }.into())
    }

    /// Stores `counted` unless another attempt was counted meanwhile.
    async fn count_attempt(
        &self,
        login: &Login,
        before: Option<u32>,
        counted: &Counted,
        now: Timestamp,
    ) -> Result<bool, TableError> {
        use aws_sdk_dynamodb::operation::put_item::PutItemError;
        use aws_sdk_dynamodb::types::AttributeValue;

        let put = self.client.put_item().table_name(&self.name).set_item(Some(stored(
            counted,
            ENTITY,
            Key::attempts(login),
        )?));
        let put = match before {
            Some(before) => put
                .condition_expression("failures = :before")
                .expression_attribute_values(":before", AttributeValue::N(before.to_string())),
            None => put
                .condition_expression("attribute_not_exists(PK) OR expires_at <= :now")
                .expression_attribute_values(":now", AttributeValue::N(now.as_second().to_string())),
        };
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if matches!(error.as_service_error(), Some(PutItemError::ConditionalCheckFailedException(_))) =>
            {
                Ok(false)
            }
            Err(error) => Err(TableError::request("PutItem")(error)),
        }
    }

    /// Which of `logins` are locked now, and until when. Counts nothing.
    pub async fn locked(
        &self,
        logins: impl IntoIterator<Item = Login>,
        as_of: AsOf,
        now: Timestamp,
    ) -> Result<HashMap<Login, Locked>, TableError> {
        let by_partition: HashMap<String, Login> =
            logins.into_iter().map(|login| (Key::attempts(&login).partition().to_owned(), login)).collect();
        let keys = by_partition.values().map(Key::attempts).collect();
        let mut locked = HashMap::new();
        for item in self.batch(keys, "PK, failures, locked_until, expires_at", as_of).await? {
            let login = item.get(PK).and_then(|pk| by_partition.get(pk.as_s().ok()?));
            let login = login.cloned().ok_or("a key nobody asked for").map_err(TableError::malformed(ENTITY))?;
            let counted: Counted = serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?;
            let attempts = Attempts { failures: counted.failures, locked_until: counted.locked_until };
            // TTL deletes late.
            if let Some(why) = attempts.attempt(now).err().filter(|_| counted.expires_at > now.as_second()) {
                locked.insert(login, why);
            }
        }
        Ok(locked)
    }

    /// After a sign-in that succeeded.
    pub async fn forget_attempts(&self, login: &Login) -> Result<(), TableError> {
        self.delete(Key::attempts(login)).await
    }

    /// Counts one more for `subject`; whether `limit` allows it.
    pub async fn allows(&self, limit: &Limit, subject: &str, now: Timestamp) -> Result<bool, TableError> {
        self.allows_many(limit, subject, 1, now).await
    }

    /// Counts `many` more for `subject`; whether `limit` allows them. What is not allowed counts, too: whoever insists waits
    /// for the next window.
    pub async fn allows_many(
        &self,
        limit: &Limit,
        subject: &str,
        many: u32,
        now: Timestamp,
    ) -> Result<bool, TableError> {
        Ok(self.add(limit, subject, i64::from(many), now).await? <= i64::from(limit.count))
    }

    /// Counts one more for `subject`, and returns what that comes to.
    pub async fn count(&self, limit: &Limit, subject: &str, now: Timestamp) -> Result<u32, TableError> {
        Ok(u32::try_from(self.add(limit, subject, 1, now).await?).unwrap_or_default())
    }

    /// Whether `limit` would allow one more for `subject`. Counts nothing: it adds zero, and reads what that comes to.
    pub async fn would_allow(&self, limit: &Limit, subject: &str, now: Timestamp) -> Result<bool, TableError> {
        Ok(self.add(limit, subject, 0, now).await? < i64::from(limit.count))
    }

    /// Forgets what is counted for `subjects` in the window of now.
    pub async fn forget_counts(&self, limit: &Limit, subjects: &[String], now: Timestamp) -> Result<(), TableError> {
        for subject in subjects {
            self.delete(Key::limit(limit, subject, limit.window_at(now).0)).await?;
        }
        Ok(())
    }

    /// Counts one less for `subject`: what was counted before it was tried has succeeded.
    pub async fn take_back(&self, limit: &Limit, subject: &str, now: Timestamp) -> Result<(), TableError> {
        self.add(limit, subject, -1, now).await?;
        Ok(())
    }

    /// Adds to what is counted for `subject`, and returns what it comes to.
    async fn add(&self, limit: &Limit, subject: &str, many: i64, now: Timestamp) -> Result<i64, TableError> {
        use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

        let (began, ends) = limit.window_at(now);
        let update = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(Key::limit(limit, subject, began).into_item()))
            .update_expression("SET entity = :entity, expires_at = :ends ADD happened :many")
            .expression_attribute_values(":entity", AttributeValue::S("Limit".to_owned()))
            .expression_attribute_values(":ends", AttributeValue::N(ends.as_second().to_string()))
            .expression_attribute_values(":many", AttributeValue::N(many.to_string()))
            .return_values(ReturnValue::UpdatedNew);
        let updated = Box::pin(update.send()).await.map_err(TableError::request("UpdateItem"))?;
        let updated = updated.attributes.unwrap_or_default();
        let happened = updated.get("happened").and_then(|value| value.as_n().ok()).and_then(|n| n.parse().ok());
        happened.ok_or("no number came back").map_err(TableError::malformed("Limit"))
    }
}
