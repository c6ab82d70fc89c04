//! Programs in Python: each in a virtual environment of the project's own, installed when it is first asked for.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, bail};
use tokio::process::Command;

/// The Python of `.local/<name>` that has `packages`, installed first if need be.
pub async fn environment(name: &str, packages: &[&str]) -> anyhow::Result<PathBuf> {
    let local = crate::workspace_root().join(".local");
    let venv = local.join(name);
    let python = venv.join("bin/python");
    let (mark, wanted) = (venv.join("installed"), packages.join(" "));
    let is_there = || std::fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted);
    if is_there() {
        return Ok(python);
    }
    std::fs::create_dir_all(&local).with_context(|| format!("creating {}", local.display()))?;
    // Two processes of ours may come here at once.
    let lock = std::fs::File::create(local.join("install.lock"))?;
    let _lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await??;
    if is_there() {
        return Ok(python);
    }
    eprintln!("Installing {wanted} into .local/{name} …");
    run(Command::new("python3").args(["-m", "venv"]).arg(&venv))
        .await
        .context("Python 3.10 or later with venv is needed (Debian: apt-get install python3-venv)")?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(packages)).await?;
    std::fs::write(&mark, wanted)?;
    Ok(python)
}

async fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).output().await.with_context(|| format!("running {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
