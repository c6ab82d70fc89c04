//! One file, from top to bottom: look whether it is wanted, read, draw, put into the bucket, say so.

use std::time::Instant;

use aws_sdk_s3::primitives::ByteStream;
use rentree_certificate::Certificate;
use rentree_domain::certification::{PrepareCertificates, Stamp};
use rentree_domain::paris;
use rentree_issued::{Verifying, issued};
use rentree_table::{PreparedState, Ready};
use tokio::try_join;

use crate::Worker;
use crate::draw::number_of;
use crate::error::ProcessError;

/// Half of what a partition gives, in read units a second: the pages of the school are answered meanwhile.
const READ_UNITS_A_SECOND: u32 = 1_500;

impl Worker {
    /// Makes a file, unless it was made, given up or asked for again since. Two that make the same one end alike: what is in the bucket has
    /// its name by what it was made of.
    pub(crate) async fn make(&self, order: &PrepareCertificates) -> Result<(), ProcessError> {
        let (started, PrepareCertificates { of, id }) = (Instant::now(), order);
        if !self.is_wanted(order).await? {
            tracing::info!(uai = %of.uai, file = %id, "a file of certificates is not wanted any more");
            return Ok(());
        }
        let Some((certificates, stamp)) = self.certificates(order).await? else {
            tracing::info!(uai = %of.uai, file = %id, "there is nothing to print any more");
            self.table.file_failed(of, *id).await?;
            return Ok(());
        };
        let pages = number_of(&certificates);
        if !self.table.file_is_made(of, *id, 0, pages).await? {
            return Ok(());
        }

        let file = self.drawn(order, certificates).await?;
        let bytes = u64::try_from(file.len()).unwrap_or(u64::MAX);
        let put = self.bucket.put_object().bucket(&self.config.bucket).key(of.object(&stamp));
        let put = put.content_type("application/pdf").body(ByteStream::from(file)).send().await;
        put.map_err(|error| ProcessError::Bucket(Box::new(error)))?;

        self.table.file_is_ready(of, *id, pages, &Ready { at: (self.clock)(), bytes, stamp }).await?;
        tracing::info!(
            uai = %of.uai, file = %id, certificates = pages, bytes, duration_ms = started.elapsed().as_millis(),
            "a file of certificates is ready"
        );
        Ok(())
    }

    async fn is_wanted(&self, order: &PrepareCertificates) -> Result<bool, ProcessError> {
        let file = self.table.prepared_file(&order.of).await?.filter(|file| file.id == order.id);
        let state = file.and_then(|file| file.state_at((self.clock)()));
        Ok(state.is_some_and(PreparedState::is_under_way))
    }

    /// What is printed, in its order, and what it was made of; `None` if nothing is.
    async fn certificates(
        &self,
        PrepareCertificates { of, .. }: &PrepareCertificates,
    ) -> Result<Option<(Vec<Certificate>, Stamp)>, ProcessError> {
        let certifications = self.table.certifications_at_pace(of.uai, of.year, READ_UNITS_A_SECOND);
        let (listed, certifications, noted) =
            try_join!(self.table.listed(of.uai), certifications, self.table.noted_codes())?;
        let Some((school, listing)) = listed else { return Ok(None) };
        let shared = self.table.shared_codes(&noted, &certifications, paris::date((self.clock)())).await?;
        let verifying = Verifying { origin: &self.config.origin };
        let all = issued(&certifications, &listing, &school.name, (verifying, &shared));
        let chosen = all.into_iter().filter(|it| !it.code_is_shared && (of.former || !it.left));
        let chosen: Vec<Certificate> = chosen.map(|it| it.certificate).collect();
        Ok(Some((chosen, school.stamp(&certifications))).filter(|(chosen, _)| !chosen.is_empty()))
    }

    /// The file cannot be made: whoever asked for it sees so, and an alarm listens to this log line.
    pub(crate) async fn failed(
        &self,
        PrepareCertificates { of, id }: &PrepareCertificates,
    ) -> Result<(), ProcessError> {
        if self.table.file_failed(of, *id).await? {
            tracing::error!(uai = %of.uai, file = %id, "a file of certificates failed for a technical reason");
        }
        Ok(())
    }
}
