//! Requests to DynamoDB, counted, and broken on demand.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Counts write requests, and fails all from a certain one on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    writes: AtomicUsize,
    fail_from: usize,
}

impl Default for Inner {
    fn default() -> Self {
        Self { writes: AtomicUsize::new(0), fail_from: usize::MAX }
    }
}

impl Faults {
    /// Lets `count` write requests through and fails every one after them, as if the process had died.
    pub(crate) fn after(count: usize) -> Self {
        Self(Arc::new(Inner { fail_from: count, ..Inner::default() }))
    }

    /// Write requests so far.
    pub(crate) fn writes(&self) -> usize {
        self.0.writes.load(Ordering::SeqCst)
    }
}

impl Intercept for Faults {
    fn name(&self) -> &'static str {
        "Faults"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = context.request().headers().get("x-amz-target").unwrap_or_default();
        let operation = operation.rsplit('.').next().unwrap_or_default();
        if ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"].contains(&operation) {
            let before = self.0.writes.fetch_add(1, Ordering::SeqCst);
            if before >= self.0.fail_from {
                return Err("a fault was asked for".into());
            }
        }
        Ok(())
    }
}

/// The names of the operations that clients sent, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Operations(Arc<std::sync::Mutex<Vec<String>>>);

impl Operations {
    /// Those since the last time.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("nobody panics holding it"))
    }
}

impl Intercept for Operations {
    fn name(&self) -> &'static str {
        "Operations"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let target = context.request().headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        self.0.lock().expect("nobody panics holding it").push(operation);
        Ok(())
    }
}
