//! The Lambda function `learners`.

use jiff::Timestamp;
use learners::Learners;
use rentree_runtime::{Settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let router = Learners::from_settings(&Settings::from_env(), Timestamp::now)?.router();
    lambda_http::run(router).await
}
