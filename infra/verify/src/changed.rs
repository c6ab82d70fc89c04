//! `cargo verify --changed`: the gates for what differs from a revision. Minutes instead of the whole, while one works;
//! the whole is for before one stops.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::documents;
use crate::executables;
use crate::gate::{Gates, cargo};
use crate::install;
use crate::journeys::{OF_ALL, OF_FUNCTION, filters};
use crate::{strict, test_run};

/// What a change concerns.
#[derive(Debug, PartialEq, Eq)]
enum Scope {
    /// Documents: nothing that runs.
    Nothing,
    /// These crates, and these journeys.
    Some { packages: BTreeSet<String>, journeys: BTreeSet<String> },
    /// What everything stands on.
    Everything,
}

pub(crate) fn run(root: &Path, since: Option<&str>, gates: &mut Gates) -> Result<(), String> {
    let files = match since {
        Some(revision) => differing(revision)?,
        // What is not committed; nothing of that: the last commit.
        None => Some(differing("HEAD")?).filter(|files| !files.is_empty()).map_or_else(|| differing("HEAD~1"), Ok)?,
    };
    println!("verify: {} files differ", files.len());
    gates.pass("formatting", &mut cargo(["fmt", "--all", "--check"]))?;
    gates.time("documents", || documents::pass(root))?;
    match Scope::of(&files) {
        Scope::Nothing => Ok(()),
        Scope::Some { packages, journeys } => {
            // Of all packages, so that the features of libraries stay the same; what did not change was linted before.
            gates.pass(
                "lints",
                &mut cargo(["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"]),
            )?;
            install::browser(gates)?;
            install::xmlsec1(gates)?;
            let executables = executables::build(gates)?;
            for executable in &executables {
                if executable.name == "journeys" {
                    let mut command = executable.command(&[])?;
                    command.args(filters(journeys.iter().map(String::as_str))).current_dir("tests");
                    test_run::pass("journeys", command, gates)?;
                } else if packages.contains(&executable.name.replace('_', "-")) {
                    test_run::pass(&format!("tests of {}", executable.name), executable.command(&[])?, gates)?;
                }
            }
            Ok(())
        }
        Scope::Everything => {
            gates.pass(
                "lints",
                &mut cargo(["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"]),
            )?;
            gates.pass("binaries and tests", &mut cargo(["build", "--workspace", "--bins", "--tests", "--locked"]))?;
            strict::tests(root, gates)
        }
    }
}

/// Files that differ from a revision, also those that git does not know yet.
fn differing(revision: &str) -> Result<BTreeSet<String>, String> {
    let git = |arguments: &[&str]| -> Result<Vec<String>, String> {
        let output = Command::new("git").args(arguments).output().map_err(|error| format!("git: {error}"))?;
        if !output.status.success() {
            return Err(format!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).lines().map(ToOwned::to_owned).collect())
    };
    let mut files: BTreeSet<String> = git(&["diff", "--name-only", "--no-renames", revision])?.into_iter().collect();
    files.extend(git(&["ls-files", "--others", "--exclude-standard"])?);
    Ok(files)
}

impl Scope {
    fn of(files: &BTreeSet<String>) -> Self {
        let (mut packages, mut journeys) = (BTreeSet::new(), BTreeSet::new());
        for file in files {
            match file.split('/').collect::<Vec<_>>()[..] {
                ["functions" | "events", function, ..] => {
                    let Some((_, of_function)) = OF_FUNCTION.iter().find(|(name, _)| *name == function) else {
                        return Self::Everything;
                    };
                    // Who is built on it: one machine, and the tests.
                    packages.extend([function, "rentree-local", "rentree-tests"].map(ToOwned::to_owned));
                    journeys.extend(of_function.iter().chain(&OF_ALL).map(|module| (*module).to_owned()));
                }
                ["tests", "journeys", file] if file != "main.rs" && file != "support.rs" => {
                    let Some((module, "rs")) = file.rsplit_once('.') else { return Self::Everything };
                    packages.insert("rentree-tests".to_owned());
                    journeys.insert(module.to_owned());
                }
                ["tests", "journeys", "snapshots", snapshot] => {
                    let Some(module) = snapshot.split("__").nth(1) else { return Self::Everything };
                    packages.insert("rentree-tests".to_owned());
                    journeys.insert(module.to_owned());
                }
                ["openapi.json"] => {
                    packages.insert("rentree-tests".to_owned());
                    journeys.insert("contracts".to_owned());
                }
                ["docs", ..] => {}
                [file] if matches!(file.rsplit_once('.'), Some((_, "md"))) || file.starts_with("LICENSE") => {}
                _ => return Self::Everything,
            }
        }
        if packages.is_empty() { Self::Nothing } else { Self::Some { packages, journeys } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(files: &[&str]) -> Scope {
        Scope::of(&files.iter().map(|file| (*file).to_owned()).collect())
    }

    #[test]
    fn a_change_within_one_function_is_small() {
        let Scope::Some { packages, journeys } = scope(&["functions/directory/src/load.rs", "README.md"]) else {
            panic!("small")
        };
        assert!(packages.iter().eq(["directory", "rentree-local", "rentree-tests"]));
        assert!(journeys.contains("offers") && journeys.contains("contracts") && !journeys.contains("joining"));
    }

    #[test]
    fn contracts_are_of_their_journeys() {
        let files = ["openapi.json", "tests/journeys/snapshots/journeys__visitors__access.snap"];
        let Scope::Some { packages, journeys } = scope(&files) else { panic!("small") };
        assert!(packages.iter().eq(["rentree-tests"]) && journeys.iter().eq(["contracts", "visitors"]));
    }

    #[test]
    fn what_everything_stands_on_is_everything() {
        assert_eq!(scope(&["docs/domain.md", "CHANGELOG.md"]), Scope::Nothing);
        for file in [
            "shared/table/src/run.rs",
            "tests/journeys/support.rs",
            "Cargo.lock",
            "infra/template.yaml",
            "functions/new/src/lib.rs",
        ] {
            assert_eq!(scope(&["functions/directory/src/load.rs", file]), Scope::Everything, "{file}");
        }
    }
}
