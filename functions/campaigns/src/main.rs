//! The Lambda function `campaigns`.

use campaigns::Campaigns;
use jiff::Timestamp;
use rentree_runtime::{Settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    rentree_http::lambda::run(Campaigns::from_settings(&Settings::from_env(), Timestamp::now)?.router()).await
}
