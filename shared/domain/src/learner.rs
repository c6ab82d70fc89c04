//! A pupil as a school's file tells, and the two versions of it that the table keeps.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::classes::{Classes, RosterYears};
use crate::id::{LearnerId, UserId};
use crate::ine::Ine;
use crate::name;

/// `CODE_SEXE` of SIECLE (1, 2), `Code sexe` of Fregata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sex {
    /// Féminin, 2 in SIECLE.
    #[serde(rename = "F")]
    Female,
    /// Masculin, 1 in SIECLE.
    #[serde(rename = "M")]
    Male,
}

/// What a file says of one pupil who can be imported. Only what the law lets us collect.
///
/// Texts are trimmed and never empty: what a file leaves blank is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// INE véritable.
    pub ine: Ine,
    /// `ELEVE_ID`, the number of the pupil in the school's SIECLE base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub siecle_id: Option<String>,
    /// Nom de famille.
    pub last_name: String,
    /// Nom d'usage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_name: Option<String>,
    /// First given name.
    pub first_name: String,
    /// Second given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_name: Option<String>,
    /// Third given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third_name: Option<String>,
    /// Date of birth.
    pub birth_date: Date,
    /// Sex.
    pub sex: Sex,
    /// Country of birth, three digits; 100 is France.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_country: Option<String>,
    /// Department of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_department: Option<String>,
    /// INSEE code of the commune of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_commune: Option<String>,
    /// Town of birth, when there is no commune code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_town: Option<String>,
    /// MEF, "module élémentaire de formation": what the pupil studies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mef: Option<String>,
    /// Statut: `ST` or a SIECLE code for a pupil, `AP` for an apprentice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Division: the class.
    pub division: String,
}

impl Entry {
    /// `DUPONT Karine`.
    pub fn full_name(&self) -> String {
        name::full(&self.last_name, &self.first_name)
    }

    /// What the file says that identifies this pupil.
    pub fn identity(&self) -> Identity {
        Identity {
            ine: Some(self.ine),
            siecle_id: self.siecle_id.clone(),
            birth_date: Some(self.birth_date),
            folded_name: fold_pair(&self.last_name, &self.first_name),
        }
    }

    /// What differs in `newer`.
    pub fn changes(&self, newer: &Self) -> Vec<FieldChange> {
        let mut changes = Vec::new();
        macro_rules! compare {
            ($($field:ident),+) => { $(if self.$field != newer.$field {
                let (before, after) = (self.$field.shown(), newer.$field.shown());
                changes.push(FieldChange { field: stringify!($field), before, after });
            })+ };
        }
        compare!(
            ine,
            siecle_id,
            last_name,
            usage_name,
            first_name,
            second_name,
            third_name,
            birth_date,
            sex,
            birth_country,
            birth_department,
            birth_commune,
            birth_town,
            mef,
            status,
            division
        );
        changes
    }
}

/// A field of a pupil that an import changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Its name in the stored item.
    pub field: &'static str,
    /// What it was, as people read it; empty where there was nothing.
    pub before: String,
    /// What it becomes.
    pub after: String,
}

/// A value of an entry, as people read it.
trait Shown {
    fn shown(&self) -> String;
}

impl Shown for String {
    fn shown(&self) -> String {
        self.clone()
    }
}

impl Shown for Option<String> {
    fn shown(&self) -> String {
        self.clone().unwrap_or_default()
    }
}

impl Shown for Ine {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Shown for Date {
    fn shown(&self) -> String {
        self.strftime("%d/%m/%Y").to_string()
    }
}

impl Shown for Sex {
    fn shown(&self) -> String {
        match self {
            Self::Female => "F".to_owned(),
            Self::Male => "M".to_owned(),
        }
    }
}

/// What is known of who a pupil is; partial when the entry has errors.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// INE, when it is véritable.
    pub ine: Option<Ine>,
    /// `ELEVE_ID`.
    pub siecle_id: Option<String>,
    /// Date of birth.
    pub birth_date: Option<Date>,
    /// [`fold_pair`] of family name and first given name.
    pub folded_name: String,
}

/// Family name and given name folded, with a separator that folding cannot produce.
pub fn fold_pair(last_name: &str, first_name: &str) -> String {
    let mut folded = name::fold(last_name);
    folded.push('|');
    folded.push_str(&name::fold(first_name));
    folded
}

/// One state of a pupil: what the table keeps twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The roster version that wrote it.
    pub version: u64,
    /// Whether the pupil is in the school.
    pub active: bool,
    /// What the last file that held the pupil said.
    pub entry: Entry,
    /// Of a pupil who is not in the school: the version that deactivated them, where that is an earlier one than `version`,
    /// because what a crash or an undo left behind was overwritten since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_in: Option<u64>,
    /// The classes of this school year and of those before.
    #[serde(default, skip_serializing_if = "Classes::is_empty")]
    pub classes: Classes,
}

impl Revision {
    /// What a write at `version` makes of a pupil whom readers see as `previous`, but for the classes.
    pub fn written(version: u64, active: bool, entry: Entry, previous: Option<&Self>) -> Self {
        let left_in = previous.filter(|_| !active).and_then(Self::deactivated_in);
        Self { version, active, entry, left_in, classes: Classes::default() }
    }

    /// With the classes that the pupil has by a file of a school year, after those of `previous`.
    #[must_use]
    pub fn in_classes_after(mut self, previous: Option<&Self>, years: RosterYears) -> Self {
        let known = previous.map(|previous| previous.classes.clone()).unwrap_or_default();
        self.classes = match (previous.is_some_and(|previous| previous.active), self.active) {
            (_, true) => known.then(years.of_file, Some(&self.entry.division)),
            // The class of the last roster that had the pupil stays that of its year.
            (true, false) => known.then(years.before.next(), None),
            (false, false) => known,
        };
        self
    }

    /// The version that deactivated the pupil; `None` while they are in the school.
    pub fn deactivated_in(&self) -> Option<u64> {
        (!self.active).then(|| self.left_in.unwrap_or(self.version))
    }
}

/// A pupil as stored: the newest revision, and the one that was visible before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learner {
    /// Its identifier, for good.
    pub id: LearnerId,
    /// The newest revision; invisible while its version is beyond the school's roster version.
    pub current: Revision,
    /// The revision that was visible when `current` was written, if there was one.
    pub previous: Option<Revision>,
    /// The account that the pupil is tied to.
    pub user: Option<UserId>,
    /// The [`name::FOLDING`] of the names that the index of births has.
    pub folding: u32,
}

impl Learner {
    /// What a reader at `roster_version` sees: the newer revision that is not beyond it, or nobody.
    pub fn visible(&self, roster_version: u64) -> Option<&Revision> {
        [Some(&self.current), self.previous.as_ref()].into_iter().flatten().find(|r| r.version <= roster_version)
    }
}
