//! The executables of the tests, run without cargo.
//!
//! Built for the whole workspace and run one by one: `cargo test -p …` would build the libraries again, with the
//! features of that package alone.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::gate::{Gates, cargo};

/// One of them.
pub(crate) struct Executable {
    /// The crate or the folder whose tests they are, as its file is named: `import_worker`, `journeys`. No folder has a hyphen.
    pub(crate) name: String,
    /// Tests in a folder of their own, not beside the code.
    pub(crate) is_folder: bool,
    path: PathBuf,
}

/// Builds all.
pub(crate) fn build(gates: &mut Gates) -> Result<Vec<Executable>, String> {
    gates.pass("binaries and tests", &mut cargo(["build", "--workspace", "--bins", "--tests", "--locked"]))?;
    built()
}

/// Those that were built.
pub(crate) fn built() -> Result<Vec<Executable>, String> {
    let mut list = cargo(["test", "--workspace", "--bins", "--tests", "--locked", "--no-run"]);
    let listed = list.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    let listed = String::from_utf8_lossy(&listed.stderr);
    let found: Vec<Executable> = listed.lines().filter_map(parse).collect();
    if found.is_empty() { Err(format!("no executables of tests: {listed}")) } else { Ok(found) }
}

/// `  Executable unittests src/lib.rs (target/debug/deps/rentree_table-0485c4721f905f24)`
fn parse(line: &str) -> Option<Executable> {
    let (of, path) = line.trim_start().strip_prefix("Executable ")?.split_once('(')?;
    let path = path.strip_suffix(')')?;
    let name = Path::new(path).file_name()?.to_str()?.rsplit_once('-')?.0;
    Some(Executable { name: name.to_owned(), is_folder: !of.starts_with("unittests "), path: path.into() })
}

/// The journeys.
pub(crate) fn journeys(all: &[Executable]) -> Result<&Executable, String> {
    all.iter().find(|executable| executable.name == "journeys").ok_or_else(|| "no journeys were built".to_owned())
}

impl Executable {
    /// A program that was built beside the tests.
    pub(crate) fn program(&self, name: &str) -> Result<Command, String> {
        // Tests are in `deps/`, programs one level above.
        let folder = self.path.parent().and_then(Path::parent).unwrap_or(Path::new(""));
        let path = folder.join(name);
        Ok(Command::new(std::fs::canonicalize(&path).map_err(|error| format!("{}: {error}", path.display()))?))
    }

    /// A command that runs it, through `before` if that is not empty.
    pub(crate) fn command(&self, before: &[&str]) -> Result<Command, String> {
        let path = std::fs::canonicalize(&self.path).map_err(|error| format!("{}: {error}", self.path.display()))?;
        Ok(match before {
            [] => Command::new(path),
            [program, arguments @ ..] => {
                let mut command = Command::new(program);
                command.args(arguments).arg(path);
                command
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_says() {
        let line = "  Executable unittests src/lib.rs (target/debug/deps/rentree_table-0485c4721f905f24)";
        let found = parse(line).unwrap();
        assert_eq!(
            (found.name.as_str(), found.path.to_str()),
            ("rentree_table", Some("target/debug/deps/rentree_table-0485c4721f905f24"))
        );
        assert!(!found.is_folder);
        assert!(
            parse("  Executable journeys/main.rs (target/debug/deps/journeys-0485c4721f905f24)").unwrap().is_folder
        );
        assert!(parse("    Finished `test` profile [unoptimized + debuginfo] target(s) in 0.42s").is_none());
    }
}
