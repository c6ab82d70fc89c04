//! ministack: S3, SQS and the others. A Python package in a virtual environment of the project's own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, Command};

use super::REGION;
use crate::python;

/// The version that was checked against AWS's documented behaviour.
const MINISTACK: &str = "ministack==1.5.33";
/// What makes resources of a SAM template, for its CloudFormation. Its own set of extras would bring databases, too.
const SAM_TRANSLATOR: &str = "aws-sam-translator==1.115.0";
/// Starting takes half a second; a busy machine may need more.
const PATIENCE: Duration = Duration::from_mins(5);

/// Ends the server when our end of its standard input closes: whatever becomes of us, nothing is left running. Long
/// polls that nobody waits for any more are not waited for. And what is not ASCII in the metadata of an object comes as S3 gives it
/// (RFC 2047): ministack gives Latin-1, which the SDK refuses.
const LAUNCHER: &str = "\
import os, signal, sys, threading
def watch():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=watch, daemon=True).start()
from hypercorn.config import Config
Config.graceful_timeout = 0.2
import base64, ministack.app
from ministack.app import main
def encoded(value):
    return value if value.isascii() else '=?UTF-8?B?' + base64.b64encode(value.encode()).decode() + '?='
ministack.app._encode_header_value = lambda value: encoded(value).encode()
sys.argv = ['ministack']
main()
";

/// A running ministack. Ends with [`stop`](Self::stop), or, by itself, with the process that started it.
pub struct Ministack {
    endpoint: String,
    process: Child,
    lifeline: ChildStdin,
}

impl Ministack {
    pub(super) async fn start(state: Option<&Path>) -> anyhow::Result<Self> {
        let python = python::environment("venv", &[MINISTACK]).await?;
        let mut command = Command::new(python);
        if let Some(state) = state {
            command
                .env("PERSIST_STATE", "1")
                .env("S3_PERSIST", "1")
                .env("STATE_DIR", state.join("ministack"))
                .env("S3_DATA_DIR", state.join("s3"));
        }
        Self::launch(command, |port| log_file(state, port)).await
    }

    /// One that CloudFormation of SAM templates works in, and that runs functions by itself; all in memory. `folder` is of this
    /// one alone: its log is there, and what it unpacks.
    pub async fn start_with_functions(folder: &Path) -> anyhow::Result<Self> {
        let python = python::environment("tools/ministack", &[MINISTACK, SAM_TRANSLATOR]).await?;
        let unpacked = folder.join("unpacked");
        // That of the last start.
        let _ = std::fs::remove_dir_all(&unpacked);
        std::fs::create_dir_all(&unpacked).with_context(|| format!("creating {}", unpacked.display()))?;
        let mut command = Command::new(python);
        // With every extra installed it would open a port on every interface.
        command.env("TMPDIR", &unpacked).env("IOT_MTLS_ENABLED", "0");
        Self::launch(command, |_| Ok(folder.join("ministack.log"))).await
    }

    /// Starts what `command` has as its Python and its own settings.
    async fn launch(mut command: Command, log: impl FnOnce(u16) -> anyhow::Result<PathBuf>) -> anyhow::Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0").await.context("a port for ministack")?.local_addr()?.port();
        let endpoint = format!("http://127.0.0.1:{port}");
        let logs = log(port)?;
        let log = std::fs::File::create(&logs).with_context(|| format!("creating {}", logs.display()))?;
        // Functions that it runs see what it sees.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
            command.env_remove(name);
        }
        command
            .args(["-c", LAUNCHER])
            .env("AUTH", "true")
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("MINISTACK_REGION", REGION)
            .env("AWS_ENDPOINT_URL", &endpoint)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            // Ctrl-C in a terminal goes to the whole group: we stop it ourselves, after its last request.
            .process_group(0)
            .kill_on_drop(true);
        let mut process = command.spawn().context("starting ministack")?;
        let lifeline = process.stdin.take().context("ministack's standard input")?;
        let mut ministack = Self { endpoint, process, lifeline };
        ministack.wait_until_healthy().await.with_context(|| format!("see {}", logs.display()))?;
        Ok(ministack)
    }

    /// Where it answers.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    async fn wait_until_healthy(&mut self) -> anyhow::Result<()> {
        let started = Instant::now();
        let url = format!("{}/_ministack/health", self.endpoint);
        let http = reqwest::Client::builder().no_proxy().build()?;
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.process.try_wait()? {
                bail!("ministack ended at once: {status}");
            }
            if http.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("ministack did not answer within {} s", PATIENCE.as_secs())
    }

    /// Lets it save its state and end.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        drop(self.lifeline);
        if tokio::time::timeout(Duration::from_mins(1), self.process.wait()).await.is_err() {
            self.process.kill().await.context("ending ministack")?;
        }
        Ok(())
    }
}

/// Where it writes: what is in memory may run several times at once, each on a port of its own.
fn log_file(state: Option<&Path>, port: u16) -> anyhow::Result<PathBuf> {
    let local = crate::workspace_root().join(".local");
    if state.is_some() {
        return Ok(local.join("ministack.log"));
    }
    let logs = local.join("logs");
    std::fs::create_dir_all(&logs).with_context(|| format!("creating {}", logs.display()))?;
    Ok(logs.join(format!("ministack-{port}.log")))
}
