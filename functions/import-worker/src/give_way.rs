//! A message that comes while a worker may be at work on the school's pupils gives way: it comes back later, as a new
//! message.
//!
//! The queue counts how often it hands a message out, not how often one failed. A message that waited for its turn by
//! failing would end as a dead letter about an import that is alive. The new message is sent before the old one is done
//! with, because the old one may be the only copy: two copies do no harm, they give way to each other.
//!
//! One message about an import waits, however many come: were each to come back, a thousand of them behind a worker that died
//! would be all that the workers see, and the other schools would wait with them.

use jiff::SignedDuration;
use rentree_domain::import::Resume;
use serde::Serialize;

use crate::Worker;
use crate::process::ProcessError;

impl Worker {
    /// Lets an import wait: its message comes back after `delay_seconds`, or is forgotten when another one about it comes back as
    /// early.
    pub(crate) async fn give_way(&self, resume: Resume, delay_seconds: i32) -> Result<(), ProcessError> {
        let Resume { uai, id, .. } = resume;
        let now = (self.clock)();
        if resume.confirmed {
            return self.send_again(&resume, delay_seconds).await;
        }
        let waiting = self.table.import(uai, id).await?.and_then(|import| import.comes_back_at);
        let comes_back_at = now + SignedDuration::from_secs(delay_seconds.into());
        if resume.is_copy(waiting, comes_back_at, now) {
            tracing::info!(%uai, import = %id, "a copy of a message that waits is forgotten");
            return Ok(());
        }
        self.send_again(&Resume { comes_back_at: Some(comes_back_at), ..resume }, delay_seconds).await?;
        // Only once it is sent: until then, this message is the only one.
        Ok(self.table.note_return(uai, id, comes_back_at).await?)
    }

    /// Sends `word` again, to come after `delay_seconds`.
    pub(crate) async fn send_again(&self, word: &impl Serialize, delay_seconds: i32) -> Result<(), ProcessError> {
        let body = serde_json::to_string(word).map_err(|error| ProcessError::GiveWay(Box::new(error)))?;
        let send = self.queue.send_message().queue_url(&self.config.queue_url);
        let sent = send.message_body(&body).delay_seconds(delay_seconds).send().await;
        sent.map_err(|error| ProcessError::GiveWay(Box::new(error)))?;
        // School, import and the first sending stand in the word; it names nobody.
        tracing::info!(word = body, delay_s = delay_seconds, "a message gives way to a worker that may be at work");
        Ok(())
    }
}
