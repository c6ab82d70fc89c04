//! Items: read, put, updated, checked. What every entity does in the same way.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnConsumedCapacity, TransactWriteItem, Update,
};
use serde::{Deserialize, Serialize};

use crate::keys::GSI1;
use crate::paced::{Paced, units_of};
use crate::{Item, Key, Table, TableError};

impl Table {
    /// An item as of now (strongly consistent).
    pub(crate) async fn get<T: for<'de> Deserialize<'de>>(
        &self,
        key: Key,
        entity: &'static str,
    ) -> Result<Option<T>, TableError> {
        let get = self.client.get_item().table_name(&self.name).set_key(Some(key.into_item())).consistent_read(true);
        let found = apart(get.send()).await.map_err(TableError::request("GetItem"))?.item;
        found.map(serde_dynamo::from_item).transpose().map_err(TableError::malformed(entity))
    }

    /// Puts an item, whatever was there.
    pub(crate) async fn put(&self, item: Item) -> Result<(), TableError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        apart(put.send()).await.map_err(TableError::request("PutItem"))?;
        Ok(())
    }

    /// Deletes an item, if it is there.
    pub(crate) async fn delete(&self, key: Key) -> Result<(), TableError> {
        let delete = self.client.delete_item().table_name(&self.name).set_key(Some(key.into_item()));
        apart(delete.send()).await.map_err(TableError::request("DeleteItem"))?;
        Ok(())
    }

    /// Every item of `partition` whose sort key begins with `prefix`, as of now.
    pub(crate) async fn items(&self, partition: String, prefix: &str) -> Result<Vec<Item>, TableError> {
        all(self.query_items(partition, prefix)).await
    }

    /// What asks for them.
    pub(crate) fn query_items(&self, partition: String, prefix: &str) -> QueryFluentBuilder {
        self.query()
            .key_condition_expression("PK = :partition AND begins_with(SK, :prefix)")
            .expression_attribute_values(":partition", AttributeValue::S(partition))
            .expression_attribute_values(":prefix", AttributeValue::S(prefix.to_owned()))
            .consistent_read(true)
    }

    /// What the first index holds in `partition`, under keys that begin with `prefix`. It may be a moment late.
    pub(crate) async fn indexed(&self, partition: String, prefix: &str) -> Result<Vec<Item>, TableError> {
        let query = self
            .query()
            .index_name("GSI1")
            .key_condition_expression("#whose = :whose AND begins_with(#what, :what)")
            .expression_attribute_names("#whose", GSI1.0)
            .expression_attribute_names("#what", GSI1.1)
            .expression_attribute_values(":whose", AttributeValue::S(partition))
            .expression_attribute_values(":what", AttributeValue::S(prefix.to_owned()));
        all(query).await
    }

    /// A query of this table.
    pub(crate) fn query(&self) -> QueryFluentBuilder {
        self.client.query().table_name(&self.name)
    }
}

/// A request on the heap: each is some kilobytes while it is under way, and handlers wait for several side by side.
pub(crate) fn apart<T>(request: impl Future<Output = T> + Send) -> impl Future<Output = T> + Send {
    Box::pin(request)
}

/// Everything that `query` finds: a page ends at one megabyte.
pub(crate) async fn all(query: QueryFluentBuilder) -> Result<Vec<Item>, TableError> {
    all_at(&mut Paced::new(0), query).await
}

/// The same at a pace: each page is read when it is time for it.
pub(crate) async fn all_at(pace: &mut Paced, query: QueryFluentBuilder) -> Result<Vec<Item>, TableError> {
    let query = query.return_consumed_capacity(ReturnConsumedCapacity::Indexes);
    let mut items = Vec::new();
    let mut start = None;
    loop {
        pace.turn().await;
        let send = query.clone().set_exclusive_start_key(start).send();
        let page = apart(send).await.map_err(TableError::request("Query"))?;
        pace.used(units_of(page.consumed_capacity()));
        items.extend(page.items.unwrap_or_default());
        start = page.last_evaluated_key;
        if start.is_none() {
            return Ok(items);
        }
    }
}

