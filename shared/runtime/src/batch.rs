//! A batch of SQS messages, raw: a typed event would fail the whole batch on one bad body. Each message stands alone: done,
//! to be tried again, or answered and recorded.

use std::error::Error;
use std::future::Future;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::telemetry::chain;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its text.
    pub body: String,
    /// The queue that it comes from.
    pub queue_arn: String,
    /// How often it was handed out, this time included.
    pub tries: u32,
    /// When it was sent.
    pub sent_at: Timestamp,
}

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

/// Carries out each message of `event`, one after the other. Each stands alone, even if it panics.
///
/// Dropping the future ends the message at work, too: one machine ends a function that runs past its timeout so.
pub async fn each<E, F>(event: &Value, carry_out: impl Fn(Record) -> F) -> Result<BatchResponse, BatchFailed>
where
    E: Error + Send + 'static,
    F: Future<Output = Result<(), E>> + Send + 'static,
{
    let records = event["Records"].as_array().ok_or(BatchFailed::NotABatch)?;
    let mut response = BatchResponse::default();
    for record in records {
        let id = record["messageId"].as_str().unwrap_or_default();
        let read = read(record);
        let tries = read.tries;
        let mut at_work = JoinSet::new();
        at_work.spawn(carry_out(read));
        let why = match at_work.join_next().await {
            Some(Ok(Ok(()))) | None => continue,
            Some(Ok(Err(error))) => chain(&error),
            Some(Err(panicked)) => panicked.to_string(),
        };
        tracing::error!(message_id = id, tries, why, "a message failed and will come again");
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

fn read(record: &Value) -> Record {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let number = |name: &str| record["attributes"][name].as_str().and_then(|number| number.parse::<i64>().ok());
    let tries = number("ApproximateReceiveCount").and_then(|tries| u32::try_from(tries).ok());
    let sent_at = number("SentTimestamp").and_then(|ms| Timestamp::from_millisecond(ms).ok());
    Record {
        body: text(&record["body"]),
        queue_arn: text(&record["eventSourceARN"]),
        tries: tries.unwrap_or(1),
        // SQS always says; whoever replays an event by hand may not.
        sent_at: sent_at.unwrap_or_else(Timestamp::now),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_panic_and_an_error_come_again_and_the_others_are_done() {
        let record = |id: &str, body: &str| json!({"messageId": id, "body": body});
        let event =
            json!({"Records": [record("1", "fine"), record("2", "panic"), record("3", "error"), record("4", "fine")]});
        let carry_out = async |record: Record| match record.body.as_str() {
            "panic" => panic!("as asked"),
            "error" => Err(std::fmt::Error),
            _ => Ok(()),
        };
        let answer = each(&event, carry_out).await.unwrap();
        let again: Vec<_> = answer.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect();
        assert_eq!(again, ["2", "3"]);
    }

    /// What stands in for Lambda's own end of a function: nothing of it goes on.
    #[tokio::test]
    async fn a_batch_that_is_dropped_ends_the_message_at_work() {
        let (began, mut at_work) = tokio::sync::mpsc::channel(1);
        let carry_out = move |_: Record| {
            let began = began.clone();
            async move {
                // Held until the task is gone.
                let _ = began.send(()).await;
                std::future::pending::<Result<(), std::fmt::Error>>().await
            }
        };
        let event = json!({"Records": [{"messageId": "1", "body": ""}]});
        let mut batch = Box::pin(each(&event, carry_out));
        tokio::select! {
            _ = &mut batch => panic!("it never ends"),
            _ = at_work.recv() => {}
        }
        drop(batch);
        assert_eq!(at_work.recv().await, None, "the task is gone with what it held");
    }

    #[tokio::test]
    async fn what_is_no_batch_fails_as_a_whole() {
        let carry_out = async |_: Record| Err::<(), _>(std::fmt::Error);
        assert!(matches!(each(&json!({}), carry_out).await, Err(BatchFailed::NotABatch)));
        let unnamed = json!({"Records": [{"body": ""}]});
        assert!(matches!(each(&unnamed, carry_out).await, Err(BatchFailed::Unnamed)));
    }
}
