//! Somebody who visits routes by HTTP, and keeps cookies as browsers do.

use anyhow::{Context, anyhow};
use reqwest::header::{ACCEPT, COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// A browser, as far as programs have one.
#[derive(Default)]
pub(super) struct Visitor {
    cookies: Vec<String>,
}

/// What is sent to a route, `GET /schools/{uai}/team`, whose path parameters are filled from `values`, in their order.
pub(super) struct Message<'a> {
    pub(super) route: &'a str,
    /// For each parameter of the path its value; then, from its `?` on, what it asks.
    pub(super) values: &'a [&'a str],
    /// A text goes as it is, anything else as JSON.
    pub(super) body: Option<Value>,
    pub(super) headers: &'a [(&'static str, String)],
}

impl Visitor {
    /// Has the cookies of another, too.
    pub(super) fn takes_cookies_of(&mut self, other: &Self) {
        self.cookies.extend(other.cookies.clone());
    }

    /// The request, ready to be sent to the product at `url`.
    pub(super) fn request(&self, http: &Client, url: &str, message: &Message<'_>) -> anyhow::Result<RequestBuilder> {
        let (method, pattern) = message.route.split_once(' ').context("a method and a path")?;
        let mut path = pattern.to_owned();
        for value in message.values {
            if value.starts_with('?') {
                path.push_str(value);
                continue;
            }
            let (open, close) = path.find('{').zip(path.find('}')).context("a parameter for each value")?;
            path.replace_range(open..=close, value);
        }
        let mut request = http.request(Method::from_bytes(method.as_bytes())?, format!("{url}{path}"));
        let has = |name| message.headers.iter().any(|(header, _)| *header == name);
        // As a program, unless it is told otherwise.
        if !has("accept") {
            request = request.header(ACCEPT, "application/json");
        }
        if !self.cookies.is_empty() {
            request = request.header(COOKIE, self.cookies.join("; "));
        }
        for (name, value) in message.headers {
            request = request.header(*name, value);
        }
        Ok(match &message.body {
            Some(Value::String(text)) if has("content-type") => request.body(text.clone()),
            Some(Value::String(text)) => request.header("content-type", "application/json").body(text.clone()),
            Some(body) => request.json(body),
            None => request,
        })
    }

    /// Sends it, and keeps the cookies of the answer. The answer is its JSON or text, or `location` where it leads elsewhere; a refusal is
    /// the inner error.
    pub(super) async fn send(&mut self, request: RequestBuilder) -> anyhow::Result<anyhow::Result<Value>> {
        let answer = request.send().await.context("no answer")?;
        let (status, location) = (answer.status(), answer.headers().get(LOCATION).cloned());
        self.keep(answer.headers())?;
        let text = answer.text().await?;
        Ok(match location {
            Some(location) if status.is_redirection() => Ok(json!({"location": location.to_str()?})),
            _ if status.is_success() || status.is_redirection() => {
                Ok(serde_json::from_str(&text).unwrap_or(Value::String(text)))
            }
            _ => Err(anyhow!("{status} {text}")),
        })
    }

    fn keep(&mut self, headers: &HeaderMap) -> anyhow::Result<()> {
        for cookie in headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
            let (name, value) = cookie.split_once('=').unwrap_or_default();
            self.cookies.retain(|other| other.split('=').next() != Some(name));
            // One without a value is forgotten.
            if !value.is_empty() {
                self.cookies.push(cookie);
            }
        }
        Ok(())
    }
}
