//! Sessions, and when they were last used. Only the hash of the secret is stored.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::Timestamp;
use rentree_domain::idle::NOTED_EVERY;
use rentree_domain::{Holder, UserId};
use serde::{Deserialize, Serialize};

use crate::item::{Change, apart, check_number, delete, put_over, stored};
use crate::keys::{GSI1, PK, SEEN, SESSIONS, SessionHash, user};
use crate::transaction::Cancelled;
use crate::{Item, Key, Person, Table, TableError};

const ENTITY: &str = "Session";
const SEEN_ENTITY: &str = "Seen";

/// A person signed in on one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub user: UserId,
    /// Whose it is, which decides how long it may rest.
    #[serde(default)]
    pub holder: Holder,
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

impl Session {
    /// Whether it holds, now that its person was read: nothing has ended it since it was opened.
    pub fn is_of(&self, person: &Person) -> bool {
        self.epoch == person.epoch
    }

    /// Whether its time is not over yet, nor did it rest for too long since it was last used.
    fn is_open(&self, last_use: Timestamp, now: Timestamp) -> bool {
        self.expires_at > now.as_second() && !self.holder.has_left(last_use, now)
    }
}

/// When a session was last used, as far as it was noted.
#[derive(Deserialize)]
struct LastUse {
    /// In epoch seconds.
    seen_at: i64,
}

impl LastUse {
    fn at(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.seen_at).ok()
    }
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

/// The session that an item is about, whose partition begins with `prefix`.
fn named(item: &Item, prefix: &str) -> Result<SessionHash, TableError> {
    let hash = item.get(PK).and_then(|pk| pk.as_s().ok()).and_then(|pk| pk.strip_prefix(prefix));
    hash.and_then(SessionHash::parse).ok_or("no hash in its key").map_err(TableError::malformed(ENTITY))
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

    /// The session of `hash`, unless its time is over (TTL deletes late). Whether it holds, its last use tells, and the epoch of whose
    /// it is: [`Session::is_of`].
    pub async fn session(&self, hash: &SessionHash, now: Timestamp) -> Result<Option<Session>, TableError> {
        let session: Option<Session> = self.get(Key::session(hash), ENTITY).await?;
        Ok(session.filter(|session| session.expires_at > now.as_second()))
    }

    /// Whose session `hash` is, or was: it may have ended, as long as the table has not deleted it. It lets nobody in.
    pub async fn owner_of_session(&self, hash: &SessionHash) -> Result<Option<UserId>, TableError> {
        let session: Option<Session> = self.get(Key::session(hash), ENTITY).await?;
        Ok(session.map(|session| session.user))
    }

    /// When a session was last used, if that was noted. It may be a moment late: uses are noted by the minute.
    pub async fn last_use(&self, hash: &SessionHash) -> Result<Option<Timestamp>, TableError> {
        let get = self.client.get_item().table_name(&self.name).set_key(Some(Key::seen(hash).into_item()));
        let found = apart(get.send()).await.map_err(TableError::request("GetItem"))?.item;
        let read = |item| serde_dynamo::from_item::<_, LastUse>(item).map_err(TableError::malformed(SEEN_ENTITY));
        Ok(found.map(read).transpose()?.and_then(|last| last.at()))
    }

    /// Notes that `session` is used, unless somebody did a moment ago: of requests side by side, one writes.
    pub async fn note_use(&self, hash: &SessionHash, session: &Session, now: Timestamp) -> Result<(), TableError> {
        const NOTE: &str =
            "SET seen_at = :now, expires_at = :expires, entity = :entity, GSI1PK = :whose, GSI1SK = :which";
        Change::of(Key::seen(hash), NOTE)
            .only_if("attribute_not_exists(PK) OR seen_at <= :before")
            .number(":now", now.as_second())
            .number(":before", (now - NOTED_EVERY).as_second())
            .number(":expires", session.expires_at)
            .text(":entity", SEEN_ENTITY)
            .text(":whose", user(session.user))
            .text(":which", format!("{SEEN}{hash}"))
            .alone(self)
            .await?;
        Ok(())
    }

    /// The sessions of `id` that are open, the latest first. Read from an index: one opened this second may be missing.
    pub async fn sessions(
        &self,
        id: UserId,
        epoch: u64,
        now: Timestamp,
    ) -> Result<Vec<(SessionHash, Session)>, TableError> {
        let (found, seen) = tokio::try_join!(self.of_user(id, SESSIONS), self.of_user(id, SEEN))?;
        let mut last_uses = HashMap::new();
        for item in seen {
            let hash = named(&item, SEEN)?;
            let last: LastUse = serde_dynamo::from_item(item).map_err(TableError::malformed(SEEN_ENTITY))?;
            last_uses.insert(hash, last);
        }
        let mut sessions = Vec::new();
        for item in found {
            let hash = named(&item, SESSIONS)?;
            let session: Session = serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))?;
            let last_use = last_uses.get(&hash).and_then(LastUse::at).unwrap_or(session.created_at);
            if session.epoch == epoch && session.is_open(last_use, now) {
                sessions.push((hash, session));
            }
        }
        sessions.sort_by_key(|(_, session)| std::cmp::Reverse(session.created_at));
        Ok(sessions)
    }

    /// Ends a session. That it was used goes by TTL: it opens nothing.
    pub async fn end_session(&self, hash: &SessionHash) -> Result<(), TableError> {
        self.delete(Key::session(hash)).await
    }
}
