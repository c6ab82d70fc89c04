//! Codes that sign a pupil in: by the code, whom it was shown for; at the account, which code holds. Another code for the account ends the
//! one before, and whoever uses one removes it from the account in the same transaction that opens the session.

use jiff::Timestamp;
use rentree_domain::{FormId, LearnerId, PersonalCode, Uai, UserId};
use serde::{Deserialize, Serialize};

use crate::item::{Change, delete, put_new, stored};
use crate::keys::sign_in_code_hash;
use crate::password::tied;
use crate::transaction::Cancelled;
use crate::{AuditEntry, Key, Session, SessionHash, Table, TableError, User, audit, session};

const ENTITY: &str = "SignInCode";
/// The account is as it was read, a pupil's, and nobody's of a team.
const OF_A_PUPIL: &str = "epoch = :epoch AND attribute_exists(birth_date) AND attribute_not_exists(joined_a_team)";
/// The same, and the code is the one that holds.
const HOLDS: &str = "sign_in_code.#hash = :hash AND sign_in_code.valid_until > :now AND epoch = :epoch AND attribute_exists(birth_date) AND attribute_not_exists(joined_a_team)";

/// Whom a code was shown for: found by the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInCode {
    /// The account that it opens.
    pub user: UserId,
    /// The school whose staff showed it.
    pub uai: Uai,
    /// Its pupil there.
    pub learner: LearnerId,
    /// [`User::epoch`] when it was shown: a new password ends it, and whatever else ends sessions.
    pub epoch: u64,
    /// In epoch seconds. (The first codes were stored without it, for ten minutes.)
    #[serde(default)]
    valid_until: i64,
    /// In epoch seconds: DynamoDB deletes some time after. Not before the page that showed it counts no more, which then shows another one.
    expires_at: i64,
}

/// What came of showing a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeShown {
    /// It opens the account.
    Now,
    /// It was shown before: it may hold still, or have been used.
    Before,
    /// The account is not this pupil's, changed meanwhile, or is also one of staff.
    Not,
}

/// What became of a code that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeState {
    /// It opens the account, until then.
    Holds(Timestamp),
    /// It opened the account, at that second.
    Used(Timestamp),
    /// Its time is over, or something else ended it.
    Over,
}

/// What an account says of the code that holds.
#[derive(Debug, Serialize, Deserialize)]
struct Holding {
    hash: String,
    /// In epoch seconds, so that DynamoDB can compare.
    valid_until: i64,
    /// [`User::epoch`] when it was shown. (The first codes were stored without it: they are shown no second time.)
    #[serde(default)]
    epoch: u64,
}

/// What an account says of the last code that was used.
#[derive(Debug, Serialize, Deserialize)]
struct Used {
    hash: String,
    /// In epoch seconds.
    at: i64,
}

/// What of an account tells what became of a code.
#[derive(Debug, Deserialize)]
struct Holder {
    epoch: u64,
    /// See [`User::joined_a_team`].
    #[serde(default)]
    joined_a_team: bool,
    sign_in_code: Option<Holding>,
    used_sign_in_code: Option<Used>,
}

impl Table {
    /// Lets `code` open the account `user` of a pupil `until` then, once, in place of the code before; `entry` tells it.
    pub async fn show_sign_in_code(
        &self,
        (uai, learner): (Uai, LearnerId),
        (id, user): (UserId, &User),
        (code, until): (&PersonalCode, Timestamp),
        entry: &AuditEntry,
    ) -> Result<CodeShown, TableError> {
        let (valid_until, epoch) = (until.as_second(), user.epoch);
        let holding = Holding { hash: sign_in_code_hash(code), valid_until, epoch };
        let expires_at = (until + FormId::COUNTS).as_second();
        let shown = SignInCode { user: id, uai, learner, epoch, valid_until, expires_at };
        let items = vec![
            tied(&self.name, (uai, learner), id)?,
            Change::of(Key::user(id), "SET sign_in_code = :code")
                .only_if(OF_A_PUPIL)
                .value_of(":code", &holding)?
                .number(":epoch", user.epoch)
                .in_transaction(&self.name)?,
            put_new(&self.name, stored(&shown, ENTITY, Key::sign_in_code(code))?)?,
            audit::write(&self.name, uai, entry)?,
        ];
        match self.transact(items).await {
            Ok(()) => Ok(CodeShown::Now),
            Err(Cancelled::Conditions(failed)) if failed[0] || failed[1] => Ok(CodeShown::Not),
            Err(Cancelled::Conditions(_)) => Ok(CodeShown::Before),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// What became of `code`, which was shown for the account `id`. Of those that were used, the account knows the last one.
    pub async fn sign_in_code_state(
        &self,
        id: UserId,
        code: &PersonalCode,
        now: Timestamp,
    ) -> Result<CodeState, TableError> {
        let holder: Option<Holder> = self.get(Key::user(id), "User").await?;
        let Some(Holder { epoch, joined_a_team, sign_in_code, used_sign_in_code }) = holder else {
            return Ok(CodeState::Over);
        };
        let hash = sign_in_code_hash(code);
        let used = used_sign_in_code.filter(|used| used.hash == hash);
        if let Some(at) = used.and_then(|used| Timestamp::from_second(used.at).ok()) {
            return Ok(CodeState::Used(at));
        }
        let held = sign_in_code.filter(|held| !joined_a_team && held.epoch == epoch && held.hash == hash);
        let until = held.and_then(|held| Timestamp::from_second(held.valid_until).ok());
        Ok(until.filter(|until| *until > now).map_or(CodeState::Over, CodeState::Holds))
    }

    /// Whom a code was shown for, unless its time is over. It may have been used, or another one may hold:
    /// [`use_sign_in_code`](Self::use_sign_in_code) says.
    pub async fn sign_in_code(&self, code: &PersonalCode, now: Timestamp) -> Result<Option<SignInCode>, TableError> {
        let shown: Option<SignInCode> = self.get(Key::sign_in_code(code), ENTITY).await?;
        Ok(shown.filter(|shown| shown.valid_until > now.as_second()))
    }

    /// Opens the session of whom `code` was shown for, and uses the code up; `entry` tells it. `false`: the code does not hold, and
    /// nothing is written. `replaces` ends: a session never survives a sign-in.
    pub async fn use_sign_in_code(
        &self,
        (code, shown): (&PersonalCode, &SignInCode),
        opened: (&SessionHash, &Session),
        replaces: Option<&SessionHash>,
        now: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, TableError> {
        let hash = sign_in_code_hash(code);
        let mut items = vec![
            Change::of(Key::user(shown.user), "SET used_sign_in_code = :used REMOVE sign_in_code")
                .only_if(HOLDS)
                .value_of(":used", &Used { hash: hash.clone(), at: now.as_second() })?
                .text(":hash", hash)
                .number(":now", now.as_second())
                .number(":epoch", shown.epoch)
                .in_transaction(&self.name)?,
            tied(&self.name, (shown.uai, shown.learner), shown.user)?,
            session::open(&self.name, opened)?,
            audit::write(&self.name, shown.uai, entry)?,
        ];
        if let Some(former) = replaces {
            items.push(delete(&self.name, Key::session(former))?);
        }
        self.written(items).await
    }
}
