//! Encoding and separator of a file: those under which its header names the most columns.

use encoding_rs::{Encoding, MACINTOSH, UTF_8, WINDOWS_1252};

use super::columns;
use crate::decode::without_marks;
use crate::text::is_invisible;

/// Encoding and separator of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    pub(super) encoding: &'static Encoding,
    pub(super) separator: u8,
}

impl Dialect {
    /// What `head` is written in; `None` when it names no column of ours.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        // A title may be quoted and hold a line end; a stray quote must not swallow the rows.
        [true, false].into_iter().find_map(|quotes| Self::of_line(first_line(head, quotes)?))
    }

    fn of_line(line: &[u8]) -> Option<Self> {
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

/// The first line that says something, without byte order marks. With `quotes`, a line end between quotes ends none.
fn first_line(head: &[u8], quotes: bool) -> Option<&[u8]> {
    let mut is_open = false;
    head.split(|byte| {
        is_open ^= quotes && *byte == b'"';
        !is_open && matches!(byte, b'\n' | b'\r')
    })
    .map(without_marks)
    .find(|line| line.iter().any(u8::is_ascii_alphanumeric) && !is_separator_line(line))
}

/// `sep=;`, which spreadsheets write above a header, and read; quoted, spaced, padded to the width of the table, marked.
pub(crate) fn is_separator_line(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    let is_shown = |c: &char| !c.is_whitespace() && !is_invisible(*c) && *c != '"';
    let mut shown = text.chars().filter(is_shown);
    let name: String = shown.by_ref().take(4).collect();
    name.eq_ignore_ascii_case("sep=") && {
        let rest: String = shown.collect();
        // A tab may be written out.
        let rest = rest.strip_prefix("\\t").unwrap_or(&rest);
        rest.chars().all(|c| matches!(c, ';' | ',' | '|' | ':'))
    }
}
