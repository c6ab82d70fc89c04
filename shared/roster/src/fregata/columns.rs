//! The columns of the export, found by name. The stars (mandatory columns) are part of the header.

use super::records::Cells;
use crate::damage::is_damaged;
use crate::problem::{Refusal, RefusalCode};
use crate::refusal::encoding_damaged;
use crate::text::tidy;

macro_rules! columns {
    ($($constant:ident = $index:literal, $name:literal;)+) => {
        $(pub(super) const $constant: usize = $index;)+
        /// The names, in the order of the constants.
        pub(super) const NAMES: [&str; 15] = [$($name),+];
    };
}

columns! {
    INE = 0, "Identifiant unique*";
    FIRST_NAME = 1, "Premier prénom*";
    SECOND_NAME = 2, "Deuxième prénom";
    THIRD_NAME = 3, "Troisième prénom";
    LAST_NAME = 4, "Nom de famille*";
    USAGE_NAME = 5, "Nom d'usage";
    SEX = 6, "Code sexe*";
    BIRTH_DATE = 7, "Date de naissance (jj/mm/aaaa)*";
    BIRTH_COMMUNE = 8, "Code commune naissance**";
    BIRTH_TOWN = 9, "Libellé commune naissance**";
    BIRTH_DEPARTMENT = 10, "Code département naissance*";
    BIRTH_COUNTRY = 11, "Code pays naissance*";
    STATUS = 12, "Statut*";
    MEF = 13, "Code MEF*";
    DIVISION = 14, "Division*";
}

/// How many unknown columns a refusal names.
const MOST_TOLD: usize = 20;

/// Whether `name`, as it stands in a header, is one of ours.
pub(super) fn is_known(name: &str) -> bool {
    index_of(name).is_some()
}

fn index_of(name: &str) -> Option<usize> {
    let name = folded(name);
    NAMES.iter().position(|known| folded(known) == name)
}

/// A header as a person compares it: accents composed (NFC), without case, stars, quotes, apostrophes and white space.
fn folded(name: &str) -> String {
    const APOSTROPHES: &str = "'’‘‛‚´`ʼʻʹˈ′＇ꞌ";
    let tidied = tidy(name);
    let is_sign = |c: char| c.is_whitespace() || matches!(c, '*' | '＊' | '∗' | '"') || APOSTROPHES.contains(c);
    tidied.chars().filter(|c| !is_sign(*c)).flat_map(char::to_lowercase).collect()
}

/// Where each column stands in a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Columns {
    places: [usize; 15],
    /// How many cells a row has at least.
    width: usize,
}

impl Columns {
    /// Finds every column in the header on `line`, or tells all that are missing and all that are unknown.
    pub(super) fn find(header: &Cells, decode: impl Fn(&[u8]) -> String, line: u64) -> Result<Self, Refusal> {
        let mut places = [None; 15];
        let mut unknown = Vec::new();
        let mut twice = Vec::new();
        for (place, name) in header.iter().enumerate() {
            let name = decode(name);
            match index_of(&name) {
                Some(index) if places[index].is_some() => twice.push(format!("« {} »", NAMES[index])),
                Some(index) => places[index] = Some(place),
                // A trailing separator is harmless.
                None if tidy(&name).is_empty() => {}
                None if is_damaged(&name) => return Err(encoding_damaged(line, Some(name.trim()))),
                None => unknown.push(format!("« {} »", name.trim().chars().take(60).collect::<String>())),
            }
        }
        let missing: Vec<String> = places
            .iter()
            .zip(NAMES)
            .filter(|(place, _)| place.is_none())
            .map(|(_, name)| format!("« {name} »"))
            .collect();
        if missing.is_empty() && unknown.is_empty() && twice.is_empty() {
            let places = places.map(Option::unwrap_or_default);
            return Ok(Self { places, width: places.iter().max().map_or(0, |last| last + 1) });
        }
        let mut detail =
            String::from("Les colonnes du fichier ne sont pas celles de l’« Export CSV vers Pix » de Fregata.");
        if !missing.is_empty() {
            detail.push_str(&format!(" Colonnes manquantes : {}.", missing.join(", ")));
        }
        if !twice.is_empty() {
            detail.push_str(&format!(" Colonnes en double : {}.", twice.join(", ")));
        }
        if !unknown.is_empty() {
            let more = unknown.len().saturating_sub(MOST_TOLD);
            unknown.truncate(MOST_TOLD);
            if more > 0 {
                unknown.push(format!("et {more} autres"));
            }
            detail.push_str(&format!(" Colonnes inconnues : {}.", unknown.join(", ")));
        }
        detail.push_str(" Merci de refaire l’export, sans ouvrir le fichier.");
        Err(Refusal::new(RefusalCode::WrongColumns, detail))
    }

    /// How many cells a row has at least.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Where `column` stands in a row.
    pub(super) fn place(&self, column: usize) -> usize {
        self.places[column]
    }

    /// The column at `place` of a row.
    pub(super) fn at(&self, place: usize) -> Option<usize> {
        self.places.iter().position(|known| *known == place)
    }

    /// Whether a cell holds the end of a row and the beginning of another, or all of one, because a stray quote was closed by
    /// another in a later row.
    ///
    /// Three signs, of which one is enough. As many separators as the header has, less one, since a separator at the end of
    /// rows comes and goes; cells beyond the header, which are blank where optional columns come last, are as many separators
    /// less. An INE among other values: of the next row where the INE comes first, of this one where it comes last. A line
    /// with half of the header's columns filled.
    pub(super) fn holds_a_row(&self, cells: &Cells, separator: u8) -> bool {
        let beyond = cells.len().saturating_sub(self.width);
        cells.compound().any(|cell| {
            let is_end = |byte: &u8| *byte == separator || *byte == b'\n';
            let separators = memchr::memchr_iter(separator, cell).count();
            let is_filled = |piece: &&[u8]| !piece.trim_ascii().is_empty();
            let mut filled = cell.split(is_end).filter(is_filled);
            let has_filled_line = || {
                cell.split(|byte| *byte == b'\n')
                    .any(|line| 2 * line.split(is_end).filter(is_filled).count() > self.width)
            };
            separators + beyond + 2 >= self.width
                || (filled.clone().nth(1).is_some() && filled.any(looks_like_an_ine))
                || has_filled_line()
        })
    }
}

/// Eleven capitals and digits, most of them digits: an INE, be it a right one or not.
fn looks_like_an_ine(piece: &[u8]) -> bool {
    let visible = || piece.iter().filter(|byte| byte.is_ascii_graphic() && **byte != b'"');
    visible().count() == 11
        && visible().all(u8::is_ascii_alphanumeric)
        && visible().filter(|byte| byte.is_ascii_digit()).count() >= 8
}
