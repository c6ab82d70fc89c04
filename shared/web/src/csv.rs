//! Lists for people, who open them in a spreadsheet: `;` between cells, as French ones expect, and a byte order mark, without which
//! Excel takes UTF-8 for something else. Programs take JSON.
//!
//! A spreadsheet changes what it opens: the class `6E1` becomes the number 60, `3-1` the 3rd of January, `06` the number 6. And what
//! begins like a formula is run. So a text is written in one of three ways (`docs/csv.md` has examples):
//!
//! | a text that | is written | and shown |
//! |---|---|---|
//! | would be run (`danger.rs`) | with an apostrophe before it | with the apostrophe, in most spreadsheets |
//! | would be read as a number, a date, a time, a share, an amount, a truth value or an error (`guess.rs`) | as a formula that gives the text: `="6E1"` | as it is |
//! | is none of it | as it is | as it is |
//!
//! Numbers, days and moments that are meant to be such, for sums and sorting, are no texts: [`Cell::number`], [`Cell::day`],
//! [`Cell::moment`].

mod danger;
mod guess;
#[cfg(test)]
mod tests;

use csv::{Terminator, WriterBuilder};
use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::paris;

const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// The media type of a list.
pub const CONTENT_TYPE: &str = "text/csv; charset=utf-8";

/// A cell, as the file has it before CSV's own quotes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell(String);

impl Cell {
    /// A text. A spreadsheet shows it as it is, and runs nothing of it.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if danger::would_run(&text) {
            Self(format!("'{text}"))
        } else if guess::would_change(&text) {
            Self(format!("=\"{}\"", text.replace('"', "\"\"")))
        } else {
            Self(text)
        }
    }

    /// A number to count with.
    pub fn number(number: impl Into<u32>) -> Self {
        Self(number.into().to_string())
    }

    /// A day to sort by: `15/07/2026`, which French spreadsheets take for one.
    pub fn day(day: Date) -> Self {
        Self(day.strftime("%d/%m/%Y").to_string())
    }

    /// A moment to sort by: `15/07/2026 08:05`, in Paris, which French spreadsheets take for one.
    pub fn moment(moment: Timestamp) -> Self {
        Self(paris::date_time(moment).strftime("%d/%m/%Y %H:%M").to_string())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

/// A list with its header. What is not said to be a number, a day or a moment is a text.
pub fn sheet<C: Into<Cell>, const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [C; N]>,
) -> Result<Vec<u8>, csv::Error> {
    let mut writer =
        WriterBuilder::new().delimiter(b';').terminator(Terminator::CRLF).from_writer(BYTE_ORDER_MARK.to_vec());
    writer.write_record(header.map(|title| Cell::text(title).0))?;
    for row in rows {
        writer.write_record(row.map(|cell| cell.into().0))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}
