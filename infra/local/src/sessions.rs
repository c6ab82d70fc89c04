//! `cargo dev end-sessions --uai 0350760L`, `cargo dev end-sessions --login camille@exemple.fr`

use clap::Args;
use directory::message::{NamedLogin, SessionsOf};
use rentree_domain::Uai;
use rentree_local::operator::Operator;
use rentree_local::say;

#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct SessionsArguments {
    /// Everybody's of this school: the team, and the pupils who have an account
    #[arg(long, value_parser = Uai::parse)]
    uai: Option<Uai>,
    /// Those of the account with this e-mail address or user name
    #[arg(long)]
    login: Option<String>,
}

/// Ends them, and prints the report. Returns the exit status.
pub(crate) async fn run(arguments: SessionsArguments) -> anyhow::Result<u8> {
    let of = arguments.login.map(|login| SessionsOf::Login(NamedLogin(login)));
    let Some(of) = of.or(arguments.uai.map(SessionsOf::Uai)) else { anyhow::bail!("--uai or --login says whose") };
    let report = Operator::act(async |operator: &Operator| operator.end_sessions(of).await).await?;
    say!("{report:#}");
    Ok(if report["refused"].is_null() { 0 } else { 2 })
}
