//! A single write that meets a transaction on its item: DynamoDB refuses it, and the SDK would give up.
//!
//! The transaction that is in the way ends within milliseconds. Transactions themselves are sent again by
//! `Table::transact`.

use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;

/// Sends a write again that met a transaction, as often as the SDK sends anything again.
#[derive(Debug)]
pub(crate) struct Conflict;

impl ClassifyRetry for Conflict {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err).and_then(|error| error.as_operation_error());
        let met_a_transaction = error.is_some_and(|error| {
            let put = error.downcast_ref().is_some_and(PutItemError::is_transaction_conflict_exception);
            let update = error.downcast_ref().is_some_and(UpdateItemError::is_transaction_conflict_exception);
            put || update || error.downcast_ref().is_some_and(DeleteItemError::is_transaction_conflict_exception)
        });
        if met_a_transaction { RetryAction::transient_error() } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "a write that met a transaction"
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::operation::update_item::UpdateItemOutput;
    use aws_sdk_dynamodb::types::error::TransactionConflictException;
    use aws_smithy_mocks::{RuleMode, mock, mock_client};
    use rentree_domain::Uai;

    use super::*;
    use crate::item::Change;
    use crate::{Key, Table};

    #[tokio::test(start_paused = true)]
    async fn a_write_that_meets_a_transaction_is_sent_again() {
        let rule = mock!(Client::update_item)
            .sequence()
            .error(|| UpdateItemError::TransactionConflictException(TransactionConflictException::builder().build()))
            .output(|| UpdateItemOutput::builder().build())
            .build();
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, [&rule]);
        let table = Table::new(client, "rentree");
        let change = Change::of(Key::school(Uai::parse("0990001N").unwrap()), "SET a = :a");
        assert!(change.text(":a", "b").alone(&table).await.unwrap());
        assert_eq!(rule.num_calls(), 2);
    }
}
