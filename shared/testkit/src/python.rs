//! Programs that come as Python packages, each in a virtual environment of the project's own below `.local/`.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, bail};
use tokio::process::Command;

/// What an environment holds, a package a line.
const INSTALLED: &str = "installed";

/// The Python of the environment `.local/<folder>`, which holds `packages`: made and filled first if need be.
pub async fn environment(folder: &str, packages: &[&str]) -> anyhow::Result<PathBuf> {
    let local = crate::workspace_root().join(".local");
    let venv = local.join(folder);
    let python = venv.join("bin/python");
    let mark = venv.join(INSTALLED);
    let wanted = packages.join("\n");
    let is_installed = || std::fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted);
    if is_installed() {
        return Ok(python);
    }
    std::fs::create_dir_all(&local).with_context(|| format!("creating {}", local.display()))?;
    // Two processes of ours may come here at once.
    let lock = std::fs::File::create(local.join("install.lock"))?;
    let _lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await??;
    if is_installed() {
        return Ok(python);
    }
    eprintln!("Installing {} into .local/{folder} …", packages.join(", "));
    run(Command::new("python3").args(["-m", "venv"]).arg(&venv))
        .await
        .context("Python 3.10 or later with venv is needed (Debian: apt-get install python3-venv)")?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(packages)).await?;
    std::fs::write(&mark, wanted)?;
    Ok(python)
}

async fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await;
    let output = output.with_context(|| format!("running {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
