//! The mails that were sent, and the links in them.

use anyhow::Context;
use rentree_testkit::SentMail;

use super::{eventually, product};

/// Every mail to an address so far.
pub(crate) async fn mails_to(address: &str) -> anyhow::Result<Vec<SentMail>> {
    let sent = product().stack.sent_mail().await?;
    Ok(sent.into_iter().filter(|mail| mail.to.iter().any(|to| to == address)).collect())
}

/// The `count`th mail to an address, once it is there.
pub(crate) async fn mail_to(address: &str, count: usize) -> anyhow::Result<SentMail> {
    let what = format!("mail {count} to {address}");
    eventually(&what, async || Ok(mails_to(address).await?.into_iter().nth(count - 1))).await
}

/// The path of the first link in a mail.
pub(crate) fn link_in(mail: &SentMail) -> anyhow::Result<String> {
    let line = mail.text.lines().find_map(|line| line.strip_prefix(&product().url));
    line.map(ToOwned::to_owned).context("no link in the mail")
}
