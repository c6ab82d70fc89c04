//! `cargo dev offer --academie rennes --round 2026-rentree`

use clap::Args;
use rentree_domain::{Academie, Round};
use rentree_local::operator::Operator;
use rentree_local::say;

#[derive(Args)]
pub(crate) struct OfferArguments {
    /// The académie: rennes, aix-marseille, …
    #[arg(long, value_parser = Academie::parse)]
    academie: Academie,
    /// The name of the round: each school gets one mail in it, however often this is called
    #[arg(long, value_parser = Round::parse)]
    round: Round,
}

/// Offers, and prints the report. Returns the exit status.
pub(crate) async fn run(arguments: &OfferArguments) -> anyhow::Result<u8> {
    let OfferArguments { academie, round } = arguments;
    let report = Operator::act(async |operator: &Operator| operator.offer(*academie, round).await).await?;
    say!("{report:#}");
    let is_empty = |list: &str| report[list].as_array().is_none_or(Vec::is_empty);
    let is_whole = report["refused"].is_null() && is_empty("failed") && is_empty("uncertain");
    Ok(if is_whole { 0 } else { 2 })
}
