//! The Lambda function `certificates-worker`.

use certificates_worker::Worker;
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use rentree_runtime::batch::BatchResponse;
use rentree_runtime::{Settings, telemetry};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let worker = Worker::from_settings(&Settings::from_env(), Timestamp::now).map_err(telemetry::cannot_start)?;
    let handle =
        async |event: LambdaEvent<Value>| -> Result<BatchResponse, Error> { Ok(worker.handle(&event.payload).await?) };
    lambda_runtime::run(service_fn(handle)).await
}
