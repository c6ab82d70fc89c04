//! From a certification to the paper, and the answer that holds it.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rentree_certificate::{Certificate, Verification, pdf};
use rentree_domain::{CertificationNumber, PersonName};
use rentree_http::Problem;
use rentree_table::Certification;

use crate::Certifications;
use crate::holder::Holder;

impl Certifications {
    /// The certificate of a certification, if there is one: it was passed, and has a score and the code that proves it.
    pub(super) fn certificate(
        &self,
        number: CertificationNumber,
        certification: &Certification,
        holder: &Holder,
        school: &str,
    ) -> Option<Certificate> {
        let Certification { latest, pupil, .. } = certification;
        let code = latest.proven_by()?;
        let origin = self.config.origin.as_str();
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        Some(Certificate {
            first_name: PersonName::of_file(&holder.first_name),
            last_name: PersonName::of_file(&holder.last_name),
            birth_date: holder.birth_date,
            school: school.to_owned(),
            class: pupil.as_ref().and_then(|pupil| pupil.division.clone()).unwrap_or_default(),
            session: latest.session.as_str().to_owned(),
            date: latest.taken_on,
            score: latest.score?.into(),
            levels: latest.levels.clone(),
            number: number.to_string(),
            verification: Verification {
                code: code.as_str().to_owned(),
                page: format!("{host}/verification"),
                link: format!("{origin}/verification?code={}", code.signs()),
            },
        })
    }
}

/// The file of some certificates. Its name tells nobody's: it travels further than its content.
pub(super) fn answer(certificates: &[Certificate], name: &str) -> Result<Response, Problem> {
    let file = pdf(certificates).map_err(|error| Problem::internal(&error))?;
    for place in file.with_missing_letters {
        let number = certificates.get(place).map(|certificate| certificate.number.as_str());
        tracing::warn!(number, "a certificate shows a letter otherwise, for the font lacks it");
    }
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, file.bytes).into_response())
}
