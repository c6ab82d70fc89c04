//! Byte order marks.

/// `head` behind its byte order marks: as UTF-8 writes them, and as software does that took those bytes for letters.
pub(crate) fn without_marks(mut head: &[u8]) -> &[u8] {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    const MARK_TWICE: &[u8] = "ï»¿".as_bytes();
    while let Some(rest) = head.strip_prefix(MARK).or_else(|| head.strip_prefix(MARK_TWICE)) {
        head = rest;
    }
    head
}
