//! Lambda's event source mapping: takes messages from a queue, hands them to the worker as Lambda would, deletes those
//! that it does not give back.
//!
//! A function of this process has the timeout that the template gives it, and is ended when it runs past that. While it
//! runs, its messages stay invisible, because the template's queues hide them for six timeouts. A function of another
//! process may be being built for minutes before it answers ([`End::ItsOwn`]), so that its messages are hidden anew while
//! it is waited for. One thing differs from AWS: what failed comes again after [`Times::retry_after`], and not when the
//! rest of the six timeouts is over.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName,
    QueueAttributeName,
};
use jiff::{SignedDuration, Timestamp};
use rentree_runtime::Clock;
use rentree_runtime::aws::{Aws, Service};
use rentree_runtime::batch::BatchResponse;
use rentree_testkit::Stack;
use rentree_testkit::cloud::REGION;
use rentree_testkit::provision::Mapping;
use serde_json::{Value, json};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;

/// A function that takes messages.
pub(crate) type Worker =
    Arc<dyn Fn(Value) -> Pin<Box<dyn Future<Output = anyhow::Result<BatchResponse>> + Send>> + Send + Sync>;

/// Pollers of one mapping: two imports at a time are enough for one machine.
const POLLERS: usize = 2;
/// How often the clock is looked at while a function runs.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long a function may go on when everything stops.
const GRACE: Duration = Duration::from_secs(3);
/// How long a receive waits for messages; stopping waits for it, because a receive that is left alone may still hide messages.
const LONG_POLL_SECONDS: i32 = 2;

/// For how long messages are hidden each time, while a function of another process is waited for.
const HIDDEN: Duration = Duration::from_mins(5);

/// What decides how long things take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// What ends a function that does not answer.
    pub(crate) end: End,
    /// After how long a message comes again that failed.
    pub(crate) retry_after: Duration,
}

/// What ends a function that does not answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    /// The timeout of the template, by this clock, but nothing before `least`.
    Timeout {
        /// What timeouts are measured by.
        clock: Clock,
        /// No function is ended before this, whatever the template says.
        least: Duration,
    },
    /// Nothing here: it runs elsewhere.
    ItsOwn,
}

pub(crate) fn spawn(
    tasks: &mut JoinSet<()>,
    stack: &Stack,
    mapping: &Mapping,
    worker: &Worker,
    times: Times,
    stopped: &watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let as_function = Aws::new(&stack.function_settings(&mapping.function)?)?;
    let receiving = Arc::new(Mutex::new(()));
    for _ in 0..POLLERS {
        let poller = Poller {
            sqs: aws_sdk_sqs::Client::new(&as_function.config(Service::Sqs)),
            lambda: stack.sqs.clone(),
            mapping: mapping.clone(),
            worker: Arc::clone(worker),
            receiving: Arc::clone(&receiving),
            times,
        };
        tasks.spawn(poller.run(stopped.clone()));
    }
    Ok(())
}

struct Poller {
    /// Takes and deletes messages with the rights of the function.
    sqs: aws_sdk_sqs::Client,
    /// Gives messages back earlier than AWS would, which is nobody's right but ours.
    lambda: aws_sdk_sqs::Client,
    mapping: Mapping,
    worker: Worker,
    /// One poller of the mapping waits for messages at a time: an idle product costs half as much.
    receiving: Arc<Mutex<()>>,
    times: Times,
}

impl Poller {
    async fn run(self, mut stopped: watch::Receiver<bool>) {
        self.look_at_the_queue().await;
        while !*stopped.borrow() {
            let messages = {
                let _one_at_a_time = self.receiving.lock().await;
                if *stopped.borrow() {
                    return;
                }
                self.receive().await
            };
            if *stopped.borrow() {
                self.hide(&messages, Duration::ZERO).await;
            } else if !messages.is_empty() {
                self.deliver(messages, &mut stopped).await;
            }
        }
    }

    /// Lambda looks at a queue before it takes messages from it.
    async fn look_at_the_queue(&self) {
        let get = self.sqs.get_queue_attributes().queue_url(&self.mapping.queue_url);
        if let Err(error) = get.attribute_names(QueueAttributeName::VisibilityTimeout).send().await {
            let (function, why) = (&self.mapping.function, rentree_runtime::telemetry::chain(&error));
            tracing::error!(function, why, "a function may not look at its queue");
        }
    }

