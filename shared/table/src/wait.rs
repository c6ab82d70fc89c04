//! One request of a session at a time is held until something comes to its end: a hundred of them would hold a hundred functions.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use crate::attempt::a_mark;
use crate::item::apart;
use crate::{Key, SessionHash, Table, TableError};

/// The one place that a session has for a request that is held.
#[derive(Debug)]
pub struct Place {
    session: SessionHash,
    /// Whose it is: the SDK may ask for it again when the answer was lost.
    mark: u64,
}

impl Table {
    /// Takes the place of a session until a time; `None` when another request has it.
    pub async fn take_place(
        &self,
        session: &SessionHash,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Place>, TableError> {
        let place = Place { session: session.clone(), mark: a_mark() };
        let update = self
            .update_of_place(&place)
            .update_expression("SET entity = :entity, until_ms = :until, mark = :mark, expires_at = :expires")
            .condition_expression("attribute_not_exists(PK) OR until_ms < :now OR mark = :mark")
            .expression_attribute_values(":entity", AttributeValue::S("Limit".to_owned()))
            .expression_attribute_values(":until", number(until.as_millisecond()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":expires", number(until.as_second() + 1));
        Ok(held(update).await?.then_some(place))
    }

    /// Gives a place back, unless its time was over and somebody else has it.
    pub async fn give_place_back(&self, place: Place) -> Result<(), TableError> {
        let update = self
            .update_of_place(&place)
            .update_expression("SET until_ms = :never")
            .condition_expression("mark = :mark")
            .expression_attribute_values(":never", number(0));
        held(update).await.map(drop)
    }

    fn update_of_place(&self, place: &Place) -> UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(&self.name);
        let mark = AttributeValue::N(place.mark.to_string());
        update.set_key(Some(Key::place(&place.session).into_item())).expression_attribute_values(":mark", mark)
    }
}

/// Whether the condition of an update held.
async fn held(update: UpdateItemFluentBuilder) -> Result<bool, TableError> {
    match apart(update.send()).await {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
            _ => Err(TableError::request("UpdateItem")(error)),
        },
    }
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
