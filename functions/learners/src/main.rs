//! The Lambda function `learners`.

use jiff::Timestamp;
use learners::Learners;
use rentree_runtime::{Settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    rentree_http::lambda::run(Learners::from_settings(&Settings::from_env(), Timestamp::now)?.router()).await
}
