//! The Lambda runtime API, as far as a bootstrap needs it: hands out events, takes answers. The functions' own binaries
//! run against it, and can be killed like any process.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rentree_runtime::Settings;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};

/// One function's binary, running.
pub(crate) struct Function {
    events: mpsc::Sender<Handed>,
    answers: mpsc::Receiver<Value>,
    process: Child,
    log: tempfile::NamedTempFile,
}

/// An event, and how long after it is handed out the function would be ended.
type Handed = (Value, Duration);

/// No machine is too slow.
const NEVER_ENDED: Duration = Duration::from_hours(24 * 365);

struct Exchange {
    events: Mutex<mpsc::Receiver<Handed>>,
    answers: mpsc::Sender<Value>,
}

impl Function {
    /// Starts the binary `name` with `settings` and nothing else in its environment.
    pub(crate) async fn start(name: &str, settings: &Settings) -> anyhow::Result<Self> {
        let binary = binary(name)?;
        let (events, next) = mpsc::channel(8);
        let (answered, answers) = mpsc::channel(8);
        let exchange = Arc::new(Exchange { events: Mutex::new(next), answers: answered });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(hand_out))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(take))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(take))
            .with_state(exchange);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        tokio::spawn(async { axum::serve(listener, router).await });

        let own = BTreeMap::from([
            ("AWS_LAMBDA_RUNTIME_API", address.as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", name),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "local"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
        ]);
        let log = tempfile::NamedTempFile::new()?;
        let process = Command::new(binary)
            .env_clear()
            .envs(settings.iter())
            .envs(own)
            .stdin(Stdio::null())
            .stdout(log.reopen()?)
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { events, answers, process, log })
    }

    /// Hands over an event; does not wait.
    pub(crate) async fn send(&self, event: Value) -> anyhow::Result<()> {
        Ok(self.events.send((event, NEVER_ENDED)).await?)
    }

    /// Hands over an event and returns the answer.
    pub(crate) async fn invoke(&mut self, event: Value) -> anyhow::Result<Value> {
        self.invoke_for(NEVER_ENDED, event).await
    }

    /// The same for a function that would be ended after `timeout`; here it is not.
    pub(crate) async fn invoke_for(&mut self, timeout: Duration, event: Value) -> anyhow::Result<Value> {
        self.events.send((event, timeout)).await?;
        let answer = tokio::time::timeout(*super::PATIENCE, self.answers.recv()).await?;
        answer.context("the function ended")
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(self.log.path())?)
    }

    /// SIGKILL: no goodbye.
    pub(crate) async fn kill(mut self) -> anyhow::Result<()> {
        Ok(self.process.kill().await?)
    }
}

async fn hand_out(State(exchange): State<Arc<Exchange>>) -> Response {
    let Some((event, timeout)) = exchange.events.lock().await.recv().await else {
        return axum::http::StatusCode::GONE.into_response();
    };
    let deadline = (jiff::Timestamp::now() + timeout).as_millisecond().to_string();
    let headers = [
        ("lambda-runtime-aws-request-id", "00000000-0000-4000-8000-000000000000"),
        ("lambda-runtime-deadline-ms", deadline.as_str()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-3:000000000000:function:local"),
        ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000;Sampled=0"),
    ];
    (headers, axum::Json(event)).into_response()
}

async fn take(State(exchange): State<Arc<Exchange>>, Path(_): Path<String>, _: HeaderMap, body: Bytes) -> Response {
    let answer = serde_json::from_slice(&body).unwrap_or(Value::Null);
    // Nobody waits any more when the test is over.
    let _ = exchange.answers.send(answer).await;
    axum::http::StatusCode::ACCEPTED.into_response()
}

/// The functions' binaries, built once.
static BUILT: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    let mut build = std::process::Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--workspace", "--bins", "--tests"]).current_dir(rentree_testkit::workspace_root());
    without_our_own_package(&mut build);
    match build.status() {
        Ok(status) if status.success() => {}
        other => return Err(format!("building the functions: {other:?}")),
    }
    // This binary is target/<profile>/deps/journeys-…
    let here = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = here.ancestors().nth(3).ok_or("an unusual target folder")?;
    Ok(target.join("debug"))
});

/// A command that may run cargo, without what cargo tells this test of its own package: build scripts that look at it (ring's
/// does) would build again, each time, and so would everything that stands on them.
pub(crate) fn without_our_own_package(command: &mut std::process::Command) {
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
    {
        command.env_remove(name);
    }
}

/// Builds the functions' binaries; where they are.
pub(crate) fn build() -> anyhow::Result<&'static PathBuf> {
    let built = tokio::task::block_in_place(|| BUILT.as_ref());
    built.map_err(|error| anyhow::anyhow!("{error}"))
}

fn binary(name: &str) -> anyhow::Result<PathBuf> {
    Ok(build()?.join(name))
}
