//! The answer that holds certificates.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rentree_certificate::{Certificate, pdf};
use rentree_domain::CertificationNumber;
use rentree_http::Problem;
use rentree_issued::{Verifying, log_missing_letters};

use crate::Certifications;

impl Certifications {
    /// Where certificates are verified.
    pub(super) fn verifying(&self) -> Verifying<'_> {
        Verifying { origin: &self.config.origin }
    }
}

/// The file of some certificates.
pub(super) fn drawn(certificates: &[Certificate]) -> Result<Vec<u8>, Problem> {
    let file = pdf(certificates).map_err(|error| Problem::internal(&error))?;
    log_missing_letters(&file, certificates);
    Ok(file.bytes)
}

/// The answer that is a file. Its name tells nobody's: it travels further than its content.
pub(super) fn answer(file: Vec<u8>, name: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, file).into_response()
}

/// A certificate of which nobody could say, by its code, whose it is.
pub(super) fn code_is_shared(number: CertificationNumber) -> Problem {
    Problem::too_late(format!(
        "Le code du certificat {number} figure aussi sur un autre certificat : il ne prouve rien, et le certificat ne peut pas être imprimé. L’établissement peut signaler ce numéro à l’équipe de la plateforme."
    ))
}
