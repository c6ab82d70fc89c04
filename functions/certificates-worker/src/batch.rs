//! Each message of a batch: what it asks for, and carrying that out.

use rentree_domain::certification::PrepareCertificates;
use rentree_runtime::batch::{self, BatchFailed, BatchResponse, Record};
use serde_json::Value;

use crate::Worker;
use crate::error::ProcessError;

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
        let Ok(order) = serde_json::from_str::<PrepareCertificates>(&record.body) else {
            // Trying again would not change it.
            tracing::error!(is_dead_letter, "a message is not understood");
            return Ok(());
        };
        if is_dead_letter { self.failed(&order).await } else { self.make(&order).await }
    }
}
