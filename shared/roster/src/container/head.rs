//! The first bytes of a file, by which it is recognised.

use crate::decode::without_marks;

/// Bytes looked at to tell formats and encodings apart: an XML declaration or a CSV header fits.
pub(super) const HEAD_BYTES: u64 = 4096;

/// `head` behind white space and byte order marks.
pub(super) fn visible(mut head: &[u8]) -> &[u8] {
    loop {
        let rest = without_marks(head.trim_ascii_start());
        if rest.len() == head.len() {
            return rest;
        }
        head = rest;
    }
}

pub(super) fn is_utf_16(head: &[u8]) -> bool {
    matches!(head, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [b'<', 0, ..] | [0, b'<', ..])
}
