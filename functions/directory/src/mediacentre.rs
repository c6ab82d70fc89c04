//! An operator says that the Médiacentre of a school is on, or off again. The same word twice comes to the same.

use rentree_domain::{GarId, Uai};
use rentree_table::InMediacentre;

use crate::Directory;
use crate::error::ProcessError;
use crate::report::{MediacentreRefusal, MediacentreRefusalCode, MediacentreReport};

impl Directory {
    /// Turns it on for the school that the GAR calls `id_etab`; off, when it is called nothing.
    pub(crate) async fn turn_mediacentre(
        &self,
        uai: Uai,
        id_etab: Option<GarId>,
        id_ent: Option<GarId>,
    ) -> Result<(), ProcessError> {
        let known = id_etab.map(|id_etab| InMediacentre { id_etab, id_ent });
        let is_known = self.table.set_mediacentre(uai, known.as_ref()).await?;
        let report = if is_known {
            MediacentreReport { uai, refused: None, mediacentre: known }
        } else {
            let detail = "No school of the table has this UAI: load the directory of schools first, or mend the UAI.";
            refused(uai, MediacentreRefusalCode::SchoolUnknown, detail)
        };
        self.write_mediacentre_report(&report).await?;
        tracing::info!(uai = %uai, is_known, is_on = report.mediacentre.is_some(), "the Médiacentre of a school was turned");
        Ok(())
    }

    /// The report says that nothing is known to have changed, and an alarm listens to the log line.
    pub(crate) async fn mediacentre_failed(&self, uai: Uai) -> Result<(), ProcessError> {
        let detail = "The Médiacentre of this school could not be turned on or off for a technical reason. Send the same message again. \
                      The log of the function says what failed.";
        self.write_mediacentre_report(&refused(uai, MediacentreRefusalCode::Technical, detail)).await?;
        tracing::error!(uai = %uai, "a mediacentre failed for a technical reason");
        Ok(())
    }
}

fn refused(uai: Uai, code: MediacentreRefusalCode, detail: &'static str) -> MediacentreReport {
    MediacentreReport { uai, refused: Some(MediacentreRefusal { code, detail }), mediacentre: None }
}
