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

use rentree_domain::{FormId, ImportId, Uai};
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

impl Learners {
    /// The import of a path.
    async fn import(&self, uai: Uai, id: &str) -> Result<(ImportId, Import), Problem> {
        let id = id.parse().map_err(|_| Problem::not_found())?;
        let import = self.table.import(uai, id).await?.ok_or_else(Problem::not_found)?;
        Ok((id, import))
    }

    /// Notes an import that a form asked for, as `wanted` makes it, unless the form has asked for the same before and that is not over: then
    /// the import that stands there. Whether it is new.
    async fn begin(
        &self,
        uai: Uai,
        visitor: &Visitor,
        once: Option<FormId>,
        wanted: impl Fn(ImportId) -> Import,
    ) -> Result<(ImportId, Import, bool), Problem> {
        let now = (self.clock)();
        let note = async |id: ImportId| {
            let import = wanted(id);
            let entry = self.entry(visitor, AuditAction::ImportRequested).of_import(id);
            let is_new = self.table.create_import(uai, id, &import, &entry).await?;
            Ok::<_, Problem>((id, import, is_new))
        };
        let other = ImportId::new(now, rentree_runtime::random());
        let content = |import: &Import| format!("{uai} {} {:?}", visitor.user, import.options);
        let Some((at, entropy)) = once.and_then(|form| form.makes(&content(&wanted(other)), now)) else {
            return note(other).await;
        };
        let same = ImportId::new(at, entropy);
        let (id, import, is_new) = note(same).await?;
        if is_new {
            return Ok((id, import, true));
        }
        match self.table.import(uai, same).await? {
            Some(known) if !known.state_at(now).is_over() => Ok((same, known, false)),
            _ => note(other).await,
        }
    }
}
