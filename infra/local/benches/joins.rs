//! `cargo bench -p rentree-local --bench joins`: a pupil joins a school of 100 and one of 10,000, in turn. Goal: the time does
//! not depend on the size of the school. A class of 35 at once, besides. And what a join asks of AWS in each of them: calls, the
//! longest chain of calls that waited one for the other, units as AWS bills them, and how long the pupil waits for AWS at 5 ms a read,
//! 8 ms a write and 15 ms a transaction.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use encoding_rs::UTF_8;
use jiff::Timestamp;
use rentree_domain::{CampaignCode, Uai};
use rentree_local::client::School;
use rentree_local::measure::Visit;
use rentree_local::{Options, Rentree};
use rentree_samples::{Pupil, Sample};
use rentree_testkit::strict::Distance;
use serde_json::json;
use tokio::task::JoinSet;

const SIZES: [usize; 2] = [100, 10_000];
const JOINS: usize = 60;
const CLASS: usize = 35;
/// A slow machine may make a call late, never early: the shortest chain of these joins counts, ...
const LOOKS: usize = 5;
/// ... with AWS so far away that calls side by side are seen to be.
const FAR: Duration = Duration::from_millis(25);

/// A school to join.
struct Door {
    code: CampaignCode,
    pupils: Vec<Pupil>,
}

fn main() -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let rentree = Rentree::start(&Options::in_memory()).await?;
        let [small, large] = [a_door(&rentree, SIZES[0]).await?, a_door(&rentree, SIZES[1]).await?];
        let http = reqwest::Client::builder().no_proxy().build()?;

        let mut took: [[Vec<Duration>; 2]; 2] = Default::default();
        // In turn, so that both meet the same machine.
        for index in 0..JOINS {
            for (which, door) in [&small, &large].into_iter().enumerate() {
                for (step, below) in ["identity", "account"].into_iter().enumerate() {
                    let started = Instant::now();
                    send(&http, &rentree.url, door, below, index).await?;
                    took[step][which].push(started.elapsed());
                }
            }
        }
        for (step, name) in ["identity", "account (with its hash)"].into_iter().enumerate() {
            let [small, large] = took[step].each_mut().map(|times| median(times).as_secs_f64() * 1000.0);
            println!(
                "{name}: {small:.1} ms among {}, {large:.1} ms among {}: ratio {:.2}",
                SIZES[0],
                SIZES[1],
                large / small
            );
        }

        let started = Instant::now();
        let mut class = JoinSet::new();
        let large = Arc::new(large);
        for index in JOINS..JOINS + CLASS {
            let (http, url, door) = (http.clone(), rentree.url.clone(), large.clone());
            class.spawn(async move {
                send(&http, &url, &door, "identity", index).await?;
                send(&http, &url, &door, "account", index).await
            });
        }
        while let Some(joined) = class.join_next().await {
            joined??;
        }
        println!("{CLASS} pupils of one class at once: all in after {} ms", started.elapsed().as_millis());

        println!("\n| step | pupils | calls | chain | units | ms for AWS |\n|---|---|---|---|---|---|");
        for (below, route) in ["identity", "account"].map(|below| (below, format!("POST /campagnes/{{code}}/{below}")))
        {
            for (door, size) in [(&small, SIZES[0]), (&*large, SIZES[1])] {
                let visit = asked(&rentree, &http, door, (below, &route)).await?;
                println!(
                    "| {below} | {size} | {} | {} | {:.1} | {} |",
                    visit.calls.len(),
                    visit.chain(),
                    visit.units(),
                    visit.waited().as_millis()
                );
            }
        }
        rentree.stop().await
    })
}

/// What a step of joining asks of AWS, by those pupils who are left.
async fn asked(
    rentree: &Rentree,
    http: &reqwest::Client,
    door: &Door,
    (below, route): (&str, &str),
) -> anyhow::Result<Visit> {
    let strict = rentree.stack.strict();
    strict.set_distance(Distance { read: FAR, write: FAR, transaction: FAR });
    let mut shortest: Option<Visit> = None;
    for index in JOINS + CLASS..JOINS + CLASS + LOOKS {
        strict.begin_record();
        let sent = send(http, &rentree.url, door, below, index).await;
        let mut calls = strict.end_record();
        sent?;
        calls.retain(|call| call.function == "CampaignsFunction" && call.route.as_deref() == Some(route));
        let visit = Visit { route: route.to_owned(), again: false, calls };
        if shortest.as_ref().is_none_or(|other| visit.chain() < other.chain()) {
            shortest = Some(visit);
        }
    }
    strict.set_distance(Distance::default());
    shortest.context("a join")
}

async fn a_door(rentree: &Rentree, size: usize) -> anyhow::Result<Door> {
    let number = 990_900 + size / 100;
    let uai = ('A'..='Z').find_map(|key| Uai::parse(&format!("{number:07}{key}")).ok()).context("one key fits")?;
    let school = School::enter(&rentree.url, uai).await?;
    let mut sample = Sample::new(uai, size, 4_000 + size as u64 % 3_000);
    // Among ten thousand, some have a name and a birthday in common: not those who join here.
    for (number, pupil) in sample.pupils.iter_mut().take(JOINS + CLASS + LOOKS).enumerate() {
        let letters: String = number.to_string().bytes().map(|digit| char::from(digit + 17)).collect();
        pupil.last_name = format!("QUATREMARQUE {letters}{letters}{letters}{letters}");
    }
    let imported = school.import(sample.siecle(UTF_8).bytes, false).await?;
    anyhow::ensure!(imported.status == "succeeded", "{:?}", imported.refused);
    let (_, code) = rentree_local::pupils::a_campaign(&rentree.table, uai, Timestamp::now()).await?;
    Ok(Door { code, pupils: sample.pupils })
}

async fn send(http: &reqwest::Client, url: &str, door: &Door, below: &str, index: usize) -> anyhow::Result<()> {
    let pupil = &door.pupils[index];
    let fields = json!({
        "first_name": pupil.first_name, "last_name": pupil.last_name, "birth_date": pupil.birth_date, "password": "Velours8",
    });
    let answer = http.post(format!("{url}/campagnes/{}/{below}", door.code)).json(&fields).send().await?;
    anyhow::ensure!(answer.status().is_success(), "{below} of {index}: {}", answer.text().await?);
    Ok(())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
