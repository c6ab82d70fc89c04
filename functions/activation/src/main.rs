//! The Lambda function `activation`.

use activation::Activation;
use jiff::Timestamp;
use rentree_runtime::{Settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let activation =
        Activation::from_settings(&Settings::from_env(), Timestamp::now).map_err(telemetry::cannot_start)?;
    rentree_http::lambda::run(activation.router()).await
}
