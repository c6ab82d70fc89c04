//! `cargo bench -p rentree-local --bench certifications [-- NUMBER]`: the results of 10,000 pupils in one school year: the file that states
//! them, the page, and what is downloaded. Units as AWS bills them; the time is that of everything on one machine.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use encoding_rs::UTF_8;
use rentree_domain::Uai;
use rentree_local::client::School;
use rentree_local::operator::Operator;
use rentree_local::{Options, Rentree};
use rentree_samples::Sample;
use rentree_testkit::strict::longest_chain;
use reqwest::header::{ACCEPT, COOKIE};

const PUPILS: usize = 10_000;

fn main() -> anyhow::Result<()> {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(PUPILS);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let rentree = Arc::new(Rentree::start(&Options::in_memory()).await?);
        let number = 990_960;
        let uai = ('A'..='Z').find_map(|key| Uai::parse(&format!("{number:07}{key}")).ok()).context("one key fits")?;
        let school = School::enter(&rentree.url, uai).await?;
        let sample = Sample::new(uai, count, 5);
        let imported = school.import(sample.siecle(UTF_8).bytes, false).await?;
        anyhow::ensure!(imported.status == "succeeded", "{:?}", imported.refused);

        println!("{count} certifications\n\n| what | kB | chain | units | ms |\n|---|---|---|---|---|");
        let operator = Operator::at(&rentree.url).await?;
        let file = sample.certifications();
        for (name, what) in [("the file of the session", "created"), ("the same again", "unchanged")] {
            rentree.stack.strict().begin_record();
            let started = Instant::now();
            let report = operator.certify("bench", file.clone()).await?;
            tell(name, file.len(), &rentree, started);
            anyhow::ensure!(report["counts"][what] == count, "{report:#}");
        }
        let http = reqwest::Client::builder().no_proxy().build()?;
        let base = format!("{}/schools/{uai}/certifications", rentree.url);
        let (year, division) = (sample.school_year.first(), sample.pupils[0].division.replace(' ', "+"));
        for (name, path) in [
            ("the page, cold", String::new()),
            ("the page, warm", String::new()),
            ("the CSV of the school", "/results.csv".to_owned()),
            ("the JSON of the school", "/results.json".to_owned()),
            ("the CSV of one class", format!("/results.csv?division={division}")),
        ] {
            let sign = if path.contains('?') { '&' } else { '?' };
            let get = http.get(format!("{base}{path}{sign}year={year}"));
            let get = get.header(COOKIE, school.cookie()).header(ACCEPT, "text/html");
            rentree.stack.strict().begin_record();
            let started = Instant::now();
            let answer = get.send().await?;
            let status = answer.status().as_u16();
            tell(&format!("{name}: {status}"), answer.bytes().await?.len(), &rentree, started);
        }
        Arc::into_inner(rentree).context("nobody else has it")?.stop().await
    })
}

fn tell(name: &str, bytes: usize, rentree: &Rentree, started: Instant) {
    let took = started.elapsed().as_millis();
    let calls = rentree.stack.strict().end_record();
    let units: f64 = calls.iter().map(|call| call.units).sum();
    println!("| {name} | {} | {} | {units:.1} | {took} |", bytes / 1_000, longest_chain(&calls));
}
