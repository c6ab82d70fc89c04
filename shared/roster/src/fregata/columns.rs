//! The columns of the export, found by name. The stars (mandatory columns) are part of the header.

use csv::ByteRecord;
use encoding_rs::{Encoding, UTF_8};

use crate::damage::is_damaged;
use crate::problem::{Refusal, RefusalCode};

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
    let name = name.trim().trim_matches('"').trim().replace('’', "'");
    NAMES.iter().position(|known| *known == name)
}

/// Where each column stands in a record.
pub(super) struct Columns([usize; 15]);

impl Columns {
    /// Finds every column, or tells all that are missing and all that are unknown.
    pub(super) fn find(header: &ByteRecord, encoding: &'static Encoding) -> Result<Self, Refusal> {
        let mut places = [None; 15];
        let mut unknown = Vec::new();
        let mut twice = Vec::new();
        for (place, name) in header.iter().enumerate() {
            let name = encoding.decode_without_bom_handling(name).0;
            match index_of(&name) {
                Some(index) if places[index].is_some() => twice.push(format!("« {} »", NAMES[index])),
                Some(index) => places[index] = Some(place),
                // A trailing separator is harmless.
                None if name.trim().is_empty() => {}
                None => unknown.push(format!("« {} »", name.trim().chars().take(60).collect::<String>())),
            }
        }
        if unknown.iter().any(|name| is_damaged(name)) {
            return Err(encoding_damaged(1, &unknown.join(", ")));
        }
        let missing: Vec<String> = places
            .iter()
            .zip(NAMES)
            .filter(|(place, _)| place.is_none())
            .map(|(_, name)| format!("« {name} »"))
            .collect();
        if missing.is_empty() && unknown.is_empty() && twice.is_empty() {
            return Ok(Self(places.map(Option::unwrap_or_default)));
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

    /// Whether a quote was opened and never closed: a field then holds the end of its line and the beginning of the next.
    pub(super) fn has_open_quote(record: &ByteRecord, separator: u8) -> bool {
        record.iter().any(|field| field.contains(&b'\n') && field.contains(&separator))
    }

    /// The values of a record, trimmed and with single spaces, in the order of [`NAMES`]; what a short record lacks is blank.
    pub(super) fn values(
        &self,
        record: &ByteRecord,
        encoding: &'static Encoding,
        line: u64,
    ) -> Result<[String; 15], Refusal> {
        let mut values: [String; 15] = Default::default();
        for (value, place) in values.iter_mut().zip(self.0) {
            let bytes = record.get(place).unwrap_or_default();
            let text = if encoding == UTF_8 {
                match std::str::from_utf8(bytes) {
                    Ok(text) => text.into(),
                    Err(_) => return Err(encoding_damaged(line, &String::from_utf8_lossy(bytes))),
                }
            } else {
                encoding.decode_without_bom_handling(bytes).0
            };
            if is_damaged(&text) {
                return Err(encoding_damaged(line, &text));
            }
            *value = text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        Ok(values)
    }
}

fn encoding_damaged(line: u64, found: &str) -> Refusal {
    let found: String = found.chars().take(80).collect();
    let detail = format!(
        "Ligne {line} : les caractères accentués du fichier sont abîmés ({found}). Le fichier a sans doute été ouvert puis \
         enregistré par un tableur. Merci de refaire l’export et de l’importer sans l’ouvrir."
    );
    Refusal::new(RefusalCode::EncodingDamaged, detail)
}