    async fn receive(&self) -> Vec<Message> {
        let receive = self
            .sqs
            .receive_message()
            .queue_url(&self.mapping.queue_url)
            .max_number_of_messages(self.mapping.batch_size)
            .wait_time_seconds(LONG_POLL_SECONDS)
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

    async fn deliver(&self, messages: Vec<Message>, stopped: &mut watch::Receiver<bool>) {
        let records: Vec<Value> = messages.iter().map(|message| record(&self.mapping, message)).collect();
        let ended = tokio::select! {
            answer = (self.worker)(json!({ "Records": records })) => self.ended(answer),
            () = self.timeout() => {
                let (function, timeout_s) = (&self.mapping.function, self.mapping.timeout.as_secs());
                tracing::error!(function, timeout_s, "a function ran past its timeout and was ended");
                Ended::Failed
            }
            never = self.keep_hidden(&messages) => match never {},
            () = grace(stopped) => Ended::Stopped,
        };
        let again_after = match ended {
            // Whoever starts next takes it up when the lease of its worker is over.
            Ended::Stopped => Duration::ZERO,
            _ => self.times.retry_after,
        };
        let is_failed = |message: &Message| match &ended {
            Ended::Answered(failures) => message.message_id.as_ref().is_some_and(|id| failures.contains(id)),
            Ended::Failed | Ended::Stopped => true,
        };
        let (failed, done): (Vec<_>, Vec<_>) = messages.into_iter().partition(is_failed);
        self.delete(done).await;
        self.hide(&failed, again_after).await;
    }

    /// Ends when the function should have.
    async fn timeout(&self) {
        let End::Timeout { clock, least } = self.times.end else { return std::future::pending().await };
        let timeout = SignedDuration::try_from(self.mapping.timeout.max(least)).unwrap_or(SignedDuration::MAX);
        let deadline: Timestamp = clock() + timeout;
        while clock() < deadline {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Hides messages anew, as long as it is asked to, from whoever else looks at the queue.
    async fn keep_hidden(&self, messages: &[Message]) -> Infallible {
        if matches!(self.times.end, End::Timeout { .. }) {
            return std::future::pending().await;
        }
        loop {
            self.hide(messages, HIDDEN).await;
            tokio::time::sleep(HIDDEN / 2).await;
        }
    }

    fn ended(&self, answer: anyhow::Result<BatchResponse>) -> Ended {
        match answer {
            Ok(response) => Ended::Answered(
                response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect(),
            ),
            Err(error) => {
                let (function, why) = (&self.mapping.function, format!("{error:#}"));
                tracing::error!(function, why, "a function failed, and its messages will come again");
                Ended::Failed
            }
        }
    }

    async fn delete(&self, messages: Vec<Message>) {
        let entry = |(index, message): (usize, Message)| {
            let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
            entry.receipt_handle(message.receipt_handle?).build().ok()
        };
        let entries: Vec<_> = messages.into_iter().enumerate().filter_map(entry).collect();
        if entries.is_empty() {
            return;
        }
        let delete = self.sqs.delete_message_batch().queue_url(&self.mapping.queue_url);
        if let Err(error) = delete.set_entries(Some(entries)).send().await {
            let why = rentree_runtime::telemetry::chain(&error);
            tracing::warn!(why, "messages were not deleted and will come again");
        }
    }

    /// Gives messages back, to come again after a while.
    async fn hide(&self, messages: &[Message], after: Duration) {
        let seconds = i32::try_from(after.as_secs()).unwrap_or(i32::MAX);
        let entry = |(index, message): (usize, &Message)| {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(index.to_string());
            entry.receipt_handle(message.receipt_handle.clone()?).visibility_timeout(seconds).build().ok()
        };
        let entries: Vec<_> = messages.iter().enumerate().filter_map(entry).collect();
        if entries.is_empty() {
            return;
        }
        let change = self.lambda.change_message_visibility_batch().queue_url(&self.mapping.queue_url);
        if let Err(error) = change.set_entries(Some(entries)).send().await {
            let why = rentree_runtime::telemetry::chain(&error);
            tracing::warn!(why, "messages will come again at another moment than they should");
        }
    }
}

/// How a function ended.
enum Ended {
    /// It answered; these messages, by their identifiers, failed.
    Answered(Vec<String>),
    /// All of its messages failed.
    Failed,
    /// Everything stops.
    Stopped,
}

/// Ends a little after everything was told to stop.
async fn grace(stopped: &mut watch::Receiver<bool>) {
    // The sender gone means stop, too.
    let _ = stopped.wait_for(|stop| *stop).await;
    tokio::time::sleep(GRACE).await;
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
