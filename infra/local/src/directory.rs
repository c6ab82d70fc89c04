//! `cargo dev directory FILE`

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use rentree_local::operator::Operator;
use rentree_local::say;
use serde_json::Value;

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
    say!("{report:#}");
    Ok(status(&report))
}

/// 2 if the file or a line of it was refused. Warnings and remarks are about schools that are loaded.
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
        let report = |refused: Value, lines: usize| json!({"refused": refused, "counts": {"refused": lines}});
        assert_eq!(status(&report(Value::Null, 0)), 0);
        assert_eq!(status(&report(Value::Null, 1)), 2);
        assert_eq!(status(&report(json!({"code": "empty"}), 0)), 2);
        let mut remarked = report(Value::Null, 0);
        remarked["remarks"] = json!([{"code": "school_listed_twice", "line": 3}]);
        remarked["problems"] = json!([{"code": "mail_invalid", "line": 4}]);
        assert_eq!(status(&remarked), 0);
    }
}
