//! Certificates as PDF: the school's, for its administrators, and a pupil's own.

mod file;
mod issued;
mod own;
mod page;
mod paper;

pub(crate) use file::file;
pub(crate) use own::{OwnCertificatesView, own, own_file};
pub(crate) use page::{CertificatesView, page};
