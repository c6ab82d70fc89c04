//! A desk where passwords are handed out: a browser that keeps its cookies, and what its pages show.

use std::collections::BTreeMap;
use std::sync::Mutex;

use rentree_domain::LearnerId;
use reqwest::header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::people::{Person, a_client};
use super::product;
use super::pupils::{Classes, Tied, by_mediacentre, by_user_name};

/// A browser in which somebody is signed in.
pub(crate) struct Desk {
    http: Client,
    url: String,
    pub(crate) cookies: Mutex<BTreeMap<String, String>>,
}

/// What it is answered.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) text: String,
    pub(crate) set: Vec<String>,
}

impl Desk {
    pub(crate) fn of(person: &Person) -> Self {
        Self::at(person, product().url.clone())
    }

    pub(crate) fn at(person: &Person, url: String) -> Self {
        let (name, value) = person.cookie.split_once('=').expect("a cookie");
        let cookies = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        Self { http: a_client(), url, cookies: Mutex::new(cookies) }
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Page> {
        let cookies = self.cookies.lock().unwrap().clone();
        let cookies: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.http.request(method, format!("{}{path}", self.url)).header(ACCEPT, "text/html");
        let request = request.header(COOKIE, cookies.join("; "));
        let answer = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = answer.send().await?;
        let set = answer.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let set: Vec<String> = set.map(ToOwned::to_owned).collect();
        for cookie in &set {
            let (name, value) = cookie.split(';').next().unwrap_or_default().split_once('=').expect("a cookie");
            let mut kept = self.cookies.lock().unwrap();
            if value.is_empty() {
                kept.remove(name)
            } else {
                kept.insert(name.to_owned(), value.to_owned())
            };
        }
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let status = answer.status().as_u16();
        let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let location = location.unwrap_or_default().to_owned();
        Ok(Page { status, location, text: answer.text().await?, set })
    }

    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Page> {
        self.send(Method::GET, path, None).await
    }

    /// Chooses pupils, or a class; the address of the page that asks.
    pub(crate) async fn choose(&self, class: &Classes, fields: Value) -> anyhow::Result<String> {
        let chosen = self.send(Method::POST, &class.path("/passwords"), Some(fields)).await?;
        anyhow::ensure!(chosen.status == 303, "{} {}", chosen.status, chosen.text);
        anyhow::ensure!(chosen.location.starts_with(&class.path("/passwords/")), "{}", chosen.location);
        Ok(chosen.location)
    }

    /// The button of the page at `address`; it leads back to the page.
    pub(crate) async fn confirm(&self, address: &str) -> anyhow::Result<Page> {
        let confirmed = self.send(Method::POST, address, Some(json!({}))).await?;
        anyhow::ensure!(confirmed.status == 303, "{} {}", confirmed.status, confirmed.text);
        anyhow::ensure!(confirmed.location == address, "{}", confirmed.location);
        Ok(confirmed)
    }
}

/// The passwords that a page shows, by user name.
pub(crate) fn shown(page: &Page) -> BTreeMap<String, String> {
    let rows = page.text.split("<tbody").nth(1).unwrap_or_default().split("</tbody>").next().unwrap_or_default();
    let codes: Vec<&str> =
        rows.split("<code>").skip(1).map(|rest| rest.split("</code>").next().unwrap_or_default()).collect();
    codes.chunks_exact(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect()
}

/// Pupils with an account: one with a user name, one of the Médiacentre, and so on.
pub(crate) async fn tied(class: &Classes, count: usize) -> anyhow::Result<Vec<Tied>> {
    let mut tied = Vec::new();
    for place in 0..count {
        tied.push(class.tie(place, if place % 2 == 0 { by_user_name() } else { by_mediacentre() }).await?);
    }
    Ok(tied)
}

pub(crate) fn ids(tied: &[Tied]) -> Vec<LearnerId> {
    tied.iter().map(|tied| tied.learner).collect()
}
