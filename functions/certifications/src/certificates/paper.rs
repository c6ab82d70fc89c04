//! The answer that holds certificates.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rentree_certificate::{Certificate, pdf};
use rentree_http::Problem;
use rentree_issued::{Verifying, log_missing_letters};

use crate::Certifications;

impl Certifications {
    /// Where certificates are verified.
    pub(super) fn verifying(&self) -> Verifying<'_> {
        Verifying { origin: &self.config.origin }
    }
}

/// The file of some certificates. Its name tells nobody's: it travels further than its content.
pub(super) fn answer(certificates: &[Certificate], name: &str) -> Result<Response, Problem> {
    let file = pdf(certificates).map_err(|error| Problem::internal(&error))?;
    log_missing_letters(&file, certificates);
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, file.bytes).into_response())
}
