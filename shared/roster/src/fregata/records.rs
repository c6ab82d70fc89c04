//! Rows of a CSV: one line each, or several where a quoted cell holds line ends.
//!
//! The lines of a row are kept as they came, so that rows which stray quotes joined can be taken apart again.

use std::io::{self, BufRead, BufReader};
use std::ops::Range;

use crate::lines::UnixLines;

/// The rows of a file.
pub(super) struct Records<R> {
    lines: BufReader<UnixLines<R>>,
    separator: u8,
    longest: usize,
    /// Lines read so far.
    read: u64,
    row: Vec<u8>,
}

/// A row as it stands in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'r> {
    /// Its first line, from 1.
    pub(super) line: u64,
    /// Its lines, each with a `\n` at its end.
    pub(super) text: &'r [u8],
}

/// Why there is no next row.
pub(super) enum RecordError {
    /// A quote on this line was opened and is never closed: nobody can tell where rows end.
    OpenQuote(u64),
    Io(io::Error),
}

impl From<io::Error> for RecordError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl<R: BufRead> Records<R> {
    /// The rows of `source`, of at most `longest` bytes each.
    pub(super) fn new(source: R, separator: u8, longest: usize) -> Self {
        let lines = BufReader::new(UnixLines::new(source, longest));
        Self { lines, separator, longest, read: 0, row: Vec::new() }
    }

    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, RecordError> {
        self.row.clear();
        let line = self.read + 1;
        let mut quotes = Quotes::new(self.separator);
        let mut opened = line;
        loop {
            let before = self.row.len();
            if self.lines.read_until(b'\n', &mut self.row)? == 0 {
                return if self.row.is_empty() { Ok(None) } else { Err(RecordError::OpenQuote(opened)) };
            }
            self.read += 1;
            let was_open = quotes.is_open();
            let added = &self.row[before..];
            added.iter().for_each(|byte| _ = quotes.step(*byte));
            if !quotes.is_open() {
                return Ok(Some(Row { line, text: &self.row }));
            }
            if !was_open || quotes.closed_within(added) {
                opened = self.read;
            }
            if self.row.len() > self.longest {
                return Err(RecordError::OpenQuote(opened));
            }
        }
    }
}

impl Row<'_> {
    pub(super) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.text.strip_suffix(b"\n").unwrap_or(self.text).split(|c| *c == b'\n')
    }

    pub(super) fn is_one_line(&self) -> bool {
        self.lines().nth(1).is_none()
    }
}

/// The cells of a row.
#[derive(Default)]
pub(super) struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Where cells are that hold separators or line ends.
    compound: Vec<Range<usize>>,
    /// Which cells have quotes that open and close nothing, in the order of the row.
    oddly_quoted: Vec<usize>,
}

impl Cells {
    /// Takes `text` apart. Whether it ended outside of quotes; otherwise a quote counts as any other sign.
    pub(super) fn split(&mut self, text: &[u8], separator: u8) -> bool {
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let mut quotes = Quotes::new(separator);
        self.clear();
        let mut is_compound = false;
        for byte in text {
            match quotes.step(*byte) {
                Role::Separator => self.end_cell(std::mem::take(&mut is_compound)),
                role @ (Role::Sign | Role::Stray) => {
                    if role == Role::Stray {
                        self.oddly_quoted.push(self.ends.len());
                    }
                    is_compound |= *byte == separator || *byte == b'\n';
                    self.bytes.push(*byte);
                }
                Role::Quote => {}
            }
        }
        self.end_cell(is_compound);
        if !quotes.is_open() {
            return true;
        }
        self.clear();
        for cell in text.split(|byte| *byte == separator) {
            self.bytes.extend_from_slice(cell);
            self.end_cell(false);
        }
        false
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The cell at `place`; empty beyond the last one.
    pub(super) fn get(&self, place: usize) -> &[u8] {
        let start = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        match (start, self.ends.get(place)) {
            (Some(start), Some(end)) => &self.bytes[start..*end],
            _ => &[],
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|place| self.get(place))
    }

    /// Whether the cell at `place` has quotes that open and close nothing.
    pub(super) fn is_oddly_quoted(&self, place: usize) -> bool {
        self.oddly_quoted.contains(&place)
    }

    /// The cells that hold separators or line ends.
    pub(super) fn compound(&self) -> impl Iterator<Item = &[u8]> {
        self.compound.iter().map(|range| &self.bytes[range.clone()])
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.compound.clear();
        self.oddly_quoted.clear();
    }

    fn end_cell(&mut self, is_compound: bool) {
        if is_compound {
            self.compound.push(self.ends.last().copied().unwrap_or_default()..self.bytes.len());
        }
        self.ends.push(self.bytes.len());
    }
}

/// Where quotes open and close, as every reader of CSV has it: at the beginning of a cell; two within are one.
struct Quotes {
    separator: u8,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    CellStart,
    Plain,
    /// Behind the quotes that closed a cell: nothing but white space has its place there.
    Behind,
    Quoted,
    /// After a quote within quotes: the end of them, or half of a quote.
    QuoteInQuotes,
}

/// What a byte of a row is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Separator,
    Sign,
    /// A sign behind the quotes of its cell, or a quote within a cell that has none around it.
    Stray,
    Quote,
}

