//! `cargo verify`: every gate and every test, installing what it needs. CI runs this and nothing else.
//!
//! Exit status 0 when everything passed; otherwise the first gate that did not is named, and its output stands above.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// The version of cargo-deny that reads our `deny.toml`.
const CARGO_DENY: &str = "0.20.2";
/// The version of cfn-lint that knows our template's resources.
const CFN_LINT: &str = "1.58.0";

fn main() -> ExitCode {
    match verify() {
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

fn verify() -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).ok_or("infra/verify is two levels deep")?;
    std::env::set_current_dir(root).map_err(|error| format!("{}: {error}", root.display()))?;
    let tools = root.join(".local/tools");

    gate("formatting", cargo(["fmt", "--all", "--check"]))?;
    install_browser()?;
    let lint = install_cfn_lint(&tools)?;
    gate("the template", Command::new(lint).args(["--non-zero-exit-code", "error", "infra/template.yaml"]))?;
    gate("lints", cargo(["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"]))?;
    gate(
        "documentation",
        cargo(["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"])
            .env("RUSTDOCFLAGS", "--deny warnings"),
    )?;
    // The journeys run the functions' own binaries.
    gate("binaries", cargo(["build", "--workspace", "--bins", "--locked"]))?;
    gate(
        "tests",
        // A snapshot that changed, or that nothing refers to any more, is for a person to review.
        cargo(["test", "--workspace", "--locked"]).env("INSTA_UPDATE", "no"),
    )?;
    let deny = install_cargo_deny(&tools)?;
    // Advisories come from the network: `cargo deny check advisories` runs daily, not here.
    gate("dependencies", Command::new(deny).args(["--offline", "check", "bans", "licenses", "sources"]))
}

fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments);
    command
}

fn gate(name: &str, mut command: impl std::borrow::BorrowMut<Command>) -> Result<(), String> {
    println!("verify: {name} …");
    let started = Instant::now();
    let status = command.borrow_mut().stdin(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => {
            println!("verify: {name} passed in {} s", started.elapsed().as_secs());
            Ok(())
        }
        Ok(status) => Err(format!("{name} failed ({status})")),
        Err(error) => Err(format!("{name} could not run: {error}")),
    }
}

/// Whether a command runs at all.
fn answers(program: impl AsRef<std::ffi::OsStr>, argument: &str) -> bool {
    let mut command = Command::new(program);
    command.arg(argument).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Chromium and its driver, for the pages.
fn install_browser() -> Result<(), String> {
    if answers("chromium", "--version") && answers("chromedriver", "--version") {
        return Ok(());
    }
    gate("installing Chromium: package lists", apt_get().args(["update", "-qq"]))?;
    gate(
        "installing Chromium",
        apt_get()
            .args(["install", "-y", "-qq", "chromium", "chromium-driver"])
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
    .map_err(|error| format!("{error}; install chromium and chromedriver by hand, then try again"))
}

/// apt-get as root, which most machines of people need sudo for.
fn apt_get() -> Command {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if is_root {
        return Command::new("apt-get");
    }
    let mut command = Command::new("sudo");
    command.args(["-n", "apt-get"]);
    command
}

/// cfn-lint, in a virtual environment of its own.
fn install_cfn_lint(tools: &Path) -> Result<PathBuf, String> {
    let venv = tools.join(format!("cfn-lint-{CFN_LINT}"));
    let lint = venv.join("bin/cfn-lint");
    if !answers(&lint, "--version") {
        gate("installing cfn-lint: environment", Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        gate(
            "installing cfn-lint",
            Command::new(venv.join("bin/python")).args([
                "-m",
                "pip",
                "install",
                "--quiet",
                &format!("cfn-lint=={CFN_LINT}"),
            ]),
        )?;
    }
    Ok(lint)
}

/// cargo-deny, built once.
fn install_cargo_deny(tools: &Path) -> Result<PathBuf, String> {
    let root = tools.join(format!("cargo-deny-{CARGO_DENY}"));
    let deny = root.join("bin/cargo-deny");
    if !answers(&deny, "--version") {
        gate(
            "installing cargo-deny",
            cargo(["install", "--quiet", "--locked", "--debug", "cargo-deny", "--version", CARGO_DENY])
                .arg("--root")
                .arg(&root)
                .env("CARGO_TARGET_DIR", "target/tools"),
        )?;
    }
    Ok(deny)
}
