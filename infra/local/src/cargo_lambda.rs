//! cargo-lambda, of the version that the project was tried with: found where it is, or installed from `PyPI` into a folder of
//! the project.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context;
use rentree_testkit::{python, workspace_root};

/// The package, which brings the program and zig, its linker for other systems.
pub const PACKAGE: &str = "cargo-lambda==1.9.2";
const PROGRAM: &str = "cargo-lambda";

/// Whether `cargo lambda` works in this environment as it is.
pub fn is_on_the_path() -> bool {
    let mut program = Command::new(PROGRAM);
    program.args(["lambda", "--version"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    program.status().is_ok_and(|status| status.success())
}

/// The Python whose folder has the project's own `cargo-lambda`, and finds zig for it. Installs both first if need be.
pub async fn python() -> anyhow::Result<PathBuf> {
    python::environment(PACKAGE, &[PACKAGE]).await
}

/// The folder with the project's own `cargo-lambda` and nothing else, for somebody's `PATH`. Installs it first if need be.
pub async fn folder() -> anyhow::Result<PathBuf> {
    let python = python().await?;
    // The environment's own folder would put another Python first.
    let program = python.with_file_name(PROGRAM);
    let folder = workspace_root().join(".local/bin");
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let link = folder.join(PROGRAM);
    if std::fs::read_link(&link).ok().as_ref() != Some(&program) {
        // In one step: another process of ours may look at the same moment.
        let new = folder.join(format!("{PROGRAM}-{}", std::process::id()));
        std::os::unix::fs::symlink(&program, &new).with_context(|| format!("linking {}", new.display()))?;
        std::fs::rename(&new, &link).with_context(|| format!("linking {}", link.display()))?;
    }
    Ok(folder)
}
