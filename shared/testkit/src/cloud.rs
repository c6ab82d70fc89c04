//! What stands in for AWS on one machine: dynoxide for DynamoDB, in this process, and ministack for the rest, in one of
//! its own.

mod ministack;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use dynoxide::Database;
use dynoxide::server::serve_with_shutdown;
use rentree_runtime::Settings;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use ministack::Ministack;

/// The region of everything local.
pub const REGION: &str = "eu-west-3";

/// How to start.
#[derive(Debug, Clone, Default)]
pub struct CloudOptions {
    /// Where state survives a restart; `None` keeps it in memory.
    pub state: Option<PathBuf>,
}

/// A running local cloud. Ends with [`stop`](Self::stop), or, by itself, with the process that started it.
pub struct Cloud {
    dynamodb_endpoint: String,
    aws_endpoint: String,
    ministack: Ministack,
    stop_dynamodb: oneshot::Sender<()>,
    dynamodb: JoinHandle<Result<(), String>>,
    /// Of state on disk: what is in memory ends soon, and a test's clock may be another than the sweeper's.
    sweeper: Option<JoinHandle<()>>,
}

impl Cloud {
    /// Installs what is missing, starts everything on 127.0.0.1, and waits until it answers.
    pub async fn start(options: &CloudOptions) -> anyhow::Result<Self> {
        let database = match &options.state {
            Some(state) => {
                std::fs::create_dir_all(state).with_context(|| format!("creating {}", state.display()))?;
                let file = state.join("table.sqlite");
                Database::new(&file.to_string_lossy()).map_err(|error| anyhow::anyhow!("opening the table: {error}"))?
            }
            None => Database::memory().map_err(|error| anyhow::anyhow!("opening the table: {error}"))?,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.context("a port for DynamoDB")?;
        let dynamodb_endpoint = format!("http://{}", listener.local_addr()?);
        let sweeper = options.state.is_some().then(|| tokio::spawn(sweep(database.clone())));
        let (stop_dynamodb, stopped) = oneshot::channel();
        let dynamodb = tokio::spawn(serve_with_shutdown(listener, database, async {
            // A sender that is dropped stops it too.
            let _ = stopped.await;
        }));
        let ministack = Ministack::start(options.state.as_deref()).await?;
        let aws_endpoint = ministack.endpoint().to_owned();
        Ok(Self { dynamodb_endpoint, aws_endpoint, ministack, stop_dynamodb, dynamodb, sweeper })
    }

    /// The settings that every local client is built from.
    pub fn settings(&self) -> Settings {
        Settings::from_pairs([
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL", &self.aws_endpoint),
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb_endpoint),
            // A call that is sent again because this machine is busy could take effect twice.
            ("CALL_TIMEOUT_SECONDS", "300"),
            // For processes that we start, should one ever hold another SDK.
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ])
    }

    /// Where DynamoDB answers.
    pub fn dynamodb_endpoint(&self) -> &str {
        &self.dynamodb_endpoint
    }

    /// Where S3, SQS and the others answer.
    pub fn aws_endpoint(&self) -> &str {
        &self.aws_endpoint
    }

    /// Stops everything, and keeps what is to be kept.
    pub async fn stop(self) -> anyhow::Result<()> {
        // Nobody listens any more when it stopped by itself.
        let _ = self.stop_dynamodb.send(());
        self.ministack.stop().await?;
        self.dynamodb.abort();
        self.sweeper.iter().for_each(JoinHandle::abort);
        Ok(())
    }
}

/// Deletes what has expired, as DynamoDB does by itself.
async fn sweep(database: Database) {
    let mut every = tokio::time::interval(Duration::from_mins(1));
    loop {
        every.tick().await;
        if let Err(error) = database.sweep_ttl() {
            eprintln!("expired items could not be swept: {error}");
        }
    }
}
