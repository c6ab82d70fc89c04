//! Whose a certificate is, as it is printed, and as its verification tells.

use jiff::civil::Date;
use rentree_domain::ListedPupil;
use rentree_http::Problem;
use rentree_table::{Certification, School};

use crate::Certifications;

/// Whose a certificate is: the pupil as the school's list has them, so that what is mended there shows; else as they were when the result
/// came; of no pupil of ours, as the platform states.
#[derive(Clone)]
pub(crate) struct Holder {
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) birth_date: Option<Date>,
}

impl Holder {
    /// Of a pupil of the school's list.
    pub(crate) fn listed(pupil: &ListedPupil) -> Self {
        Self::new(&pupil.first_name, &pupil.last_name, Some(pupil.birth_date))
    }

    /// Of somebody who is in no list.
    pub(crate) fn kept(certification: &Certification) -> Self {
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

impl Certifications {
    /// The school of a certification, and whose it is.
    pub(crate) async fn school_and_holder(&self, certification: &Certification) -> Result<(School, Holder), Problem> {
        let uai = certification.latest.uai;
        let learner = async {
            match &certification.pupil {
                Some(pupil) => self.table.learner(uai, pupil.learner).await,
                None => Ok(None),
            }
        };
        let (school, learner) = tokio::try_join!(self.table.school(uai), learner)?;
        let school = school.ok_or_else(Problem::unknown_certificate)?;
        let listed = learner.as_ref().and_then(|learner| learner.visible(school.roster_version));
        let holder = listed.map_or_else(
            || Holder::kept(certification),
            |seen| Holder::new(&seen.entry.first_name, &seen.entry.last_name, Some(seen.entry.birth_date)),
        );
        Ok((school, holder))
    }
}
