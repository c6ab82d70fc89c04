//! What a code proves: what stands on the certificate, and nothing else.

use jiff::civil::Date;
use rentree_domain::certification::{Area, Levels, Points};
use rentree_domain::{CertificationNumber, PersonName};
use rentree_http::Problem;
use rentree_issued::Holder;
use rentree_table::Certification;
use schemars::JsonSchema;
use serde::Serialize;

use crate::Certifications;

/// What a code proves.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "VerifiedCertificate")]
pub(crate) struct Proven {
    /// The certificate's number.
    pub(super) number: CertificationNumber,
    pub(super) first_name: String,
    pub(super) last_name: String,
    /// The school, as it is called today.
    pub(super) school: String,
    /// The class of that school year, where it is known.
    pub(super) division: Option<String>,
    /// The day of the examination.
    #[schemars(with = "String")]
    pub(super) taken_on: Date,
    pub(super) score: Option<Points>,
    pub(super) levels: Levels,
}

impl Certifications {
    /// With the school and the names of today.
    pub(super) async fn proven(
        &self,
        number: CertificationNumber,
        certification: Certification,
    ) -> Result<Proven, Problem> {
        let (school, holder) = self.school_and_holder(&certification).await?;
        let Holder { first_name, last_name, .. } = holder;
        // As on paper: of somebody without both names, nothing is certified.
        if [&first_name, &last_name].into_iter().any(|name| PersonName::in_file(name).is_none()) {
            return Err(Problem::unknown_certificate());
        }
        let Certification { latest, pupil, .. } = certification;
        Ok(Proven {
            number,
            first_name,
            last_name,
            school: school.name,
            division: pupil.and_then(|pupil| pupil.division),
            taken_on: latest.taken_on,
            score: latest.score,
            levels: latest.levels,
        })
    }
}

/// The levels of an area, as the certificate prints them.
pub(super) struct OfArea {
    pub(super) name: &'static str,
    /// By competence; `None` where none was reached.
    pub(super) levels: Vec<(&'static str, Option<u8>)>,
}

impl Proven {
    pub(super) fn areas(&self) -> Vec<OfArea> {
        let reached = |competence| self.levels.get(&competence).map(|level| level.number()).filter(|level| *level > 0);
        let levels = |area: Area| area.competences().map(|it| (it.name(), reached(it))).collect();
        Area::ALL.into_iter().map(|area| OfArea { name: area.name(), levels: levels(area) }).collect()
    }
}
