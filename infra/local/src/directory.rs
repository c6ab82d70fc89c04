//! `cargo dev directory FILE`

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use rentree_local::operator::Operator;

#[derive(Args)]
pub(crate) struct DirectoryArguments {
    /// The public directory of schools: .csv, separated by ;
    file: PathBuf,
}

/// Loads, and prints the report. Returns the exit status.
pub(crate) async fn run(arguments: &DirectoryArguments) -> anyhow::Result<u8> {
    let file = std::fs::read(&arguments.file).with_context(|| format!("reading {}", arguments.file.display()))?;
    let name = arguments.file.file_stem().and_then(|name| name.to_str()).context("a file with a name")?;
    let report = Operator::act(async |operator: &Operator| operator.load(name, file).await).await?;
    println!("{report:#}");
    let is_whole = report["refused"].is_null() && report["counts"]["refused"] == 0;
    Ok(if is_whole { 0 } else { 2 })
}
