//! Somebody makes us write to strangers from one account, fills a mailbox, and asks from behind an address until it may ask for nothing
//! more. Then the owner of that mailbox forgets the password, behind the same address.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::Args;
use jiff::Timestamp;
use rentree_domain::EmailAddress;
use rentree_local::say;
use rentree_orders::limit::{ACCOUNT_MAILS_BY_CLIENT, ADDRESSES_BY_ACCOUNT, MAILS_BY_MAILBOX};
use reqwest::Client;
use reqwest::header::{ACCEPT, COOKIE, SET_COOKIE};
use serde_json::{Value, json};

use super::place::{a_device, post};

#[derive(Args)]
pub(crate) struct MailsArguments {
    /// How many strangers one account names
    #[arg(long, default_value_t = 60)]
    strangers: usize,
}

pub(crate) const PASSWORD: &str = "une cabane sous les pins";
/// What the subject of the mail says that the owner waits for.
pub(crate) const RESET: &str = "nouveau mot de passe";
/// For how long it is waited for, in seconds.
const PATIENCE: u64 = 60;

/// The mails that left, as one machine shows them.
pub(crate) struct Mailbox<'a> {
    pub(crate) device: &'a Client,
    pub(crate) url: &'a str,
}

impl Mailbox<'_> {
    /// Those to an address.
    pub(crate) async fn of(&self, address: &str) -> anyhow::Result<Vec<Value>> {
        let page = self.device.get(format!("{}/demo/mailbox", self.url)).header(ACCEPT, "application/json");
        let page: Value = page.send().await?.error_for_status()?.json().await?;
        let mails = page["mails"].as_array().cloned().unwrap_or_default();
        Ok(mails.into_iter().filter(|mail| mail["to"] == address).collect())
    }

    /// The text of a mail to `address` about `subject`, once it is there.
    pub(crate) async fn about(&self, subject: &str, address: &str) -> anyhow::Result<String> {
        for _ in 0..PATIENCE {
            let mails = self.of(address).await?;
            let found = mails.iter().find(|mail| mail["subject"].as_str().is_some_and(|it| it.contains(subject)));
            if let Some(text) = found.and_then(|mail| mail["text"].as_str()) {
                return Ok(text.to_owned());
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        bail!("no mail about “{subject}” came within {PATIENCE} seconds")
    }
}

/// Attacks, and prints what happened; whether the product held.
pub(crate) async fn run(url: &str, arguments: &MailsArguments) -> anyhow::Result<bool> {
    let seed = Timestamp::now().as_millisecond();
    let stranger = |number: usize| format!("inconnu.{seed}.{number}@exemple.fr");
    let (owner, attacker) = (a_device()?, a_device()?);
    let mailbox = Mailbox { device: &owner, url };

    let address = format!("camille.{seed}@exemple.fr");
    let session = an_account(&mailbox, &address).await?;
    let mut ordered = 0;
    for number in 0..arguments.strangers {
        let ask = json!({ "email": stranger(number), "current_password": PASSWORD });
        let ask = owner.post(format!("{url}/account/email")).header(ACCEPT, "application/json").json(&ask);
        match ask.header(COOKIE, &session).send().await?.status().as_u16() {
            202 => ordered += 1,
            429 => {}
            status => bail!("address {number}: {status}"),
        }
    }
    say!("One account named {} strangers: {ordered} mails were ordered.", arguments.strangers);

    let fill = json!({ "email": address });
    for _ in 0..2 * MAILS_BY_MAILBOX.count {
        post(&attacker, &format!("{url}/sign-up"), &fill).await?;
    }
    let mut refused = 0;
    for number in 0..ACCOUNT_MAILS_BY_CLIENT.count {
        let nonsense = json!({ "email": stranger(1_000 + number as usize) });
        refused += usize::from(post(&attacker, &format!("{url}/sign-up"), &nonsense).await?.0 == 429);
    }
    say!("Another address asked until it was refused: {refused} times. It ordered mails for the owner's mailbox, too.");

    let (status, _) = post(&attacker, &format!("{url}/forgotten-password"), &fill).await?;
    say!("Behind that very address the owner asks for another password: {status}.");
    let came = mailbox.about(RESET, &address).await;
    say!("The link {}.", if came.is_ok() { "came" } else { "did not come" });
    let got = mailbox.of(&address).await?.len();
    say!("The mailbox got {got} mails in all.");

    // The mail of the account itself, and the link.
    let most = MAILS_BY_MAILBOX.count as usize + 1;
    Ok(ordered <= ADDRESSES_BY_ACCOUNT.count as usize && refused > 0 && came.is_ok() && got <= most)
}

/// Signs up, by the link that comes; the session.
pub(crate) async fn an_account(mailbox: &Mailbox<'_>, address: &str) -> anyhow::Result<String> {
    let Mailbox { device, url } = mailbox;
    let email = EmailAddress::parse(address)?;
    let (status, told) = post(device, &format!("{url}/sign-up"), &json!({ "email": email })).await?;
    ensure!(status == 202, "sign-up: {status} {told}");
    let mail = mailbox.about("", address).await?;
    let link = mail.lines().find(|line| line.starts_with("http")).context("no link in the mail")?;
    let fields = json!({"first_name": "Camille", "last_name": "Essai", "password": PASSWORD});
    let answer = device.post(link).header(ACCEPT, "application/json").json(&fields).send().await?;
    let cookies = answer.headers().get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let session = cookies.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ");
    ensure!(answer.status() == 201 && !session.is_empty(), "the account was not made: {}", answer.status());
    Ok(session)
}
