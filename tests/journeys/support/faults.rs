//! Requests to DynamoDB, counted, and broken on demand; and what came back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextRef,
    BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use campaigns::{Campaigns, Config};
use mediacentre::Mediacentre;
use rentree_runtime::Clock;
use rentree_runtime::aws::{Aws, Service};
use serde_json::Value;

use super::product;

/// A function's client of DynamoDB, with something between it and the table.
pub(crate) fn watched(aws: &Aws, by: impl Intercept + 'static) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::config::Builder::from(&aws.config(Service::DynamoDb));
    aws_sdk_dynamodb::Client::from_conf(config.interceptor(by).build())
}

/// The function `campaigns` on a port of its own, with something between it and the table.
pub(crate) async fn campaigns_with(
    by: impl Intercept + 'static,
    clock: Clock,
) -> anyhow::Result<(String, tokio::task::JoinHandle<std::io::Result<()>>)> {
    let settings = product().stack.function_settings("CampaignsFunction")?;
    let aws = product().stack.aws_of("CampaignsFunction")?;
    let sqs = aws_sdk_sqs::Client::new(&aws.config(Service::Sqs));
    let campaigns = Campaigns::new(Config::read(&settings)?, watched(&aws, by), sqs, clock);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((url, tokio::spawn(async { axum::serve(listener, campaigns.router()).await })))
}

/// The function `mediacentre` on a port of its own, with something between it and the table.
pub(crate) async fn mediacentre_with(
    by: impl Intercept + 'static,
    clock: Clock,
) -> anyhow::Result<(String, tokio::task::JoinHandle<std::io::Result<()>>)> {
    let settings = product().stack.function_settings("MediacentreFunction")?;
    let aws = product().stack.aws_of("MediacentreFunction")?;
    let mediacentre = Mediacentre::new(mediacentre::Config::read(&settings)?, watched(&aws, by), clock);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((url, tokio::spawn(async { axum::serve(listener, mediacentre.router()).await })))
}

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
        let operation = operation(context);
        if ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"].contains(&operation.as_str())
        {
            let before = self.0.writes.fetch_add(1, Ordering::SeqCst);
            if before >= self.0.fail_from {
                return Err("a fault was asked for".into());
            }
        }
        Ok(())
    }
}

/// The name of the operation that a client sends.
fn operation(context: &BeforeTransmitInterceptorContextRef<'_>) -> String {
    let target = context.request().headers().get("x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default().to_owned()
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

    /// Before the SDK tries for the first time: what it sends again is the same operation.
    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config.load::<Metadata>().map(|operation| operation.name().to_owned()).unwrap_or_default();
        self.0.lock().expect("nobody panics holding it").push(operation);
        Ok(())
    }
}

/// What clients asked for, and what of pupils came back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reads(Arc<std::sync::Mutex<Seen>>);

/// See [`Reads`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The names of the operations, in their order.
    pub(crate) operations: Vec<String>,
    /// Items of pupils, with what a file said of them.
    pub(crate) learners: usize,
    /// Entries of the index of births: names alone.
    pub(crate) names: usize,
}

impl Reads {
    /// What was seen since the last time.
    pub(crate) fn take(&self) -> Seen {
        std::mem::take(&mut self.0.lock().expect("nobody panics holding it"))
    }
}

impl Intercept for Reads {
    fn name(&self) -> &'static str {
        "Reads"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.lock().expect("nobody panics holding it").operations.push(operation(context));
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer: Value = serde_json::from_slice(context.response().body().bytes().unwrap_or_default())?;
        let one = answer["Item"].as_object().map(|_| &answer["Item"]);
        let items = answer["Items"].as_array().into_iter().flatten().chain(one);
        let of_pupils = items.filter(|item| item["SK"]["S"].as_str().is_some_and(|sk| sk.starts_with("LEARNER#")));
        let mut seen = self.0.lock().expect("nobody panics holding it");
        for item in of_pupils {
            if item["current"].is_null() { seen.names += 1 } else { seen.learners += 1 }
        }
        Ok(())
    }
}
