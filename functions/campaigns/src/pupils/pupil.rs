//! A pupil who was found, and what led there.

use rentree_domain::learner::Learner;
use rentree_domain::{Entry, PersonalCode, Uai};

/// An active pupil of the school.
#[derive(Debug, Clone)]
pub(crate) struct Pupil {
    pub(crate) uai: Uai,
    pub(crate) learner: Learner,
    /// What readers see of it.
    pub(crate) entry: Entry,
    /// What led here.
    pub(crate) by: By,
}

/// What led to a pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum By {
    /// The account that is signed in.
    Tie,
    /// Names and birth date.
    Names,
    /// Names that are nearly the pupil's: nothing is done before a question is answered.
    NearlyNames,
    /// A personal code, which whatever is done uses up.
    Code(PersonalCode),
}

impl Pupil {
    /// The code that led here.
    pub(crate) fn code(&self) -> Option<&PersonalCode> {
        match &self.by {
            By::Code(code) => Some(code),
            By::Tie | By::Names | By::NearlyNames => None,
        }
    }

    /// Whether who is there gave the pupil's names or code, and not nearly the names.
    pub(crate) fn is_sure(&self) -> bool {
        self.by != By::NearlyNames
    }
}