/// `value` as an item of `entity` under `key`.
pub(crate) fn stored<T: Serialize>(value: &T, entity: &'static str, key: Key) -> Result<Item, TableError> {
    let mut item: Item = serde_dynamo::to_item(value).map_err(TableError::malformed(entity))?;
    item.insert("entity".to_owned(), AttributeValue::S(entity.to_owned()));
    item.extend(key.into_item());
    Ok(item)
}

/// One item of a transaction, or a plain update: an expression with its values.
pub(crate) struct Change {
    key: Key,
    expression: &'static str,
    condition: Option<&'static str>,
    values: HashMap<String, AttributeValue>,
}

impl Change {
    /// A change of the item under `key`. Names of attributes that DynamoDB reserves are written `#name`.
    pub(crate) fn of(key: Key, expression: &'static str) -> Self {
        Self { key, expression, condition: None, values: HashMap::new() }
    }

    pub(crate) fn only_if(mut self, condition: &'static str) -> Self {
        self.condition = Some(condition);
        self
    }

    pub(crate) fn text(self, name: &str, value: impl Into<String>) -> Self {
        self.value(name, AttributeValue::S(value.into()))
    }

    pub(crate) fn number(self, name: &str, value: impl Into<i128>) -> Self {
        let number: i128 = value.into();
        self.value(name, AttributeValue::N(number.to_string()))
    }

    pub(crate) fn truth(self, name: &str) -> Self {
        self.value(name, AttributeValue::Bool(true))
    }

    pub(crate) fn value_of<T: Serialize>(self, name: &str, value: &T) -> Result<Self, TableError> {
        let value = serde_dynamo::to_attribute_value(value).map_err(TableError::malformed("a value"))?;
        Ok(self.value(name, value))
    }

    fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    fn names(&self) -> Option<HashMap<String, String>> {
        names_in(&[self.expression, self.condition.unwrap_or_default()].join(" "))
    }

    /// As part of a transaction.
    pub(crate) fn in_transaction(self, table: &str) -> Result<TransactWriteItem, TableError> {
        let update = Update::builder()
            .table_name(table)
            .set_expression_attribute_names(self.names())
            .set_expression_attribute_values(Some(self.values).filter(|values| !values.is_empty()))
            .update_expression(self.expression)
            .set_condition_expression(self.condition.map(ToOwned::to_owned))
            .set_key(Some(self.key.into_item()))
            .build()
            .map_err(TableError::malformed("Update"))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// By itself; whether its condition held.
    pub(crate) async fn alone(self, table: &Table) -> Result<bool, TableError> {
        use aws_sdk_dynamodb::operation::update_item::UpdateItemError;

        let sent = table
            .client
            .update_item()
            .table_name(&table.name)
            .set_expression_attribute_names(self.names())
            .set_expression_attribute_values(Some(self.values).filter(|values| !values.is_empty()))
            .update_expression(self.expression)
            .set_condition_expression(self.condition.map(ToOwned::to_owned))
            .set_key(Some(self.key.into_item()))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(error)
                if matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_))) =>
            {
                Ok(false)
            }
            Err(error) => Err(TableError::request("UpdateItem")(error)),
        }
    }
}

/// `#state` and the like: the names that an expression uses.
pub(crate) fn names_in(expression: &str) -> Option<HashMap<String, String>> {
    let words = expression.split(|c: char| !c.is_alphanumeric() && c != '#' && c != '_');
    let names: HashMap<_, _> =
        words.filter_map(|word| Some((word.to_owned(), word.strip_prefix('#')?.to_owned()))).collect();
    (!names.is_empty()).then_some(names)
}

/// Puts an item that is not there yet, as part of a transaction.
pub(crate) fn put_new(table: &str, item: Item) -> Result<TransactWriteItem, TableError> {
    put_if(table, item, "attribute_not_exists(PK)", None)
}

