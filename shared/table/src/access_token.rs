//! What lets a record book in for some minutes. Only the hash of a token is kept. Whether it still holds, its time and the credentials tell,
//! which are read at each call: so revoking them ends it at once.

use jiff::{SignedDuration, Timestamp};
use rentree_domain::{RecordBookName, SecretHash};
use serde::{Deserialize, Serialize};

use crate::item::stored;
use crate::{Key, Table, TableError};

const ENTITY: &str = "AccessToken";
/// After its time, so that a call which comes too late is known to be whose.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessToken {
    /// Whose.
    pub record_book: RecordBookName,
    /// Until when it holds, in epoch seconds.
    pub valid_until: i64,
    expires_at: i64,
}

impl AccessToken {
    /// A token that holds until `end`.
    pub fn new(record_book: RecordBookName, end: Timestamp) -> Self {
        Self { record_book, valid_until: end.as_second(), expires_at: (end + KEPT).as_second() }
    }

    /// Whether its time is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.valid_until <= now.as_second()
    }
}

impl Table {
    /// Issues a token.
    pub async fn issue_token(&self, token: &SecretHash, issued: &AccessToken) -> Result<(), TableError> {
        self.put(stored(issued, ENTITY, Key::access_token(token))?).await
    }

    /// A token as of now, whether it holds or not; `None` when none is like that, or not for a long time.
    pub async fn access_token(&self, token: &SecretHash) -> Result<Option<AccessToken>, TableError> {
        self.get(Key::access_token(token), ENTITY).await
    }
}
