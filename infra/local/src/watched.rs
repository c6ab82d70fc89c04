//! The local cloud alone, for functions that `cargo lambda watch` runs: their settings, their queues, and the pages of one
//! machine, which have a port of their own.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use axum::response::Redirect;
use axum::routing::get;
use rentree_http::{ASSET_ROUTE, Shell, asset};
use rentree_runtime::Settings;
use rentree_runtime::batch::{BatchItemFailure, BatchResponse};
use rentree_table::Table;
use rentree_testkit::{Cloud, CloudOptions, Stack, StackOptions, Template};
use rentree_webhook::Secrets;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::Options;
use crate::course::{self, Platform};
use crate::demo::Demo;
use crate::event_source::{End, Times, Worker};
use crate::serving::Serving;
use crate::{mailbox, operator};

/// How often an address is tried where nobody answers yet.
const PAUSE: Duration = Duration::from_millis(200);
/// Lambda lets no function run longer. One that is still being built then is asked again.
const LONGEST: Duration = Duration::from_mins(15);

/// What `cargo lambda watch` needs around it, on 127.0.0.1 until [`stop`](Self::stop).
pub struct Watched {
    /// Where the product answers, once `cargo lambda watch` runs.
    pub product: String,
    /// Where the mailbox, the demo course and the like are.
    pub pages: String,
    /// Its resources.
    pub stack: Stack,
    /// Its table.
    pub table: Table,
    settings: Settings,
    cloud: Cloud,
    serving: Serving,
}

impl Watched {
    /// Starts the local cloud, makes what the template says, and serves its own pages on the port of `options`. The product
    /// will be at `watch_port`.
    pub async fn start(options: &Options, watch_port: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", options.port))
            .await
            .with_context(|| format!("port {} is taken; choose another with --port", options.port))?;
        let pages = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
        let product = format!("http://127.0.0.1:{watch_port}");
        let cloud = Cloud::start(&CloudOptions { state: options.state.clone() }).await?;
        let mut parameters = course::parameters(&pages)?;
        parameters.extend(options.parameters.clone());
        let origin = product.clone();
        let stack_options = StackOptions { name: "rentree".to_owned(), origin, parameters, shared_key: true };
        let stack = cloud.provision(&Template::of_project()?, &stack_options).await?;
        let settings = Settings::from_pairs(of_other_accounts(&stack))
            .with(stack.shared_settings()?.iter())
            .with(options.settings.clone());

        let table = Table::new(stack.dynamodb.clone(), stack.value("Table")?);
        let demo = Demo::new(table.clone(), options.clock, &product);
        demo.create_school().await?;
        let secrets = Secrets::parse(settings.required("WEBHOOK_SECRETS")?)?;
        let routes = demo
            .routes()
            .merge(Platform::new(&product, secrets, options.clock)?.routes())
            .merge(mailbox::routes(stack.clone()))
            .merge(operator::routes(&stack)?)
            .route(ASSET_ROUTE, get(asset))
            .route("/", get(async || Redirect::to("/demo")));
        // Forms of these pages lead on to the product.
        let upload_origin = Some(product.clone());
        let shell = Shell { origin: pages.clone(), upload_origin, table: table.clone(), clock: options.clock };
        let mut serving = Serving::start(vec![listener], &pages, rentree_http::wrap(routes, shell));
        let times = Times { end: End::ItsOwn, retry_after: options.retry_after };
        for mapping in stack.mappings()? {
            let worker = elsewhere(&product, &mapping.binary)?;
            serving.poll(&stack, &mapping, &worker, times)?;
        }
        Ok(Self { product, pages, stack, table, settings, cloud, serving })
    }

    /// The environment of every function.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Ends everything. What functions were asked and did not answer comes again at the next start.
    pub async fn stop(self) -> anyhow::Result<()> {
        let Self { cloud, stack, table, serving, .. } = self;
        serving.stop().await;
        // Connections that stay open would be waited for.
        drop((stack, table));
        cloud.stop().await
    }
}

/// What somebody's shell may hold for another account, and a function would add to its own.
fn of_other_accounts(stack: &Stack) -> [(&'static str, String); 3] {
    [
        ("AWS_SESSION_TOKEN", String::new()),
        ("AWS_CREDENTIAL_EXPIRATION", String::new()),
        ("AWS_ENDPOINT_URL_SESV2", stack.strict().url().to_owned()),
    ]
}

/// The function `name`, as the server at `product` runs it. It may not run yet, or end meanwhile, or be being built.
fn elsewhere(product: &str, name: &str) -> anyhow::Result<Worker> {
    let http = reqwest::Client::builder().no_proxy().timeout(LONGEST).build()?;
    let url = format!("{product}/2015-03-31/functions/{name}/invocations");
    Ok(Arc::new(move |event| {
        let (http, url) = (http.clone(), url.clone());
        Box::pin(async move { invoke(&http, &url, &event).await })
    }))
}

async fn invoke(http: &reqwest::Client, url: &str, event: &Value) -> anyhow::Result<BatchResponse> {
    loop {
        match http.post(url).json(event).send().await {
            Ok(answer) => {
                let (status, body) = (answer.status(), answer.text().await?);
                ensure!(status.is_success(), "{status}: {body}");
                return read(&body);
            }
            Err(error) if error.is_timeout() => return Err(error).context("no answer"),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

fn read(answer: &str) -> anyhow::Result<BatchResponse> {
    let answer: Value = serde_json::from_str(answer).with_context(|| format!("not JSON: {answer}"))?;
    let failures = answer["batchItemFailures"].as_array().with_context(|| format!("no answer to a batch: {answer}"))?;
    let failure = |failure: &Value| {
        let id = failure["itemIdentifier"].as_str().context("a failure without its message")?;
        Ok(BatchItemFailure { item_identifier: id.to_owned() })
    };
    Ok(BatchResponse { batch_item_failures: failures.iter().map(failure).collect::<anyhow::Result<_>>()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_names_the_messages_that_come_again() {
        let some = read(r#"{"batchItemFailures":[{"itemIdentifier":"m-2"}]}"#).unwrap();
        assert_eq!(some.batch_item_failures[0].item_identifier, "m-2");
        assert_eq!(read(r#"{"batchItemFailures":[]}"#).unwrap(), BatchResponse::default());
        for other in ["", "{}", r#"{"errorType":"panic"}"#, r#"{"batchItemFailures":[{}]}"#] {
            assert!(read(other).is_err(), "{other}");
        }
    }
}
