//! The snapshot of a roster: what lists show of a school's pupils, packed into few items, so that a list does not read thousands.
//! `docs/roster.md` says how long each is kept, and why nobody reads a half one.
//!
//! A snapshot belongs to one version, and never changes. It is written before the flip that shows the version, under a key that no
//! other worker writes (versions are fence numbers), and ends by itself if the flip never comes.

mod encoding;
mod warm;

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, TransactWriteItem};
use aws_smithy_types::Blob;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::matching::Typed;
use rentree_domain::{LearnerId, Listing, Uai};

use crate::item::{Change, all};
use crate::keys::{ROSTERS, SK, roster_prefix, school_pk};
use crate::paced::{Paced, units_of};
use crate::{Item, Key, School, Table, TableError};
use encoding::{decode, encode};
pub(crate) use warm::Warm;

const ENTITY: &str = "Roster";
/// Bytes of one item, which may hold 400 kB with its keys. 3,000 pupils take one.
const PART: usize = 300_000;
/// When a snapshot ends whose import never came to its flip, which it does within minutes.
const UNCLAIMED: SignedDuration = SignedDuration::from_hours(24);

/// A snapshot that is written, and that nobody reads before its flip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    uai: Uai,
    version: u64,
    /// Of how many items it is.
    pub(crate) parts: u32,
}

impl Table {
    /// A school and what lists show of its pupils, of one roster version; `None` when there is no such school.
    ///
    /// Costs a look at the school, and nothing more where the version is in memory.
    pub async fn listed(&self, uai: Uai) -> Result<Option<(School, Arc<Listing>)>, TableError> {
        match self.school(uai).await? {
            Some(school) => self.with_listing(uai, school).await,
            None => Ok(None),
        }
    }

    /// The same, of a school that was just read.
    pub async fn with_listing(&self, uai: Uai, school: School) -> Result<Option<(School, Arc<Listing>)>, TableError> {
        if let Some(listing) = self.listing(uai, school.roster_version).await? {
            return Ok(Some((school, listing)));
        }
        // A roster from before there were snapshots; or one that is not visible any more by now, whose snapshot has ended.
        let Some((school, learners)) = self.whole(uai).await? else { return Ok(None) };
        let version = school.roster_version;
        Ok(Some((school, self.warm.keep(uai, version, Listing::seen(&learners, version)))))
    }

    /// The pupils of a school whom somebody may mean who typed these names, among those whom a reader at `roster_version` sees active.
    /// For what failed: it reads what lists read, or the names of the whole school where there is no snapshot.
    pub async fn meant(&self, uai: Uai, roster_version: u64, typed: &Typed) -> Result<Vec<LearnerId>, TableError> {
        if let Some(listing) = self.listing(uai, roster_version).await? {
            return Ok(listing.meant(typed).collect());
        }
        let names = self.names(uai, roster_version).await?.into_iter();
        Ok(names.filter(|pupil| pupil.names.may_be_meant(typed)).map(|pupil| pupil.id).collect())
    }

    /// What lists show of a version of a school's roster; `None` where there is no snapshot that this program can read.
    async fn listing(&self, uai: Uai, version: u64) -> Result<Option<Arc<Listing>>, TableError> {
        if version == 0 {
            return Ok(Some(Arc::default()));
        }
        if let Some(warm) = self.warm.get(uai, version) {
            return Ok(Some(warm));
        }
        // What never changes is as true in a replica, unless it has not come there yet: then it is asked for once more, as of now.
        for consistent in [false, true] {
            let query = self
                .query()
                .key_condition_expression("PK = :school AND begins_with(SK, :parts)")
                .expression_attribute_values(":school", AttributeValue::S(school_pk(uai)))
                .expression_attribute_values(":parts", AttributeValue::S(roster_prefix(version)))
                .consistent_read(consistent);
            let Some(bytes) = joined(all(query).await?) else { continue };
            return match decode(&bytes, version) {
                Ok(listing) => Ok(Some(self.warm.keep(uai, version, listing))),
                Err(why) => {
                    tracing::warn!(%uai, version, %why, "a snapshot does not read, so the pupils are read instead");
                    Ok(None)
                }
            };
        }
        Ok(None)
    }

