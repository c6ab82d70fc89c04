//! Somebody knows what a classmate is called, and tries birth dates: day after day, with a name misspelt anew each time, each from another
//! address, by the codes of two campaigns. Meanwhile the class joins from one room, and a third of it slips.

use anyhow::Context;
use clap::Args;
use jiff::ToSpan;
use jiff::civil::Date;
use rentree_local::say;
use rentree_runtime::several;
use rentree_samples::Pupil;
use serde_json::{Value, json};

use super::place::{Place, a_device, post};

#[derive(Args)]
pub(crate) struct GuessArguments {
    /// How many birth dates are tried; the right one is the 51st
    #[arg(long, default_value_t = 51)]
    guesses: usize,
    /// How many pupils the class has
    #[arg(long, default_value_t = 35)]
    pupils: usize,
}

const FIRST_NAME: &str = "Ophélie";
const LAST_NAME: &str = "DURAND";
/// The first day that is tried, and how many days later the classmate was born.
const FIRST_DAY: Date = jiff::civil::date(2014, 1, 1);
const RIGHT: i64 = 50;
/// Most pupils of the class who are at it at one moment.
const AT_ONCE: usize = 8;
/// More dates than these in an hour must not be answered.
const MOST: usize = 10;

/// What came of the guesses.
#[derive(Default)]
struct Guesses {
    /// Which were answered as wrong, which were refused, and which found the pupil; from 1.
    answered: Vec<usize>,
    refused: Vec<usize>,
    found: Vec<usize>,
}

/// Attacks, and prints what happened; whether the product held.
pub(crate) async fn run(url: &str, arguments: &GuessArguments) -> anyhow::Result<bool> {
    let place = Place::begin(url, arguments.pupils, |sample| {
        let born = day(RIGHT).strftime("%d/%m/%Y").to_string();
        let Some(classmate) = sample.pupils.first_mut() else { return };
        FIRST_NAME.clone_into(&mut classmate.first_name);
        LAST_NAME.clone_into(&mut classmate.last_name);
        for other in [&mut classmate.second_name, &mut classmate.third_name, &mut classmate.usage_name] {
            other.clear();
        }
        classmate.birth_date = born;
    })
    .await?;
    let (campaign, code) = place.campaign("Rentrée").await?;
    let (_, other_code) = place.campaign("Rentrée, deuxième campagne").await?;

    let started = std::time::Instant::now();
    let (guesses, joined) =
        tokio::try_join!(guess(&place, [&code, &other_code], arguments.guesses), join(&place, &code))?;
    say!(
        "{} birth dates were tried in {:.1} s, each by another spelling and from another address, by two codes:",
        arguments.guesses,
        started.elapsed().as_secs_f64()
    );
    say!(
        "  {} were answered, {} were refused, {} found the pupil.",
        guesses.answered.len(),
        guesses.refused.len(),
        guesses.found.len()
    );
    match guesses.refused.first() {
        Some(first) => say!("  The {first}th was the first one that was refused."),
        None => say!("  None was refused."),
    }
    let others = place.sample.pupils.len() - 1;
    say!("Meanwhile {joined} of the {others} others joined, of whom a third slipped before.");

    let held_up = place.staff.get(&format!("/campaigns/{campaign}")).await?["held_up"].clone();
    say!("Staff see on the campaign's page: {held_up}");
    let let_in = match held_up[0]["id"].as_str() {
        Some(id) => {
            place.staff.post(&format!("/learners/{id}/unblock"), &json!({ "campaign": campaign })).await?;
            is_in(&place, &code, &place.sample.pupils[0]).await?
        }
        None => false,
    };
    say!("Staff let the pupil try, who {}.", if let_in { "joined" } else { "did not join" });
    Ok(guesses.found.is_empty() && guesses.answered.len() <= MOST && joined == others && let_in)
}

fn day(number: i64) -> Date {
    FIRST_DAY.saturating_add(number.days())
}

/// The last name with one letter of it wrong: another one each time.
fn misspelt(number: usize) -> anyhow::Result<String> {
    let mut letters: Vec<char> = LAST_NAME.chars().collect();
    let place = number / 25 % letters.len();
    let others: Vec<char> = ('A'..='Z').filter(|letter| *letter != letters[place]).collect();
    letters[place] = *others.get(number % 25).context("25 other letters")?;
    Ok(letters.into_iter().collect())
}

async fn guess(place: &Place, codes: [&str; 2], count: usize) -> anyhow::Result<Guesses> {
    let mut guesses = Guesses::default();
    for number in 0..count {
        let who = json!({
            "first_name": FIRST_NAME, "last_name": misspelt(number)?,
            "birth_date": day(i64::try_from(number)?),
        });
        let address = format!("{}/campagnes/{}/identity", place.url, codes[number % 2]);
        let list = match post(&a_device()?, &address, &who).await? {
            (422, _) => &mut guesses.answered,
            (429, _) => &mut guesses.refused,
            (200, _) => &mut guesses.found,
            (status, told) => anyhow::bail!("guess {}: {status} {told}", number + 1),
        };
        list.push(number + 1);
    }
    Ok(guesses)
}

/// All but the first pupil join from one room; how many are in.
async fn join(place: &Place, code: &str) -> anyhow::Result<usize> {
    let room = a_device()?;
    let address = format!("{}/campagnes/{code}", place.url);
    let pupils: Vec<(usize, Pupil)> = place.sample.pupils.iter().cloned().enumerate().skip(1).collect();
    let joined = several(pupils, AT_ONCE, |(number, pupil)| {
        let (room, address) = (room.clone(), address.clone());
        async move {
            if number % 3 == 0 {
                let mut slip = identity(&pupil);
                slip["birth_date"] = "01/01/2001".into();
                post(&room, &format!("{address}/identity"), &slip).await?;
            }
            let (status, _) = post(&room, &format!("{address}/account"), &account(&pupil)).await?;
            anyhow::Ok(status == 201)
        }
    });
    let mut count = 0;
    for joined in joined.await {
        count += usize::from(joined.context("a pupil's device panicked")??);
    }
    Ok(count)
}

async fn is_in(place: &Place, code: &str, pupil: &Pupil) -> anyhow::Result<bool> {
    let address = format!("{}/campagnes/{code}/account", place.url);
    Ok(post(&a_device()?, &address, &account(pupil)).await?.0 == 201)
}

pub(crate) fn identity(pupil: &Pupil) -> Value {
    json!({"first_name": pupil.first_name, "last_name": pupil.last_name, "birth_date": pupil.birth_date})
}

pub(crate) fn account(pupil: &Pupil) -> Value {
    let mut account = identity(pupil);
    account["password"] = "Velours8".into();
    account
}
