//! Any bytes at all: the reading ends, without a panic, and never has more pupils than the bytes could hold.

#![no_main]

use std::io::Cursor;

use jiff::civil::date;
use libfuzzer_sys::fuzz_target;
use rentree_roster::Options;

fuzz_target!(|bytes: &[u8]| {
    let reading = rentree_roster::read(Cursor::new(bytes), &Options::new(None, date(2026, 9, 15))).expect("memory");
    let told = reading.entries.len() + reading.left_out.len() + reading.set_aside.len();
    assert!(told <= 50_000);
    for problem in &reading.problems {
        assert!(problem.line > 0 && problem.message().starts_with("Ligne "));
    }
});
