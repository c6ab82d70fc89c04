//! `cargo bench -p rentree-local --bench starts`: how large the functions are, built as for Lambda, and how fast they start on
//! this machine, beside a function that does nothing. Goals: a zip of 4 MB at most, the first poll within 1.5 × the empty one's.
//!
//! `-- --built` takes what was built last; `-- --x86-64` leaves arm64 out, which takes as long again to build; `-- --starts 400` starts
//! each so often.

mod api;
mod events;
mod table;

use std::time::Duration;

use anyhow::Context;
use rentree_local::zips::{Architecture, EMPTY, LIMIT, Zip};
use rentree_local::{Options, Rentree};
use rentree_runtime::Settings;
use serde_json::Value;

use api::{RuntimeApi, Start};
use table::Table;

const STARTS: usize = 200;

/// A function, what it is started with, and each of its starts.
struct Measured {
    zip: Zip,
    settings: Settings,
    event: Value,
    starts: Vec<Start>,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let cloud = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let says = |what: &str| arguments.iter().any(|argument| argument == what);
    let others: &[Architecture] = if says("--x86-64") { &[] } else { &[Architecture::Arm64] };
    if !says("--built") {
        for architecture in [Architecture::X86_64].iter().chain(others) {
            cloud.block_on(architecture.build())?;
        }
    }
    let starts = match arguments.iter().position(|argument| argument == "--starts") {
        Some(place) => arguments.get(place + 1).context("--starts wants a number")?.parse()?,
        None => STARTS,
    };
    let arm64: Vec<Zip> = others.iter().map(|other| other.built()).collect::<anyhow::Result<Vec<_>>>()?.concat();
    let rentree = cloud.block_on(Rentree::start(&Options::in_memory()))?;
    let table = cloud.block_on(Table::start(rentree.stack.dynamodb_endpoint()))?;

    let mut functions = Vec::new();
    for zip in Architecture::X86_64.built()? {
        let settings = match zip.function {
            EMPTY => Settings::from_pairs::<String, String>([]),
            function => rentree.stack.function_settings(&logical(function))?.with(table.settings()),
        };
        let event = events::of(zip.function)?;
        functions.push(Measured { zip, settings, event, starts: Vec::new() });
    }
    let api = RuntimeApi::bind()?;
    for _ in 0..starts {
        // One after the other, so that whatever else the machine does meets all of them alike.
        for function in &mut functions {
            let before = table.calls();
            let mut start = api.start(&function.zip, &function.settings, &function.event)?;
            start.calls = table.calls() - before;
            function.starts.push(start);
        }
    }

    let empty = functions.last().context("the empty function comes last")?;
    let empty_poll = spread(empty.starts.iter().map(|start| start.poll)).1;
    println!("{starts} starts of each, one after the other; milliseconds: the median, and between which 80 % are");
    println!("| function | arm64 | x86-64 | first poll | × empty | first answer | calls of the table |");
    println!("|---|---|---|---|---|---|---|");
    for (place, function) in functions.iter().enumerate() {
        let (poll, answer) =
            (spread(function.starts.iter().map(|start| start.poll)), spread(function.starts.iter().map(|s| s.answer)));
        println!(
            "| {} | {} | {} | {} | {:.2} | {} | {} |",
            function.zip.function,
            arm64.get(place).map_or_else(|| "–".to_owned(), |zip| megabytes(zip.bytes)),
            megabytes(function.zip.bytes),
            told(poll),
            poll.1 / empty_poll,
            told(answer),
            function.starts.iter().map(|start| start.calls).max().unwrap_or_default(),
        );
    }
    let largest = functions.iter().map(|function| function.zip.bytes).chain(arm64.iter().map(|zip| zip.bytes)).max();
    println!("Goal: no zip above {}: {}", megabytes(LIMIT), megabytes(largest.unwrap_or_default()));
    let slowest = functions.iter().map(|function| spread(function.starts.iter().map(|start| start.poll)).1);
    println!("Goal: every first poll within 1.5 × the empty one's: {:.2}", slowest.fold(0.0, f64::max) / empty_poll);
    cloud.block_on(rentree.stop())
}

/// `import-worker` → `ImportWorkerFunction`, as the template calls it.
fn logical(function: &str) -> String {
    let words = function.split('-').map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect::<String>() + "Function"
}

/// Milliseconds: the tenth percentile, the median, the ninetieth.
fn spread(times: impl Iterator<Item = Duration>) -> (f64, f64, f64) {
    let mut times: Vec<f64> = times.map(|time| time.as_secs_f64() * 1000.0).collect();
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    (at(10), at(50), at(90))
}

fn told((low, median, high): (f64, f64, f64)) -> String {
    format!("{median:.1} ({low:.1}–{high:.1})")
}

fn megabytes(bytes: u64) -> String {
    // Two digits after the point, rounded up.
    let hundredths = bytes.div_ceil(10_000);
    format!("{}.{:02} MB", hundredths / 100, hundredths % 100)
}
