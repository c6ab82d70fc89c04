//! The schools of the public directory: compared with those of the table, and only what differs is written.
//!
//! A load leaves no trace of its own: one that died is resumed by comparing again. Items are *updated*, never put, for other
//! flows own the other attributes (roster, lease, activation).

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, TransactWriteItem, Update};
use rentree_domain::{Academie, EmailAddress, ListedSchool, Ministry, Uai};
use serde::Serialize;

use crate::keys::{self, GSI1, PK, school_in_pk, school_pk};
use crate::school::ENTITY;
use crate::transaction::{Cancelled, MAX_ITEMS};
use crate::{Item, Key, School, Table, TableError};

/// The attributes of a School item that the directory owns.
const OWNED: [&str; 10] =
    ["entity", "name", "kind", "town", "ministry", "mailbox", "academie", "closed", GSI1.0, GSI1.1];
/// The ones without which a School does not read; 0 for a school without pupils.
const ROSTER: [&str; 3] = ["roster_version", "fence", "begun_version"];
const ATTEMPTS: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// What came of a school of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was not known.
    Created,
    /// Something that the directory says is new.
    Updated,
    /// It was open, and is closed now.
    Closed,
    /// Nothing is new.
    Unchanged,
    /// It is closed and was not known: there is nobody to offer a space to.
    LeftOut,
}

/// The part of [`School`] that the directory owns, under the same names: a test holds them equal.
#[derive(Serialize)]
struct Listed<'a> {
    entity: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    town: &'a str,
    ministry: Ministry,
    #[serde(skip_serializing_if = "Option::is_none")]
    mailbox: Option<&'a EmailAddress>,
    #[serde(skip_serializing_if = "Option::is_none")]
    academie: Option<Academie>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    closed: bool,
}

fn listed(school: &ListedSchool) -> Result<Item, TableError> {
    let academie = Academie::of(school.uai);
    let listed = Listed {
        entity: ENTITY,
        name: &school.name,
        kind: &school.kind,
        town: &school.town,
        ministry: school.ministry,
        mailbox: school.mailbox.as_ref(),
        academie,
        closed: school.closed,
    };
    let mut item: Item = serde_dynamo::to_item(listed).map_err(TableError::malformed(ENTITY))?;
    let found_by = academie.map_or_else(keys::no_academie, keys::academie);
    item.insert(GSI1.0.to_owned(), AttributeValue::S(found_by));
    item.insert(GSI1.1.to_owned(), AttributeValue::S(school_pk(school.uai)));
    Ok(item)
}

impl Table {
    /// Brings schools up to what the directory says; what came of each, in their order. No school may be listed twice.
    ///
    /// Schools that are as the directory says cost no write.
    pub async fn load_schools(&self, schools: &[ListedSchool]) -> Result<Vec<Change>, TableError> {
        let mut changes = Vec::with_capacity(schools.len());
        for schools in schools.chunks(MAX_ITEMS) {
            let known = self.known(schools).await?;
            let mut transaction = Vec::new();
            for school in schools {
                let wanted = listed(school)?;
                let change = change(known.get(&school.uai), &wanted, school.closed);
                if !matches!(change, Change::Unchanged | Change::LeftOut) {
                    transaction.push(self.bring_up(school.uai, &wanted)?);
                }
                changes.push(change);
            }
            if transaction.is_empty() {
                continue;
            }
            self.transact(transaction).await.map_err(|cancelled| match cancelled {
                // These updates have no condition that could fail.
                Cancelled::Conditions(_) => TableError::Contended { operation: "TransactWriteItems" },
                Cancelled::Table(error) => error,
            })?;
        }
        Ok(changes)
    }

