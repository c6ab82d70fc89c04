//! Lambda's runtime API, for one start at a time.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use rentree_local::zips::Zip;
use rentree_runtime::Settings;
use serde_json::Value;

/// Nothing on one machine takes so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long one start took.
pub(crate) struct Start {
    /// From the process to its first request for an event.
    pub(crate) poll: Duration,
    /// From the event that was handed over to its answer.
    pub(crate) answer: Duration,
    /// Calls of the table meanwhile.
    pub(crate) calls: usize,
}

/// The runtime API.
pub(crate) struct RuntimeApi(TcpListener);

impl RuntimeApi {
    /// On a port of its own.
    pub(crate) fn bind() -> anyhow::Result<Self> {
        Ok(Self(TcpListener::bind("127.0.0.1:0")?))
    }

    /// Starts a function, has it answer an event, and ends it.
    pub(crate) fn start(&self, function: &Zip, settings: &Settings, event: &Value) -> anyhow::Result<Start> {
        let address = self.0.local_addr()?.to_string();
        let own = BTreeMap::from([
            ("AWS_LAMBDA_RUNTIME_API", address.as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", function.function),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "local"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
        ]);
        let mut process = Command::new(&function.bootstrap);
        process.env_clear().envs(settings.iter()).envs(own).stdin(Stdio::null()).stdout(Stdio::null());
        let event = event.to_string();

        let began = Instant::now();
        let mut process = process.spawn().with_context(|| format!("starting {}", function.function))?;
        let measured =
            self.measure(began, &event).with_context(|| format!("the first answer of {}", function.function));
        process.kill()?;
        process.wait()?;
        measured
    }

    fn measure(&self, began: Instant, event: &str) -> anyhow::Result<Start> {
        let (stream, _) = self.0.accept()?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut requests = BufReader::new(stream);
        let polled = request(&mut requests)?;
        let poll = began.elapsed();
        anyhow::ensure!(polled == "GET /2018-06-01/runtime/invocation/next", "{polled}");
        let handed = Instant::now();
        hand_over(requests.get_mut(), event)?;
        let answered = request(&mut requests)?;
        let answer = handed.elapsed();
        anyhow::ensure!(answered.ends_with("/response"), "{answered}");
        Ok(Start { poll, answer, calls: 0 })
    }
}

/// Reads a request and its body; gives its method and path.
fn request(requests: &mut BufReader<TcpStream>) -> anyhow::Result<String> {
    let mut first = String::new();
    requests.read_line(&mut first)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        requests.read_line(&mut header)?;
        match header.trim_end().split_once(':') {
            None => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse()?,
            Some(_) => {}
        }
    }
    std::io::copy(&mut requests.by_ref().take(length), &mut std::io::sink())?;
    Ok(first.trim_end().trim_end_matches(" HTTP/1.1").to_owned())
}

fn hand_over(stream: &mut TcpStream, event: &str) -> anyhow::Result<()> {
    let head = [
        "HTTP/1.1 200 OK",
        "content-type: application/json",
        "lambda-runtime-aws-request-id: 00000000-0000-4000-8000-000000000000",
        "lambda-runtime-deadline-ms: 9999999999999",
        "lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-west-3:000000000000:function:local",
        "lambda-runtime-trace-id: Root=1-00000000-000000000000000000000000;Sampled=0",
    ];
    let length = event.len();
    Ok(stream.write_all(format!("{}\r\ncontent-length: {length}\r\n\r\n{event}", head.join("\r\n")).as_bytes())?)
}
