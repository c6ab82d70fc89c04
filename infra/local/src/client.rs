//! The main job without a browser: asks for the upload, posts the file, waits, tells what happened. Through the same
//! doors as a browser.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use rentree_domain::import::Counts;
use rentree_domain::{Uai, paris};
use reqwest::header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Response, StatusCode, redirect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{DEMO_EMAIL, DEMO_PASSWORD, DEMO_UAI};

/// What an import came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// `succeeded`, `failed` or `awaiting_confirmation`.
    pub status: String,
    /// In pupils.
    pub counts: Counts,
    /// What is wrong with pupils of the file.
    pub problems: Vec<Line>,
    /// What the school should look at among the pupils who are imported.
    pub remarks: Vec<Line>,
    /// Why the file was refused as a whole.
    pub refused: Option<Refused>,
    /// Write requests to the table.
    pub write_requests: usize,
    /// Items of pupils in them.
    pub items_written: usize,
    /// Pupils who left or have no class.
    #[serde(skip)]
    pub left_out: Vec<Line>,
    /// Why it waits for a confirmation.
    #[serde(skip)]
    pub brake: Vec<String>,
}

/// A line of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Line in the file.
    pub line: u64,
    /// The reader's code.
    pub code: String,
    /// The element or column.
    #[serde(default)]
    pub field: String,
    /// `DUPONT Karine`.
    pub name: String,
    /// One French sentence.
    pub message: String,
    /// How to mend it.
    #[serde(default)]
    pub remedy: String,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The code.
    pub code: String,
    /// French sentences.
    pub detail: String,
}

/// A session of an administrator in one school.
#[derive(Debug, Clone)]
pub struct School {
    http: Client,
    url: String,
    cookie: String,
    uai: Uai,
}

impl School {
    /// Signs in as the demo administrator, through the door of everybody, at the product whose demo pages answer at `url`. The
    /// school is created if need be, which only one machine does.
    pub async fn enter(url: &str, uai: Uai) -> anyhow::Result<Self> {
        let http = Client::builder().redirect(redirect::Policy::none()).no_proxy().build()?;
        let made = http.post(format!("{url}/demo/schools")).json(&json!({ "uai": uai })).send();
        let made = made.await.with_context(|| format!("reaching {url}"))?;
        ensure!(made.status().is_success(), "the school was not created: {}", made.status());
        let made: Value = made.json().await?;
        let url = made["product"].as_str().context("where the product is")?;
        Self::sign_in(url, uai, DEMO_EMAIL, DEMO_PASSWORD).await
    }

    /// Signs in at the product that answers at `url`, as somebody of the school's team.
    pub async fn sign_in(url: &str, uai: Uai, email: &str, password: &str) -> anyhow::Result<Self> {
        let http = Client::builder().redirect(redirect::Policy::none()).no_proxy().build()?;
        let credentials = json!({ "email": email, "password": password });
        let answer = http.post(format!("{url}/sign-in")).json(&credentials).send().await;
        let answer = answer.with_context(|| format!("reaching {url}"))?;
        let cookie = answer
            .headers()
            .get(SET_COOKIE)
            .with_context(|| format!("{email} could not sign in ({}): was the password changed?", answer.status()))?;
        let cookie = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
        Ok(Self { http, url: url.to_owned(), cookie, uai })
    }

