//! The Lambda function `campaigns`.

use campaigns::Campaigns;
use jiff::Timestamp;
use rentree_runtime::{Settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let campaigns = Campaigns::from_settings(&Settings::from_env(), Timestamp::now).map_err(telemetry::cannot_start)?;
    rentree_http::lambda::run(campaigns.router()).await
}
