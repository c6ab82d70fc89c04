//! What is beside the HTTP of a tour, wherever it leads: the mails that a local SES keeps, the signature of the assessment platform, and
//! what an operator does.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use directory::message::ClientWord;
use jiff::Timestamp;
use rentree_domain::{ProgramSecret, RecordBookName, Scope, paris};
use rentree_testkit::mail;
use rentree_webhook::Secrets;

use crate::operator::Operator;

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

/// Name and secret of new credentials of the record book that reads schools of this kind.
pub async fn credentials(operator: &Operator, kind: &str) -> anyhow::Result<(String, String)> {
    let secret = ProgramSecret::new(rentree_runtime::random());
    let name = format!("visite-{:08x}", u32::from_be_bytes(rentree_runtime::random()));
    let word = ClientWord {
        name: RecordBookName::parse(&name)?,
        scope: *Scope::of_kind(kind)
            .first()
            .with_context(|| format!("no record book reads a school of kind {kind}"))?,
        secret_hash: secret.hash(),
        until: paris::date(Timestamp::now()).tomorrow()?,
    };
    let report = operator.make_client(word).await?;
    ensure!(report["refused"].is_null(), "the credentials were refused: {report}");
    Ok((name, secret.as_str().to_owned()))
}

/// Headers that sign a message of the assessment platform.
pub fn signed(secrets: &Secrets, body: &str) -> Vec<(&'static str, String)> {
    let (id, timestamp) = ("msg_tour".to_owned(), Timestamp::now().as_second().to_string());
    let signature = secrets.sign(&id, &timestamp, body.as_bytes());
    vec![("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signature)]
}
