//! The columns that we read, found by name in the header. The others are ignored.

use super::problem::{Refusal, RefusalCode};
use super::{fields, is_damage};

const UAI: &str = "Identifiant_de_l_etablissement";
const NAME: &str = "Nom_etablissement";

/// Where the columns are, from 0.
#[derive(Debug)]
pub(super) struct Columns {
    /// How many there are, the ignored ones included.
    pub(super) count: usize,
    pub(super) uai: usize,
    pub(super) name: usize,
    pub(super) kind: Option<usize>,
    pub(super) mail: Option<usize>,
    pub(super) ministry: Option<usize>,
    pub(super) state: Option<usize>,
}

impl Columns {
    /// Finds them. Case does not count: the open data has been published under both.
    pub(super) fn find(header: &[u8], longest: usize) -> Result<Self, Refusal> {
        let not_csv = |detail: &str| Refusal::new(RefusalCode::NotCsv, detail);
        let Ok(header) = str::from_utf8(header) else {
            return Err(not_csv("The header is not UTF-8: this is no CSV, or it must be saved as UTF-8."));
        };
        if header.contains(|c| is_damage(c) && c != '\t') {
            return Err(not_csv("The header holds signs that no text has: this is no CSV."));
        }
        let found =
            fields::split(header, longest).map_err(|(_, message)| not_csv(&format!("In the header, {message}.")))?;
        let names: Vec<String> = found.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        let find = |wanted: &str| {
            let wanted_name = wanted.to_ascii_lowercase();
            let mut places = names.iter().enumerate().filter(|(_, name)| **name == wanted_name).map(|(place, _)| place);
            let place = places.next();
            if places.next().is_some() {
                let detail = format!("The header has the column {wanted} twice: delete one of the two.");
                return Err(Refusal::new(RefusalCode::DuplicateColumn, detail));
            }
            Ok(place)
        };
        let (uai, name) = (find(UAI)?, find(NAME)?);
        let (Some(uai), Some(name)) = (uai, name) else {
            let missing: Vec<_> =
                [(UAI, uai), (NAME, name)].iter().filter(|(_, at)| at.is_none()).map(|(name, _)| *name).collect();
            let hint = if names.len() == 1 { " Columns are separated by ; and here is only one." } else { "" };
            let detail = format!("The header has no column {}.{hint}", missing.join(", and none "));
            return Err(Refusal::new(RefusalCode::MissingColumn, detail));
        };
        Ok(Self {
            count: names.len(),
            uai,
            name,
            kind: find("Type_etablissement")?,
            mail: find("Mail")?,
            ministry: find("ministere_tutelle")?,
            state: find("etat")?,
        })
    }
}
