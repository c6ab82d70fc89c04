//! The Lambda function `certifications`.

use certifications::Certifications;
use jiff::Timestamp;
use rentree_runtime::{Settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let certifications =
        Certifications::from_settings(&Settings::from_env(), Timestamp::now).map_err(telemetry::cannot_start)?;
    rentree_http::lambda::run(certifications.router()).await
}
