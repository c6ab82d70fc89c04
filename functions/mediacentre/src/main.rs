//! The Lambda function `mediacentre`.

use jiff::Timestamp;
use mediacentre::Mediacentre;
use rentree_runtime::{Settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let mediacentre =
        Mediacentre::from_settings(&Settings::from_env(), Timestamp::now).map_err(telemetry::cannot_start)?;
    rentree_http::lambda::run(mediacentre.router()).await
}
