//! Every line ending as `\n`, the last one too, so that lines can be counted; and no endless line.

use std::io::{self, BufRead, Read};

/// Reads `source` with `\r\n` and `\r` turned into `\n`, and one `\n` added at the end.
pub(super) struct UnixLines<R> {
    source: R,
    after_return: bool,
    at_end: bool,
    line_length: usize,
    longest_line: usize,
}

impl<R: BufRead> UnixLines<R> {
    pub(super) fn new(source: R, longest_line: usize) -> Self {
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
    }
}
