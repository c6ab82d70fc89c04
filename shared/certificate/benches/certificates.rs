//! `cargo bench -p rentree-certificate`: time and size of files of one certificate, of a class and of a school, and the peak memory
//! of a process that makes one.
//!
//! Times are medians of alternating rounds in one run; only their ratios mean anything on another machine.

#[path = "../tests/certificates/samples.rs"]
mod samples;

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use rentree_certificate::{Certificate, pdf};

/// How many certificates, and how often in each round, so that a round of each takes about as long.
const FILES: [(u32, u32); 3] = [(1, 200), (35, 20), (3_000, 1)];
const ROUNDS: usize = 5;
/// The environment variable that makes this binary write so many certificates and tell its peak memory.
const MEASURE: &str = "RENTREE_MEASURE";
/// What an answer of a function holds, whose body is base64.
const ANSWER: usize = 6 * 1024 * 1024 / 4 * 3;

fn main() {
    if let Ok(count) = std::env::var(MEASURE) {
        let certificates = made(count.parse().expect("a number"));
        if !certificates.is_empty() {
            drop(black_box(pdf(&certificates).expect("a file")));
        }
        println!("{}", peak_of_this_process());
        return;
    }
    let files = FILES.map(|(count, times)| (made(count), times));
    let mut rounds = [const { Vec::<Duration>::new() }; FILES.len()];
    for _ in 0..ROUNDS {
        for ((certificates, times), rounds) in files.iter().zip(&mut rounds) {
            let started = Instant::now();
            for _ in 0..*times {
                drop(black_box(pdf(certificates).expect("a file")));
            }
            rounds.push(started.elapsed() / *times);
        }
    }
    let empty = peak(0);
    println!(
        "{:>12} {:>10} {:>12} {:>7} {:>10} {:>11} {:>9}",
        "certificates", "ms", "ms a pupil", "× one", "kB", "kB a pupil", "peak MB"
    );
    let (mut of_one, mut smallest) = (None, f64::MAX);
    for ((count, _), ((certificates, _), rounds)) in FILES.into_iter().zip(files.iter().zip(rounds)) {
        let (time, size) = (median(rounds).as_secs_f64() * 1000.0, pdf(certificates).expect("a file").bytes.len());
        let each = time / f64::from(count);
        let ratio = each / *of_one.get_or_insert(each);
        let (kilobytes, peak) = (kilobytes(size), f64::from(peak(count).saturating_sub(empty)) / 1024.0);
        let of_each = kilobytes / f64::from(count);
        smallest = smallest.min(of_each);
        println!("{count:>12} {time:>10.1} {each:>12.2} {ratio:>7.2} {kilobytes:>10.0} {of_each:>11.1} {peak:>9.1}");
    }
    println!("  an answer of a function (6 MB, base64) holds {:.0} certificates", kilobytes(ANSWER) / smallest);
}

fn made(count: u32) -> Vec<Certificate> {
    samples::many(usize::try_from(count).expect("a number of certificates"))
}

fn kilobytes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).expect("less than 4 GB")) / 1024.0
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The peak memory in kB of a process of its own that writes so many.
fn peak(count: u32) -> u32 {
    let this = std::env::current_exe().expect("this program");
    let output = Command::new(this).env(MEASURE, count.to_string()).output().expect("a process");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("its peak")
}

fn peak_of_this_process() -> u32 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