/// Puts an item if `condition` holds of what is there, as part of a transaction.
pub(crate) fn put_if(
    table: &str,
    item: Item,
    condition: &'static str,
    value: Option<(&str, AttributeValue)>,
) -> Result<TransactWriteItem, TableError> {
    let mut put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression(condition)
        .set_expression_attribute_names(names_in(condition));
    if let Some((name, value)) = value {
        put = put.expression_attribute_values(name, value);
    }
    Ok(TransactWriteItem::builder().put(put.build().map_err(TableError::malformed("Put"))?).build())
}

/// Puts an item, whatever was there, as part of a transaction.
pub(crate) fn put_over(table: &str, item: Item) -> Result<TransactWriteItem, TableError> {
    let put = Put::builder().table_name(table).set_item(Some(item));
    Ok(TransactWriteItem::builder().put(put.build().map_err(TableError::malformed("Put"))?).build())
}

/// Deletes an item, as part of a transaction.
pub(crate) fn delete(table: &str, key: Key) -> Result<TransactWriteItem, TableError> {
    let delete = Delete::builder().table_name(table).set_key(Some(key.into_item()));
    Ok(TransactWriteItem::builder().delete(delete.build().map_err(TableError::malformed("Delete"))?).build())
}

/// Deletes an item if its attribute has a value, as part of a transaction.
pub(crate) fn delete_if<T: Serialize>(
    table: &str,
    key: Key,
    condition: &'static str,
    name: &str,
    value: &T,
) -> Result<TransactWriteItem, TableError> {
    let attribute = condition.split(' ').next().unwrap_or_default();
    let delete = Delete::builder()
        .table_name(table)
        .set_key(Some(key.into_item()))
        .condition_expression(condition)
        .expression_attribute_names(attribute, attribute.trim_start_matches('#'))
        .expression_attribute_values(
            name,
            serde_dynamo::to_attribute_value(value).map_err(TableError::malformed("a value"))?,
        );
    Ok(TransactWriteItem::builder().delete(delete.build().map_err(TableError::malformed("Delete"))?).build())
}

/// Checks that a role is what it was when it was read, as part of a transaction.
pub(crate) fn check_role<T: Serialize>(table: &str, key: Key, role: &T) -> Result<TransactWriteItem, TableError> {
    let check = ConditionCheck::builder()
        .table_name(table)
        .set_key(Some(key.into_item()))
        .condition_expression("#role = :role")
        .expression_attribute_names("#role", "role")
        .expression_attribute_values(
            ":role",
            serde_dynamo::to_attribute_value(role).map_err(TableError::malformed("a value"))?,
        );
    Ok(TransactWriteItem::builder().condition_check(check.build().map_err(TableError::malformed("Check"))?).build())
}

/// Checks that an attribute of an item has a value, as part of a transaction.
pub(crate) fn check_number(
    table: &str,
    key: Key,
    condition: &'static str,
    value: u64,
) -> Result<TransactWriteItem, TableError> {
    check(table, key, condition, [(":value", AttributeValue::N(value.to_string()))])
}

/// Checks that an attribute of an item has a text for its value, as part of a transaction.
pub(crate) fn check_text(
    table: &str,
    key: Key,
    condition: &'static str,
    value: &str,
) -> Result<TransactWriteItem, TableError> {
    check(table, key, condition, [(":value", AttributeValue::S(value.to_owned()))])
}

/// Checks that a condition holds of an item, as part of a transaction.
pub(crate) fn check(
    table: &str,
    key: Key,
    condition: &'static str,
    values: impl IntoIterator<Item = (&'static str, AttributeValue)>,
) -> Result<TransactWriteItem, TableError> {
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let check = ConditionCheck::builder()
        .table_name(table)
        .set_key(Some(key.into_item()))
        .condition_expression(condition)
        .set_expression_attribute_values(Some(values));
    Ok(TransactWriteItem::builder().condition_check(check.build().map_err(TableError::malformed("Check"))?).build())
}
