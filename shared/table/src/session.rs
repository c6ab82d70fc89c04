//! Sessions. Only the hash of the secret is stored.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::Timestamp;
use rentree_domain::UserId;
use serde::{Deserialize, Serialize};

use crate::item::{check_number, delete, put_over, stored};
use crate::keys::{GSI1, SESSIONS, SessionHash, user};
use crate::transaction::Cancelled;
use crate::{Item, Key, Person, Table, TableError};

const ENTITY: &str = "Session";

/// A person signed in on one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub user: UserId,
    /// [`Person::epoch`] when it was opened: another epoch ends it.
    pub epoch: u64,
    /// Since when.
    pub created_at: Timestamp,
    /// `Firefox, Windows`: what its owner knows it by.
    #[serde(default)]
    pub device: String,
    /// Until when, in epoch seconds: the attribute that TTL watches.
    pub expires_at: i64,
}

/// The item of a session.
pub(crate) fn item(hash: &SessionHash, session: &Session) -> Result<Item, TableError> {
    let mut item = stored(session, ENTITY, Key::session(hash))?;
    item.insert(GSI1.0.to_owned(), AttributeValue::S(user(session.user)));
    item.insert(GSI1.1.to_owned(), AttributeValue::S(format!("{SESSIONS}{hash}")));
    Ok(item)
}

/// Opens `session`, as part of a transaction.
pub(crate) fn open(table: &str, (hash, session): (&SessionHash, &Session)) -> Result<TransactWriteItem, TableError> {
    put_over(table, item(hash, session)?)
}

impl Table {
    /// Opens a session; `false` when its epoch is over: a new password was set at the same moment, for instance.
    ///
    /// `replaces` ends: a session never survives a sign-in.
    pub async fn open_session(
        &self,
        hash: &SessionHash,
        session: &Session,
        replaces: Option<&SessionHash>,
    ) -> Result<bool, TableError> {
        let mut items = vec![
            check_number(&self.name, Key::user(session.user), "epoch = :value", session.epoch)?,
            open(&self.name, (hash, session))?,
        ];
        if let Some(former) = replaces {
            items.push(delete(&self.name, Key::session(former))?);
        }
        match self.transact(items).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// The session of `hash`, unless it has run out. Whether its owner still honours it, their account tells: see
    /// [`Person::epoch`].
    pub async fn session_alone(&self, hash: &SessionHash, now: Timestamp) -> Result<Option<Session>, TableError> {
        let session: Option<Session> = self.get(Key::session(hash), ENTITY).await?;
        // TTL deletes late.
        Ok(session.filter(|session| session.expires_at > now.as_second()))
    }

    /// The session of `hash` and whose it is, unless it is over. (TTL deletes late.)
    pub async fn session(&self, hash: &SessionHash, now: Timestamp) -> Result<Option<(Session, Person)>, TableError> {
        let session: Option<Session> = self.get(Key::session(hash), ENTITY).await?;
        let Some(session) = session.filter(|session| session.expires_at > now.as_second()) else { return Ok(None) };
        let person = self.person(session.user).await?.filter(|person| person.epoch == session.epoch);
        Ok(person.map(|person| (session, person)))
    }

    /// The sessions of `id` that are open, the latest first. Read from an index: one opened this second may be missing.
    pub async fn sessions(
        &self,
        id: UserId,
        epoch: u64,
        now: Timestamp,
    ) -> Result<Vec<(SessionHash, Session)>, TableError> {
        let mut sessions = Vec::new();
        for item in self.of_user(id, SESSIONS).await? {
            let hash = item.get("PK").and_then(|pk| pk.as_s().ok()).and_then(|pk| pk.strip_prefix(SESSIONS));
            let hash =
                hash.and_then(SessionHash::parse).ok_or("no hash in its key").map_err(TableError::malformed(ENTITY))?;
            let session: Session = serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?;
            if session.epoch == epoch && session.expires_at > now.as_second() {
                sessions.push((hash, session));
            }
        }
        sessions.sort_by_key(|(_, session)| std::cmp::Reverse(session.created_at));
        Ok(sessions)
    }

    /// Ends a session.
    pub async fn end_session(&self, hash: &SessionHash) -> Result<(), TableError> {
        self.delete(Key::session(hash)).await
    }
}
