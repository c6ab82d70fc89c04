//! A UTF-8 view of a file, one buffer at a time, with the line and the limits kept on the way.

use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, Encoding, UTF_8};

use crate::lines::LineCounter;
use crate::options::Limits;

const CHUNK: usize = 64 * 1024;
/// How much of the text may be kept while more is read.
pub(super) const KEPT: usize = 64;

/// A limit that the text is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Excess {
    #[error("more text than the limit")]
    Text,
    #[error("a tag or a text longer than the limit")]
    Token,
}

impl Excess {
    /// The limit behind an I/O error, if one of ours is.
    pub(crate) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref()).copied()
    }
}

/// A UTF-8 view of `source`. UTF-8 itself is passed on unchecked: the reader above sees damage where it is.
pub(crate) struct Utf8Text<R> {
    source: R,
    /// `None` for UTF-8.
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    /// Allocated once; only the first `filled` bytes are text.
    pub(super) text: Vec<u8>,
    pub(super) filled: usize,
    pub(super) position: usize,
    /// Up to where in `text` lines were counted.
    counted: usize,
    lines: LineCounter,
    total: u64,
    max_total: u64,
    token: usize,
    max_token: usize,
    at_end: bool,
}

impl<R: Read> Utf8Text<R> {
    /// Reads `source` in `encoding`.
    pub(crate) fn new(source: R, encoding: &'static Encoding, limits: &Limits) -> Self {
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling());
        let (raw, text) = match &decoder {
            None => (0, CHUNK),
            Some(decoder) => (CHUNK, decoder.max_utf8_buffer_length(CHUNK).unwrap_or(4 * CHUNK)),
        };
        Self {
            source,
            decoder,
            raw: vec![0; raw],
            text: vec![0; text + KEPT],
            filled: 0,
            position: 0,
            counted: 0,
            lines: LineCounter::default(),
            total: 0,
            max_total: limits.text_bytes,
            token: 0,
            max_token: limits.token_bytes,
            at_end: false,
        }
    }

    /// Whether each byte is one character, in which no byte is a line end but CR and LF.
    pub(crate) fn is_of_single_bytes(&self) -> bool {
        self.decoder.is_some()
    }

    /// The line of the next byte to be read, from 1.
    pub(crate) fn line(&mut self) -> u64 {
        self.count_lines();
        self.lines.ends() + 1
    }

    /// From here on a new token counts against the limit.
    pub(crate) fn begin_token(&mut self) {
        self.token = 0;
    }

    fn count_lines(&mut self) {
        self.lines.count(&self.text[self.counted..self.position]);
        self.counted = self.position;
    }

    /// Reads more behind what is left, which must be short. `false` at the end of the source.
    #[cold]
    pub(super) fn refill(&mut self) -> io::Result<bool> {
        self.count_lines();
        let left = self.filled - self.position;
        debug_assert!(left <= KEPT, "{left} bytes are left");
        self.text.copy_within(self.position..self.filled, 0);
        self.position = 0;
        self.counted = 0;
        self.filled = left;
        while self.filled == left && !self.at_end {
            let read = match &mut self.decoder {
                None => {
                    let read = self.source.read(&mut self.text[left..])?;
                    self.filled += read;
                    read
                }
                // Bytes that mean nothing become `�`, which `crate::damage` sees. There is always room.
                Some(decoder) => {
                    let read = self.source.read(&mut self.raw)?;
                    let (_, _, written, _) =
                        decoder.decode_to_utf8(&self.raw[..read], &mut self.text[left..], read == 0);
                    self.filled += written;
                    read
                }
            };
            self.at_end = read == 0;
            self.total += read as u64;
            if self.total > self.max_total {
                return Err(io::Error::other(Excess::Text));
            }
        }
        self.token += self.filled - left;
        // What was left of the buffer when the token began, and what lies behind its end, are not the token's.
        if self.token > self.max_token + 2 * self.text.len() {
            return Err(io::Error::other(Excess::Token));
        }
        Ok(self.filled > left)
    }
}

impl<R: Read> Read for Utf8Text<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(into.len());
        into[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl<R: Read> BufRead for Utf8Text<R> {
    // The tokeniser asks several times a tag.
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.position == self.filled {
            self.refill()?;
        }
        Ok(&self.text[self.position..self.filled])
    }

    #[inline]
    fn consume(&mut self, length: usize) {
        self.position += length;
    }
}
