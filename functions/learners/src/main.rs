//! The Lambda function `learners`.

use jiff::Timestamp;
use learners::Learners;
use rentree_runtime::{Settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let learners = Learners::from_settings(&Settings::from_env(), Timestamp::now).map_err(telemetry::cannot_start)?;
    rentree_http::lambda::run(learners.router()).await
}
