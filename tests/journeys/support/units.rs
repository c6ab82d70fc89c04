//! What requests to DynamoDB cost, in units, as AWS bills them: each is asked to tell.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::Value;

/// Units, by operation: how often it was sent, and what all of them cost.
#[derive(Debug, Clone, Default)]
pub(crate) struct Units(Arc<Mutex<BTreeMap<String, (usize, f64)>>>);

impl Units {
    /// What was spent since the last time.
    pub(crate) fn take(&self) -> BTreeMap<String, (usize, f64)> {
        std::mem::take(&mut self.0.lock().expect("nobody panics holding it"))
    }
}

/// All of it.
pub(crate) fn sum(spent: &BTreeMap<String, (usize, f64)>) -> f64 {
    spent.values().map(|(_, units)| units).sum()
}

impl Intercept for Units {
    fn name(&self) -> &'static str {
        "Units"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let mut body: Value = serde_json::from_slice(request.body().bytes().unwrap_or_default())?;
        body["ReturnConsumedCapacity"] = "TOTAL".into();
        let body = serde_json::to_vec(&body)?;
        request.headers_mut().insert("content-length", body.len().to_string());
        *request.body_mut() = SdkBody::from(body);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config.load::<Metadata>().map(|operation| operation.name().to_owned()).unwrap_or_default();
        let answer: Value = serde_json::from_slice(context.response().body().bytes().unwrap_or_default())?;
        let told = &answer["ConsumedCapacity"];
        let tables = told.as_array().cloned().unwrap_or_else(|| vec![told.clone()]);
        let units: f64 = tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum();
        let mut spent = self.0.lock().expect("nobody panics holding it");
        let (times, all) = spent.entry(operation).or_default();
        *times += 1;
        *all += units;
        Ok(())
    }
}
