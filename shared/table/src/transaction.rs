//! Transactions: sent again while other writers are in the way, and their cancellation reasons by position.

use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::{TransactWriteItemsError, TransactWriteItemsOutput};
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, TransactWriteItem};

use uuid::{Builder, Uuid};

use crate::item::apart;
use crate::paced::units_of;
use crate::{Table, TableError};

/// The most items in one transaction. A limit of DynamoDB.
pub(crate) const MAX_ITEMS: usize = 100;
const ATTEMPTS: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(25);

/// Why nothing was written.
#[derive(Debug)]
pub(crate) enum Cancelled {
    /// For each item, by position, whether its condition failed. At least one did.
    Conditions(Vec<bool>),
    Table(TableError),
}

impl From<TableError> for Cancelled {
    fn from(error: TableError) -> Self {
        Self::Table(error)
    }
}

impl Table {
    /// Whether all conditions of `items` held; then they are written.
    pub(crate) async fn written(&self, items: Vec<TransactWriteItem>) -> Result<bool, TableError> {
        match self.transact(items).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Conditions(_)) => Ok(false),
            Err(Cancelled::Table(error)) => Err(error),
        }
    }

    /// Writes all `items` or none.
    ///
    /// A plain write on one of the items at the same moment cancels a transaction with `TransactionConflict`, which
    /// the SDK does not retry: we do, with doubling pauses of about 25 ms to 1.6 s, each of another length: twenty that met would meet again otherwise. All attempts carry one token, so that DynamoDB knows the
    /// transaction that took effect already, and whose answer was lost: otherwise its own conditions would fail.
    pub(crate) async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<(), Cancelled> {
        self.send_until_taken(items, None).await?;
        Ok(())
    }

    /// The same; tells what it cost the table, in write units, without its indexes: those are other partitions.
    pub(crate) async fn transact_at_a_price(&self, items: Vec<TransactWriteItem>) -> Result<f64, Cancelled> {
        let taken = self.send_until_taken(items, Some(ReturnConsumedCapacity::Indexes)).await?;
        Ok(taken.consumed_capacity().iter().map(|consumed| units_of(Some(consumed))).sum())
    }

    async fn send_until_taken(
        &self,
        items: Vec<TransactWriteItem>,
        price: Option<ReturnConsumedCapacity>,
    ) -> Result<TransactWriteItemsOutput, Cancelled> {
        const OPERATION: &str = "TransactWriteItems";
        let token = token().to_string();
        let mut pause = FIRST_PAUSE;
        for attempt in 1..=ATTEMPTS {
            let send = self.client.transact_write_items().client_request_token(&token);
            let send = send.set_transact_items(Some(items.clone()));
            let error = match apart(send.set_return_consumed_capacity(price.clone()).send()).await {
                Ok(taken) => return Ok(taken),
                Err(error) => error,
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
            else {
                return Err(TableError::request(OPERATION)(error).into());
            };
            let codes: Vec<&str> =
                cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or("None")).collect();
            if codes.contains(&"ConditionalCheckFailed") {
                return Err(Cancelled::Conditions(
                    codes.iter().map(|code| *code == "ConditionalCheckFailed").collect(),
                ));
            }
            let passing = |code: &&str| {
                matches!(*code, "None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
            };
            if codes.is_empty() || !codes.iter().all(passing) {
                return Err(TableError::request(OPERATION)(error).into());
            }
            tracing::info!(attempt, pause_ms = pause.as_millis(), "a transaction met other writers, sending it again");
            tokio::time::sleep(scattered(pause)).await;
            pause *= 2;
        }
        Err(TableError::Contended { operation: OPERATION }.into())
    }
}

/// By which DynamoDB knows a transaction again for ten minutes.
fn token() -> Uuid {
    Builder::from_random_bytes(random()).into_uuid()
}

