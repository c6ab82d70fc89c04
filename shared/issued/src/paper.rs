//! From a certification to the paper.

use rentree_certificate::{Certificate, File, Verification};
use rentree_domain::{CertificationNumber, PersonName};
use rentree_table::Certification;

use crate::Holder;

/// Where a certificate is verified: the product's address for browsers, without a slash at its end.
#[derive(Debug, Clone, Copy)]
pub struct Verifying<'a> {
    /// `https://rentree.example`
    pub origin: &'a str,
}

impl Verifying<'_> {
    fn by(self, code: &rentree_domain::certification::VerificationCode) -> Verification {
        let host = self.origin.split_once("://").map_or(self.origin, |(_, host)| host);
        Verification {
            code: code.as_str().to_owned(),
            page: format!("{host}/verification"),
            link: format!("{}/verification?code={}", self.origin, code.signs()),
        }
    }
}

/// The certificate of a certification, if there is one: it was passed, has a score and the code that proves it, and its holder has both
/// names. Without one it would be anybody's.
pub fn certificate(
    number: CertificationNumber,
    certification: &Certification,
    holder: &Holder,
    school: &str,
    verifying: Verifying<'_>,
) -> Option<Certificate> {
    let Certification { latest, pupil, .. } = certification;
    let code = latest.proven_by()?;
    Some(Certificate {
        first_name: PersonName::in_file(&holder.first_name)?,
        last_name: PersonName::in_file(&holder.last_name)?,
        birth_date: holder.birth_date,
        school: school.to_owned(),
        class: pupil.as_ref().and_then(|pupil| pupil.division.clone()).unwrap_or_default(),
        session: latest.session.as_str().to_owned(),
        date: latest.taken_on,
        score: latest.score?.into(),
        levels: latest.levels.clone(),
        number: number.to_string(),
        verification: verifying.by(code),
    })
}

/// Notes, by their numbers, the certificates of a file on which a letter looks otherwise than it is written.
pub fn log_missing_letters(file: &File, certificates: &[Certificate]) {
    for place in &file.with_missing_letters {
        let number = certificates.get(*place).map(|certificate| certificate.number.as_str());
        tracing::warn!(number, "a certificate shows a letter otherwise, for the font lacks it");
    }
}
