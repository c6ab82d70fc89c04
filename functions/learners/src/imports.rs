//! Imports: ask for an upload, follow it, settle it.

mod allow;
mod ended;
pub(crate) mod follow;
mod group;
pub(crate) mod recent;
pub(crate) mod report;
pub(crate) mod request;
pub(crate) mod set_aside;
pub(crate) mod settle;
pub(crate) mod undo;
pub(crate) mod view;
mod words;

use rentree_domain::import::ImportState;
use rentree_domain::{ImportId, Uai};
use rentree_http::{Problem, Visitor};
use rentree_table::{AuditAction, Import};

use crate::Learners;

/// Where an import is followed.
fn location(uai: Uai, id: ImportId) -> String {
    format!("/schools/{uai}/imports/{id}")
}

/// Where the file of an import is uploaded to.
fn object_key(uai: Uai, id: ImportId) -> String {
    format!("imports/{uai}/{id}")
}

/// The import that a form makes each time it is sent.
struct Same {
    id: ImportId,
    /// In which states it is still the one that is wanted.
    holds: fn(ImportState) -> bool,
}

impl Learners {
    /// The import of a path.
    async fn import(&self, uai: Uai, id: &str) -> Result<(ImportId, Import), Problem> {
        let id = id.parse().map_err(|_| Problem::not_found())?;
        let import = self.table.import(uai, id).await?.ok_or_else(Problem::not_found)?;
        Ok((id, import))
    }

    /// Notes an import as `wanted` makes it, or finds the one that the same form made before, as long as that holds.
    async fn begin(
        &self,
        uai: Uai,
        visitor: &Visitor,
        same: Option<Same>,
        wanted: impl Fn(ImportId) -> Import,
    ) -> Result<(ImportId, Import), Problem> {
        let now = (self.clock)();
        let note = async |id: ImportId| {
            let import = wanted(id);
            let entry = self.entry(visitor, AuditAction::ImportRequested).of_import(id);
            let is_new = self.table.create_import(uai, id, &import, &entry).await?;
            Ok::<_, Problem>((is_new, import))
        };
        if let Some(Same { id, holds }) = same {
            let (is_new, import) = note(id).await?;
            if is_new {
                return Ok((id, import));
            }
            let known = self.table.import(uai, id).await?;
            if let Some(known) = known.filter(|known| holds(known.state_at(now))) {
                return Ok((id, known));
            }
        }
        let other = ImportId::new(now, rentree_runtime::random());
        Ok((other, note(other).await?.1))
    }
}
