//! `cargo bench -p rentree-local --bench imports`: what an import costs the table, and how long a school waits, through every door.
//!
//! Requests are exact and the same everywhere; times are this machine's stand-ins, so only their ratios mean anything.

use std::collections::BTreeMap;
use std::time::Instant;

use encoding_rs::ISO_8859_15;
use rentree_domain::Uai;
use rentree_local::client::{School, Summary};
use rentree_local::{DEMO_UAI, Options, Rentree};
use rentree_samples::Sample;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let rentree = Rentree::start(&Options::in_memory()).await?;
    println!("{:<44} {:>14} {:>14} {:>9}", "Import", "write requests", "pupils written", "seconds");
    let mut seconds = BTreeMap::new();
    let mut requests = BTreeMap::new();
    for (count, uai) in [(1_000, DEMO_UAI), (10_000, "0990002P")] {
        let uai = Uai::parse(uai)?;
        let school = School::enter(&rentree.url, uai).await?;
        let sample = Sample::new(uai, count, 1);
        let mut changed = sample.clone();
        changed.pupils.drain(..10);
        changed.enrol(count..count + 5);
        let files = [("new", &sample), ("unchanged", &sample), ("15 changes", &changed)];
        for (what, sample) in files {
            let file = sample.siecle(ISO_8859_15).bytes;
            let started = Instant::now();
            let summary: Summary = school.import(file, false).await?;
            let took = started.elapsed().as_secs_f64();
            anyhow::ensure!(summary.status == "succeeded", "{:?}", summary.refused);
            let name = format!("{count} pupils, {what}");
            println!("{name:<44} {:>14} {:>14} {took:>9.2}", summary.write_requests, summary.items_written);
            seconds.insert((count, what), took);
            requests.insert((count, what), (summary.write_requests, summary.items_written));
        }
    }
    println!("Goals: 1,000 new pupils in at most 13 write requests: {}", requests[&(1_000, "new")].0);
    println!("       unchanged pupils written: 0: {}", requests[&(10_000, "unchanged")].1);
    println!(
        "Ratios: 10,000 / 1,000 new pupils: {:.1} × the time; unchanged / new, 10,000 pupils: {:.2} ×",
        seconds[&(10_000, "new")] / seconds[&(1_000, "new")],
        seconds[&(10_000, "unchanged")] / seconds[&(10_000, "new")]
    );
    rentree.stop().await
}
