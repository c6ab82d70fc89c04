//! What is beside the HTTP of a tour, wherever it leads: the mails that a local SES keeps, and the signature of the assessment
//! platform.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use jiff::Timestamp;
use rentree_testkit::mail;
use rentree_webhook::Secrets;

const PATIENCE: Duration = Duration::from_mins(5);
const PAUSE: Duration = Duration::from_millis(50);

/// The path of the link in the mail number `count` to `address`, once it has come. The product is reached at `url`.
pub async fn link_in_mail(aws_endpoint: &str, url: &str, address: &str, count: usize) -> anyhow::Result<String> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let sent = mail::sent(aws_endpoint).await?;
        let mut to_them = sent.into_iter().filter(|mail| mail.to.iter().any(|to| to == address));
        if let Some(mail) = to_them.nth(count - 1) {
            let link = mail.text.lines().find_map(|line| line.strip_prefix(url));
            return link.map(ToOwned::to_owned).with_context(|| format!("no link in {:?}", mail.subject));
        }
        tokio::time::sleep(PAUSE).await;
    }
    bail!("mail {count} to {address} does not come")
}

/// Headers that sign a message of the assessment platform.
pub fn signed(secrets: &Secrets, body: &str) -> Vec<(&'static str, String)> {
    let (id, timestamp) = ("msg_tour".to_owned(), Timestamp::now().as_second().to_string());
    let signature = secrets.sign(&id, &timestamp, body.as_bytes());
    vec![("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signature)]
}
