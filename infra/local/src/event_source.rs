//! Lambda's event source mapping: takes messages from a queue, hands them to the worker as Lambda would, deletes those
//! that it does not give back.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName};
use rentree_runtime::batch::{BatchFailed, BatchResponse};
use rentree_testkit::Stack;
use rentree_testkit::cloud::REGION;
use rentree_testkit::provision::Mapping;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A function that takes messages.
pub(crate) type Worker =
    Arc<dyn Fn(Value) -> Pin<Box<dyn Future<Output = Result<BatchResponse, BatchFailed>> + Send>> + Send + Sync>;

/// Pollers of one mapping: two imports at a time are enough for one machine.
const POLLERS: usize = 2;

pub(crate) fn spawn(
    tasks: &mut JoinSet<()>,
    stack: &Stack,
    mapping: &Mapping,
    worker: &Worker,
    stopped: &watch::Receiver<bool>,
) {
    for _ in 0..POLLERS {
        let (sqs, mapping, worker) = (stack.sqs.clone(), mapping.clone(), Arc::clone(worker));
        let mut stopped = stopped.clone();
        tasks.spawn(async move {
            loop {
                let messages = tokio::select! {
                    _ = stopped.wait_for(|stop| *stop) => return,
                    messages = receive(&sqs, &mapping) => messages,
                };
                // Stopping waits a little for what was received; what it cuts off comes again.
                if !messages.is_empty() {
                    deliver(&sqs, &mapping, &worker, messages).await;
                }
            }
        });
    }
}

async fn receive(sqs: &aws_sdk_sqs::Client, mapping: &Mapping) -> Vec<Message> {
    let receive = sqs
        .receive_message()
        .queue_url(&mapping.queue_url)
        .max_number_of_messages(mapping.batch_size)
        // Shorter than the client's patience with an answer.
        .wait_time_seconds(5)
        .message_system_attribute_names(MessageSystemAttributeName::All);
    match receive.send().await {
        Ok(received) => received.messages.unwrap_or_default(),
        Err(error) => {
            tracing::warn!(why = rentree_runtime::telemetry::chain(&error), "the queue does not answer");
            tokio::time::sleep(Duration::from_secs(1)).await;
            Vec::new()
        }
    }
}

async fn deliver(sqs: &aws_sdk_sqs::Client, mapping: &Mapping, worker: &Worker, messages: Vec<Message>) {
    let event = json!({ "Records": messages.iter().map(|message| record(mapping, message)).collect::<Vec<_>>() });
    let failures = match worker(event).await {
        Ok(response) => response.batch_item_failures,
        // The whole batch comes again.
        Err(_) => return,
    };
    let done: Vec<_> = messages
        .into_iter()
        .filter(|message| failures.iter().all(|failure| Some(&failure.item_identifier) != message.message_id.as_ref()))
        .filter_map(|message| {
            let entry = DeleteMessageBatchRequestEntry::builder();
            entry.id(message.message_id?).receipt_handle(message.receipt_handle?).build().ok()
        })
        .collect();
    if done.is_empty() {
        return;
    }
    if let Err(error) = sqs.delete_message_batch().queue_url(&mapping.queue_url).set_entries(Some(done)).send().await {
        tracing::warn!(
            why = rentree_runtime::telemetry::chain(&error),
            "messages were not deleted and will come again"
        );
    }
}

/// A message, as Lambda hands it over.
fn record(mapping: &Mapping, message: &Message) -> Value {
    let attributes: serde_json::Map<String, Value> =
        message.attributes.iter().flatten().map(|(name, value)| (name.as_str().to_owned(), json!(value))).collect();
    json!({
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": {},
        "md5OfBody": message.md5_of_body,
        "eventSource": "aws:sqs",
        "eventSourceARN": mapping.queue_arn,
        "awsRegion": REGION,
    })
}
