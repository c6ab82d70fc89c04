//! The names of a pupil as the certificate prints them, and its verification tells them.

use rentree_http::Problem;
use rentree_table::{Certification, School};

use crate::Certifications;

/// First and last name.
#[derive(Clone)]
pub(crate) struct Names {
    pub(crate) first_name: String,
    pub(crate) last_name: String,
}

impl Certifications {
    /// The school of a certification, and the pupil's names: those of the school's list, which are mended, else those of the day when the
    /// result came; of no pupil of ours, those that the platform states.
    pub(crate) async fn school_and_names(&self, certification: &Certification) -> Result<(School, Names), Problem> {
        let uai = certification.latest.uai;
        let learner = async {
            match &certification.pupil {
                Some(pupil) => self.table.learner(uai, pupil.learner).await,
                None => Ok(None),
            }
        };
        let (school, learner) = tokio::try_join!(self.table.school(uai), learner)?;
        let school = school.ok_or_else(Problem::unknown_certificate)?;
        let of = |first_name: &str, last_name: &str| Names {
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
        };
        let about = &certification.latest.about;
        let kept = certification
            .pupil
            .as_ref()
            .map_or_else(|| of(&about.first_name, &about.last_name), |pupil| of(&pupil.first_name, &pupil.last_name));
        let listed = learner.as_ref().and_then(|learner| learner.visible(school.roster_version));
        let names = listed.map_or(kept, |seen| of(&seen.entry.first_name, &seen.entry.last_name));
        Ok((school, names))
    }
}
