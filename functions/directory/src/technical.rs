//! Messages that failed every time: operators are told, and an alarm listens to these log lines.

use rentree_domain::{Academie, Round, Uai};
use rentree_table::OfferState;

use crate::Directory;
use crate::error::ProcessError;
use crate::listing::{Refusal, RefusalCode};
use crate::report::{LoadReport, OfferReport};

impl Directory {
    /// The report of a file says that it is not its fault. What was written before stays: loading it again resumes.
    pub(crate) async fn load_failed(&self, name: &str) -> Result<(), ProcessError> {
        let detail = "The file could not be loaded to its end for a technical reason; nothing is wrong with it. Upload it again: what \
                      is loaded already costs nothing. The log of the function says what failed.";
        let file = format!("directory/{name}.csv");
        let refused = Some(Refusal::new(RefusalCode::Technical, detail));
        self.write_load_report(name, &LoadReport { file: file.clone(), refused, ..LoadReport::default() }).await?;
        tracing::error!(file, "a directory failed for a technical reason");
        Ok(())
    }

    /// The report of an offer says that it could not be planned.
    pub(crate) async fn plan_failed(&self, academie: Academie, round: &Round) -> Result<(), ProcessError> {
        let detail = "The offer could not be planned to its end for a technical reason. Send the same message again: no school is \
                      sent a second mail. The log of the function says what failed.";
        let refused = Refusal::new(RefusalCode::Technical, detail);
        let report = OfferReport { refused: Some(refused), ..OfferReport::nothing(academie, round.clone()) };
        self.write_offer_report(&report).await?;
        tracing::error!(academie = academie.short_name(), round = %round, "an offer failed for a technical reason");
        Ok(())
    }

    /// Notes that the mail to a school was not sent, unless it was.
    pub(crate) async fn offer_failed(&self, uai: Uai, round: &Round) -> Result<(), ProcessError> {
        let state = self.table.fail_offer(uai, round, self.config.claim_patience, (self.clock)()).await?;
        match state {
            // Its sender may still be at work; the letter comes again.
            None => return Err(ProcessError::Busy),
            Some(OfferState::Sent) => {
                tracing::info!(uai = %uai, round = %round, "a dead letter is about a mail that was sent");
            }
            Some(state) => {
                tracing::error!(uai = %uai, round = %round, state = ?state, "an offer failed for a technical reason");
            }
        }
        Ok(())
    }
}
