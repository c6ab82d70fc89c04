//! `cargo dev certifications FILE`

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use rentree_domain::certification::SessionName;
use rentree_local::operator::Operator;
use rentree_local::say;
use serde_json::Value;

#[derive(Args)]
pub(crate) struct CertificationsArguments {
    /// The certifications of a session: .csv, separated by ; and called as the session is
    file: PathBuf,
}

/// Loads, and prints the report. Returns the exit status.
pub(crate) async fn run(arguments: &CertificationsArguments) -> anyhow::Result<u8> {
    let file = std::fs::read(&arguments.file).with_context(|| format!("reading {}", arguments.file.display()))?;
    let name = arguments.file.file_stem().and_then(|name| name.to_str()).context("a file with a name")?;
    // Nobody would answer to another name.
    let session = SessionName::parse(name).context("the name of the file is that of the session")?;
    let report = Operator::act(async |operator: &Operator| operator.certify(session.as_str(), file).await).await?;
    say!("{report:#}");
    Ok(status(&report))
}

/// 2 if the file or a line of it was refused. A certification of no pupil is loaded: its school sees it.
fn status(report: &Value) -> u8 {
    let is_whole = report["refused"].is_null() && report["counts"]["refused"] == 0;
    if is_whole { 0 } else { 2 }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_refused_is_a_failure() {
        let report =
            |refused: Value, lines: usize| json!({"refused": refused, "counts": {"refused": lines, "of_no_pupil": 3}});
        assert_eq!(status(&report(Value::Null, 0)), 0);
        assert_eq!(status(&report(Value::Null, 1)), 2);
        assert_eq!(status(&report(json!({"code": "empty"}), 0)), 2);
    }
}
