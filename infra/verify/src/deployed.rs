//! Whether a deployment was checked since what it depends on has changed last.
//!
//! Building every function as Lambda runs it takes a quarter of an hour, too long for every run of the gates. So `cargo dev deploy
//! --check` writes down what it found well, a file a line with its digest, and `cargo verify` checks again only what differs.

use std::path::Path;
use std::process::{Command, Stdio};

/// Where it is written down.
pub const RECORD: &str = "infra/deployed.txt";
/// What a deployment depends on beside the code of the functions, which the journeys look at: how they are built, which
/// resources are made, and how that is checked.
const DEPENDS_ON: [&str; 12] = [
    "Cargo.lock",
    "Cargo.toml",
    "infra/local/src/cargo_lambda.rs",
    "infra/local/src/deploy.rs",
    "infra/local/src/deploy",
    "infra/local/src/tour",
    "infra/local/src/tour.rs",
    "infra/template.yaml",
    "rust-toolchain.toml",
    "shared/testkit/src/cloud/ministack.rs",
    "shared/testkit/src/python.rs",
    "shared/testkit/src/stand_in.rs",
];

/// Whether any deployment was checked so far.
pub fn was_checked(root: &Path) -> bool {
    std::fs::read_to_string(root.join(RECORD)).is_ok_and(|recorded| !recorded.is_empty())
}

/// The files that differ from those of the last deployment that was checked.
pub fn changed(root: &Path) -> Result<Vec<String>, String> {
    let recorded = std::fs::read_to_string(root.join(RECORD)).unwrap_or_default();
    Ok(differing(&recorded, &now(root)?))
}

/// Writes down that a deployment of what is here was checked.
pub fn record(root: &Path) -> Result<(), String> {
    std::fs::write(root.join(RECORD), now(root)?).map_err(|error| format!("{RECORD}: {error}"))
}

/// A line for each file: its digest and its path.
fn now(root: &Path) -> Result<String, String> {
    let mut list = git(root, &["ls-files", "--cached", "--others", "--exclude-standard", "--"]);
    let listed = output(list.args(DEPENDS_ON))?;
    let mut files: Vec<&str> = listed.lines().filter(|file| root.join(file).exists()).collect();
    files.sort_unstable();
    files.dedup();
    let digests = output(git(root, &["hash-object", "--"]).args(&files))?;
    Ok(digests.lines().zip(files).map(|(digest, file)| format!("{digest} {file}\n")).collect())
}

/// The files of lines that only one of the two has.
fn differing(one: &str, other: &str) -> Vec<String> {
    let only_in = |one: &str, other: &str| -> Vec<String> {
        let lines = one.lines().filter(|line| !other.lines().any(|same| same == *line));
        lines.filter_map(|line| Some(line.split_once(' ')?.1.to_owned())).collect()
    };
    let mut files = [only_in(one, other), only_in(other, one)].concat();
    files.sort_unstable();
    files.dedup();
    files
}

fn git(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(root).args(arguments).stdin(Stdio::null());
    command
}

fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("git: {error}"))?;
    if !output.status.success() {
        return Err(format!("git: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("git: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_came_or_went_is_told() {
        let recorded = "1a Cargo.lock\n2b infra/template.yaml\n3c infra/local/src/deploy/sam.rs\n";
        assert_eq!(differing(recorded, recorded), Vec::<String>::new());
        let now = "1a Cargo.lock\n9f infra/template.yaml\n4d infra/local/src/deploy/zips.rs\n";
        assert_eq!(
            differing(recorded, now),
            ["infra/local/src/deploy/sam.rs", "infra/local/src/deploy/zips.rs", "infra/template.yaml"]
        );
        assert_eq!(differing("", now).len(), 3);
    }

    #[test]
    fn everything_that_a_deployment_depends_on_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let now = now(root).unwrap();
        for place in DEPENDS_ON {
            assert!(now.lines().any(|line| line.contains(&format!(" {place}"))), "{place}: {now}");
        }
        assert!(now.lines().all(|line| line.split_once(' ').is_some_and(|(digest, _)| digest.len() >= 40)));
    }
}
