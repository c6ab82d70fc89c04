//! `cargo bench -p rentree-local --bench requests [-- PUPILS]`: what every route asks of AWS. Calls, the longest chain of
//! calls that waited one for the other, units as AWS bills them, bytes, and what people wait at 5 ms a read, 8 ms a write
//! and 15 ms a transaction. A route that was visited several times is shown at its longest.

use std::collections::BTreeMap;

use rentree_local::measure::{self, Visit};
use rentree_local::{Options, Rentree};
use rentree_testkit::strict::Distance;

fn main() -> anyhow::Result<()> {
    let pupils = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(60);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let rentree = Rentree::start(&Options::in_memory()).await?;
        let mut rows: BTreeMap<String, Visit> = BTreeMap::new();
        for visit in measure::visits(&rentree, pupils, Distance::OF_A_REGION).await? {
            let name = if visit.again { format!("{} (again)", visit.route) } else { visit.route.clone() };
            let longer = rows.get(&name).is_none_or(|other| visit.chain() > other.chain());
            if longer {
                rows.insert(name, visit);
            }
        }
        println!("{pupils} pupils\n");
        println!("| route | calls | chain | units | kB | ms |\n|---|---|---|---|---|---|");
        for (name, visit) in &rows {
            println!(
                "| {name} | {} | {} | {:.1} | {} | {} |",
                visit.calls.len(),
                visit.chain(),
                visit.units(),
                visit.bytes().div_ceil(1_000),
                visit.waited().as_millis()
            );
        }
        if std::env::args().any(|argument| argument == "--calls") {
            for (name, visit) in &rows {
                println!("\n{name}");
                let Some(began) = visit.calls.iter().map(|call| call.began).min() else { continue };
                for call in &visit.calls {
                    let at = |time: std::time::Instant| time.duration_since(began).as_millis();
                    println!("  {:>4}–{:<4} {} {:.1}", at(call.began), at(call.ended), call.operation, call.units);
                }
            }
        }
        rentree.stop().await
    })
}
