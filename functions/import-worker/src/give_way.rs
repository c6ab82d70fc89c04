//! A message that comes while a worker may be at work on the school's pupils gives way: it comes back later, as a new
//! message.
//!
//! The queue counts how often it hands a message out, not how often one failed. A message that waited for its turn by
//! failing would end as a dead letter about an import that is alive. The new message is sent before the old one is done
//! with, because the old one may be the only copy: two copies do no harm, they give way to each other.

use rentree_domain::import::Resume;

use crate::Worker;
use crate::process::ProcessError;

impl Worker {
    pub(crate) async fn give_way(&self, resume: &Resume, delay_seconds: i32) -> Result<(), ProcessError> {
        let body = serde_json::to_string(resume).map_err(|error| ProcessError::GiveWay(Box::new(error)))?;
        let send = self.queue.send_message().queue_url(&self.config.queue_url);
        let sent = send.message_body(body).delay_seconds(delay_seconds).send().await;
        sent.map_err(|error| ProcessError::GiveWay(Box::new(error)))?;
        let waited_s = (self.clock)().duration_since(resume.first_sent_at).as_secs();
        tracing::info!(
            uai = %resume.uai, import = %resume.id, delay_s = delay_seconds, waited_s,
            "a message gives way to a worker that may be at work"
        );
        Ok(())
    }
}
