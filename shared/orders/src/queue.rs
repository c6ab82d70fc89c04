//! Where orders go.

use aws_sdk_sqs::Client;
use rentree_domain::MailOrder;
use rentree_runtime::Lazy;
use rentree_table::Table;

/// Orders of mails, and what is counted before them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct MailOrders {
    pub(crate) table: Table,
    client: Lazy<Client>,
    url: String,
}

/// The order did not reach the queue.
#[derive(Debug, thiserror::Error)]
#[error("a mail could not be ordered")]
pub struct OrderError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl MailOrders {
    /// Orders by the queue at `url`, counted in `table`.
    pub fn new(table: &Table, client: impl Into<Lazy<Client>>, url: impl Into<String>) -> Self {
        Self { table: table.clone(), client: client.into(), url: url.into() }
    }

    /// Sends an order that is permitted.
    pub(crate) async fn send(&self, order: &MailOrder) -> Result<(), OrderError> {
        let body = serde_json::to_string(order).map_err(|error| OrderError(Box::new(error)))?;
        let send = self.client.send_message().queue_url(&self.url).message_body(body);
        send.send().await.map_err(|error| OrderError(Box::new(error)))?;
        Ok(())
    }
}
