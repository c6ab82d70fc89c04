//! Handing temporary passwords out, once: asked for, begun by whoever confirms it, ended; and what came of it, sealed, until the browser
//! that confirmed it has shown it. The item of a hand-out holds no name of a pupil, and no password.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use aws_smithy_types::Blob;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{HandOutId, LearnerId, Uai, UserId};
use serde::{Deserialize, Serialize};

use crate::item::{Change, apart, put_new, put_over, stored};
use crate::keys::hash;
use crate::transaction::Cancelled;
use crate::{Key, Table, TableError};

const ENTITY: &str = "HandOut";
const ANSWER: &str = "HandOutAnswer";
/// How long the question can be answered: what it says of pupils grows old.
const ASKS: SignedDuration = SignedDuration::from_hours(1);
/// How long the answer waits for its browser.
const SHOWS: SignedDuration = SignedDuration::from_mins(10);
/// No request lives as long: one that has not ended by then broke off.
const LONGEST: SignedDuration = SignedDuration::from_secs(60);
/// How long its page can say what was done. The school's log says it for a year.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// One handing out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOut {
    /// The pupils that the question is about, in the order of lists; nobody any more once it ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learners: Vec<LearnerId>,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Who confirmed it, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<HandOutBegun>,
    /// What it came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<HandOutEnded>,
    expires_at: i64,
}

/// A hand-out that somebody confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOutBegun {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub user: UserId,
    /// Their first and last name, as in the log.
    pub by: String,
}

/// What a hand-out came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOutEnded {
    /// How many got a password.
    pub handed_out: usize,
    /// How many got none.
    pub unserved: usize,
}

/// How far a hand-out is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandOutState {
    /// It waits for a yes.
    Asked,
    /// It waited too long.
    TooOld,
    /// Passwords are being handed out.
    Running,
    /// It was done.
    Done,
    /// It broke off: nobody knows what it came to.
    Interrupted,
}

/// What a hand-out came to, sealed under a key that the table does not have.
#[derive(Debug, Clone, Copy)]
pub struct SealedAnswer<'a> {
    /// The key, of which only the hash is kept.
    pub key: &'a [u8; 32],
    /// The sealed answer.
    pub sealed: &'a [u8],
}

/// What is stored beside the sealed bytes.
#[derive(Serialize)]
struct Kept {
    reader: String,
    expires_at: i64,
}

impl HandOut {
    /// The question whether `learners` are to get passwords.
    pub fn asked(learners: Vec<LearnerId>, now: Timestamp) -> Self {
        Self { learners, asked_at: now, begun: None, ended: None, expires_at: (now + KEPT).as_second() }
    }

    /// One that begins without a question.
    #[must_use]
    pub fn begun(self, begun: HandOutBegun) -> Self {
        Self { begun: Some(begun), ..self }
    }

    /// How far it is at `now`.
    pub fn state(&self, now: Timestamp) -> HandOutState {
        match (&self.begun, &self.ended) {
            (Some(_), Some(_)) => HandOutState::Done,
            (Some(begun), None) if begun.at + LONGEST < now => HandOutState::Interrupted,
            (Some(_), None) => HandOutState::Running,
            (None, _) if self.asked_at + ASKS <= now => HandOutState::TooOld,
            (None, _) => HandOutState::Asked,
        }
    }
}

