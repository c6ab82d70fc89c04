//! The identifiers of an account by Médiacentre, and the marker items that make each of them one account's only.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::Timestamp;
use rentree_domain::mediacentre::{is_to_be_noted, kept_until};
use rentree_domain::{SignOnId, UserId};
use serde::{Deserialize, Serialize};

use crate::item::{Change, delete_if, put_if, stored};
use crate::{Key, Table, TableError, User};

const ENTITY: &str = "SignOnIdentity";
/// Nobody's, or of somebody who did not use it for so long that it counts no more. (TTL deletes late.)
const NOBODYS: &str = "attribute_not_exists(PK) OR expires_at <= :now";
const MINE: &str = "#user = :id";

/// By what one identity provider knows the owner of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediacentreId {
    /// Who, for which provider.
    #[serde(flatten)]
    pub id: SignOnId,
    /// When its owner signed on with it, to a month.
    pub used_at: Timestamp,
}

impl MediacentreId {
    /// Whether it counts at `now`: not when nobody used it for two years.
    fn counts(&self, now: Timestamp) -> bool {
        now < kept_until(self.used_at)
    }
}

/// All identifiers of an account. Those that are too old stay in the item until it is written again, and count no more:
/// [`at`](Self::at) leaves them out, and nothing else reads them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MediacentreIds(Vec<MediacentreId>);

impl MediacentreIds {
    /// `id` alone, used at `now`.
    pub fn one(id: SignOnId, now: Timestamp) -> Self {
        Self(vec![MediacentreId { id, used_at: now }])
    }

    /// Those that count at `now`.
    pub fn at(&self, now: Timestamp) -> impl Iterator<Item = &MediacentreId> {
        self.0.iter().filter(move |id| id.counts(now))
    }

    /// Whether any counts at `now`.
    pub fn any(&self, now: Timestamp) -> bool {
        self.at(now).next().is_some()
    }

    /// When its owner signed on last with one that counts at `now`: noted once a month.
    pub fn used_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.at(now).map(|id| id.used_at).max()
    }

    /// Those that count, and `id`, used at `now`. Of the same provider it takes the place of others if `replaces`: an ENT may know a pupil
    /// by another identifier in another school, and the one of last year is of no use any more.
    #[must_use]
    pub fn with(&self, id: &SignOnId, replaces: bool, now: Timestamp) -> Self {
        let stays = |had: &&MediacentreId| had.id != *id && !(replaces && had.id.idp == id.idp);
        let mut ids: Vec<_> = self.at(now).filter(stays).cloned().collect();
        ids.push(MediacentreId { id: id.clone(), used_at: now });
        Self(ids)
    }

    /// Those that count, with a use of `id` at `now`; `None` when nothing is to be written: it was noted this month.
    pub(crate) fn noting(&self, id: &SignOnId, now: Timestamp) -> Option<Self> {
        let noted = self.at(now).find(|had| had.id == *id);
        noted.is_none_or(|had| is_to_be_noted(had.used_at, now)).then(|| self.with(id, false, now))
    }

    /// Those that count now and are not in `after`.
    pub(crate) fn gone_in<'a>(&'a self, after: &'a Self, now: Timestamp) -> impl Iterator<Item = &'a SignOnId> {
        let stays = |id: &SignOnId| after.0.iter().any(|had| had.id == *id);
        self.at(now).map(|had| &had.id).filter(move |id| !stays(id))
    }

    /// Each, with when it was used, whether it counts or not.
    pub(crate) fn all(&self) -> impl Iterator<Item = &MediacentreId> {
        self.0.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whose an identifier is, until when.
#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    user: UserId,
    expires_at: i64,
}

fn marker(id: &SignOnId, user: UserId, used_at: Timestamp) -> Result<crate::Item, TableError> {
    let marker = Marker { user, expires_at: kept_until(used_at).as_second() };
    stored(&marker, ENTITY, Key::sign_on_identity(id))
}

/// Makes an identifier `user`'s at `now`, as part of a transaction, if it is nobody's.
pub(crate) fn claim(table: &str, id: &SignOnId, user: UserId, now: Timestamp) -> Result<TransactWriteItem, TableError> {
    let second = AttributeValue::N(now.as_second().to_string());
    put_if(table, marker(id, user, now)?, NOBODYS, Some((":now", second)))
}

