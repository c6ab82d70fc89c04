//! The mails that were sent: the local SES keeps them instead.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::Deserialize;

use crate::Stack;

/// A mail, as SES took it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SentMail {
    /// Whom it was sent to.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// For programs that show no HTML.
    #[serde(rename = "BodyText")]
    pub text: String,
    /// For all others.
    #[serde(rename = "BodyHtml")]
    pub html: String,
}

#[derive(Deserialize)]
struct Messages {
    /// By account.
    messages: BTreeMap<String, Vec<SentMail>>,
}

/// Every mail that the SES at `aws_endpoint` took so far, in the order in which they were sent.
pub async fn sent(aws_endpoint: &str) -> anyhow::Result<Vec<SentMail>> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let answer = http.get(format!("{aws_endpoint}/_ministack/ses/messages")).send().await?;
    let messages: Messages = answer.error_for_status()?.json().await.context("the list of sent mail")?;
    Ok(messages.messages.into_values().flatten().collect())
}

impl Stack {
    /// Every mail sent so far, in the order in which they were sent.
    pub async fn sent_mail(&self) -> anyhow::Result<Vec<SentMail>> {
        sent(self.aws_endpoint()).await
    }
}
