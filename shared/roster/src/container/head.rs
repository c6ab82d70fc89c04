//! The first bytes of a file, by which it is recognised.

/// Bytes looked at to tell formats and encodings apart: an XML declaration or a CSV header fits.
pub(super) const HEAD_BYTES: usize = 4096;

/// The encoding of a text in which a character takes two or four bytes. Without a mark, it is told by the zeros: every other byte of
/// our files is one, or three out of four.
pub(super) fn wide_encoding(head: &[u8]) -> Option<&'static str> {
    match head {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => return Some("UTF-32"),
        [0xFF, 0xFE, _, ..] | [0xFE, 0xFF, _, ..] => return Some("UTF-16"),
        _ => {}
    }
    let units = &head[..head.len().min(64) / 4 * 4];
    let zeros = |place: usize| units.iter().skip(place).step_by(4).filter(|byte| **byte == 0).count();
    let all = units.len() / 4;
    let is_never = |place| zeros(place) == 0;
    // A line end or a mark within may have none.
    let is_mostly = |place| 4 * zeros(place) >= 3 * all;
    match all {
        0 => None,
        _ if is_never(0) && (1..4).all(is_mostly) => Some("UTF-32"),
        _ if is_never(3) && (0..3).all(is_mostly) => Some("UTF-32"),
        _ if is_never(0) && is_never(2) && is_mostly(1) && is_mostly(3) => Some("UTF-16"),
        _ if is_never(1) && is_never(3) && is_mostly(0) && is_mostly(2) => Some("UTF-16"),
        _ => None,
    }
}

/// Whether the file is nothing but the mark of such an encoding.
pub(super) fn is_wide_mark(head: &[u8]) -> bool {
    matches!(head, [0xFF, 0xFE] | [0xFE, 0xFF])
}