impl Quotes {
    fn new(separator: u8) -> Self {
        Self { separator, state: State::CellStart }
    }

    fn is_open(&self) -> bool {
        self.state == State::Quoted
    }

    /// Whether the quotes that are open now were opened on this line, which also closed others.
    fn closed_within(&self, line: &[u8]) -> bool {
        self.is_open() && {
            let mut again = Self { separator: self.separator, state: State::Quoted };
            line.iter().any(|byte| {
                again.step(*byte);
                !matches!(again.state, State::Quoted | State::QuoteInQuotes)
            })
        }
    }

    fn step(&mut self, byte: u8) -> Role {
        let is_separator = byte == self.separator;
        let (state, role) = match (self.state, byte) {
            (State::CellStart, b'"') => (State::Quoted, Role::Quote),
            (State::Quoted, b'"') => (State::QuoteInQuotes, Role::Quote),
            (State::Quoted, _) | (State::QuoteInQuotes, b'"') => (State::Quoted, Role::Sign),
            _ if is_separator => (State::CellStart, Role::Separator),
            (State::QuoteInQuotes | State::Behind, _) if byte.is_ascii_whitespace() => (State::Behind, Role::Sign),
            (State::QuoteInQuotes | State::Behind, _) => (State::Behind, Role::Stray),
            (_, b'"') => (State::Plain, Role::Stray),
            _ => (State::Plain, Role::Sign),
        };
        self.state = state;
        role
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(text: &str) -> (Vec<String>, bool) {
        let mut cells = Cells::default();
        let closed = cells.split(text.as_bytes(), b';');
        (cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect(), closed)
    }

    #[test]
    fn cells_of_a_row() {
        for (text, expected) in [
            ("a;b;c\n", vec!["a", "b", "c"]),
            ("a;;\n", vec!["a", "", ""]),
            ("\"a;b\";\"c\"\"d\";e\"f\n", vec!["a;b", "c\"d", "e\"f"]),
            ("\"a\nb\";c\n", vec!["a\nb", "c"]),
            ("\"a\"b;c\n", vec!["ab", "c"]),
            ("\n", vec![""]),
        ] {
            assert_eq!(cells(text), (expected.into_iter().map(ToOwned::to_owned).collect(), true), "{text}");
        }
        assert_eq!(cells("\"a;b\n"), (vec!["\"a".to_owned(), "b".to_owned()], false));
    }

    proptest! {
        /// What is quoted as a writer of CSV quotes comes back, on whatever lines.
        #[test]
        fn what_is_quoted_comes_back(rows in prop::collection::vec(prop::collection::vec("[a;\"\n]{0,4}", 2..4), 1..4)) {
            let quote = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let text: Vec<String> = rows.iter().map(|row| row.iter().map(quote).collect::<Vec<_>>().join(";")).collect();
            let text = text.join("\n");
            let mut records = Records::new(text.as_bytes(), b';', 10_000);
            let mut line = 1;
            for row in &rows {
                let read = records.next().ok().flatten().expect("a row");
                prop_assert_eq!(read.line, line);
                line += read.lines().count() as u64;
                let (found, closed) = cells(&String::from_utf8_lossy(read.text));
                prop_assert_eq!(&found, row);
                prop_assert!(closed);
            }
            prop_assert!(matches!(records.next(), Ok(None)));
        }
    }
}
