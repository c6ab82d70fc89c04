//! Whose a certificate is, as it is printed, and as its verification tells.

use jiff::civil::Date;
use rentree_domain::ListedPupil;
use rentree_domain::learner::Revision;
use rentree_table::Certification;

/// Whose a certificate is: the pupil as the school's list has them, so that what is mended there shows; else as they were when the result
/// came; of no pupil of ours, as the platform states.
#[derive(Clone)]
pub struct Holder {
    /// Prénom.
    pub first_name: String,
    /// Nom de famille.
    pub last_name: String,
    /// Printed if it is known.
    pub birth_date: Option<Date>,
}

impl Holder {
    /// Of a pupil of the school's list.
    pub fn listed(pupil: &ListedPupil) -> Self {
        Self::new(&pupil.first_name, &pupil.last_name, Some(pupil.birth_date))
    }

    /// Of a pupil of the school as readers see them.
    pub fn seen(pupil: &Revision) -> Self {
        Self::new(&pupil.entry.first_name, &pupil.entry.last_name, Some(pupil.entry.birth_date))
    }

    /// Of somebody who is in no list.
    pub fn kept(certification: &Certification) -> Self {
        let about = &certification.latest.about;
        certification.pupil.as_ref().map_or_else(
            || Self::new(&about.first_name, &about.last_name, about.birth_date),
            |pupil| Self::new(&pupil.first_name, &pupil.last_name, about.birth_date),
        )
    }

    fn new(first_name: &str, last_name: &str, birth_date: Option<Date>) -> Self {
        Self { first_name: first_name.to_owned(), last_name: last_name.to_owned(), birth_date }
    }
}

impl std::fmt::Debug for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Holder(…)")
    }
}
