//! Snapshots of rosters, as they are stored.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use rentree_domain::{LearnerId, Listing, Uai};
use rentree_table::{ActiveLearner, Roster};

use super::product;

/// Checks that a listing shows what the items of the pupils say, who is in the school and who left.
pub(crate) fn check_listing(roster: &Roster, listing: &Listing) {
    let of = |learners: &[ActiveLearner]| -> BTreeMap<LearnerId, String> {
        let told = learners.iter().map(|learner| {
            let entry = &learner.entry;
            let names = (&entry.last_name, &entry.first_name, &entry.usage_name, &entry.second_name, &entry.third_name);
            (learner.id, format!("{names:?} {} {} {:?}", entry.birth_date, entry.division, learner.left_in))
        });
        told.collect()
    };
    let shown = |left: bool| -> BTreeMap<LearnerId, String> {
        let told = listing.everybody().iter().filter(|pupil| pupil.left() == left).map(|pupil| {
            let names = (&pupil.last_name, &pupil.first_name, &pupil.usage_name, &pupil.second_name, &pupil.third_name);
            (pupil.id, format!("{names:?} {} {} {:?}", pupil.birth_date, pupil.division, pupil.left_in))
        });
        told.collect()
    };
    assert_eq!(shown(false), of(&roster.learners), "who is in the school, at version {}", roster.school.roster_version);
    assert_eq!(shown(true), of(&roster.former), "who left, at version {}", roster.school.roster_version);
    assert_eq!(listing.everybody().len(), roster.learners.len() + roster.former.len(), "everybody once");
}

/// The snapshots of a school that are stored, by version: whether each ends by itself, and its bytes.
pub(crate) async fn snapshots(uai: Uai) -> anyhow::Result<BTreeMap<u64, (bool, usize)>> {
    let mut snapshots = BTreeMap::new();
    for (version, item) in parts(uai).await? {
        let bytes = item.get("listing").and_then(|listing| listing.as_b().ok()).map_or(0, |blob| blob.as_ref().len());
        let (ends, all) = snapshots.entry(version).or_insert((false, 0));
        *ends |= item.contains_key("expires_at");
        *all += bytes;
    }
    Ok(snapshots)
}

/// Deletes the snapshots of a school: its roster is from before there were any.
pub(crate) async fn delete_snapshots(uai: Uai) -> anyhow::Result<()> {
    for (_, item) in parts(uai).await? {
        let delete = product().stack.dynamodb.delete_item().table_name(product().stack.value("Table")?);
        delete.key("PK", item["PK"].clone()).key("SK", item["SK"].clone()).send().await?;
    }
    Ok(())
}

/// Spoils the snapshots of a school: they are of a format that no function knows.
pub(crate) async fn spoil_snapshots(uai: Uai) -> anyhow::Result<()> {
    for (_, mut item) in parts(uai).await? {
        if let Some(AttributeValue::B(listing)) = item.get_mut("listing") {
            let mut bytes = listing.clone().into_inner();
            bytes[0] = u8::MAX;
            *listing = aws_sdk_dynamodb::primitives::Blob::new(bytes);
        }
        let put = product().stack.dynamodb.put_item().table_name(product().stack.value("Table")?);
        put.set_item(Some(item)).send().await?;
    }
    Ok(())
}

type Item = std::collections::HashMap<String, AttributeValue>;

async fn parts(uai: Uai) -> anyhow::Result<Vec<(u64, Item)>> {
    let query = product().stack.dynamodb.query().table_name(product().stack.value("Table")?);
    let query = query
        .key_condition_expression("PK = :school AND begins_with(SK, :rosters)")
        .expression_attribute_values(":school", AttributeValue::S(format!("SCHOOL#{uai}")))
        .expression_attribute_values(":rosters", AttributeValue::S("ROSTER#".to_owned()))
        .consistent_read(true);
    let mut items = query.into_paginator().items().send();
    let mut parts = Vec::new();
    while let Some(item) = items.try_next().await? {
        let version = item["SK"].as_s().ok().and_then(|sk| sk.split('#').nth(1)?.parse().ok());
        parts.push((version.ok_or_else(|| anyhow::anyhow!("a version in {:?}", item["SK"]))?, item));
    }
    Ok(parts)
}
