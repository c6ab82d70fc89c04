//! A message that comes while a worker may be at work on the school's pupils gives way: it comes back later, as a new
//! message.
//!
//! The queue counts how often it hands a message out, not how often one failed. A message that waited for its turn by
//! failing would end as a dead letter about an import that is alive. The new message is sent before the old one is done
//! with, because the old one may be the only copy: two copies do no harm, they give way to each other.

use jiff::Timestamp;
use rentree_domain::import::lease::Delay;
use serde::Serialize;

use crate::Worker;
use crate::process::ProcessError;

impl Worker {
    /// Sends `word`, which was sent for the first time at `first_sent_at`, again, to come after `delay`.
    pub(crate) async fn give_way(
        &self,
        word: &impl Serialize,
        first_sent_at: Option<Timestamp>,
        delay: Delay,
    ) -> Result<(), ProcessError> {
        let now = (self.clock)();
        let delay_seconds = delay.seconds(now.duration_since(first_sent_at.unwrap_or(now)));
        let body = serde_json::to_string(word).map_err(|error| ProcessError::GiveWay(Box::new(error)))?;
        let send = self.queue.send_message().queue_url(&self.config.queue_url);
        let sent = send.message_body(&body).delay_seconds(delay_seconds).send().await;
        sent.map_err(|error| ProcessError::GiveWay(Box::new(error)))?;
        // School, import and the first sending stand in the word; it names nobody.
        tracing::info!(word = body, delay_s = delay_seconds, "a message gives way to a worker that may be at work");
        Ok(())
    }
}
