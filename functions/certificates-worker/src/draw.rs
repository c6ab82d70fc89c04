//! The pages are drawn on a thread of their own, while this one tells how many are.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rentree_certificate::{Certificate, CertificateError, pdf_telling};
use rentree_domain::certification::PrepareCertificates;
use rentree_issued::log_missing_letters;

use crate::Worker;
use crate::error::ProcessError;

const TELL_EVERY: Duration = Duration::from_secs(1);

/// How many pages they are.
pub(crate) fn number_of(certificates: &[Certificate]) -> u32 {
    u32::try_from(certificates.len()).unwrap_or(u32::MAX)
}

impl Worker {
    /// The bytes of the file.
    pub(crate) async fn drawn(
        &self,
        PrepareCertificates { of, id }: &PrepareCertificates,
        certificates: Vec<Certificate>,
    ) -> Result<Vec<u8>, ProcessError> {
        let (pages, made) = (number_of(&certificates), Arc::new(AtomicU32::new(0)));
        let drawn = Arc::clone(&made);
        let mut drawing = tokio::task::spawn_blocking(move || {
            let file = pdf_telling(&certificates, |_| {
                drawn.fetch_add(1, Ordering::Relaxed);
            })?;
            log_missing_letters(&file, &certificates);
            Ok::<_, CertificateError>(file.bytes)
        });
        loop {
            match tokio::time::timeout(TELL_EVERY, &mut drawing).await {
                Ok(ended) => return Ok(ended??),
                // Whether it is still wanted is asked when it is ready: few seconds are left.
                Err(_) => drop(self.table.file_is_made(of, *id, made.load(Ordering::Relaxed), pages).await?),
            }
        }
    }
}