    /// Writes the snapshot of a version, which nobody reads before it is [kept](Self::kept). Not in a transaction, which would cost
    /// twice: nobody else writes under this version.
    pub(crate) async fn write_snapshot(
        &self,
        uai: Uai,
        version: u64,
        listing: &Listing,
        pace: &mut Paced,
        now: Timestamp,
    ) -> Result<Written, TableError> {
        let bytes = encode(listing, version).map_err(TableError::malformed(ENTITY))?;
        let expires_at = (now + UNCLAIMED).as_second().to_string();
        let count = u32::try_from(bytes.chunks(PART).len()).map_err(TableError::malformed(ENTITY))?;
        for (part, bytes) in (1..).zip(bytes.chunks(PART)) {
            let mut item = Key::roster(uai, version, part).into_item();
            item.extend([
                ("entity".to_owned(), AttributeValue::S(ENTITY.to_owned())),
                ("parts".to_owned(), AttributeValue::N(count.to_string())),
                ("listing".to_owned(), AttributeValue::B(Blob::new(bytes))),
                ("expires_at".to_owned(), AttributeValue::N(expires_at.clone())),
            ]);
            pace.turn().await;
            let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
            let put = put.return_consumed_capacity(ReturnConsumedCapacity::Indexes);
            match put.condition_expression("attribute_not_exists(PK)").send().await {
                Ok(taken) => pace.used(units_of(taken.consumed_capacity())),
                // Our own request, sent again by the SDK after a lost answer.
                Err(error)
                    if matches!(error.as_service_error(), Some(PutItemError::ConditionalCheckFailedException(_))) => {}
                Err(error) => return Err(TableError::request("PutItem")(error)),
            }
        }
        Ok(Written { uai, version, parts: count })
    }

    /// What makes a snapshot stay, as part of the transaction that shows its version.
    pub(crate) fn kept(&self, written: Written) -> Result<Vec<TransactWriteItem>, TableError> {
        let Written { uai, version, parts } = written;
        let keep = |part| {
            Change::of(Key::roster(uai, version, part), "REMOVE expires_at")
                .only_if("attribute_exists(PK)")
                .in_transaction(&self.name)
        };
        (1..=parts).map(keep).collect()
    }

    /// Deletes the snapshots of a school that are older than `version`, but for the one of `but`; returns how many items those were.
    ///
    /// Only for who has begun to write `version` under the fence: from then on nobody sees one of them again. One that a replica does
    /// not know yet is left to the next time.
    pub(crate) async fn end_snapshots(
        &self,
        uai: Uai,
        version: u64,
        but: u64,
        pace: &mut Paced,
    ) -> Result<usize, TableError> {
        let query = self
            .query()
            .key_condition_expression("PK = :school AND begins_with(SK, :rosters)")
            .expression_attribute_values(":school", AttributeValue::S(school_pk(uai)))
            .expression_attribute_values(":rosters", AttributeValue::S(ROSTERS.to_owned()))
            .projection_expression("SK");
        let mut ended = 0;
        for item in all(query).await? {
            let (of, part) = place(&item).ok_or("no version in its key").map_err(TableError::malformed(ENTITY))?;
            if of < version && of != but {
                pace.turn().await;
                let delete = self.client.delete_item().table_name(&self.name);
                let delete = delete.set_key(Some(Key::roster(uai, of, part).into_item()));
                let delete = delete.return_consumed_capacity(ReturnConsumedCapacity::Indexes).send();
                let taken = delete.await.map_err(TableError::request("DeleteItem"))?;
                pace.used(units_of(taken.consumed_capacity()));
                ended += 1;
            }
        }
        Ok(ended)
    }
}

/// Version and part of an item of a snapshot.
fn place(item: &Item) -> Option<(u64, u32)> {
    let (version, part) = item.get(SK)?.as_s().ok()?.strip_prefix(ROSTERS)?.split_once('#')?;
    Some((version.parse().ok()?, part.parse().ok()?))
}

