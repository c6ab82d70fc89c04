//! An import that failed every time: the school is told, the import does not stay "in progress" for ever.

use rentree_domain::import::Resume;
use rentree_table::{Marked, Refused};

use crate::Worker;
use crate::process::ProcessError;

/// Why an import is not carried out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Why {
    /// Each try failed, or none could begin.
    Technical,
    /// The worker died each time, of memory or of time, and told nothing: the file may be the reason.
    WorkersDied,
}

impl Why {
    /// What the school is told.
    fn refused(self) -> Refused {
        let (code, detail) = match self {
            Self::Technical => (
                "technical",
                "L’import n’a pas pu aller à son terme pour une raison technique. Rien n’a été changé. Merci d’importer à \
                 nouveau le fichier ; si le problème persiste, contactez l’assistance.",
            ),
            Self::WorkersDied => (
                "worker_died",
                "Le traitement de ce fichier s’est interrompu deux fois sans dire pourquoi ; il n’est pas tenté une fois de plus. Rien \
                 n’a été changé. Merci d’exporter à nouveau le fichier, de vérifier sa taille, puis de l’importer ; si le problème persiste, \
                 contactez l’assistance.",
            ),
        };
        Refused { code: code.to_owned(), detail: detail.to_owned() }
    }
}

impl Worker {
    /// Marks the import of a dead letter, of the last try, or of one that kills its workers, as failed. The alarm listens to this function's log.
    ///
    /// A letter about an import whose lease is alive marks nothing: a worker may still bring it to its end. The letter
    /// gives way like every message, so that somebody looks again when the lease is over.
    pub(crate) async fn fail_technically(&self, resume: Resume, why: Why) -> Result<(), ProcessError> {
        let Resume { uai, id, confirmed, .. } = resume;
        match self.table.fail_technically(uai, (id, confirmed), why.refused(), (self.clock)()).await? {
            Marked::Failed => {
                tracing::error!(uai = %uai, import = %id, ?why, "an import failed for a technical reason");
            }
            Marked::Settled => {
                tracing::info!(uai = %uai, import = %id, "an import that could not go on was settled meanwhile");
            }
            Marked::AtWork { delay_seconds } => self.give_way(resume, delay_seconds).await?,
        }
        Ok(())
    }
}
