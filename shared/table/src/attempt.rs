//! Failed sign-ins by login, and by what a device keeps of one, and how often things happen: what throttling counts.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::{SignedDuration, Timestamp};
use rentree_domain::attempts::{Attempts, Locked, Rule};
use rentree_domain::{Limit, Login};
use serde::{Deserialize, Serialize};

use crate::batch::AsOf;
use crate::item::{apart, stored};
use crate::keys::PK;
use crate::{Item, Key, Table, TableError};

const ENTITY: &str = "Attempts";
/// Attempts at the same moment count one after the other; more than this at once is nobody's typing.
const TURNS: usize = 20;
/// Failures are forgotten after a day, a block after a year: nobody's login stays here for ever.
const FAILURES_KEPT: SignedDuration = SignedDuration::from_hours(24);
const BLOCK_KEPT: SignedDuration = SignedDuration::from_hours(24 * 365);
/// How long a device keeps something of a login that signed in there. What failed there is kept longer than any of it holds, for a
/// cookie that is put back must find it: an entry is signed anew by a success alone, which forgets what failed.
pub const DEVICE_LASTS: SignedDuration = SignedDuration::from_hours(24 * 180);
const KEPT_OF_DEVICE: SignedDuration = SignedDuration::from_hours(24 * 181);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Counted {
    failures: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locked_until: Option<Timestamp>,
    expires_at: i64,
    /// See [`a_mark`].
    #[serde(default)]
    mark: u64,
}

/// Marks one request, so that the SDK may send it again when its answer was lost: what is there with the same mark is what it wrote,
/// and is not counted twice. (Should somebody else have counted in between, it is.)
pub(crate) fn a_mark() -> u64 {
    // Differs for each, which is all that is asked of it.
    RandomState::new().build_hasher().finish()
}

/// The random number of what a device keeps of a login: its failures there are counted under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceEntry([u8; 16]);

impl DeviceEntry {
    /// One of these random bytes.
    pub fn new(random: [u8; 16]) -> Self {
        Self(random)
    }

    /// Its bytes.
    pub fn bytes(self) -> [u8; 16] {
        self.0
    }
}

/// What failed sign-ins are counted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counter {
    /// A login, known or not, on devices where it never signed in.
    Login(Login),
    /// A login on a device where it signed in before.
    Device(DeviceEntry),
}

impl From<Login> for Counter {
    fn from(login: Login) -> Self {
        Self::Login(login)
    }
}

impl Counter {
    fn key(&self) -> Key {
        match self {
            Self::Login(login) => Key::attempts(login),
            Self::Device(entry) => Key::attempts_on_device(*entry),
        }
    }
}

/// What was counted when it was read.
#[derive(Debug, Clone, Copy)]
pub struct Seen(Option<Attempts>);

impl Seen {
    /// How many failures in a row.
    pub fn failures(&self) -> u32 {
        self.0.unwrap_or_default().failures
    }

    /// Whether another attempt of a stranger with `login` would be refused.
    pub fn locked(&self, login: &Login, now: Timestamp) -> Option<Locked> {
        self.0.unwrap_or_default().attempt(Rule::of(login), now).err()
    }
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
    /// What is counted for `login` until now: read beside what else must be known before an attempt is made.
    pub async fn attempts(&self, login: &Login, now: Timestamp) -> Result<Seen, TableError> {
        self.attempts_at(Key::attempts(login), now).await
    }

    async fn attempts_at(&self, key: Key, now: Timestamp) -> Result<Seen, TableError> {
        let found: Option<Counted> = self.get(key, ENTITY).await?;
        // TTL deletes late.
        let known = found.filter(|counted| counted.expires_at > now.as_second());
        Ok(Seen(known.map(|counted| Attempts { failures: counted.failures, locked_until: counted.locked_until })))
    }

    /// Counts an attempt to sign in with `login` as failed, before it is made, on a device where it never signed in;
    /// [`forget_attempts`](Self::forget_attempts) when it succeeds. `seen`: what was counted until now; it is looked at again if it no
    /// longer holds.
    pub async fn begin_attempt(&self, login: &Login, seen: Seen, now: Timestamp) -> Result<(), AttemptError> {
        let rule = Rule::of(login);
        let next = |before: Attempts| {
            let after = before.attempt(rule, now)?;
            let blocks = after.attempt(rule, now) == Err(Locked::Blocked);
            Ok((after, if blocks { BLOCK_KEPT } else { FAILURES_KEPT }))
        };
        self.count_one_more(&Counter::Login(login.clone()), seen, now, next).await?.map_err(AttemptError::Locked)
    }

    /// The same on a device where the login signed in before. `false` when too many failed there.
    pub async fn begin_attempt_on_device(&self, entry: DeviceEntry, now: Timestamp) -> Result<bool, TableError> {
        let next = |before: Attempts| before.attempt_on_device().map(|after| (after, KEPT_OF_DEVICE)).ok_or(());
        // Most are right at once, and nothing was counted before.
        Ok(self.count_one_more(&Counter::Device(entry), Seen(None), now, next).await?.is_ok())
    }

