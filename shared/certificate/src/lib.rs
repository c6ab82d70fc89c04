//! Certificates of digital competences as PDF: plain data goes in, the bytes of one file come out, a page a pupil. Pure: nothing is
//! read, drawn by lot or asked of a clock, so that the same certificates are the same bytes.
//!
//! The file is tagged (PDF/UA-1) and archival (PDF/A-2a), in French; each name is a heading and an entry of the outline.
//! `docs/certificates.md` says what stands on the paper and why.
//!
//! Read it as: [`pdf`] (`file`) → one page (`sheet` and its parts) → lines and shapes (`line`, `fit`, `typeface`, `shape`) → the
//! library (`paper`, which alone knows it).

mod certificate;
mod colour;
mod file;
mod fit;
mod french;
mod line;
mod paper;
mod shape;
mod sheet;
mod typeface;

pub use certificate::{Certificate, Verification};
pub use file::{CertificateError, File, pdf, pdf_telling};
pub use paper::PaperError;
