//! Transactions: sent again while other writers are in the way, and their cancellation reasons by position.

use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::TransactWriteItem;

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
    /// Writes all `items` or none.
    ///
    /// A plain write on one of the items at the same moment cancels a transaction with `TransactionConflict`, which
    /// the SDK does not retry: we do, with doubling pauses of 25 ms to 1.6 s.
    pub(crate) async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<(), Cancelled> {
        const OPERATION: &str = "TransactWriteItems";
        let mut pause = FIRST_PAUSE;
        for attempt in 1..=ATTEMPTS {
            let sent = self.client.transact_write_items().set_transact_items(Some(items.clone())).send().await;
            let Err(error) = sent else { return Ok(()) };
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
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(TableError::Contended { operation: OPERATION }.into())
    }
}