/// The bytes of a snapshot, if all its parts are there.
fn joined(items: Vec<Item>) -> Option<Vec<u8>> {
    let mut parts: HashMap<u32, Item> = items.into_iter().filter_map(|item| Some((place(&item)?.1, item))).collect();
    let count: u32 = parts.values().next()?.get("parts")?.as_n().ok()?.parse().ok()?;
    let mut bytes = Vec::new();
    for part in 1..=count {
        let AttributeValue::B(blob) = parts.remove(&part)?.remove("listing")? else { return None };
        bytes.extend(blob.into_inner());
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    //! What the local stand-in for DynamoDB never answers.

    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
    use aws_sdk_dynamodb::operation::query::QueryOutput;
    use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
    use aws_smithy_mocks::{RuleMode, mock, mock_client};
    use jiff::civil::date;
    use rentree_domain::ListedPupil;

    use super::*;

    fn uai() -> Uai {
        Uai::parse("0990001N").unwrap()
    }

    fn a_listing() -> Listing {
        Listing::new(vec![ListedPupil {
            id: LearnerId::new(Timestamp::UNIX_EPOCH, [7; 10]),
            left_in: None,
            last_name: "DUPONT".to_owned(),
            usage_name: None,
            first_name: "Karine".to_owned(),
            second_name: None,
            third_name: None,
            birth_date: date(2012, 3, 10),
            division: "6A".to_owned(),
            level: None,
        }])
    }

    /// Those of two parts of the snapshot of version 5 that a replica has.
    fn answer(has: &[u32]) -> QueryOutput {
        let bytes = encode(&a_listing(), 5).unwrap();
        let (one, other) = bytes.split_at(20);
        let part = |part: &u32| {
            let mut item = Key::roster(uai(), 5, *part).into_item();
            item.insert("parts".to_owned(), AttributeValue::N("2".to_owned()));
            let bytes = if *part == 1 { one } else { other };
            item.insert("listing".to_owned(), AttributeValue::B(Blob::new(bytes)));
            item
        };
        QueryOutput::builder().set_items(Some(has.iter().map(part).collect())).build()
    }

    #[tokio::test]
    async fn a_part_that_a_replica_lacks_is_asked_for_once_more_as_of_now() {
        for has in [&[][..], &[1], &[2]] {
            let late = mock!(Client::query)
                .match_requests(|query| query.consistent_read() == Some(false))
                .then_output(move || answer(has));
            let now = mock!(Client::query)
                .match_requests(|query| query.consistent_read() == Some(true))
                .then_output(|| answer(&[2, 1]));
            let table = Table::new(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&late, &now]), "rentree");
            let listing = table.listing(uai(), 5).await.unwrap().unwrap();
            assert_eq!(listing.everybody(), a_listing().everybody());
            assert_eq!((late.num_calls(), now.num_calls()), (1, 1), "{has:?}");
            table.listing(uai(), 5).await.unwrap().unwrap();
            assert_eq!((late.num_calls(), now.num_calls()), (1, 1), "it is in memory");
        }
    }

    #[tokio::test]
    async fn what_is_not_whole_as_of_now_is_no_snapshot() {
        let rule = mock!(Client::query).then_output(|| answer(&[1]));
        let table = Table::new(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&rule]), "rentree");
        assert!(table.listing(uai(), 5).await.unwrap().is_none());
        // Nothing of it is kept in memory, nor is a snapshot of another version taken for this one.
        assert!(table.listing(uai(), 5).await.unwrap().is_none());
        assert_eq!(rule.num_calls(), 4);
        let whole = mock!(Client::query).then_output(|| answer(&[1, 2]));
        let table = Table::new(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&whole]), "rentree");
        assert!(table.listing(uai(), 6).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_part_whose_answer_was_lost_is_there() {
        let there = mock!(Client::put_item)
            .match_requests(|put| {
                put.condition_expression() == Some("attribute_not_exists(PK)")
                    && put.item().is_some_and(|item| item["expires_at"].as_n() == Ok(&"86400".to_owned()))
            })
            .sequence()
            .error(|| PutItemError::ConditionalCheckFailedException(ConditionalCheckFailedException::builder().build()))
            .output(|| PutItemOutput::builder().build())
            .build();
        let table = Table::new(mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, [&there]), "rentree");
        for _ in 0..2 {
            let written =
                table.write_snapshot(uai(), 5, &a_listing(), &mut Paced::new(0), Timestamp::UNIX_EPOCH).await.unwrap();
            assert_eq!(written, Written { uai: uai(), version: 5, parts: 1 });
        }
        assert_eq!(there.num_calls(), 2);
    }
}
