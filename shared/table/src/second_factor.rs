//! Second factors: the secret of an application on somebody's phone, and the hashes of recovery codes. Only the function `accounts` reads
//! them; that there is one stands with the account.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::Timestamp;
use rentree_domain::{CodeSecret, SecretHash, UserId};
use serde::{Deserialize, Serialize};

use crate::item::{Change, check_number, delete, delete_if, put_if, put_new, stored};
use crate::user::told;
use crate::{AccountError, Key, Session, SessionHash, Table, TableError, User};

const ENTITY: &str = "SecondFactor";
/// Nobody used a code since it was read.
const AS_READ: &str = "#uses = :uses";

/// The second factor of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// What the application knows, too.
    pub secret: CodeSecret,
    /// The half minute of the code that was accepted last: no code of then or before is accepted again.
    pub last_step: u64,
    /// The recovery codes that were not used yet.
    pub recovery_codes: Vec<SecretHash>,
    /// When the password was typed of the sign-in that was completed last, in epoch milliseconds. What was typed before holds no more.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub completed: Timestamp,
    /// How often a code was accepted or codes were made: two requests at the same moment cannot both succeed.
    uses: u64,
}

/// What somebody proves by a second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// A code of the application, of this half minute.
    Step(u64),
    /// A recovery code, which hashes to this.
    Recovery(SecretHash),
}

impl SecondFactor {
    /// A second factor whose first code was of the half minute `step`.
    pub fn new(secret: CodeSecret, step: u64, recovery_codes: Vec<SecretHash>) -> Self {
        Self { secret, last_step: step, recovery_codes, completed: Timestamp::UNIX_EPOCH, uses: 0 }
    }

    /// What it is once `code` was used; `None` when it was used before, or is none of it.
    #[must_use]
    pub fn used(&self, code: &Code) -> Option<Self> {
        let mut left = Self { uses: self.uses + 1, ..self.clone() };
        match code {
            Code::Step(step) if *step > self.last_step => left.last_step = *step,
            Code::Recovery(hash) if self.recovery_codes.contains(hash) => {
                left.recovery_codes.retain(|known| known != hash);
            }
            Code::Step(_) | Code::Recovery(_) => return None,
        }
        Some(left)
    }

    /// The same with other recovery codes.
    #[must_use]
    pub fn with_recovery_codes(self, recovery_codes: Vec<SecretHash>) -> Self {
        Self { recovery_codes, ..self }
    }

    /// The same once a sign-in is completed whose password was typed at `typed`; `None` when a later one was completed before.
    #[must_use]
    pub fn completing(self, typed: Timestamp) -> Option<Self> {
        (self.completed <= typed).then_some(Self { completed: typed, ..self })
    }
}

/// Puts a second factor in the place of the one that was read, as part of a transaction: nobody used a code since.
fn replace(table: &str, id: UserId, factor: &SecondFactor) -> Result<TransactWriteItem, TableError> {
    let item = stored(factor, ENTITY, Key::second_factor(id))?;
    let before = AttributeValue::N(factor.uses.saturating_sub(1).to_string());
    put_if(table, item, AS_READ, Some((":uses", before)))
}

impl Table {
    /// The second factor of an account.
    pub async fn second_factor(&self, id: UserId) -> Result<Option<SecondFactor>, TableError> {
        self.get(Key::second_factor(id), ENTITY).await
    }

    /// Adds a second factor to an account that has none: every session ends, and `session` begins.
    pub async fn add_second_factor(
        &self,
        (id, user): (UserId, &User),
        factor: &SecondFactor,
        session: (&SessionHash, &Session),
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let items = vec![
            Change::of(Key::user(id), "SET second_factor = :now, epoch = :next")
                .only_if("epoch = :epoch AND attribute_not_exists(second_factor)")
                .number(":now", now.as_millisecond())
                .number(":next", user.epoch + 1)
                .number(":epoch", user.epoch)
                .in_transaction(&self.name)?,
            put_new(&self.name, stored(factor, ENTITY, Key::second_factor(id))?)?,
            crate::session::open(&self.name, session)?,
        ];
        self.transact(items).await.map_err(|cancelled| told(cancelled, &[AccountError::Moved, AccountError::Moved]))
    }

