//! An ENT for one machine: a page of tiles that stands for its Médiacentre, over an identity provider that we did not write,
//! djangosaml2idp2 (a Python package). See `docs/mediacentre.md`.

mod people;

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use rentree_testkit::{python, workspace_root};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

pub use people::Person;
pub(crate) use people::of_the_demo;

/// The versions that were tried: the package itself says nothing about those below it.
const PACKAGES: [&str; 3] = ["djangosaml2idp2==0.9.1", "Django==5.2.19", "pysaml2==7.5.5"];
/// Starting takes two seconds; a busy machine may need more.
const PATIENCE: Duration = Duration::from_mins(5);

/// A running ENT. It ends with [`stop`](Self::stop), or, by itself, with the process that started it.
#[derive(Debug)]
pub struct Ent {
    told: Told,
    process: Child,
    lifeline: ChildStdin,
}

/// What it tells when it answers.
#[derive(Debug, Deserialize)]
struct Told {
    url: String,
    entity_id: String,
    sso: String,
    certificate: String,
}

impl Ent {
    /// Installs what is missing, starts it on 127.0.0.1 for the product at `product`, with `people` in it, and waits until it answers.
    pub async fn start(product: &str, people: &[Person]) -> anyhow::Result<Self> {
        xmlsec1_is_there().await?;
        let python = python::environment("identity-provider", &PACKAGES).await?;
        let logs = workspace_root().join(".local/logs");
        std::fs::create_dir_all(&logs).with_context(|| format!("creating {}", logs.display()))?;
        let log = logs.join(format!("ent-{:08x}.log", u32::from_be_bytes(rentree_runtime::random())));
        let mut process = Command::new(python)
            .arg("serve.py")
            .current_dir(workspace_root().join("infra/local/identity-provider"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            // It reads the product's metadata, on this machine.
            .env("NO_PROXY", "*")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).with_context(|| format!("creating {}", log.display()))?)
            // Ctrl-C in a terminal goes to the whole group: we stop it ourselves, after the product.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .context("starting the ENT")?;
        let mut lifeline = process.stdin.take().context("its standard input")?;
        let output = process.stdout.take().context("its standard output")?;
        lifeline.write_all(format!("{}\n", json!({ "product": product, "people": people })).as_bytes()).await?;
        let told = tokio::time::timeout(PATIENCE, Told::read(output)).await;
        let told = told.with_context(|| format!("the ENT did not answer: see {}", log.display()))?;
        let told = told.with_context(|| format!("the ENT ended at once: see {}", log.display()))?;
        Ok(Self { told, process, lifeline })
    }

    /// Where its page is.
    pub fn url(&self) -> &str {
        &self.told.url
    }

    /// What it calls itself: an identifier of a person counts for this name.
    pub fn entity_id(&self) -> &str {
        &self.told.entity_id
    }

    /// The certificate of its key, which is another one at each start.
    pub fn certificate(&self) -> &str {
        &self.told.certificate
    }

    /// What the product is told about its identity provider.
    pub(crate) fn described(&self) -> Value {
        let Told { entity_id, sso, certificate, .. } = &self.told;
        json!({ "id": "demonstration", "entity_id": entity_id, "sign_on": sso, "certificates": [certificate] })
    }

    /// More people in it.
    pub async fn add(&self, people: &[Person]) -> anyhow::Result<()> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let answer = http.post(format!("{}/people", self.told.url)).json(people).send().await?;
        answer.error_for_status().context("adding people")?;
        Ok(())
    }

    /// Lets it end.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        drop(self.lifeline);
        if tokio::time::timeout(Duration::from_mins(1), self.process.wait()).await.is_err() {
            self.process.kill().await.context("ending the ENT")?;
        }
        Ok(())
    }
}

impl Told {
    /// Its first line, which it writes once it answers.
    async fn read(output: ChildStdout) -> anyhow::Result<Self> {
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).await?;
        Ok(serde_json::from_str(&line)?)
    }
}

/// The program that the package signs with.
async fn xmlsec1_is_there() -> anyhow::Result<()> {
    let asked = Command::new("xmlsec1").arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).status().await;
    if !asked.is_ok_and(|status| status.success()) {
        bail!("xmlsec1 is needed (cargo verify installs it; Debian: apt-get install xmlsec1)");
    }
    Ok(())
}