/// A pause from one half of `pause` to one and a half.
fn scattered(pause: Duration) -> Duration {
    let [byte] = random();
    pause / 2 + pause * u32::from(byte) / 255
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    //! What the local stand-in for DynamoDB never answers.

    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex};

    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsOutput;
    use aws_sdk_dynamodb::types::error::TransactionCanceledException;
    use aws_sdk_dynamodb::types::{CancellationReason, Put};
    use aws_smithy_mocks::{RuleMode, mock, mock_client};

    use super::*;
    use crate::item::stored;
    use crate::school::School;

    fn cancelled(codes: &'static [&'static str]) -> impl Fn() -> TransactWriteItemsError + Send + Sync + 'static {
        move || {
            let reasons = codes.iter().map(|code| CancellationReason::builder().code(*code).build());
            TransactWriteItemsError::TransactionCanceledException(
                TransactionCanceledException::builder().set_cancellation_reasons(Some(reasons.collect())).build(),
            )
        }
    }

    fn an_item() -> Vec<TransactWriteItem> {
        let uai = rentree_domain::Uai::parse("0990001N").unwrap();
        let item = stored(&School::new("École"), "School", crate::Key::school(uai)).unwrap();
        let put = Put::builder().table_name("rentree").set_item(Some(item)).build().unwrap();
        vec![TransactWriteItem::builder().put(put).build()]
    }

    /// `Table::transact` against answers of DynamoDB that come one after the other.
    async fn transact(client: Client) -> Result<(), Cancelled> {
        Table::new(client, "rentree").transact(an_item()).await
    }

    #[tokio::test]
    async fn a_conflict_is_sent_again_until_it_passes() {
        let rule = mock!(Client::transact_write_items)
            .sequence()
            .error(cancelled(&["TransactionConflict"]))
            .error(cancelled(&["None", "ThrottlingError"]))
            .output(|| TransactWriteItemsOutput::builder().build())
            .build();
        assert!(transact(mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, [&rule])).await.is_ok());
        assert_eq!(rule.num_calls(), 3);
    }

    #[test]
    fn pauses_differ() {
        let second = Duration::from_secs(1);
        let pauses: BTreeSet<_> = (0..100).map(|_| scattered(second)).collect();
        assert!(pauses.len() > 20, "{}", pauses.len());
        assert!(pauses.iter().all(|pause| (second / 2..=second * 3 / 2).contains(pause)));
    }

    /// Its answer may have been lost before the conflict: under another token it would meet itself.
    #[tokio::test]
    async fn all_attempts_are_one_transaction() {
        let tokens = Arc::new(Mutex::new(BTreeSet::new()));
        for transactions in 1..=2 {
            let noted = Arc::clone(&tokens);
            let rule = mock!(Client::transact_write_items)
                .match_requests(move |request| {
                    noted.lock().unwrap().insert(request.client_request_token().map(str::to_owned));
                    true
                })
                .sequence()
                .error(cancelled(&["TransactionConflict"]))
                .output(|| TransactWriteItemsOutput::builder().build())
                .build();
            assert!(transact(mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, [&rule])).await.is_ok());
            assert_eq!((rule.num_calls(), tokens.lock().unwrap().len()), (2, transactions));
        }
        assert!(!tokens.lock().unwrap().contains(&None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_conflict_that_never_ends_is_told() {
        let rule = mock!(Client::transact_write_items)
            .sequence()
            .error(cancelled(&["TransactionConflict"]))
            .repeatedly()
            .build();
        let told = transact(mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, [&rule])).await;
        assert!(matches!(told, Err(Cancelled::Table(TableError::Contended { .. }))), "{told:?}");
        assert_eq!(rule.num_calls(), ATTEMPTS as usize);
    }

    #[tokio::test]
    async fn a_failed_condition_is_told_by_its_position_and_not_sent_again() {
        let rule = mock!(Client::transact_write_items)
            .sequence()
            .error(cancelled(&["None", "ConditionalCheckFailed", "TransactionConflict"]))
            .build();
        let told = transact(mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, [&rule])).await;
        assert!(matches!(&told, Err(Cancelled::Conditions(failed)) if *failed == [false, true, false]), "{told:?}");
        assert_eq!(rule.num_calls(), 1);
    }

    #[tokio::test]
    async fn another_reason_is_an_error_at_once() {
        let rule = mock!(Client::transact_write_items).sequence().error(cancelled(&["ValidationError"])).build();
        let told = transact(mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, [&rule])).await;
        assert!(matches!(told, Err(Cancelled::Table(TableError::Request { .. }))), "{told:?}");
    }
}
