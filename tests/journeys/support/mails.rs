//! The mails that were sent, and the links in them.

use anyhow::Context;
use aws_sdk_sqs::types::QueueAttributeName;
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

/// The first mail to an address whose subject says `what`, once it is there. Orders are carried out at least once, so that
/// a mail of another kind may stand before it twice.
pub(crate) async fn mail_about(what: &str, address: &str) -> anyhow::Result<SentMail> {
    let is_about = |mail: &SentMail| mail.subject.contains(what);
    eventually(&format!("a mail to {address} about “{what}”"), async || {
        Ok(mails_to(address).await?.into_iter().find(is_about))
    })
    .await
}

/// Waits until every order of a mail was carried out.
pub(crate) async fn no_mail_is_pending() -> anyhow::Result<()> {
    let counts = [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        // Some come late while calls are refused.
        QueueAttributeName::ApproximateNumberOfMessagesDelayed,
    ];
    eventually("no mail is pending", async || {
        let get = product().stack.sqs.get_queue_attributes().queue_url(product().stack.value("MailQueue")?);
        let found = get.set_attribute_names(Some(counts.to_vec())).send().await?.attributes.unwrap_or_default();
        Ok(counts.iter().all(|count| found.get(count).map(String::as_str) == Some("0")).then_some(()))
    })
    .await
}

/// The path of the first link in a mail.
pub(crate) fn link_in(mail: &SentMail) -> anyhow::Result<String> {
    let line = mail.text.lines().find_map(|line| line.strip_prefix(&product().url));
    line.map(ToOwned::to_owned).context("no link in the mail")
}
