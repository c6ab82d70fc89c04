//! Whose one certification is, which is looked up alone.

use rentree_http::Problem;
use rentree_issued::Holder;
use rentree_table::{Certification, School};

use crate::Certifications;

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
        let holder = listed.map_or_else(|| Holder::kept(certification), Holder::seen);
        Ok((school, holder))
    }
}
