//! An import that failed every time: the school is told, the import does not stay "in progress" for ever.

use rentree_domain::import::Resume;
use rentree_table::{Marked, Refused};

use crate::Worker;
use crate::process::ProcessError;

impl Worker {
    /// Marks the import of a dead letter, or of the last try, as failed. The alarm listens to this function's log.
    ///
    /// A letter about an import whose lease is alive marks nothing: a worker may still bring it to its end. The letter
    /// gives way like every message, so that somebody looks again when the lease is over.
    pub(crate) async fn fail_technically(&self, resume: Resume) -> Result<(), ProcessError> {
        let detail = "L’import n’a pas pu aller à son terme pour une raison technique. Rien n’a été changé. Merci d’importer à \
                      nouveau le fichier ; si le problème persiste, contactez l’assistance.";
        let refused = Refused { code: "technical".to_owned(), detail: detail.to_owned() };
        let Resume { uai, id, confirmed, .. } = resume;
        match self.table.fail_technically(uai, (id, confirmed), refused, (self.clock)()).await? {
            Marked::Failed => {
                tracing::error!(uai = %uai, import = %id, "an import failed for a technical reason");
            }
            Marked::Settled => {
                tracing::info!(uai = %uai, import = %id, "an import that could not go on was settled meanwhile");
            }
            Marked::AtWork { delay_seconds } => self.give_way(&resume, delay_seconds).await?,
        }
        Ok(())
    }
}
