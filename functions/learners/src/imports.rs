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

use rentree_domain::{ImportId, Uai};
use rentree_http::Problem;
use rentree_table::Import;

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

    fn new_import_id(&self) -> ImportId {
        ImportId::new((self.clock)(), rentree_runtime::random())
    }
}
