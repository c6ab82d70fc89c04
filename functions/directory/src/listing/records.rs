//! Schools that stand on several lines: a line break within a quoted field, as addresses have it, is a part of the field.
//!
//! A quote that is opened and never closed looks the same at first, and would swallow every school behind it. So the lines that
//! follow an open quote are put to it only if none of them could begin a school, if the quote closes within a few lines, and
//! if there are as many fields then as the header has. Else each line stands alone: the one with the open quote is refused, and the
//! others are read as if it were not there.

use std::collections::VecDeque;
use std::io::{self, BufRead};

use rentree_domain::{Uai, UaiError};
use rentree_rows::{Broken, Fault, Line, Lines, split};

use super::columns::Columns;

/// How many lines may follow the first one of a school. It also bounds what a hostile file costs.
const MOST_FURTHER_LINES: usize = 8;

/// The lines of a file, put together where they are one school. The number is that of the first line.
#[derive(Debug)]
pub(super) struct Records<R> {
    lines: Lines<R>,
    /// Lines that were looked at before their turn.
    ahead: VecDeque<(u64, Line)>,
    /// How many fields a school has.
    fields: usize,
    /// Which of them is the UAI, from 0.
    uai: usize,
    longest_line: usize,
    longest_field: usize,
}

impl<R: BufRead> Records<R> {
    /// The lines behind the header.
    pub(super) fn new(lines: Lines<R>, columns: &Columns, longest_line: usize, longest_field: usize) -> Self {
        Self { lines, ahead: VecDeque::new(), fields: columns.count, uai: columns.uai, longest_line, longest_field }
    }

    /// The line and those that continue it, if they are one school together.
    fn continued(&mut self, first: &[u8]) -> io::Result<Option<Vec<u8>>> {
        if !self.is_open(first) {
            return Ok(None);
        }
        let mut whole = first.to_vec();
        for place in 0..MOST_FURTHER_LINES {
            while self.ahead.len() <= place {
                match self.lines.next().transpose()? {
                    Some(line) => self.ahead.push_back(line),
                    None => return Ok(None),
                }
            }
            let Line::Bytes(next) = &self.ahead[place].1 else { return Ok(None) };
            if self.may_begin_a_school(next) || whole.len() + 1 + next.len() > self.longest_line {
                return Ok(None);
            }
            whole.push(b'\n');
            whole.extend(next);
            if !self.is_open(&whole) {
                if !self.is_complete(&whole) {
                    return Ok(None);
                }
                self.ahead.drain(..=place);
                return Ok(Some(whole));
            }
        }
        Ok(None)
    }

    /// Whether the text ends within quotes.
    fn is_open(&self, text: &[u8]) -> bool {
        // Most lines have none: they are not split twice.
        text.contains(&b'"')
            && str::from_utf8(text).is_ok_and(|text| {
                matches!(split(text, self.longest_field), Err(Broken { fault: Fault::Open { .. }, .. }))
            })
    }

    /// Whether the text has as many fields as the header.
    fn is_complete(&self, text: &[u8]) -> bool {
        let text = str::from_utf8(text);
        text.is_ok_and(|text| split(text, self.longest_field).is_ok_and(|fields| fields.len() == self.fields))
    }

    /// Whether a line is, or begins, a school by itself: it has every field, or something like a UAI where it should be.
    fn may_begin_a_school(&self, line: &[u8]) -> bool {
        let Ok(line) = str::from_utf8(line) else { return false };
        let is_uai = |text: &str| {
            let text = text.trim_matches(|c: char| c == '"' || c.is_whitespace());
            matches!(Uai::parse(text), Ok(_) | Err(UaiError::Key { .. }))
        };
        let has_uai = match split(line, self.longest_field) {
            Ok(fields) if fields.len() == self.fields => return true,
            Ok(fields) | Err(Broken { before: fields, .. }) => fields.get(self.uai).is_some_and(|field| is_uai(field)),
        };
        // A stray quote may hide where the fields are.
        has_uai || line.split(';').nth(self.uai).is_some_and(is_uai)
    }
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = io::Result<(u64, Line)>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.ahead.pop_front().map(Ok).or_else(|| self.lines.next())?;
        let whole = line.and_then(|(number, line)| match line {
            Line::Bytes(bytes) => {
                let whole = self.continued(&bytes)?;
                Ok((number, Line::Bytes(whole.unwrap_or(bytes))))
            }
            Line::TooLong => Ok((number, Line::TooLong)),
        });
        Some(whole)
    }
}
