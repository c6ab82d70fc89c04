//! Certificates in one file.

use qrcode::{EcLevel, QrCode};

use crate::french::printed;
use crate::paper::{Paper, PaperError};
use crate::typeface::Typefaces;
use crate::{Certificate, sheet};

/// A file of certificates.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// The PDF.
    pub bytes: Vec<u8>,
    /// The places (from 0) of certificates on which a letter looks otherwise than it is written, because the font lacks it. Programs
    /// that read the file aloud, search it or copy from it find the true one. Worth a line in the log, by number.
    pub with_missing_letters: Vec<usize>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { bytes, with_missing_letters } = self;
        f.debug_struct("File").field("bytes", &bytes.len()).field("with_missing_letters", with_missing_letters).finish()
    }
}

/// Why there is no file. Names never stand here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// A file without a page is none.
    #[error("no certificate was given")]
    Nothing,
    /// The link does not go into a QR.
    #[error("the link of the certificate at place {0} is too long for a QR")]
    LongLink(usize),
    /// Fonts of this crate that cannot be read, or a mistake of this crate that the library found.
    #[error(transparent)]
    Paper(#[from] PaperError),
}

/// The PDF of `certificates`, one page each, in the order in which they are given. The same certificates are the same bytes.
pub fn pdf(certificates: &[Certificate]) -> Result<File, CertificateError> {
    pdf_telling(certificates, |_| {})
}

/// The same, which tells after each page how many are drawn.
pub fn pdf_telling(certificates: &[Certificate], mut drawn: impl FnMut(usize)) -> Result<File, CertificateError> {
    let date = certificates.iter().map(|certificate| certificate.date).max().ok_or(CertificateError::Nothing)?;
    let faces = Typefaces::load().ok_or_else(PaperError::fonts)?;
    let mut paper = Paper::new()?;
    let mut with_missing_letters = Vec::new();
    for (place, certificate) in certificates.iter().enumerate() {
        let qr = QrCode::with_error_correction_level(&certificate.verification.link, EcLevel::M)
            .map_err(|_| CertificateError::LongLink(place))?;
        let mut is_whole = true;
        paper.page(printed(&certificate.listed_name()), |page| {
            is_whole = sheet::draw(page, &faces, certificate, &qr);
        });
        if !is_whole {
            with_missing_letters.push(place);
        }
        drawn(place + 1);
    }
    Ok(File { bytes: paper.finish(title(certificates), date)?, with_missing_letters })
}

/// What the window of a reader is called: the pupil, else what all have in common.
fn title(certificates: &[Certificate]) -> String {
    let Some((first, others)) = certificates.split_first() else { return String::new() };
    if others.is_empty() {
        return printed(&format!("Certificat de compétences numériques, {}", first.name()));
    }
    let mut title = "Certificats de compétences numériques".to_owned();
    let is_one_school = others.iter().all(|other| other.school == first.school);
    if is_one_school && others.iter().all(|other| other.class == first.class) {
        title.push_str(&format!(", classe {}", first.class));
    }
    if is_one_school {
        title.push_str(&format!(", {}", first.school));
    }
    printed(&title)
}
