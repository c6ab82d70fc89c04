//! What stands before a text and is none of it: byte order marks, white space of every kind, signs that nobody sees.

use std::io::{self, Read};

use crate::text::is_blank;

/// `head` behind its byte order marks: as UTF-8 writes them, and as software does that took those bytes for letters.
pub(crate) fn without_marks(mut head: &[u8]) -> &[u8] {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    const MARK_TWICE: &[u8] = "ï»¿".as_bytes();
    while let Some(rest) = head.strip_prefix(MARK).or_else(|| head.strip_prefix(MARK_TWICE)) {
        head = rest;
    }
    head
}

/// `head` behind byte order marks, white space of every kind and signs that cannot be seen.
pub(crate) fn visible(mut head: &[u8]) -> &[u8] {
    loop {
        let rest = without_marks(head.trim_ascii_start());
        let length = match rest.first() {
            Some(0xC2..=0xDF) => 2,
            Some(0xE0..=0xEF) => 3,
            Some(0xF0..=0xF4) => 4,
            _ => 1,
        };
        let character = rest.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let rest = match character {
            Some(character) if length > 1 && is_blank(character) => &rest[length..],
            // A no-break space of one byte.
            _ => rest.strip_prefix(b"\xA0").unwrap_or(rest),
        };
        if rest.len() == head.len() {
            return rest;
        }
        head = rest;
    }
}

/// The beginning of `source`, with at least `length` bytes of what is visible, unless it ends before or nothing comes for long.
pub(crate) fn read_head<R: Read>(source: &mut R, length: usize) -> io::Result<Vec<u8>> {
    const LONGEST: usize = 1024 * 1024;
    let mut head = Vec::new();
    loop {
        let before = head.len();
        source.by_ref().take(length.max(before) as u64).read_to_end(&mut head)?;
        if head.len() == before || head.len() > LONGEST || visible(&head).len() >= length {
            return Ok(head);
        }
    }
}
