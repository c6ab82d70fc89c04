//! Who means well: a class that joins from one room, schools that import, staff who sign in, and somebody who forgot a password.

use std::time::{Duration, Instant};

use anyhow::Context;
use encoding_rs::UTF_8;
use rentree_local::client::School;
use rentree_local::{DEMO_EMAIL, DEMO_PASSWORD, say};
use rentree_samples::{Pupil, Sample};
use reqwest::Client;
use serde_json::json;
use tokio::task::JoinSet;

use super::Hour;
use super::told::Took;
use crate::attack::browser::Browser;
use crate::attack::guess::{account, identity};
use crate::attack::mails::{Mailbox, RESET, an_account};
use crate::attack::place::{Place, a_device, a_school, post};

/// The pupils of a file that a school imports.
const PUPILS_OF_A_FILE: usize = 200;
/// How often an administrator signs in within the hour.
const SIGN_INS: usize = 12;

/// Where it happens.
pub(super) struct Scene {
    pub(super) place: Place,
    pub(super) codes: [String; 2],
    /// Where the class sits.
    room: Client,
    /// Where an administrator sits, and who sends nonsense.
    pub(super) desk: Client,
    /// Who will have forgotten the password.
    pub(super) owner: String,
    /// The account that names strangers: its session.
    pub(super) session: String,
    pub(super) mailer: Client,
    seed: u64,
}

pub(super) async fn prepare(url: &str, pupils: usize) -> anyhow::Result<Scene> {
    // Whoever resembles the pupil whom somebody guesses is held up with them until staff let them try: here nobody does.
    let place = Place::begin(url, pupils, |sample| {
        let Some(guessed) = sample.pupils.first_mut() else { return };
        "Wolfgang".clone_into(&mut guessed.first_name);
        "SCHWARZENBACH".clone_into(&mut guessed.last_name);
        for other in [&mut guessed.second_name, &mut guessed.third_name, &mut guessed.usage_name] {
            other.clear();
        }
    })
    .await?;
    let codes = [place.campaign("Rentrée").await?.1, place.campaign("Rentrée, deuxième campagne").await?.1];
    let seed = jiff::Timestamp::now().as_second().unsigned_abs();
    let (mailer, home) = (a_device()?, a_device()?);
    let owner = format!("camille.{seed}@exemple.fr");
    an_account(&Mailbox { device: &home, url }, &owner).await?;
    let session = an_account(&Mailbox { device: &mailer, url }, &format!("dominique.{seed}@exemple.fr")).await?;
    Ok(Scene { place, codes, room: a_device()?, desk: a_device()?, owner, session, mailer, seed })
}

/// The pupils join one after the other, all but the first, whom somebody guesses; a third of them slips before.
pub(super) async fn class(scene: &Scene, hour: Hour) -> anyhow::Result<Took> {
    let others: Vec<Pupil> = scene.place.sample.pupils.iter().skip(1).cloned().collect();
    let count = others.len();
    let address = format!("{}/campagnes/{}", scene.place.url, scene.codes[0]);
    spread(hour, others.into_iter().enumerate().map(|(number, pupil)| (hour.at(number, count), (number, pupil))), {
        let room = scene.room.clone();
        move |(number, pupil)| {
            let (room, address) = (room.clone(), address.clone());
            async move {
                if number.is_multiple_of(3) {
                    let mut slip = identity(&pupil);
                    slip["birth_date"] = "01/01/2001".into();
                    post(&room, &format!("{address}/identity"), &slip).await?;
                }
                let (status, answer) = post(&room, &format!("{address}/account"), &account(&pupil)).await?;
                if status != 201 {
                    say!("pupil {number} did not join: {status} {answer}");
                }
                Ok(status == 201)
            }
        }
    })
    .await
}

/// Each of the schools enters, sends its file, and waits until it is imported.
pub(super) async fn imports(scene: &Scene, hour: Hour, count: usize) -> anyhow::Result<Took> {
    let (url, seed) = (scene.place.url.clone(), scene.seed);
    spread(hour, (0..count).map(|number| (hour.at(number, count), number)), move |number| {
        let url = url.clone();
        async move {
            let seed = seed + 1_000 + u64::try_from(number)?;
            let uai = a_school(seed)?;
            let school = School::enter(&url, uai).await?;
            let file = Sample::new(uai, PUPILS_OF_A_FILE, seed).siecle(UTF_8).bytes;
            let summary = school.import(file, false).await?;
            Ok(summary.status == "succeeded" && summary.counts.added == PUPILS_OF_A_FILE)
        }
    })
    .await
}

/// An administrator signs in from the address that nonsense comes from, by the device of before and by a new one in turn.
pub(super) async fn staff(scene: &Scene, hour: Hour) -> anyhow::Result<Took> {
    let url = scene.place.url.clone();
    let mut known = Browser::at(&scene.desk);
    known.sign_in(&url, DEMO_EMAIL, DEMO_PASSWORD).await?;
    known.sign_out();
    spread(hour, (0..SIGN_INS).map(|number| (hour.at(number, SIGN_INS), number)), move |number| {
        let url = url.clone();
        let mut browser = if number.is_multiple_of(2) { known.clone() } else { known.clone().elsewhere() };
        async move { Ok(browser.sign_in(&url, DEMO_EMAIL, DEMO_PASSWORD).await?.0 == 200) }
    })
    .await
}

/// Whose mailbox is filled asks for another password in the middle of the hour, and the link comes.
pub(super) async fn owner(scene: &Scene, hour: Hour) -> anyhow::Result<Took> {
    let (url, owner) = (scene.place.url.clone(), scene.owner.clone());
    spread(hour, [(hour.at(1, 2), ())], move |()| {
        let (url, owner) = (url.clone(), owner.clone());
        async move {
            let device = a_device()?;
            let (status, _) = post(&device, &format!("{url}/forgotten-password"), &json!({ "email": owner })).await?;
            let mail = Mailbox { device: &device, url: &url }.about(RESET, &owner).await;
            Ok(status == 202 && mail.is_ok())
        }
    })
    .await
}

/// Does each thing at its moment, whatever became of those before; how long each took.
async fn spread<T, F>(
    hour: Hour,
    things: impl IntoIterator<Item = (Duration, T)>,
    of: impl Fn(T) -> F,
) -> anyhow::Result<Took>
where
    T: Send + 'static,
    F: Future<Output = anyhow::Result<bool>> + Send + 'static,
{
    let mut at_it = JoinSet::new();
    let began = tokio::time::Instant::from_std(hour.began.max(Instant::now()));
    for (after, thing) in things {
        let doing = of(thing);
        at_it.spawn(async move {
            tokio::time::sleep_until(began + after).await;
            let begins = Instant::now();
            anyhow::Ok(doing.await?.then(|| begins.elapsed()))
        });
    }
    let mut took = Vec::new();
    while let Some(done) = at_it.join_next().await {
        took.push(done.context("somebody panicked")??);
    }
    Ok(took)
}