    /// The session, as `Cookie` has it.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// GETs a path of this school as JSON.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let get = self.http.get(format!("{}/schools/{}{path}", self.url, self.uai));
        read(get.header(ACCEPT, "application/json").header(COOKIE, &self.cookie).send().await?).await
    }

    /// POSTs JSON to a path of this school.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let post = self.http.post(format!("{}/schools/{}{path}", self.url, self.uai)).json(body);
        read(post.header(ACCEPT, "application/json").header(COOKIE, &self.cookie).send().await?).await
    }

    /// Asks for an upload; returns the import.
    pub async fn request(&self, options: &Value) -> anyhow::Result<Value> {
        self.post("/imports", options).await
    }

    /// Sends `file` as the import's form says. `false`: the bucket finds it too large.
    pub async fn send(&self, import: &Value, file: Vec<u8>) -> anyhow::Result<bool> {
        self.send_named(import, "eleves", file).await
    }

    /// Sends `file`, which is called `name`.
    pub async fn send_named(&self, import: &Value, name: &str, file: Vec<u8>) -> anyhow::Result<bool> {
        let upload = &import["upload"];
        let mut form = Form::new();
        for field in upload["fields"].as_array().into_iter().flatten() {
            let text = |name: &str| field[name].as_str().unwrap_or_default().to_owned();
            form = form.text(text("name"), text("value"));
        }
        let form = form.part("file", Part::bytes(file).file_name(name.to_owned()));
        let url = upload["url"].as_str().context("the import takes no file any more")?;
        let answer = self.http.post(url).multipart(form).send().await.with_context(|| format!("uploading to {url}"))?;
        match answer.status() {
            StatusCode::CREATED => Ok(true),
            status => {
                let body = answer.text().await.unwrap_or_default();
                if body.contains("EntityTooLarge") {
                    return Ok(false);
                }
                bail!("the bucket answered {status}: {body}")
            }
        }
    }

    /// Waits until the import is settled.
    pub async fn wait(&self, id: &str) -> anyhow::Result<Summary> {
        loop {
            let import = self.get(&format!("/imports/{id}?sent=1&wait=20")).await?;
            if matches!(import["state"].as_str(), Some("awaiting_upload" | "analysing" | "applying")) {
                continue;
            }
            return self.summary(&import).await;
        }
    }

    async fn summary(&self, import: &Value) -> anyhow::Result<Summary> {
        let id = import["id"].as_str().unwrap_or_default();
        let (mut problems, mut remarks, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        'pages: for page in 1..=import["report"]["pages"].as_u64().unwrap_or_default() {
            let import = self.get(&format!("/imports/{id}?page={page}")).await?;
            for line in import["report"]["lines"].as_array().into_iter().flatten() {
                let list = match line["kind"].as_str() {
                    Some("problem") => &mut problems,
                    Some("remark") => &mut remarks,
                    Some("left_out") => &mut left_out,
                    // From here on the report has the names behind the counts.
                    _ => break 'pages,
                };
                list.push(serde_json::from_value(line.clone())?);
            }
        }
        let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
        Ok(Summary {
            status: import["state"].as_str().unwrap_or_default().to_owned(),
            counts: serde_json::from_value(import["counts"].clone())?,
            problems,
            remarks,
            refused: serde_json::from_value(import["refused"].clone())?,
            write_requests: number(&import["cost"]["write_requests"]),
            items_written: number(&import["cost"]["items_written"]),
            left_out,
            brake: serde_json::from_value(import["brake"].clone())?,
        })
    }

    /// The whole job.
    pub async fn import(&self, file: Vec<u8>, set_aside: bool) -> anyhow::Result<Summary> {
        self.import_named("eleves", file, set_aside).await
    }

    /// The whole job, with a file that is called `name`.
    pub async fn import_named(&self, name: &str, file: Vec<u8>, set_aside: bool) -> anyhow::Result<Summary> {
        let import = self.request(&json!({ "set_aside": set_aside })).await?;
        let id = import["id"].as_str().context("an import without an identifier")?;
        let max_megabytes = import["upload"]["max_bytes"].as_u64().unwrap_or_default() / (1024 * 1024);
        if !self.send_named(&import, name, file).await? {
            self.post(&format!("/imports/{id}/cancel"), &json!({})).await?;
            let detail = format!("Le fichier est trop volumineux ({max_megabytes} Mo au plus).");
            let refused = Some(Refused { code: "too_large".to_owned(), detail });
            return Ok(Summary { refused, ..Summary::nothing() });
        }
        self.wait(id).await
    }
}

impl Summary {
    fn nothing() -> Self {
        Self {
            status: "failed".to_owned(),
            counts: Counts::default(),
            problems: Vec::new(),
            remarks: Vec::new(),
            refused: None,
            write_requests: 0,
            items_written: 0,
            left_out: Vec::new(),
            brake: Vec::new(),
        }
    }
}

async fn read(answer: Response) -> anyhow::Result<Value> {
    let status = answer.status();
    if status.is_redirection() {
        bail!("sent elsewhere: {:?}", answer.headers().get(LOCATION));
    }
    let body = answer.text().await?;
    if !status.is_success() {
        bail!("{status}: {body}");
    }
    serde_json::from_str(&body).with_context(|| format!("not JSON: {body}"))
}

/// The school of a file: the one it names, else the demo school.
pub fn school_of(file: &Path) -> anyhow::Result<Uai> {
    let options = rentree_roster::Options::new(None, paris::date(jiff::Timestamp::now()));
    let source = std::fs::File::open(file).with_context(|| format!("reading {}", file.display()))?;
    let named = rentree_roster::read(source, &options)?.uai.and_then(|uai| Uai::parse(&uai).ok());
    Ok(named.map_or_else(|| Uai::parse(DEMO_UAI), Ok)?)
}
