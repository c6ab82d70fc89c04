//! The Lambda function `invitations`.

use invitations::Invitations;
use jiff::Timestamp;
use rentree_runtime::{Settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let invitations =
        Invitations::from_settings(&Settings::from_env(), Timestamp::now).map_err(telemetry::cannot_start)?;
    rentree_http::lambda::run(invitations.router()).await
}
