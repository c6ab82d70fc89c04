//! What a school's partition of the table holds, and how it is made what it was: for whoever plays something twice.

use anyhow::Context;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::Stack;

/// Items as they are stored.
pub type Items = Vec<std::collections::HashMap<String, AttributeValue>>;

impl Stack {
    /// Everything of a school.
    pub async fn partition(&self, uai: &str) -> anyhow::Result<Items> {
        let query = self.dynamodb.query().table_name(self.value("Table")?).key_condition_expression("PK = :school");
        let query = query.expression_attribute_values(":school", AttributeValue::S(format!("SCHOOL#{uai}")));
        Ok(query.into_paginator().items().send().collect::<Result<_, _>>().await?)
    }

    /// Makes the partition of a school what it was.
    pub async fn restore(&self, uai: &str, before: &Items) -> anyhow::Result<()> {
        let table = self.value("Table")?;
        for item in self.partition(uai).await? {
            let part = |name: &str| Ok((name.to_owned(), item.get(name).context("a key")?.clone()));
            let key = [part("PK"), part("SK")].into_iter().collect::<anyhow::Result<_>>()?;
            self.dynamodb.delete_item().table_name(&table).set_key(Some(key)).send().await?;
        }
        for item in before {
            self.dynamodb.put_item().table_name(&table).set_item(Some(item.clone())).send().await?;
        }
        Ok(())
    }
}
