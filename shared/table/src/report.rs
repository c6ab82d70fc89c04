//! The lines of an import's report, a page an item: an item holds 400 kB, and a file of 10,000 pupils may have an error
//! on each.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use jiff::{SignedDuration, Timestamp};
use rentree_domain::{ImportId, Uai};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::item::stored;
use crate::keys::{report_prefix, school_pk};
use crate::paced::{Paced, units_of};
use crate::{Key, Table, TableError};

const ENTITY: &str = "ImportReport";
/// Lines in one item: about 50 kB, for readers clip what they quote.
const LINES_PER_PAGE: usize = 100;
/// Reports name pupils: kept as long as the file itself.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What a line of a report is about; reports list them in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// An error that keeps a pupil from being imported.
    Problem,
    /// Something about a pupil who is imported that the school should look at.
    Remark,
    /// A pupil who left or has no class.
    LeftOut,
    /// A pupil who would be, or was, deactivated.
    Deactivated,
    /// A pupil who would be, or was, added.
    Added,
    /// A pupil who would be, or was, reactivated.
    Reactivated,
    /// A pupil of whom something would be, or was, modified.
    Modified,
}

/// A line of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportLine {
    /// What it is about.
    pub kind: LineKind,
    /// Line in the file, from 1; 0 where the plan tells, and no line.
    pub line: u64,
    /// The reader's code; that of the kind, where the plan tells.
    pub code: String,
    /// The element or column, as the file names it; empty where none is meant.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// `DUPONT Karine`.
    pub name: String,
    /// One French sentence; empty where the plan tells, and name and class say it all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// How to mend it; empty where nothing needs mending.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remedy: String,
    /// The class, where the plan tells.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub division: String,
    /// What differs, where the plan tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Changed>,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changed {
    /// Its name in the stored pupil.
    pub field: String,
    /// What it was; empty where there was nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// What it becomes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub after: String,
}

/// A page of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportPage {
    /// The lines, by kind.
    pub lines: Vec<ReportLine>,
    expires_at: i64,
}

impl Table {
    /// Writes a report and returns the number of its pages. Writing it again overwrites it.
    pub(crate) async fn write_report(
        &self,
        uai: Uai,
        id: ImportId,
        lines: &[ReportLine],
        pace: &mut Paced,
        now: Timestamp,
    ) -> Result<u32, TableError> {
        let mut pages = 0;
        for lines in lines.chunks(LINES_PER_PAGE) {
            pages += 1;
            let page = ReportPage { lines: lines.to_vec(), expires_at: (now + KEPT).as_second() };
            let item = stored(&page, ENTITY, Key::report(uai, id, pages))?;
            pace.turn().await;
            let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
            let put = put.return_consumed_capacity(ReturnConsumedCapacity::Indexes);
            let taken = put.send().await.map_err(TableError::request("PutItem"))?;
            pace.used(units_of(taken.consumed_capacity()));
        }
        Ok(pages)
    }

    /// The whole report of an import, in its order: the first `kept` pages, for a run before may have left more.
    pub async fn report(&self, uai: Uai, id: ImportId, kept: u32) -> Result<Vec<ReportLine>, TableError> {
        if kept == 0 {
            return Ok(Vec::new());
        }
        let pages = self.items(school_pk(uai), &report_prefix(id)).await?;
        let read = |item| serde_dynamo::from_item(item).map_err(TableError::malformed(ENTITY));
        let pages: Vec<ReportPage> = pages.into_iter().take(kept as usize).map(read).collect::<Result<_, _>>()?;
        Ok(pages.into_iter().flat_map(|page| page.lines).collect())
    }

    /// One page of a report, from 1.
    pub async fn report_page(&self, uai: Uai, id: ImportId, page: u32) -> Result<Option<ReportPage>, TableError> {
        self.get(Key::report(uai, id, page), ENTITY).await
    }
}
