//! `cargo dev cloud` and `cargo lambda watch`: the product as Lambda runs it, at one address, its queues and its bucket
//! included.

use anyhow::Context;
use encoding_rs::UTF_8;
use rentree_domain::Uai;
use rentree_local::env_file::EnvFile;
use rentree_local::grounds;
use rentree_local::operator::Operator;
use rentree_local::tour::{self, Ground};
use rentree_local::{DEMO_EMAIL, DEMO_PASSWORD, Options, Watched};
use rentree_samples::{Sample, SchoolDirectory};
use rentree_webhook::Secrets;
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::browser::{Browser, DESKTOP, click, fill, picture, put, see};
use crate::support::people::a_client;
use crate::support::watch::Watch;
use crate::support::{a_uai, eventually, run};

/// One event of each function, and the status of its answer.
const EVENTS: [(&str, &str, Option<u16>); 12] = [
    ("accounts", "sign-in-page", Some(200)),
    ("activation", "request-page", Some(200)),
    ("campaigns", "code-unknown", Some(404)),
    ("certifications", "list-signed-out", Some(401)),
    ("invitations", "team-signed-out", Some(401)),
    ("learners", "stylesheet", Some(200)),
    ("mediacentre", "metadata", Some(200)),
    ("certificates-worker", "not-wanted", None),
    ("certifications-worker", "s3-test-event", None),
    ("directory", "s3-test-event", None),
    ("import-worker", "s3-test-event", None),
    ("mail-worker", "sign-up", None),
];

#[test]
fn the_whole_product_is_watched() {
    run(async {
        let folder = tempfile::tempdir()?;
        let port = a_port().await?;
        let watched = Watched::start(&Options::in_memory(), port).await?;
        let env_file = folder.path().join(".env");
        let _file = EnvFile::write(&env_file, watched.settings())?;
        let watch = Watch::start(port, &env_file).await?;
        let told = async {
            an_import_in_a_browser(&watched, &folder).await?;
            every_route(&watched).await?;
            for (function, event, status) in EVENTS {
                let answer = tokio::task::block_in_place(|| watch.invoke(function, event))?;
                match status {
                    Some(status) => assert_eq!(answer["statusCode"], status, "{function}, {event}: {answer}"),
                    None => assert_eq!(answer, json!({"batchItemFailures": []}), "{function}, {event}"),
                }
            }
            anyhow::Ok(())
        };
        let told = told.await;
        let log = watch.log()?;
        told.with_context(|| last_lines(&log))?;
        assert_eq!(watched.stack.strict().refused(), [], "the key of all functions has the rights of all");
        // A library of the tests' alone with features of its own belongs into `tests/Cargo.toml`.
        let again: Vec<&str> = log.lines().filter(|line| line.trim_start().starts_with("Compiling")).collect();
        assert!(again.is_empty(), "built again, with other features: {again:#?}");
        drop(watch);
        watched.stop().await
    });
}

/// Who runs the functions by hand finds out which one lacks what; the others go on.
#[test]
fn a_function_without_a_setting_says_so_and_ends_alone() {
    run(async {
        let folder = tempfile::tempdir()?;
        let port = a_port().await?;
        let watched = Watched::start(&Options::in_memory(), port).await?;
        let env_file = folder.path().join(".env");
        let _file = EnvFile::write(&env_file, &watched.settings().clone().with([("WEBHOOK_SECRETS", "")]))?;
        let watch = Watch::start(port, &env_file).await?;
        // Nobody answers this one.
        let lost = tokio::spawn(answer(format!("{}/campagnes", watched.product)));
        eventually("the function says what it lacks", async || {
            let log = watch.log()?;
            let mut lines = log.lines().filter(|line| line.contains("the function cannot start"));
            Ok(lines.any(|line| line.contains("campaigns") && line.contains("WEBHOOK_SECRETS")).then_some(()))
        })
        .await?;
        assert_eq!(answer(format!("{}/sign-in", watched.product)).await?, 200);
        lost.abort();
        drop(watch);
        watched.stop().await
    });
}

