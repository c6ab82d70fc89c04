//! What journeys of imports look at.

use rentree_domain::import::Counts;
use rentree_local::client::Summary;

/// What became of the pupils of a file.
pub(crate) fn counts(
    added: usize,
    modified: usize,
    reactivated: usize,
    deactivated: usize,
    unchanged: usize,
) -> Counts {
    Counts { added, modified, reactivated, deactivated, unchanged, ..Counts::default() }
}

/// It succeeded, with these counts.
#[track_caller]
pub(crate) fn assert_succeeded(summary: &Summary, expected: Counts) {
    assert_eq!((summary.status.as_str(), summary.counts), ("succeeded", expected), "{:?}", summary.refused);
}
