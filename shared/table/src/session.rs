//! Sessions. Only the hash of the secret is stored.

use jiff::Timestamp;
use rentree_domain::UserId;
use serde::{Deserialize, Serialize};

use crate::school::stored;
use crate::{Key, Table, TableError};

const ENTITY: &str = "Session";

/// A person signed in on one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub user: UserId,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when, in epoch seconds: the attribute that TTL watches.
    pub expires_at: i64,
}

impl Table {
    /// Opens a session under `secret`, which the caller drew at random.
    pub async fn create_session(&self, secret: &[u8; 32], session: &Session) -> Result<(), TableError> {
        let item = stored(session, ENTITY, Key::session(secret))?;
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        put.send().await.map_err(TableError::request("PutItem"))?;
        Ok(())
    }

    /// The session of `secret`, unless it has expired. (TTL deletes late.)
    pub async fn session(&self, secret: &[u8; 32], now: Timestamp) -> Result<Option<Session>, TableError> {
        let session: Option<Session> = self.get(Key::session(secret), ENTITY).await?;
        Ok(session.filter(|session| session.expires_at > now.as_second()))
    }
}
