//! Devices that people sit at: each keeps its cookies, and several may be behind one address.

use std::collections::BTreeMap;

use reqwest::Client;
use reqwest::header::{ACCEPT, COOKIE, SET_COOKIE};
use serde_json::{Value, json};

use super::people::{Answer, a_client, a_client_at};
use super::product;

/// What a device keeps of who signed in there.
pub(crate) const DEVICE: &str = "__Host-device";

/// A browser, as far as its cookies go.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    address: Client,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// An address of its own, and what the product knows it by.
pub(crate) fn an_address() -> (Client, String) {
    let (client, address) = a_client_at();
    (client, address.to_string())
}

impl Device {
    /// A new one, behind an address that others may be behind, too.
    pub(crate) fn behind(address: &Client) -> Self {
        Self { address: address.clone(), cookies: BTreeMap::new() }
    }

    /// A new one, with an address of its own.
    pub(crate) fn somewhere() -> Self {
        Self::behind(&a_client())
    }

    /// POSTs JSON, and keeps what it is told to.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let post = self.address.post(format!("{}{path}", product().url)).header(ACCEPT, "application/json").json(body);
        let answer = post.header(COOKIE, cookies).send().await?;
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap_or_default();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Answer::read(answer).await
    }

    /// Signs in, or not.
    pub(crate) async fn sign_in(&mut self, login: &str, password: &str) -> anyhow::Result<Answer> {
        self.post("/sign-in", &json!({ "login": login, "password": password })).await
    }
}
