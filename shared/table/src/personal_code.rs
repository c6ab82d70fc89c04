//! Personal codes: by the code, the pupil it was given to; at the pupil, which code holds. Another code for the pupil ends the one
//! before, and whoever uses one removes it from the pupil in the same transaction that ties.

use jiff::Timestamp;
use rentree_domain::learner::Learner;
use rentree_domain::{LearnerId, PersonalCode, Uai};
use serde::{Deserialize, Serialize};

use crate::item::{Change, put_new, stored};
use crate::keys::personal_code_hash;
use crate::transaction::Cancelled;
use crate::{AuditEntry, CodeShown, Item, Key, Table, TableError, audit, learner};

const ENTITY: &str = "PersonalCode";

/// To whom a code was given: found by the code.
#[derive(Debug, Serialize, Deserialize)]
struct Given {
    learner: LearnerId,
    /// In epoch seconds: DynamoDB deletes some time after.
    expires_at: i64,
}

/// What a pupil's item says of the code that holds.
#[derive(Debug, Deserialize)]
struct AtPupil {
    #[serde(default)]
    personal_code: Option<Holding>,
}

/// The code of a pupil that holds.
#[derive(Debug, Serialize, Deserialize)]
struct Holding {
    hash: String,
    /// In epoch seconds, so that DynamoDB can compare.
    valid_until: i64,
}

impl Table {
    /// Gives a pupil who is tied to nobody a personal code, in place of the one before, until then; `entry` tells it. [`CodeShown::Not`] when
    /// the pupil is tied, or not there.
    pub async fn give_personal_code(
        &self,
        (uai, learner): (Uai, LearnerId),
        (code, until): (&PersonalCode, Timestamp),
        entry: &AuditEntry,
    ) -> Result<CodeShown, TableError> {
        let holding = Holding { hash: personal_code_hash(uai, code), valid_until: until.as_second() };
        let given = Given { learner, expires_at: until.as_second() };
        let items = vec![
            Change::of(Key::learner(uai, learner), "SET personal_code = :code")
                .only_if("attribute_exists(PK) AND attribute_not_exists(user_id)")
                .value_of(":code", &holding)?
                .in_transaction(&self.name)?,
            put_new(&self.name, stored(&given, ENTITY, Key::personal_code(uai, code))?)?,
            audit::write(&self.name, uai, entry)?,
        ];
        match self.transact(items).await {
            Ok(()) => Ok(CodeShown::Now),
            Err(Cancelled::Conditions(failed)) if failed[0] => Ok(CodeShown::Not),
            Err(Cancelled::Conditions(_)) => Ok(CodeShown::Before),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// Until when `code` stands for a pupil still; `None` when it was used, another one was given since, or its time is over.
    pub async fn personal_code_until(
        &self,
        (uai, learner): (Uai, LearnerId),
        code: &PersonalCode,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, TableError> {
        let Some(item) = self.learner_item(uai, learner).await? else { return Ok(None) };
        let held = holding(item)?.filter(|held| held.hash == personal_code_hash(uai, code));
        let until = held.and_then(|held| Timestamp::from_second(held.valid_until).ok());
        Ok(until.filter(|until| *until > now))
    }

    /// To whom a code was given, if that is not longer ago than a day.
    pub async fn given_to(
        &self,
        uai: Uai,
        code: &PersonalCode,
        now: Timestamp,
    ) -> Result<Option<LearnerId>, TableError> {
        let given: Option<Given> = self.get(Key::personal_code(uai, code), ENTITY).await?;
        // TTL deletes late.
        Ok(given.filter(|given| given.expires_at > now.as_second()).map(|given| given.learner))
    }

    /// A pupil as of now, and whether `code` is the one that holds for them: it was not used, and no other one was given since.
    pub async fn learner_by_code(
        &self,
        uai: Uai,
        id: LearnerId,
        code: &PersonalCode,
    ) -> Result<Option<(Learner, bool)>, TableError> {
        let Some(item) = self.learner_item(uai, id).await? else { return Ok(None) };
        let holds = holding(item.clone())?.is_some_and(|held| held.hash == personal_code_hash(uai, code));
        Ok(Some((learner::read(item)?, holds)))
    }
}

/// The code that a pupil's item holds.
fn holding(item: Item) -> Result<Option<Holding>, TableError> {
    let at_pupil: AtPupil = serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?;
    Ok(at_pupil.personal_code)
}
