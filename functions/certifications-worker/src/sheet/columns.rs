//! The columns, found by name in the header. Case, accents, blanks and other signs do not count; other columns are ignored.

use rentree_domain::certification::Competence;
use rentree_domain::name as names;
use rentree_rows::{is_damage, split};

use super::{Refusal, RefusalCode};

/// The columns without which a file says nothing.
pub(super) const NEEDED: [&str; 6] = ["numero", "constate_le", "statut", "uai", "date_passage", "date_naissance"];

/// Where the columns are, from 0.
#[derive(Debug)]
pub(super) struct Columns {
    /// How many there are, the ignored ones included.
    pub(super) count: usize,
    pub(super) number: usize,
    pub(super) at: usize,
    pub(super) status: usize,
    pub(super) uai: usize,
    pub(super) taken_on: usize,
    pub(super) birth_date: usize,
    pub(super) learner: Option<usize>,
    pub(super) ine: Option<usize>,
    pub(super) last_name: Option<usize>,
    pub(super) first_name: Option<usize>,
    pub(super) score: Option<usize>,
    pub(super) code: Option<usize>,
    pub(super) comment: Option<usize>,
    /// One a competence, where there is one.
    pub(super) levels: Vec<(Competence, usize)>,
}

impl Columns {
    /// Finds them.
    pub(super) fn find(header: &[u8], longest: usize) -> Result<Self, Refusal> {
        let not_csv = |detail: &str| Refusal::new(RefusalCode::NotCsv, detail);
        let Ok(header) = str::from_utf8(header) else {
            return Err(not_csv("The header is not UTF-8: this is no CSV, or it must be saved as UTF-8."));
        };
        if header.contains(|c| is_damage(c) && c != '\t') {
            return Err(not_csv("The header holds signs that no text has: this is no CSV."));
        }
        let found =
            split(header, longest).map_err(|broken| not_csv(&format!("In the header, {}.", broken.fault.message())))?;
        let found: Vec<String> = found.iter().map(|name| folded(name)).collect();
        let place = |name: &str| {
            let mut places = found.iter().enumerate().filter(|(_, found)| **found == folded(name));
            match (places.next(), places.next()) {
                (Some(_), Some(_)) => {
                    let detail = format!("The header has the column {name} twice: delete one of the two.");
                    Err(Refusal::new(RefusalCode::DuplicateColumn, detail))
                }
                (first, _) => Ok(first.map(|(place, _)| place)),
            }
        };
        let mut missing = Vec::new();
        let mut needed = [0; NEEDED.len()];
        for (at, name) in needed.iter_mut().zip(NEEDED) {
            match place(name)? {
                Some(place) => *at = place,
                None => missing.push(name),
            }
        }
        if !missing.is_empty() {
            let hint = if found.len() == 1 { " Columns are separated by ; and here is only one." } else { "" };
            let detail = format!("The header has no column {}.{hint}", missing.join(", and none "));
            return Err(Refusal::new(RefusalCode::MissingColumn, detail));
        }
        let [number, at, status, uai, taken_on, birth_date] = needed;
        let mut levels = Vec::new();
        for competence in Competence::all() {
            levels.extend(place(competence.id())?.map(|place| (competence, place)));
        }
        Ok(Self {
            count: found.len(),
            number,
            at,
            status,
            uai,
            taken_on,
            birth_date,
            learner: place("eleve")?,
            ine: place("ine")?,
            last_name: place("nom")?,
            first_name: place("prenom")?,
            score: place("score")?,
            code: place("code_verification")?,
            comment: place("commentaire")?,
            levels,
        })
    }
}

/// A name as it is compared: `Code de vérification` is not `code_verification`, but `Code vérification` is. The dot of a competence counts
/// for nothing, either: `1.1` and `1-1` are one.
fn folded(name: &str) -> String {
    name.split(|c: char| !c.is_alphanumeric() && !('\u{300}'..='\u{36F}').contains(&c)).map(names::fold).collect()
}
