//! A browser that signs on by Médiacentre: it keeps cookies, and goes to the identity provider of the tests, which knows everybody.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rentree_domain::{EntityId, Ido, SignOnId};
use rentree_local::idp::{self, Person, Request};
use rentree_table::{Session, SessionHash};
use reqwest::header::{ACCEPT, COOKIE, HeaderMap, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use super::people::a_client;
use super::product;
use super::pupils::a_sign_on_id;

/// The page that posts an answer is the identity provider's.
pub(crate) const IDP_ORIGIN: &str = "https://idp.rentree.example";

/// A browser, signed in or not.
#[derive(Debug, Clone)]
pub(crate) struct Computer {
    http: Client,
    url: String,
    /// By name.
    pub(crate) cookies: BTreeMap<String, String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

/// A browser at an address of its own.
pub(crate) fn a_computer() -> Computer {
    Computer::at(&product().url, &a_client())
}

impl Computer {
    pub(crate) fn at(url: &str, http: &Client) -> Self {
        Self { http: http.clone(), url: url.to_owned(), cookies: BTreeMap::new() }
    }

    async fn send(&mut self, request: RequestBuilder, cookies: &[&str]) -> anyhow::Result<Reply> {
        let sent: Vec<String> = self
            .cookies
            .iter()
            .filter(|(name, _)| cookies.is_empty() || cookies.contains(&name.as_str()))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = if sent.is_empty() { request } else { request.header(COOKIE, sent.join("; ")) };
        let response: Response = request.send().await?;
        for cookie in response.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap_or_default();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Reply { status, headers, text: response.text().await? })
    }

    /// GETs, as a browser does.
    pub(crate) async fn page(&mut self, path: &str) -> anyhow::Result<Reply> {
        let request = self.http.get(format!("{}{path}", self.url)).header(ACCEPT, "text/html");
        self.send(request, &[]).await
    }

    /// GETs JSON.
    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<Reply> {
        let request = self.http.get(format!("{}{path}", self.url)).header(ACCEPT, "application/json");
        self.send(request, &[]).await
    }

    /// POSTs JSON.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<Reply> {
        let request = self.http.post(format!("{}{path}", self.url)).header(ACCEPT, "application/json").json(body);
        self.send(request, &[]).await
    }

    /// POSTs JSON, and is answered as a browser is.
    pub(crate) async fn page_after(&mut self, path: &str, body: &Value) -> anyhow::Result<Reply> {
        let request = self.http.post(format!("{}{path}", self.url)).header(ACCEPT, "text/html").json(body);
        self.send(request, &[]).await
    }

    /// The same, and the page that it leads to.
    pub(crate) async fn page_led_to(&mut self, path: &str, body: &Value) -> anyhow::Result<Reply> {
        let reply = self.page_after(path, body).await?;
        anyhow::ensure!(reply.status == 303, "{}: {}", reply.status, reply.text);
        self.page(reply.location()).await
    }

    /// Clicks the tile of the Médiacentre, or another link to the sign-on: the request that the browser takes to the provider.
    pub(crate) async fn click(&mut self, address: &str) -> anyhow::Result<Request> {
        let reply = self.page(address).await?;
        anyhow::ensure!(reply.status == 303, "{}: {}", reply.status, reply.text);
        Request::at(reply.location())
    }

    /// Posts an answer from the provider's page, as a browser does: of another site, the cookies that are for all alone go with it.
    pub(crate) async fn deliver(&mut self, response: &str) -> anyhow::Result<Reply> {
        self.deliver_as(response, "text/html").await
    }

    pub(crate) async fn deliver_as(&mut self, response: &str, accept: &str) -> anyhow::Result<Reply> {
        let form = self.http.post(format!("{}/mediacentre/acs", self.url)).header(ACCEPT, accept);
        let form = form.header(ORIGIN, IDP_ORIGIN).header("content-type", "application/x-www-form-urlencoded");
        let encoded: String = reqwest::Url::parse_with_params("http://form", [("SAMLResponse", response)])?
            .query()
            .unwrap_or_default()
            .to_owned();
        self.send(form.body(encoded), &["__Host-mediacentre"]).await
    }

    /// POSTs a form of our own site, with a token that is none.
    pub(crate) async fn forge(&mut self, path: &str) -> anyhow::Result<Reply> {
        let form = self.http.post(format!("{}{path}", self.url)).header(ACCEPT, "text/html").header(ORIGIN, &self.url);
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        self.send(form.body("csrf=wrong&confirmed=true"), &[]).await
    }

    /// The whole way, from the tile to the answer.
    pub(crate) async fn sign_on(&mut self, person: &Person) -> anyhow::Result<Reply> {
        let request = self.click("/mediacentre").await?;
        self.deliver(&answer(&request, person)?).await
    }

    /// The session that is open here.
    pub(crate) async fn session(&self) -> anyhow::Result<Option<Session>> {
        let Some(hash) = self.session_hash() else { return Ok(None) };
        Ok(product().table.session(&hash, Timestamp::now()).await?)
    }

    pub(crate) fn session_hash(&self) -> Option<SessionHash> {
        let cookie = format!("__Host-session={}", self.cookies.get("__Host-session")?);
        rentree_http::claimed_session(&HeaderMap::from_iter([(COOKIE, cookie.parse().ok()?)]))
    }
}

/// The provider's answer, now.
pub(crate) fn answer(request: &Request, person: &Person) -> anyhow::Result<String> {
    idp::Answer { issuer: idp::ENTITY_ID, request, person, now: Timestamp::now() }.encoded()
}

/// A pupil whom nobody else is.
pub(crate) fn a_pupil_of_the_ent() -> Person {
    Person {
        ido: a_sign_on_id().ido.as_str().to_owned(),
        first_names: vec!["Zéphyrine".to_owned()],
        last_names: vec!["MARQUEPAGE".to_owned()],
        school: String::new(),
        profile: "National_elv".to_owned(),
    }
}

/// By what the product knows `person`.
pub(crate) fn id_of(person: &Person) -> anyhow::Result<SignOnId> {
    Ok(SignOnId { idp: EntityId::parse(idp::ENTITY_ID)?, ido: Ido::parse(&person.ido)? })
}

/// `true` for 303.
pub(crate) fn leads(reply: &Reply, to: &str) -> bool {
    reply.status == StatusCode::SEE_OTHER.as_u16() && reply.location() == to
}
