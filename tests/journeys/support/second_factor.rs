//! People with a second factor, and the tabs of a browser in which they sign in.

use std::collections::BTreeMap;

use anyhow::Context;
use jiff::Timestamp;
use rentree_local::phone;
use reqwest::header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::people::{PASSWORD, Person, a_client};
use super::product;

pub(crate) const PAGE: &str = "/account/second-factor";
pub(crate) const CODE_PAGE: &str = "/sign-in/second-factor";
pub(crate) const FIRST_FACTOR: &str = "__Host-first-factor";

/// A browser as programs have one: it keeps what it is told to keep, and forgets what it is told to forget.
#[derive(Clone)]
pub(crate) struct Tab {
    http: Client,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// Where a browser would go on.
    pub(crate) location: String,
    /// Whether a session began.
    pub(crate) opens: bool,
}

impl Told {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn expect(self, status: u16) -> anyhow::Result<Self> {
        anyhow::ensure!(self.status == status, "{status} expected: {} {}", self.status, self.body);
        Ok(self)
    }
}

impl Tab {
    /// Of a browser where nobody has signed in.
    pub(crate) fn new() -> Self {
        Self { http: a_client(), cookies: BTreeMap::new() }
    }

    /// Of the browser where `person` is signed in.
    pub(crate) fn of(person: &Person) -> Self {
        let mut tab = Self::new();
        tab.keep(&person.cookie);
        tab
    }

    fn keep(&mut self, cookie: &str) {
        let (name, value) = cookie.split(';').next().unwrap_or_default().split_once('=').unwrap_or_default();
        if value.is_empty() {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    async fn send(&mut self, method: Method, path: &str, body: Option<&Value>, accept: &str) -> anyhow::Result<Told> {
        let mut request = self.http.request(method, format!("{}{path}", product().url)).header(ACCEPT, accept);
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let header = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let location = answer.headers().get(LOCATION).map(header).unwrap_or_default();
        let set: Vec<String> = answer.headers().get_all(SET_COOKIE).iter().map(header).collect();
        set.iter().for_each(|cookie| self.keep(cookie));
        let opens = set.iter().any(|cookie| cookie.starts_with("__Host-session=") && !cookie.contains("Max-Age=0"));
        let text = answer.text().await?;
        Ok(Told { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)), location, opens })
    }

    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<Told> {
        self.send(Method::GET, path, None, "application/json").await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<Told> {
        self.send(Method::POST, path, Some(body), "application/json").await
    }

    /// As a browser that shows a page.
    pub(crate) async fn browse(&mut self, path: &str) -> anyhow::Result<Told> {
        self.send(Method::GET, path, None, "text/html").await
    }

    /// The same, that sends something.
    pub(crate) async fn post_as_a_browser(&mut self, path: &str, body: &Value) -> anyhow::Result<Told> {
        self.send(Method::POST, path, Some(body), "text/html").await
    }

    /// Gives the password of `person`, and nothing more.
    pub(crate) async fn give_password(&mut self, person: &Person) -> anyhow::Result<Told> {
        self.post("/sign-in", &json!({"login": person.email(), "password": PASSWORD})).await
    }

    /// Gives a code.
    pub(crate) async fn give_code(&mut self, code: &str) -> anyhow::Result<Told> {
        self.post(CODE_PAGE, &json!({ "one_time_code": code })).await
    }
}

/// Both factors of who is signed in.
pub(crate) fn both(code: &str) -> Value {
    json!({"current_password": PASSWORD, "one_time_code": code})
}

/// What somebody has who added a second factor.
pub(crate) struct Kept {
    /// What the application on the phone was told.
    secret: String,
    pub(crate) recovery_codes: Vec<String>,
}

impl Kept {
    /// The code that the phone shows at `at`.
    pub(crate) fn code(&self, at: Timestamp) -> anyhow::Result<String> {
        phone::code(&self.secret, at)
    }
}

/// Adds a second factor at `now` in `tab`, where somebody is signed in.
pub(crate) async fn add(tab: &mut Tab, now: Timestamp) -> anyhow::Result<Kept> {
    let page = tab.get(PAGE).await?.expect(200)?;
    let secret = page.body["secret"].as_str().context("a secret")?.to_owned();
    let added = tab.post(PAGE, &both(&phone::code(&secret, now)?)).await?.expect(200)?;
    anyhow::ensure!(added.opens, "the session goes on as another one");
    let codes = added.body["recovery_codes"].as_array().context("codes")?;
    let recovery_codes = codes.iter().filter_map(|code| code.as_str().map(ToOwned::to_owned)).collect();
    Ok(Kept { secret, recovery_codes })
}
