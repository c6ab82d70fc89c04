//! `cargo verify`: every gate and every test, installing what it needs. CI runs this and nothing else.
//!
//! Exit status 0 when everything passed; otherwise the first gate that did not is named, and its output stands above.
//!
//! - `cargo verify --all`: the deployment, too, which is otherwise checked when what it depends on has changed.
//! - `cargo verify --changed [REVISION]`: the gates for what differs from a revision, for a look while one works.
//! - `cargo verify --slow`: the journeys on a machine that is slow on purpose.

mod changed;
mod deployment;
mod documents;
mod executables;
mod gate;
mod install;
mod journeys;
mod slow;
mod standard;
mod strict;
mod test_run;

use std::path::Path;
use std::process::{Command, ExitCode};

use gate::{Gates, cargo};

/// The features of libraries that tests want: tests/Cargo.toml.
const AS_BUILT: &str = "rentree-tests/as-tests-are-built";

/// What to run.
enum Mode {
    Everything { deployment: deployment::When },
    Changed { since: Option<String> },
    Slow,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mode = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Mode::Everything { deployment: deployment::When::Changed },
        ["--all"] => Mode::Everything { deployment: deployment::When::Always },
        ["--slow"] => Mode::Slow,
        ["--changed"] => Mode::Changed { since: None },
        ["--changed", since] => Mode::Changed { since: Some(since.to_owned()) },
        _ => {
            eprintln!("cargo verify [--all | --changed [REVISION] | --slow]");
            return ExitCode::FAILURE;
        }
    };
    let mut gates = Gates::new();
    let result = verify(&mode, &mut gates);
    gates.tell();
    match result {
        Ok(()) => {
            println!("verify: everything passed");
            ExitCode::SUCCESS
        }
        Err(what) => {
            eprintln!("verify: {what}");
            ExitCode::FAILURE
        }
    }
}

fn verify(mode: &Mode, gates: &mut Gates) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).ok_or("infra/verify is two levels deep")?;
    std::env::set_current_dir(root).map_err(|error| format!("{}: {error}", root.display()))?;
    match mode {
        Mode::Everything { deployment } => everything(root, *deployment, gates),
        Mode::Changed { since } => changed::run(root, since.as_deref(), gates),
        Mode::Slow => slow::run(gates),
    }
}

/// What takes seconds comes first.
fn everything(root: &Path, deployment: deployment::When, gates: &mut Gates) -> Result<(), String> {
    let tools = &root.join(".local/tools");
    gates.pass("formatting", &mut cargo(["fmt", "--all", "--check"]))?;
    gates.time("documents", || documents::pass(root))?;
    // Also what other systems would need: the licences of all are looked at.
    gates.pass("fetching", &mut cargo(["fetch", "--locked"]))?;
    let deny = install::cargo_deny(tools, gates)?;
    // Advisories come from the network: `cargo deny check advisories` runs daily, not here.
    gates.pass("dependencies", Command::new(deny).args(["--offline", "check", "bans", "licenses", "sources"]))?;
    let lint = install::cfn_lint(tools, gates)?;
    gates.pass("the template", Command::new(lint).args(["--non-zero-exit-code", "error", "infra/template.yaml"]))?;
    gates.pass(
        "lints",
        &mut cargo(["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"]),
    )?;
    // With the features of the lints, whose libraries are then taken as they are.
    gates.pass(
        "documentation",
        cargo(["doc", "--workspace", "--no-deps", "--document-private-items", "--locked", "--features", AS_BUILT])
            .env("RUSTDOCFLAGS", "--deny warnings"),
    )?;
    // Binaries and tests in one build: built one after the other, libraries would be built twice, with other features.
    gates.pass("binaries and tests", &mut cargo(["build", "--workspace", "--bins", "--tests", "--locked"]))?;
    install::browser(gates)?;
    install::xmlsec1(gates)?;
    strict::tests(root, gates)?;
    deployment::pass(root, deployment, gates)
}