    /// Counts what `next` makes of what was counted before, and for how long that is kept, or tells why it makes nothing.
    async fn count_one_more<W>(
        &self,
        counter: &Counter,
        mut seen: Seen,
        now: Timestamp,
        next: impl Fn(Attempts) -> Result<(Attempts, SignedDuration), W>,
    ) -> Result<Result<(), W>, TableError> {
        for _ in 0..TURNS {
            let (after, kept) = match next(seen.0.unwrap_or_default()) {
                Ok(next) => next,
                Err(why) => return Ok(Err(why)),
            };
            let counted = Counted {
                failures: after.failures,
                locked_until: after.locked_until,
                expires_at: (now + kept).as_second(),
                mark: a_mark(),
            };
            if self.count_attempt(counter.key(), seen.0.map(|before| before.failures), &counted, now).await? {
                return Ok(Ok(()));
            }
            seen = self.attempts_at(counter.key(), now).await?;
        }
        Err(TableError::Contended { operation: "PutItem" })
    }

    /// Stores `counted` unless another attempt was counted meanwhile.
    async fn count_attempt(
        &self,
        key: Key,
        before: Option<u32>,
        counted: &Counted,
        now: Timestamp,
    ) -> Result<bool, TableError> {
        use aws_sdk_dynamodb::operation::put_item::PutItemError;

        let put = self.client.put_item().table_name(&self.name).set_item(Some(stored(counted, ENTITY, key)?));
        let put = match before {
            Some(before) => put
                .condition_expression("failures = :before")
                .expression_attribute_values(":before", AttributeValue::N(before.to_string())),
            None => put
                .condition_expression("attribute_not_exists(PK) OR expires_at <= :now")
                .expression_attribute_values(":now", AttributeValue::N(now.as_second().to_string())),
        };
        let put = put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match apart(put.send()).await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(failed.item().is_some_and(|item| is_marked(item, counted.mark)))
                }
                _ => Err(TableError::request("PutItem")(error)),
            },
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
            if let Some(why) =
                attempts.attempt(Rule::of(&login), now).err().filter(|_| counted.expires_at > now.as_second())
            {
                locked.insert(login, why);
            }
        }
        Ok(locked)
    }

    /// After a sign-in that succeeded.
    pub async fn forget_attempts(&self, counter: &Counter) -> Result<(), TableError> {
        self.delete(counter.key()).await
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

    /// Whether `limit` would allow one more for `subject`. Counts nothing.
    pub async fn would_allow(&self, limit: &Limit, subject: &str, now: Timestamp) -> Result<bool, TableError> {
        Ok(self.counted(limit, subject, now).await? < limit.count)
    }

    /// What is counted for `subject`. Counts nothing: it adds zero, and reads what that comes to.
    pub async fn counted(&self, limit: &Limit, subject: &str, now: Timestamp) -> Result<u32, TableError> {
        Ok(u32::try_from(self.add(limit, subject, 0, now).await?).unwrap_or_default())
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
        self.take_back_many(limit, subject, 1, now).await
    }

    /// Counts `many` less for `subject`.
    pub async fn take_back_many(
        &self,
        limit: &Limit,
        subject: &str,
        many: u32,
        now: Timestamp,
    ) -> Result<(), TableError> {
        self.add(limit, subject, -i64::from(many), now).await?;
        Ok(())
    }

    /// Adds to what is counted for `subject`, and returns what it comes to.
    async fn add(&self, limit: &Limit, subject: &str, many: i64, now: Timestamp) -> Result<i64, TableError> {
        use aws_sdk_dynamodb::operation::update_item::UpdateItemError;

        let ((began, ends), mark) = (limit.window_at(now), a_mark());
        let update = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(Key::limit(limit, subject, began).into_item()))
            .update_expression("SET entity = :entity, expires_at = :ends, mark = :mark ADD happened :many")
            .condition_expression("attribute_not_exists(mark) OR mark <> :mark")
            .expression_attribute_values(":mark", AttributeValue::N(mark.to_string()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .expression_attribute_values(":entity", AttributeValue::S("Limit".to_owned()))
            .expression_attribute_values(":ends", AttributeValue::N(ends.as_second().to_string()))
            .expression_attribute_values(":many", AttributeValue::N(many.to_string()))
            .return_values(ReturnValue::UpdatedNew);
        let updated = match apart(update.send()).await {
            Ok(updated) => updated.attributes,
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => failed.item().cloned(),
                _ => return Err(TableError::request("UpdateItem")(error)),
            },
        };
        let updated = updated.unwrap_or_default();
        let happened = updated.get("happened").and_then(|value| value.as_n().ok()).and_then(|n| n.parse().ok());
        happened.ok_or("no number came back").map_err(TableError::malformed("Limit"))
    }
}

fn is_marked(item: &Item, mark: u64) -> bool {
    item.get("mark").and_then(|value| value.as_n().ok()).is_some_and(|number| *number == mark.to_string())
}
