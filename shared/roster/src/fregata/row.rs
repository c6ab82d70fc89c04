//! One row, whatever its shape: a pupil, or an error that names the pupil as far as it can, so that nobody is lost.

use encoding_rs::UTF_8;
use jiff::civil::Date;
use rentree_domain::Ine;

use super::apprentice;
use super::columns::{BIRTH_DATE, Columns, FIRST_NAME, INE, LAST_NAME};
use super::dialect::Dialect;
use super::records::{Cells, Row};
use crate::check;
use crate::damage::{has_next_line, is_damaged};
use crate::draft::Draft;
use crate::problem::{ProblemCode, Refusal, RefusalCode};
use crate::refusal::encoding_damaged;
use crate::stop::Stop;
use crate::text::{is_blank as is_blank_text, is_padding, kept, tidy};

/// Reads rows, one after the other.
pub(super) struct Rows {
    dialect: Dialect,
    columns: Columns,
    today: Date,
    cells: Cells,
    pub(super) drafts: Vec<Draft>,
}

impl Rows {
    pub(super) fn new(dialect: Dialect, columns: Columns, today: Date) -> Self {
        Self { dialect, columns, today, cells: Cells::default(), drafts: Vec::new() }
    }

    /// Reads a row into a draft; into several where two stray quotes made one row of several.
    pub(super) fn read(&mut self, row: Row<'_>) -> Result<(), Stop> {
        let end = row.text.iter().rposition(|byte| *byte != b'\n' && !is_padding(*byte)).map_or(0, |last| last + 1);
        let row = Row { text: &row.text[..end], ..row };
        self.cells.split(row.text, self.dialect.separator);
        if row.is_one_line() || (self.shape().is_none() && !self.holds_a_row()) {
            return self.read_cells(row.line);
        }
        // Line by line again. Those between the two quotes are rows like all others; those that hold a quote are told.
        let last_line = row.line + row.lines().count() as u64 - 1;
        for (line, text) in (row.line..).zip(row.lines()) {
            let closed = self.cells.split(text, self.dialect.separator);
            if line != row.line && line != last_line && closed {
                self.read_cells(line)?;
            } else if !is_blank(&self.cells, self.dialect) {
                let other = if line == row.line { last_line } else { row.line };
                let mut draft = self.misshapen(line)?;
                draft.note_joined_row(other);
                self.drafts.push(draft);
            }
        }
        Ok(())
    }

    fn read_cells(&mut self, line: u64) -> Result<(), Stop> {
        if is_blank(&self.cells, self.dialect) {
            return Ok(());
        }
        let whole_row =
            || self.holds_a_row().then(|| "une cellule en contient une autre, entre deux guillemets isolés".to_owned());
        let draft = match self.shape().or_else(whole_row) {
            None if self.is_header() => self.second_header(line)?,
            None => {
                let mut draft = apprentice::read(line, &self.values(line)?, self.today);
                if let Some(column) = self.stray_quote(line)? {
                    draft.note(ProblemCode::RowShape, "Ligne", Some(format!("guillemet (\") isolé dans « {column} »")));
                }
                draft
            }
            Some(why) => {
                let mut draft = self.misshapen(line)?;
                draft.note(ProblemCode::RowShape, "Ligne", Some(why));
                draft
            }
        };
        self.drafts.push(draft);
        Ok(())
    }

    fn holds_a_row(&self) -> bool {
        self.columns.holds_a_row(&self.cells, self.dialect.separator)
    }

    /// What is wrong with the shape of the row, in French.
    fn shape(&self) -> Option<String> {
        let (found, width) = (self.cells.len(), self.columns.width());
        if found < width {
            return Some(format!("{found} cellules au lieu de {width}"));
        }
        let beyond = (0..found).filter(|place| self.columns.at(*place).is_none());
        let filled = beyond.map(|place| decode_lossy(self.cells.get(place), self.dialect));
        let filled = filled.into_iter().find(|text| !is_blank_text(text))?;
        Some(format!("« {} » dans une cellule sans titre de colonne", tidy(&filled)))
    }

    /// A header below the first one: two exports pasted together.
    fn is_header(&self) -> bool {
        let first = decode_lossy(self.cells.get(self.columns.place(INE)), self.dialect);
        super::columns::is_known(&first)
    }

