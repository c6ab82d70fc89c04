//! After an undo: the index of births finds everybody by the right date again.

use rentree_domain::import::Tidy;
use rentree_table::Tidied;

use crate::Worker;
use crate::process::ProcessError;

impl Worker {
    pub(crate) async fn tidy(&self, tidy: Tidy) -> Result<(), ProcessError> {
        match self.table.tidy(tidy.uai, tidy.id, self.config.lease, self.clock).await? {
            Tidied::Done { written } => {
                tracing::info!(uai = %tidy.uai, import = %tidy.id, items_written = written, "a roster was tidied up");
                self.seek_certified(tidy.uai).await
            }
            Tidied::Busy { delay_seconds } => self.send_again(&tidy, delay_seconds).await,
        }
    }
}
