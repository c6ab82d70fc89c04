//! A browser, as far as its cookies go: what it keeps of who signed in there is kept.

use std::collections::BTreeMap;

use reqwest::header::{ACCEPT, COOKIE, SET_COOKIE};
use reqwest::{Client, Response};
use serde_json::{Value, json};

const SESSION: &str = "__Host-session";

/// One behind an address.
#[derive(Clone)]
pub(crate) struct Browser {
    address: Client,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A new one.
    pub(crate) fn at(address: &Client) -> Self {
        Self { address: address.clone(), cookies: BTreeMap::new() }
    }

    /// Another one, behind the same address.
    pub(crate) fn elsewhere(self) -> Self {
        Self::at(&self.address)
    }

    /// The same, behind another address.
    pub(crate) fn at_address(self, address: &Client) -> Self {
        Self { address: address.clone(), ..self }
    }

    /// Forgets who is signed in.
    pub(crate) fn sign_out(&mut self) {
        self.cookies.remove(SESSION);
    }

    /// POSTs JSON; the status, and what was answered.
    pub(crate) async fn post(&mut self, url: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
        let post = self.address.post(url).header(ACCEPT, "application/json").header(COOKIE, self.all()).json(body);
        let answer = post.send().await?;
        self.keep(&answer)?;
        Ok((answer.status().as_u16(), answer.json().await.unwrap_or_default()))
    }

    /// GETs JSON.
    pub(crate) async fn get(&mut self, url: &str) -> anyhow::Result<Value> {
        let get = self.address.get(url).header(ACCEPT, "application/json").header(COOKIE, self.all());
        let answer = get.send().await?.error_for_status()?;
        self.keep(&answer)?;
        Ok(answer.json().await?)
    }

    /// Signs in, or not.
    pub(crate) async fn sign_in(&mut self, url: &str, login: &str, password: &str) -> anyhow::Result<(u16, Value)> {
        self.post(&format!("{url}/sign-in"), &json!({ "login": login, "password": password })).await
    }

    fn all(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, answer: &Response) -> anyhow::Result<()> {
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap_or_default();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Ok(())
    }
}
