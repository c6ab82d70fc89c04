//! Whole files, as a school would send them.

mod cases;
mod codes;
mod containers;
mod decodings;
mod documents;
mod encodings;
mod every_code;
mod hostile;
mod names;
mod rows;
mod shapes;
mod values;
mod wording;
mod wrong_decodings;

use std::io::Cursor;

use encoding_rs::UTF_8;
use jiff::civil::date;
use rentree_domain::Uai;
use rentree_samples::Sample;

use crate::{Options, Reading, RefusalCode};

fn uai() -> Uai {
    Uai::parse("0350760L").unwrap()
}

fn sample(count: usize) -> Sample {
    Sample::new(uai(), count, 1)
}

fn read(bytes: impl AsRef<[u8]>) -> Reading {
    let options = Options::new(Some(uai()), date(2026, 9, 15));
    crate::read(Cursor::new(bytes), &options).expect("memory can always be read")
}

#[track_caller]
fn assert_refused(bytes: impl AsRef<[u8]>, code: RefusalCode) -> String {
    let reading = read(bytes);
    let refusal = reading.refusal.unwrap_or_else(|| panic!("{code} expected, {} entries read", reading.entries.len()));
    assert_eq!(refusal.code, code, "{}", refusal.detail);
    refusal.detail
}

/// A SIECLE document of so many pupils, to be spoilt as text.
fn text(count: usize) -> String {
    String::from_utf8(sample(count).siecle(UTF_8).bytes).unwrap()
}

/// Line and code of each problem.
fn told(reading: &Reading) -> Vec<(u64, &'static str)> {
    reading.problems.iter().map(|problem| (problem.line, problem.code.as_str())).collect()
}
