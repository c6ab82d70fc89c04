//! Certificates as PDF: the school's, for its administrators, at once or made by a worker, and a pupil's own.

mod file;
mod own;
mod page;
mod paper;
mod prepared;

pub(crate) use file::file;
pub(crate) use own::{OwnCertificatesView, own, own_file};
pub(crate) use page::{CertificatesView, page};
pub(crate) use prepared::{PreparedFileView, Which, ask, download, follow};

/// The class that is asked for; blank for those whose class is not known.
fn class(division: &str, unknown_division: bool) -> Option<&str> {
    let division = division.trim();
    (unknown_division || !division.is_empty()).then_some(division)
}