    fn second_header(&self, line: u64) -> Result<Draft, Stop> {
        let columns = Columns::find(&self.cells, |cell| decode_lossy(cell, self.dialect), line)?;
        if columns != self.columns {
            let detail = format!(
                "Ligne {line} : une seconde ligne de titres, dans un autre ordre, suit la première. Deux exports semblent avoir été \
                 collés l’un après l’autre. Merci d’importer l’export tel que Fregata le fournit."
            );
            return Err(Refusal::new(RefusalCode::WrongColumns, detail).into());
        }
        let mut draft = Draft::new(line);
        draft.note(ProblemCode::RowShape, "Ligne", Some("titres des colonnes répétés, deux exports collés".to_owned()));
        Ok(draft)
    }

    /// The values of the row, in the order of the columns.
    fn values(&self, line: u64) -> Result<[String; 15], Refusal> {
        let mut values: [String; 15] = Default::default();
        for (column, value) in values.iter_mut().enumerate() {
            *value = self.value(self.cells.get(self.columns.place(column)), line)?;
        }
        Ok(values)
    }

    /// The first column whose cell keeps quotes that open and close nothing once its dress is off.
    fn stray_quote(&self, line: u64) -> Result<Option<&'static str>, Refusal> {
        for (column, name) in super::columns::NAMES.into_iter().enumerate() {
            let place = self.columns.place(column);
            if self.cells.is_oddly_quoted(place) && self.value(self.cells.get(place), line)?.contains('"') {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// The value of a cell, as [`tidy`] leaves it, without the dress in which spreadsheets are given a text.
    fn value(&self, bytes: &[u8], line: u64) -> Result<String, Refusal> {
        let encoding = self.dialect.encoding;
        let text = if encoding == UTF_8 {
            match std::str::from_utf8(bytes) {
                Ok(text) => text.into(),
                Err(_) => return Err(encoding_damaged(line, Some(&String::from_utf8_lossy(bytes)))),
            }
        } else {
            encoding.decode_without_bom_handling(bytes).0
        };
        // Before anything is trimmed: half of a damaged letter may look like white space.
        if is_damaged(&text) || (encoding != UTF_8 && has_next_line(&text)) {
            return Err(encoding_damaged(line, Some(&text)));
        }
        Ok(kept(undressed(&tidy(&text))).to_owned())
    }

    /// Who a row of the wrong shape is about: the INE wherever it stands, and the names where the row begins as it should.
    fn misshapen(&self, line: u64) -> Result<Draft, Stop> {
        let mut cells = Vec::with_capacity(self.cells.len());
        for cell in self.cells.iter() {
            cells.push(self.value(cell, line)?.trim_matches('"').to_owned());
        }
        let mut draft = Draft::new(line);
        draft.ine_field = super::columns::NAMES[INE];
        draft.ine = cells.iter().find_map(|cell| Ine::parse(cell).ok());
        let at = |column: usize| cells.get(self.columns.place(column)).cloned();
        let begins_right = draft.ine.is_some() && at(INE).and_then(|ine| Ine::parse(&ine).ok()) == draft.ine;
        if begins_right {
            let is_name = |text: &String| text.chars().any(char::is_alphabetic);
            draft.last_name = at(LAST_NAME).filter(is_name);
            draft.first_name = at(FIRST_NAME).filter(is_name);
            draft.birth_date = at(BIRTH_DATE).and_then(|date| check::date(&date, Some(self.today.year())));
        }
        Ok(draft)
    }
}

/// Whether nothing is to be seen in a row.
pub(super) fn is_blank(cells: &Cells, dialect: Dialect) -> bool {
    cells.iter().all(|cell| cell.trim_ascii().is_empty() || is_blank_text(&decode_lossy(cell, dialect)))
}

/// A cell for headers and shapes; [`Rows::value`] refuses what does not decode.
pub(super) fn decode_lossy(cell: &[u8], dialect: Dialect) -> String {
    dialect.encoding.decode_without_bom_handling(cell).0.into_owned()
}

/// What stands in `="6E1"`, as Rentrée's own files have it so that a spreadsheet keeps the text as it is, or in quotes that a space
/// before them made part of the cell.
fn undressed(text: &str) -> &str {
    let quoted = text.strip_prefix('=').unwrap_or(text);
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).map_or(text, str::trim)
}
