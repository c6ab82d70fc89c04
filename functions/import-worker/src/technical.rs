//! A message that failed every time: the school is told, the import does not stay "in progress" for ever.

use rentree_domain::{ImportId, Uai};
use rentree_table::Refused;

use crate::Worker;
use crate::process::ProcessError;

impl Worker {
    /// Marks the import of a dead letter as failed. The alarm listens to this function's log.
    pub(crate) async fn fail_technically(&self, uai: Uai, id: ImportId) -> Result<(), ProcessError> {
        let detail = "L’import n’a pas pu aller à son terme pour une raison technique. Rien n’a été changé. Merci d’importer à \
                      nouveau le fichier ; si le problème persiste, contactez l’assistance.";
        let refused = Refused { code: "technical".to_owned(), detail: detail.to_owned() };
        let marked = self.table.fail_technically(uai, id, refused, (self.clock)()).await?;
        tracing::error!(uai = %uai, import = %id, marked, "an import failed for a technical reason");
        Ok(())
    }
}