/// A port that nobody has.
async fn a_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port())
}

/// The status of a page, once somebody answers at its address.
async fn answer(url: String) -> anyhow::Result<u16> {
    eventually(&url, async || {
        let answer = a_client().get(&url).header("accept", "text/html").send().await;
        Ok(answer.ok().map(|answer| answer.status().as_u16()))
    })
    .await
}

fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    format!("cargo lambda watch said, at last:\n{}", lines[lines.len().saturating_sub(40)..].join("\n"))
}

/// From the cloud's own pages to the list of pupils: cookies, forms, the upload to the bucket, and the worker behind it.
async fn an_import_in_a_browser(watched: &Watched, folder: &tempfile::TempDir) -> anyhow::Result<()> {
    let uai = a_uai();
    let file = folder.path().join("ElevesSansAdresses.xml");
    std::fs::write(&file, Sample::new(uai, 60, 12).siecle(UTF_8).bytes)?;
    answer(format!("{}/sign-in", watched.product)).await?;

    let browser = Browser::open(DESKTOP).await?;
    let client = &browser.client;
    let shot = async |page: &str| picture(&browser, DESKTOP, &format!("watched-{page}")).await;
    client.goto(&format!("{}/", watched.pages)).await?;
    shot("01-demo").await?;
    fill(client, "#uai", uai.as_str()).await?;
    click(client, "section[aria-labelledby=other] button").await?;
    see(client, "h1", "Connectez-vous").await?;
    shot("02-sign-in").await?;
    fill(client, "#known-login", DEMO_EMAIL).await?;
    fill(client, "#known-password", DEMO_PASSWORD).await?;
    click(client, "form[action='/sign-in'] button").await?;
    see(client, "h1", "Importer des élèves").await?;
    click(client, "form[action$='/imports'] button").await?;
    put(client, "#file", &file.to_string_lossy()).await?;
    shot("03-upload").await?;
    click(client, "#upload button").await?;
    see(client, "main h2", "La liste a été importée avec succès").await?;
    shot("04-imported").await?;
    assert!(client.current_url().await?.as_str().starts_with(&watched.product));
    client.goto(&format!("{}/schools/{uai}/learners", watched.product)).await?;
    see(client, "main", "60").await?;
    shot("05-list").await?;
    browser.close().await
}

/// Every route of the API once, with the mails, the directory and the assessment platform behind them.
async fn every_route(watched: &Watched) -> anyhow::Result<()> {
    let directory = SchoolDirectory::new(1, 77);
    let listed = directory.schools.first().context("a school")?;
    Operator::of(&watched.stack)?.load("tour", directory.csv()).await?;
    let secrets = Secrets::parse(watched.settings().required("WEBHOOK_SECRETS")?)?;
    let school = (Uai::parse(&listed.uai)?, listed.mail.clone());
    tour::lead(&Elsewhere { watched, school, kind: listed.kind.clone(), secrets }, 12).await
}

/// The product that is watched.
struct Elsewhere<'a> {
    watched: &'a Watched,
    school: (Uai, String),
    kind: String,
    secrets: Secrets,
}

impl Ground for Elsewhere<'_> {
    fn url(&self) -> &str {
        &self.watched.product
    }

    fn school(&self) -> (Uai, String) {
        self.school.clone()
    }

    async fn link(&self, address: &str, count: usize) -> anyhow::Result<String> {
        grounds::link_in_mail(self.watched.stack.aws_endpoint(), self.url(), address, count).await
    }

    fn signed(&self, body: &str) -> Vec<(&'static str, String)> {
        grounds::signed(&self.secrets, body)
    }

    async fn credentials(&self) -> anyhow::Result<(String, String)> {
        grounds::credentials(&Operator::of(&self.watched.stack)?, &self.kind).await
    }

    fn before(&self) {}

    fn after(&self, _: &str, _: bool) {}
}
