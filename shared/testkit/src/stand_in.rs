//! What is asked of ministack without a client of an SDK: IAM, Lambda and the others of which one question is asked. It takes
//! its own key without looking at the signature, so nothing here could ask AWS anything.

use anyhow::{Context, ensure};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use crate::cloud::REGION;

/// A ministack that answers at an address of this machine.
#[derive(Debug, Clone)]
pub struct StandIn {
    http: Client,
    endpoint: String,
}

impl StandIn {
    /// The one at `endpoint`.
    pub fn at(endpoint: &str) -> anyhow::Result<Self> {
        Ok(Self::by(Client::builder().no_proxy().build()?, endpoint))
    }

    /// The one at `endpoint`, asked by a client that there is.
    pub(crate) fn by(http: Client, endpoint: &str) -> Self {
        Self { http, endpoint: endpoint.trim_end_matches('/').to_owned() }
    }

    /// Asks IAM; the answer is XML.
    pub async fn iam(&self, action: &str, parameters: &[(&str, &str)]) -> anyhow::Result<String> {
        let mut url = reqwest::Url::parse(&self.endpoint)?;
        url.query_pairs_mut().extend_pairs([("Action", action), ("Version", "2010-05-08")]).extend_pairs(parameters);
        let form = url.query().unwrap_or_default().to_owned();
        let request = self.http.post(&self.endpoint).header("content-type", "application/x-www-form-urlencoded");
        answer(signed(request, "iam").body(form), action).await
    }

    /// Asks a service that speaks JSON at paths of its own.
    pub async fn json(&self, service: &str, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let request = signed(self.http.request(method, format!("{}{path}", self.endpoint)), service);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let text = answer(request, path).await?;
        serde_json::from_str(&text).with_context(|| format!("{path}: not JSON: {text}"))
    }
}

fn signed(request: RequestBuilder, service: &str) -> RequestBuilder {
    let scope = format!("test/20260101/{REGION}/{service}/aws4_request");
    request.header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"))
}

async fn answer(request: RequestBuilder, asked: &str) -> anyhow::Result<String> {
    let answer = request.send().await.with_context(|| format!("asking the stand-in: {asked}"))?;
    let (status, text) = (answer.status(), answer.text().await?);
    ensure!(status.is_success(), "{asked}: {status} {text}");
    Ok(text)
}
