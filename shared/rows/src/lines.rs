//! The lines of a file, each of a limited length: one that is longer is told, and skipped without being kept.

use std::io::{self, BufRead, Read};

/// The mark that some programs put before UTF-8.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// What it is made of.
    Bytes(Vec<u8>),
    /// More than a line may have; nothing of it is kept.
    TooLong,
}

/// The lines, with their numbers from 1.
#[derive(Debug)]
pub struct Lines<R> {
    source: R,
    longest: usize,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// The lines of `source`, of `longest` bytes at most.
    pub fn new(source: R, longest: usize) -> Self {
        Self { source, longest, number: 0 }
    }

    fn read(&mut self) -> io::Result<Option<Line>> {
        // A line of the greatest length, its \r\n, and a sign more.
        let limit = self.longest as u64 + 3;
        let mut bytes = Vec::new();
        if self.source.by_ref().take(limit).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        } else if bytes.len() as u64 == limit {
            self.skip()?;
            return Ok(Some(Line::TooLong));
        }
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        if self.number == 0 && bytes.starts_with(BOM) {
            bytes.drain(..BOM.len());
        }
        Ok(Some(if bytes.len() > self.longest { Line::TooLong } else { Line::Bytes(bytes) }))
    }

    /// Goes to the end of the line.
    fn skip(&mut self) -> io::Result<()> {
        loop {
            let ahead = self.source.fill_buf()?;
            if ahead.is_empty() {
                return Ok(());
            }
            let end = ahead.iter().position(|byte| *byte == b'\n');
            let passed = end.map_or(ahead.len(), |end| end + 1);
            self.source.consume(passed);
            if end.is_some() {
                return Ok(());
            }
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<(u64, Line)>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.read().transpose()?;
        self.number += 1;
        Some(line.map(|line| (self.number, line)))
    }
}
