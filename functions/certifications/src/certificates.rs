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