/// Notes that `user` used an identifier at `now`, as part of a transaction, if it is `user`'s.
pub(crate) fn note_use(
    table: &str,
    id: &SignOnId,
    user: UserId,
    now: Timestamp,
) -> Result<TransactWriteItem, TableError> {
    put_if(table, marker(id, user, now)?, MINE, Some((":id", AttributeValue::S(user.to_string()))))
}

/// Makes an identifier nobody's, as part of a transaction, if it is `user`'s.
pub(crate) fn release(table: &str, id: &SignOnId, user: UserId) -> Result<TransactWriteItem, TableError> {
    delete_if(table, Key::sign_on_identity(id), MINE, ":id", &user)
}

/// Takes every identifier off the account as it was read, as parts of a transaction. They are nobody's then. Its sessions end, for nobody
/// knows which of them began by one of these.
pub(crate) fn take_off(
    table: &str,
    (user_id, user): (UserId, &User),
    now: Timestamp,
) -> Result<Vec<TransactWriteItem>, TableError> {
    let ids = &user.methods.mediacentre;
    let account = Change::of(Key::user(user_id), "SET epoch = :next REMOVE mediacentre")
        .only_if("epoch = :epoch AND mediacentre = :before")
        .number(":next", user.epoch + 1)
        .number(":epoch", user.epoch)
        .value_of(":before", ids)?;
    let mut items = vec![account.in_transaction(table)?];
    // Those that nobody used for two years are nobody's already, or somebody else's.
    for known in ids.at(now) {
        items.push(release(table, &known.id, user_id)?);
    }
    Ok(items)
}

impl Table {
    /// Whose an identifier is at `now`.
    pub async fn user_of_sign_on(&self, id: &SignOnId, now: Timestamp) -> Result<Option<UserId>, TableError> {
        let marker: Option<Marker> = self.get(Key::sign_on_identity(id), ENTITY).await?;
        Ok(marker.filter(|marker| marker.expires_at > now.as_second()).map(|marker| marker.user))
    }
}

#[cfg(test)]
mod tests {
    use rentree_domain::{EntityId, Ido};

    use super::*;

    fn id(idp: &str, ido: &str) -> SignOnId {
        SignOnId { idp: EntityId::parse(idp).unwrap(), ido: Ido::parse(ido).unwrap() }
    }

    fn day(days: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + days * 86_400).unwrap()
    }

    fn shown(ids: &MediacentreIds, now: Timestamp) -> Vec<String> {
        ids.at(now).map(|one| format!("{} {}", one.id.idp.as_str(), one.id.ido.as_str())).collect()
    }

    #[test]
    fn what_was_not_used_for_two_years_counts_no_more() {
        let ids = MediacentreIds::one(id("gar", "old"), day(0)).with(&id("ent", "new"), false, day(300));
        assert_eq!(shown(&ids, day(729)), ["gar old", "ent new"]);
        assert_eq!(shown(&ids, day(730)), ["ent new"]);
        assert_eq!((ids.used_at(day(400)), ids.used_at(day(300 + 730))), (Some(day(300)), None));
        assert!(!ids.any(day(300 + 730)));
        let written = ids.with(&id("gar", "other"), false, day(800));
        assert_eq!(written.0.len(), 2, "what does not count is not written again");
    }

    #[test]
    fn another_of_the_same_provider_replaces_if_it_is_to() {
        let ids = MediacentreIds::one(id("gar", "6e"), day(0)).with(&id("ent", "6e"), false, day(0));
        assert_eq!(shown(&ids.with(&id("gar", "5e"), false, day(1)), day(1)), ["gar 6e", "ent 6e", "gar 5e"]);
        let replaced = ids.with(&id("gar", "5e"), true, day(1));
        assert_eq!(shown(&replaced, day(1)), ["ent 6e", "gar 5e"]);
        assert_eq!(ids.gone_in(&replaced, day(1)).collect::<Vec<_>>(), [&id("gar", "6e")]);
        assert_eq!(shown(&ids.with(&id("gar", "6e"), true, day(1)), day(1)), ["ent 6e", "gar 6e"], "the same, once");
    }

    #[test]
    fn a_use_is_written_once_a_month() {
        let ids = MediacentreIds::one(id("gar", "a"), day(0));
        assert_eq!(ids.noting(&id("gar", "a"), day(30)), None);
        let noted = ids.noting(&id("gar", "a"), day(31)).unwrap();
        assert_eq!(noted, MediacentreIds::one(id("gar", "a"), day(31)));
    }
}
