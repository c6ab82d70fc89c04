//! What a record book takes over of a certification, whoever asks: a program or an administrator.

use std::collections::HashMap;

use jiff::civil::Date;
use rentree_domain::certification::{Levels, Points};
use rentree_domain::{ByLevel, CertificationNumber, CertificationStatus, Ine, LearnerId, PersonName, Uai, name, paris};
use rentree_table::{ActiveLearner, Certification, Roster, SharedCodes, TableError};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::try_join;

use crate::Certifications;
use crate::results::{Facts, Filter};

/// How an examination ended, in the words of record books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "RecordBookStatus")]
pub(crate) enum Outcome {
    /// Passed.
    Validated,
    /// Not passed.
    Rejected,
    /// Taken, and no result is published yet.
    Pending,
}

impl Outcome {
    /// `None` for what was cancelled: none of the three words would be true of it.
    pub(crate) fn of(status: CertificationStatus) -> Option<Self> {
        match status {
            CertificationStatus::Validated => Some(Self::Validated),
            CertificationStatus::Rejected => Some(Self::Rejected),
            CertificationStatus::Started | CertificationStatus::InError => Some(Self::Pending),
            CertificationStatus::Cancelled => None,
        }
    }

    /// As people read it.
    pub(crate) fn french(self) -> &'static str {
        match self {
            Self::Validated => "Validée",
            Self::Rejected => "Rejetée",
            Self::Pending => "En attente",
        }
    }
}

/// A certification, as a record book takes it over.
pub(crate) struct TakenOver {
    pub(crate) number: CertificationNumber,
    pub(crate) whose: Whose,
    /// The class of that school year, where it is known.
    pub(crate) division: Option<String>,
    /// Whether the pupil left the school.
    pub(crate) left: bool,
    /// Whether a pupil of the school is meant.
    pub(crate) is_of_pupil: bool,
    status: CertificationStatus,
    pub(crate) outcome: Outcome,
    /// Of what is not published, none.
    pub(crate) score: Option<Points>,
    /// The same.
    pub(crate) levels: Levels,
    /// Of what was passed, if it proves that: neither what others have, too, nor anything of somebody without both names.
    pub(crate) code: Option<String>,
    pub(crate) taken_on: Date,
}

/// Whose it is: the pupil as the school's list has them; else as they were when the result came; of no pupil of ours, as the platform states.
#[derive(Default)]
pub(crate) struct Whose {
    pub(crate) first_name: Option<String>,
    pub(crate) second_name: Option<String>,
    pub(crate) third_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) birth_date: Option<Date>,
    pub(crate) ine: Option<Ine>,
}

impl Whose {
    fn of(certification: &Certification, listed: Option<&ActiveLearner>) -> Self {
        if let Some(ActiveLearner { entry, .. }) = listed {
            return Self {
                first_name: Some(entry.first_name.clone()),
                second_name: entry.second_name.clone(),
                third_name: entry.third_name.clone(),
                last_name: Some(entry.last_name.clone()),
                birth_date: Some(entry.birth_date),
                ine: Some(entry.ine),
            };
        }
        let about = &certification.latest.about;
        let (first_name, last_name) = match &certification.pupil {
            Some(pupil) => (&pupil.first_name, &pupil.last_name),
            None => (&about.first_name, &about.last_name),
        };
        let known = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Self {
            first_name: known(first_name),
            last_name: known(last_name),
            birth_date: about.birth_date,
            ine: about.ine,
            ..Self::default()
        }
    }

    /// Whether there is somebody of whom something can be certified.
    fn has_both_names(&self) -> bool {
        let is_name = |name: &Option<String>| name.as_deref().is_some_and(|name| PersonName::in_file(name).is_some());
        is_name(&self.first_name) && is_name(&self.last_name)
    }
}

impl<'a> From<&'a TakenOver> for Facts<'a> {
    fn from(it: &'a TakenOver) -> Self {
        Self { division: it.division.as_deref(), status: it.status, left: it.left }
    }
}

impl Certifications {
    /// What a record book takes over of the certifications that `filter` lets through, by class and name; `None` when there is no such school.
    pub(crate) async fn taken_over(&self, uai: Uai, filter: &Filter) -> Result<Option<Vec<TakenOver>>, TableError> {
        let (roster, certifications, noted) = try_join!(
            self.table.roster(uai),
            self.table.certifications(uai, filter.school_year),
            self.table.noted_codes()
        )?;
        let Some(roster) = roster else { return Ok(None) };
        let today = paris::date((self.clock)());
        let shared = self.table.shared_codes(&noted, &certifications, today).await?;
        let mut taken = taken(certifications, &roster, &shared);
        taken.retain(|it| if it.is_of_pupil { filter.admits(it) } else { filter.admits_of_no_pupil(it) });
        Ok(Some(taken))
    }
}

/// By class and name. Those of no pupil have no class, and stand last.
fn taken(
    certifications: Vec<(CertificationNumber, Certification)>,
    roster: &Roster,
    shared: &SharedCodes,
) -> Vec<TakenOver> {
    let everybody = roster.learners.iter().chain(&roster.former);
    let known: HashMap<LearnerId, &ActiveLearner> = everybody.map(|learner| (learner.id, learner)).collect();
    let mut taken: Vec<TakenOver> =
        certifications.into_iter().filter_map(|(number, it)| one(number, it, &known)).collect();
    for it in &mut taken {
        it.code = it.code.take().filter(|_| it.whose.has_both_names() && !shared.contains_key(&it.number));
    }
    taken.sort_by_cached_key(|it| {
        let class = (!it.is_of_pupil, it.division.is_none(), it.division.clone().map(ByLevel));
        let fold = |text: &Option<String>| text.as_deref().map(name::fold);
        (class, fold(&it.whose.last_name), fold(&it.whose.first_name), it.taken_on, it.number)
    });
    taken
}

fn one(
    number: CertificationNumber,
    it: Certification,
    known: &HashMap<LearnerId, &ActiveLearner>,
) -> Option<TakenOver> {
    let outcome = Outcome::of(it.latest.status)?;
    let is_published = outcome != Outcome::Pending;
    let listed = it.pupil.as_ref().and_then(|pupil| known.get(&pupil.learner)).copied();
    Some(TakenOver {
        number,
        whose: Whose::of(&it, listed),
        left: it.pupil.is_some() && listed.is_none_or(|learner| learner.left_in.is_some()),
        is_of_pupil: it.pupil.is_some(),
        status: it.latest.status,
        outcome,
        code: it.latest.proven_by().map(|code| code.as_str().to_owned()),
        score: it.latest.score.filter(|_| is_published),
        levels: if is_published { it.latest.levels } else { Levels::new() },
        taken_on: it.latest.taken_on,
        division: it.pupil.and_then(|pupil| pupil.division),
    })
}
