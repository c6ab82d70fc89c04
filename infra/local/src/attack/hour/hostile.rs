//! Who means harm, all the while: somebody who guesses a birth date, who orders mails, who sends nonsense to sign in, and who uploads.

use std::fmt;
use std::time::Duration;

use anyhow::bail;
use jiff::ToSpan as _;
use rentree_domain::limit::{GUESSES_BY_PUPIL, IMPORTS_BY_SCHOOL};
use rentree_local::client::School;
use rentree_orders::limit::{ADDRESSES_BY_ACCOUNT, MAILS_BY_MAILBOX};
use reqwest::header::{ACCEPT, COOKIE};
use serde_json::json;

use super::Hour;
use super::honest::Scene;
use crate::attack::browser::Browser;
use crate::attack::mails::Mailbox;
use crate::attack::place::{a_device, a_school, post};

/// Between two tries of one attacker: this machine is the attackers' as well.
const PAUSE: Duration = Duration::from_millis(50);
/// An hour lies in two windows of a limit.
const WINDOWS: usize = 2;

/// What came of an attack.
pub(super) struct Refusals {
    tried: usize,
    refused: usize,
    got_through: usize,
    at_most: usize,
}

impl Refusals {
    fn until(at_most: usize) -> Self {
        Self { tried: 0, refused: 0, got_through: 0, at_most }
    }

    fn count(&mut self, got_through: bool) {
        self.tried += 1;
        self.got_through += usize::from(got_through);
        self.refused += usize::from(!got_through);
    }

    pub(super) fn held(&self) -> bool {
        self.tried > 0 && self.got_through <= self.at_most
    }
}

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tried, refused, got_through, at_most } = self;
        write!(f, "{tried:>7} {refused:>9} {got_through:>12} {at_most:>12}")
    }
}

/// Tries one birth date of the first pupil after the other, each from another address, by two codes. A date that is answered got through.
pub(super) async fn guesser(scene: &Scene, hour: Hour) -> anyhow::Result<Refusals> {
    let mut refusals = Refusals::until(WINDOWS * GUESSES_BY_PUPIL.count as usize);
    let classmate = &scene.place.sample.pupils[0];
    while !hour.is_over() {
        let day = jiff::civil::date(1990, 1, 1) + i64::try_from(refusals.tried)?.days();
        let who = json!({"first_name": classmate.first_name, "last_name": classmate.last_name, "birth_date": day});
        let address = format!("{}/campagnes/{}/identity", scene.place.url, scene.codes[refusals.tried % 2]);
        match post(&a_device()?, &address, &who).await? {
            (422 | 200, _) => refusals.count(true),
            (429, _) => refusals.count(false),
            (status, told) => bail!("a guess: {status} {told}"),
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(refusals)
}

/// Names strangers from one account, and orders mails to the owner's mailbox, each from another address. What came to strangers and to the
/// mailbox got through.
pub(super) async fn bomber(scene: &Scene, hour: Hour) -> anyhow::Result<Refusals> {
    let most = ADDRESSES_BY_ACCOUNT.count + MAILS_BY_MAILBOX.count;
    let mut refusals = Refusals::until(WINDOWS * most as usize);
    let url = &scene.place.url;
    let (mut strangers, mut filled) = (0, 0);
    while !hour.is_over() {
        let ask = json!({"email": format!("inconnu.{}@exemple.fr", refusals.tried), "current_password": crate::attack::mails::PASSWORD});
        let ask = scene.mailer.post(format!("{url}/account/email")).header(ACCEPT, "application/json").json(&ask);
        let status = ask.header(COOKIE, &scene.session).send().await?.status().as_u16();
        strangers += usize::from(status == 202);
        refusals.count(status == 202);
        post(&a_device()?, &format!("{url}/sign-up"), &json!({ "email": scene.owner })).await?;
        filled += 1;
        tokio::time::sleep(PAUSE).await;
    }
    // The account's own mail, and the one that the owner asked for, are no attack.
    let own = 2;
    let came = Mailbox { device: &a_device()?, url }.of(&scene.owner).await?.len().saturating_sub(own);
    refusals.tried += filled;
    refusals.got_through = strangers + came;
    refusals.refused = refusals.tried - refusals.got_through;
    Ok(refusals)
}

/// Sends nonsense to sign in, from where an administrator sits. A session would have got through.
pub(super) async fn nonsense(scene: &Scene, hour: Hour) -> anyhow::Result<Refusals> {
    let mut refusals = Refusals::until(0);
    while !hour.is_over() {
        let login = format!("personne.{}@exemple.fr", refusals.tried);
        let (status, _) = Browser::at(&scene.desk).sign_in(&scene.place.url, &login, "n’importe quoi").await?;
        refusals.count(status == 200);
        tokio::time::sleep(PAUSE).await;
    }
    Ok(refusals)
}

/// One school asks for import after import, and sends what is no file of pupils.
pub(super) async fn uploader(scene: &Scene, hour: Hour) -> anyhow::Result<Refusals> {
    let mut refusals = Refusals::until(WINDOWS * IMPORTS_BY_SCHOOL.count as usize);
    let school = School::enter(&scene.place.url, a_school(77)?).await?;
    while !hour.is_over() {
        let asked = school.request(&json!({})).await;
        refusals.count(asked.is_ok());
        if let Ok(import) = asked {
            school.send(&import, b"<not a file".repeat(10_000)).await?;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(refusals)
}
