//! Many items by their keys: a hundred at a time, and what DynamoDB left out is asked for again.

use std::collections::HashSet;
use std::time::Duration;

use aws_sdk_dynamodb::types::KeysAndAttributes;

use crate::{Item, Key, Table, TableError};

/// The most keys in one request. A limit of DynamoDB.
const MOST_KEYS: usize = 100;
const ATTEMPTS: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const OPERATION: &str = "BatchGetItem";

/// How new what is read must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// Everything that was written before.
    Now,
    /// What was written just now may be missing: for what is shown, and decides nothing. Costs half.
    AMomentAgo,
}

impl Table {
    /// Those of `keys` that are there, in no order; of each the `attributes`, separated by commas. Those that DynamoDB reserves are
    /// written `#name`.
    pub(crate) async fn batch(
        &self,
        keys: HashSet<Key>,
        attributes: &'static str,
        as_of: AsOf,
    ) -> Result<Vec<Item>, TableError> {
        let keys: Vec<Item> = keys.into_iter().map(Key::into_item).collect();
        let mut items = Vec::with_capacity(keys.len());
        for keys in keys.chunks(MOST_KEYS) {
            self.batch_of(keys, attributes, as_of, &mut items).await?;
        }
        Ok(items)
    }

    async fn batch_of(
        &self,
        keys: &[Item],
        attributes: &'static str,
        as_of: AsOf,
        items: &mut Vec<Item>,
    ) -> Result<(), TableError> {
        let mut wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys.to_vec()))
            .projection_expression(attributes)
            .consistent_read(as_of == AsOf::Now);
        for (place, name) in attributes.split(", ").filter_map(|place| Some((place, place.strip_prefix('#')?))) {
            wanted = wanted.expression_attribute_names(place, name);
        }
        let mut wanted = wanted.build().map_err(TableError::malformed("Keys"))?;
        let mut pause = FIRST_PAUSE;
        for _ in 0..ATTEMPTS {
            let get = self.client.batch_get_item().request_items(&self.name, wanted);
            let page = get.send().await.map_err(TableError::request(OPERATION))?;
            items.extend(page.responses.unwrap_or_default().remove(&self.name).unwrap_or_default());
            match page.unprocessed_keys.unwrap_or_default().remove(&self.name) {
                Some(rest) if !rest.keys().is_empty() => wanted = rest,
                _ => return Ok(()),
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(TableError::Contended { operation: OPERATION })
    }
}

#[cfg(test)]
mod tests {
    //! What the local stand-in for DynamoDB never answers.

    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
    use aws_smithy_mocks::{RuleMode, mock, mock_client};
    use jiff::Timestamp;
    use rentree_domain::UserId;

    use super::*;

    fn keys(count: u8) -> HashSet<Key> {
        (0..count).map(|n| Key::user(UserId::new(Timestamp::UNIX_EPOCH, [n; 10]))).collect()
    }

    /// `found` were found, `left` were left out.
    fn answer(found: u8, left: u8) -> BatchGetItemOutput {
        let items = |count| keys(count).into_iter().map(Key::into_item).collect::<Vec<_>>();
        let mut answer = BatchGetItemOutput::builder().responses("rentree", items(found));
        if left > 0 {
            let rest = KeysAndAttributes::builder().set_keys(Some(items(left))).build().unwrap();
            answer = answer.unprocessed_keys("rentree", rest);
        }
        answer.build()
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_left_out_is_asked_for_again() {
        let rule = mock!(Client::batch_get_item)
            .match_requests(|request| {
                request.request_items().unwrap()["rentree"].keys().len() <= MOST_KEYS
                    && request.request_items().unwrap()["rentree"].consistent_read() != Some(false)
            })
            .sequence()
            .output(|| answer(90, 10))
            .output(|| answer(0, 10))
            .output(|| answer(10, 0))
            .output(|| answer(20, 0))
            .build();
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, [&rule]);
        let found = Table::new(client, "rentree").batch(keys(120), "PK", AsOf::Now).await.unwrap();
        assert_eq!((found.len(), rule.num_calls()), (120, 4));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_always_left_out_is_told() {
        let rule = mock!(Client::batch_get_item).sequence().output(|| answer(1, 1)).repeatedly().build();
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, [&rule]);
        let told = Table::new(client, "rentree").batch(keys(2), "PK", AsOf::Now).await;
        assert!(matches!(told, Err(TableError::Contended { .. })), "{told:?}");
        assert_eq!(rule.num_calls(), ATTEMPTS as usize);
    }

    #[tokio::test]
    async fn nothing_is_asked_for_nobody() {
        let rule = mock!(Client::batch_get_item).then_output(|| answer(0, 0));
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, [&rule]);
        assert!(Table::new(client, "rentree").batch(keys(0), "PK", AsOf::Now).await.unwrap().is_empty());
        assert_eq!(rule.num_calls(), 0);
    }
}
