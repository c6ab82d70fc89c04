//! Encoding and separator of a file: those under which its header names the most columns.

use encoding_rs::{Encoding, MACINTOSH, UTF_8, WINDOWS_1252};

use super::columns;

/// Encoding and separator of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    pub(super) encoding: &'static Encoding,
    pub(super) separator: u8,
}

impl Dialect {
    /// What `head` is written in; `None` when it names no column of ours.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let line = head
            .split(|c| matches!(c, b'\n' | b'\r'))
            .find(|line| line.iter().any(u8::is_ascii_alphanumeric) && !is_separator_line(line))?;
        let candidates = [UTF_8, WINDOWS_1252, MACINTOSH].into_iter().flat_map(|encoding| {
            let header = encoding.decode_without_bom_handling(line).0;
            [b';', b',', b'\t', b'|'].map(|separator| {
                let known = header.split(char::from(separator)).filter(|name| columns::is_known(name)).count();
                (known, Self { encoding, separator })
            })
        });
        // `max_by_key` keeps the last of equals, and UTF-8 comes first: hence the reversal.
        candidates.filter(|(known, _)| *known > 0).rev().max_by_key(|(known, _)| *known).map(|(_, dialect)| dialect)
    }
}

/// `sep=;`, which spreadsheets write above a header, and read.
pub(super) fn is_separator_line(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii();
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    line.len() <= 7 && line.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"sep="))
}