    /// What the table knows of at most a hundred schools, as of now.
    async fn known(&self, schools: &[ListedSchool]) -> Result<HashMap<Uai, Item>, TableError> {
        const OPERATION: &str = "BatchGetItem";
        let names: HashMap<_, _> =
            OWNED.iter().enumerate().map(|(n, name)| (format!("#a{n}"), (*name).to_owned())).collect();
        let wanted: Vec<_> = (0..OWNED.len()).map(|n| format!("#a{n}")).chain([PK.to_owned()]).collect();
        let keys = schools.iter().map(|school| Key::school(school.uai).into_item()).collect();
        let asked = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(true)
            .projection_expression(wanted.join(", "))
            .set_expression_attribute_names(Some(names))
            .build()
            .map_err(TableError::malformed(ENTITY))?;
        let mut asked = HashMap::from([(self.name.clone(), asked)]);
        let mut known = HashMap::new();
        let mut pause = FIRST_PAUSE;
        for attempt in 1..=ATTEMPTS {
            let get = self.client.batch_get_item().set_request_items(Some(asked));
            let answer = get.send().await.map_err(TableError::request(OPERATION))?;
            for item in answer.responses.into_iter().flatten().flat_map(|(_, items)| items) {
                let uai = school_in_pk(&item).ok_or("no UAI in its key").map_err(TableError::malformed(ENTITY))?;
                known.insert(uai, item);
            }
            asked = answer.unprocessed_keys.unwrap_or_default();
            if asked.is_empty() {
                return Ok(known);
            }
            tracing::info!(attempt, pause_ms = pause.as_millis(), "some schools were not read, asking for them again");
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(TableError::Contended { operation: OPERATION })
    }

    fn bring_up(&self, uai: Uai, wanted: &Item) -> Result<TransactWriteItem, TableError> {
        let mut update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(Key::school(uai).into_item()))
            .expression_attribute_values(":zero", AttributeValue::N("0".to_owned()));
        let mut set: Vec<_> = ROSTER.iter().map(|name| format!("{name} = if_not_exists({name}, :zero)")).collect();
        let mut remove = Vec::new();
        for (n, name) in OWNED.into_iter().enumerate() {
            update = update.expression_attribute_names(format!("#a{n}"), name);
            match wanted.get(name) {
                Some(value) => {
                    set.push(format!("#a{n} = :a{n}"));
                    update = update.expression_attribute_values(format!(":a{n}"), value.clone());
                }
                None => remove.push(format!("#a{n}")),
            }
        }
        let mut expression = format!("SET {}", set.join(", "));
        if !remove.is_empty() {
            expression.push_str(&format!(" REMOVE {}", remove.join(", ")));
        }
        let update = update.update_expression(expression).build().map_err(TableError::malformed(ENTITY))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// The schools of an académie, by UAI. From an index: what was written a moment ago may not show yet.
    pub async fn schools_of(&self, academie: Academie) -> Result<Vec<(Uai, School)>, TableError> {
        self.schools_in(keys::academie(academie)).await
    }

    /// The schools of no académie, abroad for instance; otherwise as [`schools_of`](Self::schools_of).
    pub async fn schools_of_no_academie(&self) -> Result<Vec<(Uai, School)>, TableError> {
        self.schools_in(keys::no_academie()).await
    }

    async fn schools_in(&self, partition: String) -> Result<Vec<(Uai, School)>, TableError> {
        let items = self.query_index(partition).await?;
        items.into_iter().map(|item| Ok((uai_of(&item)?, read(item)?))).collect()
    }

    /// Every item of a partition of the first index.
    pub(crate) async fn query_index(&self, partition: String) -> Result<Vec<Item>, TableError> {
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .index_name("GSI1")
            .key_condition_expression("GSI1PK = :partition")
            .expression_attribute_values(":partition", AttributeValue::S(partition));
        let mut items = Vec::new();
        let mut from = None;
        loop {
            let page =
                query.clone().set_exclusive_start_key(from).send().await.map_err(TableError::request("Query"))?;
            items.extend(page.items.unwrap_or_default());
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(items);
            }
        }
    }
}

fn change(known: Option<&Item>, wanted: &Item, closed: bool) -> Change {
    match known {
        None if closed => Change::LeftOut,
        None => Change::Created,
        Some(known) if OWNED.iter().all(|name| known.get(*name) == wanted.get(*name)) => Change::Unchanged,
        Some(known) if closed && !known.contains_key("closed") => Change::Closed,
        Some(_) => Change::Updated,
    }
}

fn uai_of(item: &Item) -> Result<Uai, TableError> {
    school_in_pk(item).ok_or("no UAI in its key").map_err(TableError::malformed(ENTITY))
}