    /// Opens the session of a sign-in whose second step is done, as [`Table::open_session`] does; `factor` has the code used. `false` when
    /// somebody was faster with it, or the account was changed.
    pub async fn open_session_by_code(
        &self,
        factor: &SecondFactor,
        (hash, session): (&SessionHash, &Session),
        replaces: Option<&SessionHash>,
    ) -> Result<bool, TableError> {
        let mut items = vec![
            check_number(&self.name, Key::user(session.user), "epoch = :value", session.epoch)?,
            replace(&self.name, session.user, factor)?,
            crate::session::open(&self.name, (hash, session))?,
        ];
        if let Some(former) = replaces {
            items.push(delete(&self.name, Key::session(former))?);
        }
        self.written(items).await
    }

    /// Keeps other recovery codes; `factor` has the code used that proved who asks. `false` when somebody was faster, or the account was
    /// changed: whoever was in by a password that was changed meanwhile makes none.
    pub async fn keep_recovery_codes(
        &self,
        (id, user): (UserId, &User),
        factor: &SecondFactor,
    ) -> Result<bool, TableError> {
        self.written(vec![
            check_number(&self.name, Key::user(id), "epoch = :value", user.epoch)?,
            replace(&self.name, id, factor)?,
        ])
        .await
    }

    /// Ends the second factor that was read as `factor`: every session ends, and `session` begins.
    pub async fn end_second_factor(
        &self,
        (id, user): (UserId, &User),
        factor: &SecondFactor,
        session: (&SessionHash, &Session),
    ) -> Result<(), AccountError> {
        let items = vec![
            Change::of(Key::user(id), "SET epoch = :next REMOVE second_factor")
                .only_if("epoch = :epoch")
                .number(":next", user.epoch + 1)
                .number(":epoch", user.epoch)
                .in_transaction(&self.name)?,
            delete_if(&self.name, Key::second_factor(id), AS_READ, ":uses", &factor.uses)?,
            crate::session::open(&self.name, session)?,
        ];
        self.transact(items).await.map_err(|cancelled| told(cancelled, &[AccountError::Moved, AccountError::Moved]))
    }

    /// Ends the second factor of an account and all its sessions, because an operator said so at `said`. `false` when there is none, or
    /// when it was added since: the same word again ends nothing.
    pub async fn end_second_factor_by_word(&self, id: UserId, said: Timestamp) -> Result<bool, TableError> {
        let account = Change::of(Key::user(id), "SET epoch = epoch + :one REMOVE second_factor")
            .only_if("second_factor < :said")
            .number(":one", 1)
            .number(":said", said.as_millisecond());
        let items = vec![account.in_transaction(&self.name)?, delete(&self.name, Key::second_factor(id))?];
        self.written(items).await
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rentree_domain::RecoveryCode;

    use super::*;

    fn factor(step: u64, seed: &[u8; 32]) -> SecondFactor {
        let codes = RecoveryCode::all_of(seed);
        SecondFactor::new(CodeSecret::of(seed), step, codes.iter().map(RecoveryCode::hash).collect())
    }

    proptest! {
        /// However codes come: those of a half minute are accepted once, in the order of time, and none before the latest.
        #[test]
        fn no_code_is_accepted_twice(seed: [u8; 32], steps in proptest::collection::vec(0_u64..12, 0..20)) {
            let mut factor = factor(3, &seed);
            let mut latest = 3;
            for step in steps {
                let used = factor.used(&Code::Step(step));
                prop_assert_eq!(used.is_some(), step > latest);
                if let Some(used) = used {
                    (factor, latest) = (used, step);
                }
            }
        }

        #[test]
        fn each_recovery_code_is_accepted_once(seed: [u8; 32], other: [u8; 32], order in proptest::collection::vec(0_usize..10, 0..20)) {
            let (codes, others) = (RecoveryCode::all_of(&seed), RecoveryCode::all_of(&other));
            let mut factor = factor(3, &seed);
            let mut done = std::collections::HashSet::new();
            for which in order {
                let used = factor.used(&Code::Recovery(codes[which].hash()));
                prop_assert_eq!(used.is_some(), done.insert(which));
                factor = used.unwrap_or(factor);
                prop_assert_eq!(factor.recovery_codes.len(), 10 - done.len());
                prop_assert!(seed == other || factor.used(&Code::Recovery(others[which].hash())).is_none());
            }
        }

        /// A password that was typed completes one sign-in, and none once a later one was completed.
        #[test]
        fn a_password_that_was_typed_before_holds_no_more(seed: [u8; 32], one in 0_i64..100, other in 0_i64..100) {
            let at = |ms| Timestamp::from_millisecond(1_788_249_600_000 + ms).unwrap();
            let completed = factor(3, &seed).completing(at(one)).unwrap();
            prop_assert_eq!(completed.completing(at(other)).is_some(), other >= one);
        }
    }
}
