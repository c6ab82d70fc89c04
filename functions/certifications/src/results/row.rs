//! A certification as people and programs see it.

use std::collections::HashMap;

use jiff::civil::Date;
use rentree_domain::certification::{JuryComment, Levels, Points, SessionName, Told};
use rentree_domain::{ByLevel, CertificationNumber, CertificationStatus, Ine, LearnerId, ListedPupil, Listing, name};
use rentree_table::Certification;
use schemars::JsonSchema;
use serde::Serialize;

use super::filter::Facts;

/// A certification.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Certification")]
pub(crate) struct Row {
    /// The platform's number.
    pub(crate) number: CertificationNumber,
    /// The pupil; `null` when none of the school is meant.
    pub(crate) learner: Option<LearnerId>,
    pub(crate) last_name: String,
    pub(crate) first_name: String,
    /// Of one whom no pupil is found for: as the platform states it.
    #[schemars(with = "Option<String>")]
    pub(crate) birth_date: Option<Date>,
    /// The INE of one whom no pupil is found for, as the platform states it.
    #[schemars(with = "Option<String>")]
    pub(crate) ine: Option<Ine>,
    /// The class of that school year; `null` where it is not known.
    pub(crate) division: Option<String>,
    /// Whether the pupil has a page.
    #[serde(skip)]
    pub(crate) listed: bool,
    /// Whether the pupil left the school.
    pub(crate) left: bool,
    pub(crate) status: CertificationStatus,
    /// What was stated before, where it said otherwise.
    pub(crate) formerly: Option<Told>,
    pub(crate) score: Option<Points>,
    pub(crate) levels: Levels,
    pub(crate) session: SessionName,
    #[schemars(with = "String")]
    pub(crate) taken_on: Date,
    /// What the jury tells the school.
    pub(crate) comment: Option<JuryComment>,
}

impl<'a> From<&'a Row> for Facts<'a> {
    fn from(row: &'a Row) -> Self {
        Self { division: row.division.as_deref(), status: row.status, left: row.left }
    }
}

/// Certifications of pupils, by class and name, and those of no pupil, by name.
pub(crate) fn rows(
    certifications: Vec<(CertificationNumber, Certification)>,
    listing: &Listing,
) -> (Vec<Row>, Vec<Row>) {
    let known: HashMap<LearnerId, &ListedPupil> = listing.everybody().iter().map(|pupil| (pupil.id, pupil)).collect();
    let rows = certifications.into_iter().map(|(number, certification)| row(number, certification, &known));
    let mut rows: Vec<Row> = rows.collect();
    rows.sort_by_cached_key(|row| {
        // Classes that are not known stand last.
        let class = (row.division.is_none(), row.division.clone().map(ByLevel));
        (class, name::fold(&row.last_name), name::fold(&row.first_name), row.taken_on, row.number)
    });
    rows.into_iter().partition(|row| row.learner.is_some())
}

/// Names are those of the roster, which are mended; who is in no file any more has those that were kept.
fn row(number: CertificationNumber, it: Certification, known: &HashMap<LearnerId, &ListedPupil>) -> Row {
    let formerly = it.standing().formerly();
    let Certification { latest, pupil, .. } = it;
    let learner = pupil.as_ref().map(|pupil| pupil.learner);
    let listed = learner.and_then(|id| known.get(&id));
    let about = latest.about;
    let (last_name, first_name) = match (listed, &pupil) {
        (Some(listed), _) => (listed.last_name.clone(), listed.first_name.clone()),
        (None, Some(pupil)) => (pupil.last_name.clone(), pupil.first_name.clone()),
        (None, None) => (about.last_name, about.first_name),
    };
    Row {
        number,
        learner,
        last_name,
        first_name,
        birth_date: if learner.is_none() { about.birth_date } else { None },
        ine: if learner.is_none() { about.ine } else { None },
        division: pupil.and_then(|pupil| pupil.division),
        listed: listed.is_some(),
        left: learner.is_some() && listed.is_none_or(|listed| listed.left()),
        status: latest.status,
        formerly,
        score: latest.score,
        levels: latest.levels,
        session: latest.session,
        taken_on: latest.taken_on,
        comment: latest.comment.filter(|comment| !comment.as_str().is_empty()),
    }
}
