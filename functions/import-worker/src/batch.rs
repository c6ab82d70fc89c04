//! Each message of a batch: what it asks for, and carrying that out.

use rentree_runtime::batch::{self, BatchFailed, BatchResponse, Record};
use serde_json::Value;

use crate::Worker;
use crate::message::{self, Task};
use crate::process::ProcessError;
use crate::technical::Why;

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
        let is_dead_letter = record.queue_arn == self.config.dead_letter_queue_arn;
        for task in message::tasks(record) {
            match task {
                Task::Import(resume) if is_dead_letter => self.fail_technically(resume, Why::Technical).await?,
                Task::Import(resume) => self.process(resume).await?,
                Task::Tidy(tidy) if is_dead_letter => {
                    tracing::error!(uai = %tidy.uai, "a roster was not tidied up: the next import does it");
                }
                Task::Tidy(tidy) => self.tidy(tidy).await?,
                Task::Nothing { why } => tracing::info!(is_dead_letter, why, "a message asks for nothing"),
            }
        }
        Ok(())
    }
}
