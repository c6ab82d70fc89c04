//! The Lambda function `mediacentre`.

use jiff::Timestamp;
use mediacentre::Mediacentre;
use rentree_runtime::{Settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    rentree_http::lambda::run(Mediacentre::from_settings(&Settings::from_env(), Timestamp::now)?.router()).await
}
