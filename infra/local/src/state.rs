//! `.local/`: the state that survives a restart, who uses it, and where they are reached.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rentree_testkit::workspace_root;

const PATIENCE: Duration = Duration::from_mins(5);

/// Where the state is.
pub fn directory() -> PathBuf {
    workspace_root().join(".local/state")
}

fn address_file() -> PathBuf {
    workspace_root().join(".local/running")
}

/// The right to use the state, until it is dropped; the system takes it back whatever becomes of us.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held, not read")] File);

/// Who has the state.
#[derive(Debug)]
pub enum Holder {
    /// We do, from now on.
    Us(Lock),
    /// A `cargo dev` that answers at this address.
    Running(String),
}

/// Takes the state, or finds the `cargo dev` that has it.
pub async fn hold() -> anyhow::Result<Holder> {
    std::fs::create_dir_all(directory()).with_context(|| format!("creating {}", directory().display()))?;
    let started = Instant::now();
    let http = reqwest::Client::builder().no_proxy().build()?;
    while started.elapsed() < PATIENCE {
        let file = File::create(workspace_root().join(".local/state.lock"))?;
        match file.try_lock() {
            Ok(()) => return Ok(Holder::Us(Lock(file))),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error).context("locking the local state"),
        }
        // Somebody has it: the one that serves says where; one that imports is soon done.
        if let Ok(url) = std::fs::read_to_string(address_file())
            && http.get(&url).send().await.is_ok_and(|answer| answer.status().is_success())
        {
            return Ok(Holder::Running(url));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("another cargo dev holds .local/state and does not answer")
}

/// Tells others where we are reached, until it is dropped.
#[derive(Debug)]
pub struct Address;

impl Address {
    /// Tells.
    pub fn tell(url: &str) -> anyhow::Result<Self> {
        std::fs::write(address_file(), url).context("writing .local/running")?;
        Ok(Self)
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        // Stale, it would only be tried in vain.
        let _ = std::fs::remove_file(address_file());
    }
}
