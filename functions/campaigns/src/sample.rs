//! A campaign for tests: each changes what it is about.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rentree_domain::{CampaignCode, CampaignKind, CampaignTitle, CourseId};
use rentree_table::Campaign;

/// A school's own campaign that anybody of it may join.
pub(crate) fn campaign(created_at: Timestamp) -> Campaign {
    Campaign {
        title: CampaignTitle::parse("Rentrée").unwrap(),
        kind: CampaignKind::Assessment,
        course: CourseId::parse("a").unwrap(),
        message: None,
        code: CampaignCode::draw([1; 16]),
        owner: None,
        owner_name: "Anne".to_owned(),
        created_at,
        archived_at: None,
        only_in_lessons: false,
        lesson: None,
        given: None,
        classes: BTreeSet::new(),
        platform: None,
        ready_of: None,
    }
}
