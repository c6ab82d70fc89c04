//! Where lines end: `\n`, `\r\n`, and `\r` alone, as old Mac software writes it. A text editor counts so, and so does the
//! number of a line that a school is told.

use std::io::{self, BufRead, Read};

use memchr::memchr_iter;

/// Counts line ends in a text that comes in pieces.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct LineCounter {
    lines: u64,
    after_return: bool,
}

impl LineCounter {
    /// The line ends counted so far.
    pub(crate) fn ends(self) -> u64 {
        self.lines
    }

    /// Counts those of the next piece.
    pub(crate) fn count(&mut self, piece: &[u8]) {
        let Some(last) = piece.last() else { return };
        self.lines += memchr_iter(b'\n', piece).count() as u64;
        if self.after_return && piece.first() == Some(&b'\n') {
            self.lines -= 1;
        }
        for at in memchr_iter(b'\r', piece) {
            self.lines += u64::from(piece.get(at + 1) != Some(&b'\n'));
        }
        self.after_return = *last == b'\r';
    }
}

/// The line ends in a whole text.
pub(crate) fn ends_in(text: &[u8]) -> u64 {
    let mut counter = LineCounter::default();
    counter.count(text);
    counter.ends()
}

/// Reads a source with every line ending as `\n`, one `\n` added at the end, and no endless line.
pub(crate) struct UnixLines<R> {
    source: R,
    after_return: bool,
    at_end: bool,
    line_length: usize,
    longest_line: usize,
}

impl<R: BufRead> UnixLines<R> {
    pub(crate) fn new(source: R, longest_line: usize) -> Self {
        Self { source, after_return: false, at_end: false, line_length: 0, longest_line }
    }
}

impl<R: BufRead> Read for UnixLines<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let available = self.source.fill_buf()?;
            if available.is_empty() {
                if self.at_end || into.is_empty() {
                    return Ok(0);
                }
                self.at_end = true;
                into[0] = b'\n';
                return Ok(1);
            }
            let taken = available.len().min(into.len());
            let mut written = 0;
            for &byte in &available[..taken] {
                let follows_return = std::mem::replace(&mut self.after_return, byte == b'\r');
                if byte == b'\n' && follows_return {
                    continue;
                }
                into[written] = if byte == b'\r' { b'\n' } else { byte };
                self.line_length = if into[written] == b'\n' { 0 } else { self.line_length + 1 };
                written += 1;
            }
            self.source.consume(taken);
            if self.line_length > self.longest_line {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line longer than the limit"));
            }
            if written > 0 || into.is_empty() {
                return Ok(written);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_three_line_endings_read_alike(lines in prop::collection::vec("[a-z;]{0,5}", 0..6), buffer in 1_usize..9) {
            let expected = lines.join("\n") + "\n";
            for ending in ["\n", "\r\n", "\r"] {
                let source = lines.join(ending);
                let mut read = String::new();
                let buffered = io::BufReader::with_capacity(buffer, source.as_bytes());
                UnixLines::new(buffered, 100).read_to_string(&mut read).unwrap();
                prop_assert_eq!(&read, &expected);
            }
        }

        #[test]
        fn the_three_line_endings_count_alike(lines in prop::collection::vec("[a-z;]{0,5}", 1..6), piece in 1_usize..9) {
            for ending in ["\n", "\r\n", "\r"] {
                let mut counter = LineCounter::default();
                lines.join(ending).as_bytes().chunks(piece).for_each(|piece| counter.count(piece));
                prop_assert_eq!(counter.ends(), lines.len() as u64 - 1);
            }
        }
    }
}
