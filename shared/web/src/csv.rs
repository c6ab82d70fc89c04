//! Lists for spreadsheets: `;` between cells, as French ones expect, and a byte order mark, without which Excel takes UTF-8 for
//! something else.

use csv::{Terminator, WriterBuilder};

const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// The media type of a list.
pub const CONTENT_TYPE: &str = "text/csv; charset=utf-8";

/// A list with its header. No cell becomes a formula.
pub fn sheet<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<Vec<u8>, csv::Error> {
    let mut writer =
        WriterBuilder::new().delimiter(b';').terminator(Terminator::CRLF).from_writer(BYTE_ORDER_MARK.to_vec());
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row.map(neutral))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// `cell`, with an apostrophe before what a spreadsheet would take for a formula, and run.
pub fn neutral(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_as_spreadsheets_want_it() {
        let rows = [["D’Hérouville".to_owned(), "=1+1".to_owned()], ["a;b".to_owned(), "dit \"le grand\"".to_owned()]];
        let sheet = String::from_utf8(sheet(["Nom", "Score"], rows).unwrap()).unwrap();
        assert_eq!(sheet, "\u{FEFF}Nom;Score\r\nD’Hérouville;'=1+1\r\n\"a;b\";\"dit \"\"le grand\"\"\"\r\n");
    }

    #[test]
    fn formulas_are_neutralised() {
        for cell in ["=HYPERLINK(\"x\")", "+33", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(neutral(cell.to_owned()), format!("'{cell}"));
        }
        for cell in ["", "80", "Jean-Marie", "a=b"] {
            assert_eq!(neutral(cell.to_owned()), cell);
        }
    }
}
