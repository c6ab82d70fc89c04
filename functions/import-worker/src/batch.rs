//! A batch of SQS messages, raw: a typed event would fail the whole batch on one bad body.

use rentree_runtime::telemetry::chain;
use serde::Serialize;
use serde_json::Value;

use crate::Worker;
use crate::message::{self, Task};

/// Which messages of a batch should come again. SQS deletes the others.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    /// The messages to be tried again.
    pub batch_item_failures: Vec<BatchItemFailure>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    /// `messageId` of the message; never empty, which would fail the whole batch.
    pub item_identifier: String,
}

/// The batch cannot be answered message by message: all of it should come again.
#[derive(Debug, thiserror::Error)]
pub enum BatchFailed {
    /// Not an event of SQS.
    #[error("the event has no Records")]
    NotABatch,
    /// A message failed that has no identifier to name it by.
    #[error("a message without an identifier failed")]
    Unnamed,
}

impl Worker {
    /// Carries out a batch. Each message stands alone, even if it panics.
    pub async fn handle(&self, event: &Value) -> Result<BatchResponse, BatchFailed> {
        let records = event["Records"].as_array().ok_or(BatchFailed::NotABatch)?;
        let mut response = BatchResponse::default();
        for record in records {
            let worker = self.clone();
            let owned = record.clone();
            let done = tokio::spawn(async move { worker.handle_record(&owned).await }).await;
            let id = record["messageId"].as_str().unwrap_or_default();
            let why = match done {
                Ok(Ok(())) => continue,
                Ok(Err(error)) => chain(&error),
                Err(panicked) => panicked.to_string(),
            };
            tracing::error!(message_id = id, tries = tries(record), why, "a message failed and will come again");
            if id.is_empty() {
                return Err(BatchFailed::Unnamed);
            }
            response.batch_item_failures.push(BatchItemFailure { item_identifier: id.to_owned() });
        }
        if response.batch_item_failures.len() == records.len() && !records.is_empty() {
            tracing::error!(messages = records.len(), "every message of the batch failed");
        }
        Ok(response)
    }

    async fn handle_record(&self, record: &Value) -> Result<(), crate::process::ProcessError> {
        let is_dead_letter = record["eventSourceARN"].as_str() == Some(&self.config.dead_letter_queue_arn);
        for task in message::tasks(record["body"].as_str().unwrap_or_default()) {
            match task {
                Task::Import { uai, id, .. } if is_dead_letter => self.fail_technically(uai, id).await?,
                Task::Import { uai, id, confirmed } => self.process(uai, id, confirmed).await?,
                Task::Nothing { why } => tracing::info!(is_dead_letter, why, "a message asks for nothing"),
            }
        }
        Ok(())
    }
}

fn tries(record: &Value) -> Option<u64> {
    record["attributes"]["ApproximateReceiveCount"].as_str()?.parse().ok()
}
