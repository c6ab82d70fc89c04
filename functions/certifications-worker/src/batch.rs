//! Each message of a batch: what it asks for, and carrying that out.

use rentree_runtime::batch::{self, BatchFailed, BatchResponse, Record};
use serde_json::Value;

use crate::Worker;
use crate::error::ProcessError;
use crate::message::{self, Task};

impl Worker {
    /// Carries out a batch.
    pub async fn handle(&self, event: &Value) -> Result<BatchResponse, BatchFailed> {
        let carry_out = |record: Record| {
            let worker = self.clone();
            async move { worker.handle_record(&record).await }
        };
        batch::each(event, carry_out).await
    }

    async fn handle_record(&self, record: &Record) -> Result<(), ProcessError> {
        let is_dead_letter = self.config.dead_letter_queue_arn == record.queue_arn;
        for task in message::tasks(&record.body) {
            match task {
                Task::Load { session } if is_dead_letter => self.load_failed(&session).await?,
                Task::Load { session } => self.load(&session).await?,
                Task::Nothing { why } => tracing::info!(is_dead_letter, why, "a message asks for nothing"),
                Task::Mistake { why } => tracing::error!(is_dead_letter, why, "a message is not understood"),
            }
        }
        Ok(())
    }
}