impl Table {
    /// Notes a hand-out under `id`. Whether there was none.
    pub async fn note_hand_out(&self, uai: Uai, id: HandOutId, hand_out: &HandOut) -> Result<bool, TableError> {
        let item = put_new(&self.name, stored(hand_out, ENTITY, Key::hand_out(uai, id))?)?;
        match self.transact(vec![item]).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// The hand-out `id` of a school, as of now.
    pub async fn noted_hand_out(&self, uai: Uai, id: HandOutId) -> Result<Option<HandOut>, TableError> {
        self.get(Key::hand_out(uai, id), ENTITY).await
    }

    /// Begins a hand-out that was asked for. Of two who confirm it at the same moment, one does: whether it is this one.
    pub async fn begin_hand_out(&self, uai: Uai, id: HandOutId, begun: &HandOutBegun) -> Result<bool, TableError> {
        // In a transaction, which knows itself again: a plain update whose answer was lost would be sent again, and find itself too late.
        let change = Change::of(Key::hand_out(uai, id), "SET begun = :begun")
            .only_if("attribute_exists(PK) AND attribute_not_exists(begun)")
            .value_of(":begun", begun)?
            .in_transaction(&self.name)?;
        match self.transact(vec![change]).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// Ends a hand-out, and keeps its answer for ten minutes, if there is a browser that waits for it.
    pub async fn end_hand_out(
        &self,
        uai: Uai,
        id: HandOutId,
        ended: HandOutEnded,
        answer: Option<SealedAnswer<'_>>,
        now: Timestamp,
    ) -> Result<(), TableError> {
        let mut items = vec![
            Change::of(Key::hand_out(uai, id), "SET ended = :ended REMOVE learners")
                .only_if("attribute_exists(begun)")
                .value_of(":ended", &ended)?
                .in_transaction(&self.name)?,
        ];
        if let Some(answer) = answer {
            let kept = Kept { reader: hash(answer.key), expires_at: (now + SHOWS).as_second() };
            let mut item = stored(&kept, ANSWER, Key::sealed_answer(uai, id))?;
            item.insert("sealed".to_owned(), AttributeValue::B(Blob::new(answer.sealed)));
            items.push(put_over(&self.name, item)?);
        }
        match self.transact(items).await {
            Ok(()) => Ok(()),
            Err(Cancelled::Conditions(_)) => Err(TableError::malformed(ENTITY)("it was never begun")),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// Takes the sealed answer of a hand-out away, if it is `key` that opens it and its time is not over: of two who look at the same
    /// moment, one gets it.
    pub async fn take_answer(
        &self,
        uai: Uai,
        id: HandOutId,
        key: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, TableError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(Key::sealed_answer(uai, id).into_item()))
            .condition_expression("reader = :reader AND expires_at > :now")
            .expression_attribute_values(":reader", AttributeValue::S(hash(key)))
            .expression_attribute_values(":now", AttributeValue::N(now.as_second().to_string()))
            .return_values(ReturnValue::AllOld);
        let taken = match apart(delete.send()).await {
            Ok(taken) => taken,
            Err(error) => {
                return match error.as_service_error() {
                    Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(None),
                    _ => Err(TableError::request("DeleteItem")(error)),
                };
            }
        };
        let sealed = taken.attributes.and_then(|mut item| item.remove("sealed"));
        match sealed {
            Some(AttributeValue::B(sealed)) => Ok(Some(sealed.into_inner())),
            _ => Err(TableError::malformed(ANSWER)("it holds nothing")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_788_249_600 + second).unwrap()
    }

    proptest! {
        /// Whatever was noted, and whenever one looks: only what waits, and not too long, can be confirmed; what ended stays done.
        #[test]
        fn it_can_be_confirmed_once_and_for_an_hour(begun in proptest::option::of(0_i64..3_600), ended: bool, look in 0_i64..100_000) {
            let mut hand_out = HandOut::asked(Vec::new(), at(0));
            if let Some(begun) = begun {
                let user = UserId::new(at(0), [7; 10]);
                hand_out = hand_out.begun(HandOutBegun { at: at(begun), user, by: "A".to_owned() });
                hand_out.ended = ended.then_some(HandOutEnded { handed_out: 1, unserved: 0 });
            }
            let expected = match begun {
                None if look < 3_600 => HandOutState::Asked,
                None => HandOutState::TooOld,
                Some(_) if ended => HandOutState::Done,
                Some(begun) if look <= begun + 60 => HandOutState::Running,
                Some(_) => HandOutState::Interrupted,
            };
            prop_assert_eq!(hand_out.state(at(look)), expected);
        }
    }
}
