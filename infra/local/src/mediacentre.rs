//! `cargo dev mediacentre --uai 0350760L --id-etab 0350760L`

use anyhow::{Context, bail};
use clap::Args;
use rentree_domain::{GarId, Uai};
use rentree_local::operator::Operator;
use rentree_local::say;

#[derive(Args)]
pub(crate) struct MediacentreArguments {
    /// The school
    #[arg(long, value_parser = Uai::parse)]
    uai: Uai,
    /// What the GAR calls the school (idEtab); blank turns its Médiacentre off
    #[arg(long)]
    id_etab: String,
    /// What the GAR calls the ENT of the school (idENT), where it is known
    #[arg(long, default_value = "")]
    id_ent: String,
}

/// Turns it on or off, and prints the report. Returns the exit status.
pub(crate) async fn run(arguments: &MediacentreArguments) -> anyhow::Result<u8> {
    let (id_etab, id_ent) = (read("--id-etab", &arguments.id_etab)?, read("--id-ent", &arguments.id_ent)?);
    if id_etab.is_none() && id_ent.is_some() {
        bail!("--id-ent without --id-etab: the Médiacentre is off for a school that the GAR calls nothing");
    }
    let turn =
        async |operator: &Operator| operator.turn_mediacentre(arguments.uai, id_etab.as_ref(), id_ent.as_ref()).await;
    let report = Operator::act(turn).await?;
    say!("{report:#}");
    Ok(if report["refused"].is_null() { 0 } else { 2 })
}

fn read(option: &'static str, text: &str) -> anyhow::Result<Option<GarId>> {
    if text.trim().is_empty() { Ok(None) } else { Ok(Some(GarId::parse(text).context(option)?)) }
}
