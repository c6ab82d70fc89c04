//! Lessons of campaigns, and whether a campaign is bound to them.

use rentree_domain::{CampaignId, Lesson, Uai};

use crate::item::Change;
use crate::{AuditEntry, Key, Table, TableError};

/// The lesson is the one that was read.
const AS_READ: &str = "attribute_exists(PK) AND lesson = :seen";
/// There was none.
const NONE_YET: &str = "attribute_exists(PK) AND attribute_not_exists(lesson)";

impl Table {
    /// Puts the lesson `next` in the place of the one that was read; `entry` tells it. `false`: somebody was faster, and nothing is
    /// written.
    pub async fn set_lesson(
        &self,
        (uai, id): (Uai, CampaignId),
        seen: Option<Lesson>,
        next: Lesson,
        entry: &AuditEntry,
    ) -> Result<bool, TableError> {
        let change = Change::of(Key::campaign(uai, id), "SET lesson = :next").value_of(":next", &next)?;
        let change = match seen {
            Some(seen) => change.only_if(AS_READ).value_of(":seen", &seen)?,
            None => change.only_if(NONE_YET),
        };
        self.tell(uai, change, entry).await
    }

    /// Binds a campaign to lessons, or frees it of them; `entry` tells it. As it was already: `false`, and nothing is written.
    pub async fn bind_to_lessons(
        &self,
        (uai, id): (Uai, CampaignId),
        is_bound: bool,
        entry: &AuditEntry,
    ) -> Result<bool, TableError> {
        let change = if is_bound {
            Change::of(Key::campaign(uai, id), "SET only_in_lessons = :true")
                .only_if("attribute_exists(PK) AND attribute_not_exists(only_in_lessons)")
                .truth(":true")
        } else {
            Change::of(Key::campaign(uai, id), "REMOVE only_in_lessons").only_if("attribute_exists(only_in_lessons)")
        };
        self.tell(uai, change, entry).await
    }
}