fn read(item: Item) -> Result<School, TableError> {
    serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY))
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
    use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsOutput;
    use aws_smithy_mocks::{RuleMode, mock, mock_client};

    use super::*;

    fn a_school(closed: bool) -> ListedSchool {
        ListedSchool {
            uai: Uai::parse("0350760L").unwrap(),
            name: "Collège Anne-de-Bretagne".to_owned(),
            kind: "Collège".to_owned(),
            town: "Rennes".to_owned(),
            ministry: Ministry::Education,
            mailbox: Some(EmailAddress::parse("ce.0350760l@ac-rennes.fr").unwrap()),
            closed,
        }
    }

    /// What is written attribute by attribute must be what [`School`] reads.
    #[test]
    fn the_directory_writes_what_a_school_reads() {
        let listed = listed(&a_school(true)).unwrap();
        let roster = ROSTER.map(|name| (name.to_owned(), AttributeValue::N("0".to_owned())));
        let school = read(listed.clone().into_iter().chain(roster).collect()).unwrap();
        let expected = School {
            kind: "Collège".to_owned(),
            town: "Rennes".to_owned(),
            ministry: Ministry::Education,
            mailbox: a_school(true).mailbox,
            academie: Some(Academie::parse("rennes").unwrap()),
            closed: true,
            ..School::new("Collège Anne-de-Bretagne")
        };
        assert_eq!(school, expected);
        let stored = crate::item::stored(&expected, ENTITY, Key::school(a_school(true).uai)).unwrap();
        for (name, value) in listed.iter().filter(|(name, _)| !name.starts_with("GSI1")) {
            assert_eq!(stored.get(name), Some(value), "{name}");
            assert!(OWNED.contains(&name.as_str()), "{name}");
        }
    }

    #[test]
    fn what_comes_of_a_school() {
        let (open, shut) = (listed(&a_school(false)).unwrap(), listed(&a_school(true)).unwrap());
        assert_eq!(change(None, &open, false), Change::Created);
        assert_eq!(change(None, &shut, true), Change::LeftOut);
        assert_eq!(change(Some(&open), &open, false), Change::Unchanged);
        assert_eq!(change(Some(&open), &shut, true), Change::Closed);
        assert_eq!(change(Some(&shut), &shut, true), Change::Unchanged);
        assert_eq!(change(Some(&shut), &open, false), Change::Updated, "it is open again");
        let mut before = open.clone();
        before.remove("mailbox");
        assert_eq!(change(Some(&before), &open, false), Change::Updated);
        let mut unlisted = open.clone();
        unlisted.remove(GSI1.0);
        assert_eq!(change(Some(&unlisted), &open, false), Change::Updated, "it becomes findable by académie");
    }

    /// What the local stand-in for DynamoDB never answers.
    #[tokio::test(start_paused = true)]
    async fn schools_that_were_not_read_are_asked_for_again() {
        let key = || Key::school(a_school(false).uai).into_item();
        let unprocessed = move || {
            let keys = KeysAndAttributes::builder().keys(key()).build().unwrap();
            BatchGetItemOutput::builder().unprocessed_keys("rentree", keys).build()
        };
        let found = move || {
            let mut item = listed(&a_school(false)).unwrap();
            item.extend(key());
            BatchGetItemOutput::builder().responses("rentree", vec![item]).build()
        };
        let get =
            mock!(Client::batch_get_item).sequence().output(unprocessed).output(unprocessed).output(found).build();
        let write = mock!(Client::transact_write_items).then_output(|| TransactWriteItemsOutput::builder().build());
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&get, &write]);
        let changes = Table::new(client, "rentree").load_schools(&[a_school(false)]).await.unwrap();
        assert_eq!((changes, get.num_calls(), write.num_calls()), (vec![Change::Unchanged], 3, 0));

        let never = mock!(Client::batch_get_item).sequence().output(unprocessed).repeatedly().build();
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, [&never]);
        let told = Table::new(client, "rentree").load_schools(&[a_school(false)]).await;
        assert!(matches!(told, Err(TableError::Contended { operation: "BatchGetItem" })), "{told:?}");
    }
}
