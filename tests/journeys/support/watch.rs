//! `cargo lambda watch`, running beside a local cloud of the test's own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use rentree_local::cargo_lambda;
use rentree_testkit::workspace_root;
use serde_json::Value;

use super::runtime_api;

/// Ends `cargo lambda watch`, which then ends the functions, when our end of its standard input closes: whatever becomes
/// of us, nothing is left running.
const UNTIL_WE_END: &str = r#""$@" & watch=$!; cat > /dev/null; kill "$watch"; wait "$watch""#;
/// How long it may take to end the functions, before it is killed.
const PATIENCE_AT_THE_END: Duration = Duration::from_secs(30);
/// Libraries as the tests' own build has them, which was the one before: `tests/Cargo.toml` says how.
const AS_BUILT: &str = "rentree-tests/as-tests-are-built";

/// `cargo lambda watch`. Ends with the test.
pub(crate) struct Watch {
    program: PathBuf,
    process: Child,
    log: tempfile::NamedTempFile,
    port: u16,
}

impl Watch {
    /// Starts it on `port`, for functions that find their settings in `env_file`.
    pub(crate) async fn start(port: u16, env_file: &Path) -> anyhow::Result<Self> {
        // What it runs is built by cargo, as before; it only looks whether that is so.
        runtime_api::build()?;
        let program = cargo_lambda::folder().await?.join("cargo-lambda");
        let log = tempfile::NamedTempFile::new()?;
        let mut command = Command::new("sh");
        command.args(["-c", UNTIL_WE_END, "sh"]).arg(&program).args(["lambda", "watch"]);
        command.args(["--features", AS_BUILT, "-A", "127.0.0.1", "-P", &port.to_string(), "--env-file"]).arg(env_file);
        // Each function watches all folders below, which Linux allows so many of; and no other test writes a file here, which
        // would end functions at work.
        command.args(["--manifest-path", "../Cargo.toml"]).current_dir(workspace_root().join("events"));
        runtime_api::without_our_own_package(&mut command);
        command.stdin(Stdio::piped()).stdout(log.as_file().try_clone()?).stderr(log.as_file().try_clone()?);
        Ok(Self { program, process: command.spawn()?, log, port })
    }

    /// What it and the functions have printed so far.
    pub(crate) fn log(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(self.log.path())?)
    }

    /// What a function answers to an event of `events/`, by `cargo lambda invoke`.
    pub(crate) fn invoke(&self, function: &str, event: &str) -> anyhow::Result<Value> {
        let mut command = Command::new(&self.program);
        command.args(["lambda", "invoke", function, "--data-file", &format!("events/{function}/{event}.json")]);
        command.args(["--invoke-address", "127.0.0.1", "--invoke-port", &self.port.to_string()]);
        let output = command.stdin(Stdio::null()).current_dir(workspace_root()).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "cargo lambda invoke {function}, {event}: {said}\n{}", self.log()?);
        serde_json::from_slice(&output.stdout).with_context(|| format!("{function} answers to {event}"))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let started = Instant::now();
        while started.elapsed() < PATIENCE_AT_THE_END {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.process.kill();
    }
}
