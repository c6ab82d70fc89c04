//! Pupils with whose name somebody tried too many birth dates: the school's staff see who cannot join for now, and let them try again.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use rentree_domain::guess::Subject;
use rentree_domain::limit::{
    FOUND_BY_PUPIL, GUESSES_BY_COARSE_NAME, GUESSES_BY_COARSE_NAME_A_DAY, GUESSES_BY_PUPIL, GUESSES_BY_PUPIL_A_DAY,
};
use rentree_domain::{LearnerId, Uai};
use serde::{Deserialize, Serialize};

use crate::item::{Change, apart, stored};
use crate::keys::{GUESSED, id_in_sk, school_pk};
use crate::{Key, Table, TableError};

const ENTITY: &str = "GuessedPupil";

/// A pupil who is held up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuessedPupil {
    /// Since when guesses are refused.
    pub since: Timestamp,
    /// When they are not refused any more. In epoch seconds: DynamoDB deletes some time after.
    expires_at: i64,
}

impl GuessedPupil {
    /// From `since` on, until `until`.
    pub fn new(since: Timestamp, until: Timestamp) -> Self {
        Self { since, expires_at: until.as_second() }
    }

    /// Until when.
    pub fn until(&self) -> Timestamp {
        Timestamp::from_second(self.expires_at).unwrap_or(Timestamp::MAX)
    }
}

impl Table {
    /// Notes that a pupil of the school is held up; whether that was not known until then.
    pub async fn hold_up(&self, uai: Uai, learner: LearnerId, guessed: &GuessedPupil) -> Result<bool, TableError> {
        use aws_sdk_dynamodb::operation::put_item::PutItemError;

        let put = self.client.put_item().table_name(&self.name);
        let put = put.set_item(Some(stored(guessed, ENTITY, Key::guessed(uai, learner))?));
        let put = put
            .condition_expression("attribute_not_exists(PK) OR expires_at < :until")
            .expression_attribute_values(":until", AttributeValue::N(guessed.expires_at.to_string()));
        match apart(put.send()).await {
            Ok(_) => Ok(true),
            Err(error)
                if matches!(error.as_service_error(), Some(PutItemError::ConditionalCheckFailedException(_))) =>
            {
                Ok(false)
            }
            Err(error) => Err(TableError::request("PutItem")(error)),
        }
    }

    /// The pupils of the school who are held up now.
    pub async fn held_up(&self, uai: Uai, now: Timestamp) -> Result<Vec<(LearnerId, GuessedPupil)>, TableError> {
        let mut held_up = Vec::new();
        for item in self.items(school_pk(uai), GUESSED).await? {
            let id = id_in_sk(&item, GUESSED).ok_or("no pupil in its key").map_err(TableError::malformed(ENTITY))?;
            let guessed: GuessedPupil = serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?;
            // TTL deletes late.
            if guessed.expires_at > now.as_second() {
                held_up.push((id, guessed));
            }
        }
        Ok(held_up)
    }

    /// Lets a pupil try again: what was guessed counts no more, neither for the pupil nor for `names`, the coarse ones of the pupil.
    pub async fn let_try(
        &self,
        uai: Uai,
        learner: LearnerId,
        names: &[Subject],
        now: Timestamp,
    ) -> Result<(), TableError> {
        let pupil = [learner.to_string()];
        let names: Vec<String> = names.iter().map(Subject::key).collect();
        let ended = Change::of(Key::guessed(uai, learner), "SET expires_at = :now").only_if("attribute_exists(PK)");
        tokio::try_join!(
            self.forget_counts(&GUESSES_BY_PUPIL, &pupil, now),
            self.forget_counts(&GUESSES_BY_PUPIL_A_DAY, &pupil, now),
            self.forget_counts(&FOUND_BY_PUPIL, &pupil, now),
            self.forget_counts(&GUESSES_BY_COARSE_NAME, &names, now),
            self.forget_counts(&GUESSES_BY_COARSE_NAME_A_DAY, &names, now),
            ended.number(":now", now.as_second()).alone(self),
        )?;
        Ok(())
    }
}
