//! `cargo bench -p mediacentre --bench reading`: one response, read and checked, against bare parses of the same text.
//!
//! Times are medians of alternating rounds in one run; only their ratios mean anything on another machine.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use mediacentre::response::{AttributeNames, IdentityProvider, Settings, Skew, read};
use roxmltree::Document;

const ROUNDS: usize = 301;

/// A name, and what is timed.
type Task<'a> = (&'a str, Box<dyn Fn() + 'a>);

fn main() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/response/tests/vectors");
    let file = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a file of the tests");
    let provider = IdentityProvider::from_metadata(file("metadata.xml").as_bytes()).expect("metadata");
    let settings = Settings {
        entity_id: "https://rentree.example.org/mediacentre".to_owned(),
        acs: "https://rentree.example.org/mediacentre/acs".to_owned(),
        attributes: AttributeNames::default(),
        skew: Skew::MAX,
    };
    let now: Timestamp = "2026-09-01T08:00:00Z".parse().expect("a time");
    let outcome = |xml: &str| read(xml.as_bytes(), &provider, &settings, "_request-1", now);
    let once = file("assertion-signed-by-xmlsec1.xml");
    let twice = file("assertion-and-response-signed-by-xmlsec1.xml");
    let forged = file("signed-by-a-stranger-by-xmlsec1.xml");
    assert!(outcome(&once).is_ok() && outcome(&twice).is_ok() && outcome(&forged).is_err());

    let tasks: [Task<'_>; 4] = [
        ("bare roxmltree parse", Box::new(|| drop(black_box(Document::parse(&twice))))),
        ("one signature", Box::new(|| drop(black_box(outcome(&once))))),
        ("two signatures", Box::new(|| drop(black_box(outcome(&twice))))),
        ("a stranger's, refused", Box::new(|| drop(black_box(outcome(&forged))))),
    ];
    let mut rounds = vec![Vec::with_capacity(ROUNDS); tasks.len()];
    for _ in 0..ROUNDS {
        for ((_, task), rounds) in tasks.iter().zip(&mut rounds) {
            let started = Instant::now();
            task();
            rounds.push(started.elapsed());
        }
    }
    let medians: Vec<Duration> = rounds.into_iter().map(median).collect();
    println!("Reading a response of {:.1} kB:", kilobytes(twice.len()));
    for ((name, _), time) in tasks.iter().zip(&medians) {
        let ratio = time.as_secs_f64() / medians[0].as_secs_f64();
        println!("  {name:<24} {:>7.3} ms   {ratio:>5.1} × bare", time.as_secs_f64() * 1000.0);
    }
    println!("  goal: at most 1 ms");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn kilobytes(bytes: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let bytes = bytes as f64;
    bytes / 1e3
}
