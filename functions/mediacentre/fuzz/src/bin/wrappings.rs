//! `wrappings SECONDS SEED [FOLDER]`: changes signed responses for so long, and counts what both readers made of them.
//!
//! Of each kind of difference the first few are written to FOLDER. A value that was forged ends the run by a panic.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use mediacentre_fuzz::{Choices, Judge, Verdict, change};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, otherwise: u64| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    let (time, seed) = (Duration::from_secs(number(0, 60)), number(1, 1));
    let folder = arguments.get(2).map(Path::new);
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder).expect("a folder to write to");
    }
    let judge = Judge::new();
    let mut random = fastrand::Rng::with_seed(seed);
    let mut counts: BTreeMap<Verdict, u64> = BTreeMap::new();
    let (started, mut total) = (Instant::now(), 0_u64);
    while started.elapsed() < time {
        let bytes: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(160).collect();
        let mut choices = Choices::new(&bytes);
        let base = choices.of(&judge.seeds.sound).expect("seeds");
        let text = change(base, &judge.seeds.others, &mut choices);
        let verdict = judge.judge(&text);
        total += 1;
        let count = counts.entry(verdict.clone()).or_default();
        *count += 1;
        let is_difference = verdict.ours.is_ok() != verdict.theirs.is_ok() || verdict.differ || verdict.they_took_a_forgery;
        if let Some(folder) = folder.filter(|_| is_difference && *count <= 3) {
            let ours = verdict.ours.map_or_else(|code| code.to_string(), |()| "taken".to_owned());
            let theirs = if verdict.theirs.is_ok() { "they-took" } else { "they-refused" };
            let forged = if verdict.they_took_a_forgery { "-FORGED" } else { "" };
            let name = format!("{ours}-{theirs}{forged}-{total}.xml");
            std::fs::write(folder.join(name), text).expect("a folder to write to");
        }
        if total % 100_000 == 0 {
            report(&counts, total, started.elapsed());
        }
    }
    report(&counts, total, started.elapsed());
}

fn report(counts: &BTreeMap<Verdict, u64>, total: u64, time: Duration) {
    let mut out = std::io::stdout().lock();
    let sum = |wanted: &dyn Fn(&Verdict) -> bool| counts.iter().filter(|(v, _)| wanted(v)).map(|(_, n)| n).sum::<u64>();
    let both = sum(&|v| v.ours.is_ok() && v.theirs.is_ok());
    let neither = sum(&|v| v.ours.is_err() && v.theirs.is_err());
    let _ = writeln!(out, "{total} responses in {} s: both took {both}, both refused {neither}", time.as_secs());
    let _ = writeln!(out, "values differ: {}, saml-rs took a forgery: {}", sum(&|v| v.differ), sum(&|v| v.they_took_a_forgery));
    for (verdict, count) in counts.iter().filter(|(v, _)| v.ours.is_ok() != v.theirs.is_ok()) {
        match (&verdict.ours, &verdict.theirs) {
            (Err(code), _) => _ = writeln!(out, "  saml-rs alone took, ours: {code}{}: {count}", if verdict.they_took_a_forgery { " (forged)" } else { "" }),
            (_, Err(error)) => _ = writeln!(out, "  ours alone took, saml-rs: {error}: {count}"),
            _ => {}
        }
    }
    let _ = out.flush();
}
