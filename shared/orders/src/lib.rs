//! Orders mails from the mail worker, by its queue. Whoever orders does not wait for SES, and is not told what the worker
//! finds: public forms answer everybody alike.

use aws_sdk_sqs::Client;
use rentree_domain::MailOrder;
use rentree_runtime::Lazy;

/// The queue of the mail worker. Cheap to clone.
#[derive(Debug, Clone)]
pub struct MailQueue {
    client: Lazy<Client>,
    url: String,
}

/// The order did not reach the queue.
#[derive(Debug, thiserror::Error)]
#[error("a mail could not be ordered")]
pub struct OrderError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl MailQueue {
    /// The queue at `url`.
    pub fn new(client: impl Into<Lazy<Client>>, url: impl Into<String>) -> Self {
        Self { client: client.into(), url: url.into() }
    }

    /// Orders a mail.
    pub async fn order(&self, order: &MailOrder) -> Result<(), OrderError> {
        let body = serde_json::to_string(order).map_err(|error| OrderError(Box::new(error)))?;
        let send = self.client.send_message().queue_url(&self.url).message_body(body);
        send.send().await.map_err(|error| OrderError(Box::new(error)))?;
        Ok(())
    }
}
