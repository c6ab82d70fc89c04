//! The credentials of record books: a handful of items in one partition. Only the hash of a secret is kept. They stand there for a year
//! after their last day, as long as the logs of schools name them, and no name is given twice meanwhile.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{RecordBookName, Scope, SecretHash, paris};
use serde::{Deserialize, Serialize};

use crate::item::{Change, apart, stored};
use crate::keys::{RECORD_BOOKS, SK};
use crate::{Item, Key, Table, TableError};

const ENTITY: &str = "RecordBook";
/// After the last day: as long as the log of a school may name them.
const KEPT: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Credentials of a record book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordBook {
    /// Which schools it reads.
    pub scope: Scope,
    /// Of the secret that its operator keeps.
    pub secret_hash: SecretHash,
    /// The last day on which they hold, in Paris.
    pub until: Date,
    /// When they were made.
    pub made_at: Timestamp,
    /// Since when they hold no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// Why credentials hold no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// They were revoked.
    Revoked,
    /// This was their last day.
    Over(Date),
}

impl RecordBook {
    /// Whether they hold.
    pub fn check(&self, now: Timestamp) -> Result<(), Ended> {
        if self.revoked_at.is_some() {
            Err(Ended::Revoked)
        } else if paris::date(now) > self.until {
            Err(Ended::Over(self.until))
        } else {
            Ok(())
        }
    }

    /// Whether the same was said of them when they were made.
    fn is_said_again(&self, known: &Self) -> bool {
        (self.scope, self.until) == (known.scope, known.until) && self.secret_hash == known.secret_hash
    }
}

impl Table {
    /// Makes credentials of this name, and returns them as they are. Said again, they are what they became since, also revoked. `None`: the
    /// name is that of others.
    pub async fn make_record_book(
        &self,
        name: &RecordBookName,
        book: RecordBook,
    ) -> Result<Option<RecordBook>, TableError> {
        let mut item = stored(&book, ENTITY, Key::record_book(name))?;
        if let Some(end) = paris::end_of(book.until) {
            let expires_at = AttributeValue::N((end + KEPT).as_second().to_string());
            item.insert("expires_at".to_owned(), expires_at);
        }
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        match apart(put.condition_expression("attribute_not_exists(PK)").send()).await {
            Ok(_) => Ok(Some(book)),
            Err(error)
                if matches!(error.as_service_error(), Some(PutItemError::ConditionalCheckFailedException(_))) =>
            {
                Ok(self.record_book(name).await?.filter(|known| book.is_said_again(known)))
            }
            Err(error) => Err(TableError::request("PutItem")(error)),
        }
    }

    /// Revokes credentials; `false`: there are none of this name. Revoked already, they stay so since then.
    pub async fn revoke_record_book(&self, name: &RecordBookName, now: Timestamp) -> Result<bool, TableError> {
        Change::of(Key::record_book(name), "SET revoked_at = if_not_exists(revoked_at, :now)")
            .only_if("attribute_exists(PK)")
            .text(":now", now.to_string())
            .alone(self)
            .await
    }

    /// Credentials, as of now, whether they hold or not.
    pub async fn record_book(&self, name: &RecordBookName) -> Result<Option<RecordBook>, TableError> {
        self.get(Key::record_book(name), ENTITY).await
    }

    /// All credentials, by name.
    pub async fn record_books(&self) -> Result<BTreeMap<RecordBookName, RecordBook>, TableError> {
        let read = |item: Item| {
            let name = item.get(SK).and_then(|key| RecordBookName::parse(key.as_s().ok()?).ok());
            let name = name.ok_or("no name in its key").map_err(TableError::malformed(ENTITY))?;
            Ok((name, serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?))
        };
        let all = self
            .query()
            .key_condition_expression("PK = :partition")
            .expression_attribute_values(":partition", AttributeValue::S(RECORD_BOOKS.to_owned()))
            .consistent_read(true);
        crate::item::all(all).await?.into_iter().map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rentree_domain::ProgramSecret;

    use super::*;

    #[test]
    fn credentials_hold_until_the_end_of_their_last_day_or_until_they_are_revoked() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let book = RecordBook {
            scope: Scope::Lsu,
            secret_hash: ProgramSecret::new([7; 32]).hash(),
            until: date(2027, 8, 31),
            made_at: at("2026-09-01T08:00:00Z"),
            revoked_at: None,
        };
        assert_eq!(book.check(at("2027-08-31T21:59:59Z")), Ok(()));
        assert_eq!(book.check(at("2027-08-31T22:00:00Z")), Err(Ended::Over(date(2027, 8, 31))));
        let revoked = RecordBook { revoked_at: Some(at("2026-09-02T08:00:00Z")), ..book.clone() };
        assert_eq!(revoked.check(at("2026-09-02T08:00:01Z")), Err(Ended::Revoked));
        assert!(book.is_said_again(&revoked), "a message that comes again after the revocation is no other one");
        let other = RecordBook { secret_hash: ProgramSecret::new([8; 32]).hash(), ..book.clone() };
        assert!(!other.is_said_again(&book));
    }
}
