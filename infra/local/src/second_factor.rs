//! `cargo dev end-second-factor --login camille@exemple.fr`

use clap::Args;
use directory::message::NamedLogin;
use rentree_local::operator::Operator;
use rentree_local::say;

#[derive(Args)]
pub(crate) struct SecondFactorArguments {
    /// The account with this e-mail address or user name
    #[arg(long)]
    login: String,
}

/// Ends it, and prints the report. Returns the exit status.
pub(crate) async fn run(arguments: SecondFactorArguments) -> anyhow::Result<u8> {
    let login = NamedLogin(arguments.login);
    let report = Operator::act(async |operator: &Operator| operator.end_second_factor(login).await).await?;
    say!("{report:#}");
    Ok(if report["refused"].is_null() { 0 } else { 2 })
}
