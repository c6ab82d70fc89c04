//! The tests, and what the strict cloud of `shared/testkit` adds to them: every right that the template grants is needed by
//! some test, none is missing, and the main journeys hold while AWS refuses one call in ten.

use std::path::Path;

use crate::executables;
use crate::gate::{Gates, cargo};
use crate::journeys::{OF_REFUSALS, filters};
use crate::test_run;

/// Where the strict cloud writes which rights were needed, and which were missing.
const RIGHTS: &str = "target/verify/rights.log";
const RIGHTS_LOG: &str = "RENTREE_RIGHTS_LOG";
const EVERY_RIGHT: &str = "rights::every_right_was_needed_and_none_was_missing";
/// By which one call in ten is refused, or its answer lost.
const REFUSALS: &str = "RENTREE_REFUSALS";
const SEED: &str = "1";

/// Everything was built before.
pub(crate) fn tests(root: &Path, gates: &mut Gates) -> Result<(), String> {
    let rights = root.join(RIGHTS);
    // Those of the run before would count.
    let _ = std::fs::remove_file(&rights);
    std::fs::create_dir_all(rights.parent().unwrap_or(root)).map_err(|error| error.to_string())?;
    let mut all = cargo(["test", "--workspace", "--bins", "--tests", "--locked", "--no-fail-fast"]);
    all.env(RIGHTS_LOG, &rights);
    test_run::pass("tests", all, gates)?;

    let executables = executables::built()?;
    let journeys = executables::journeys(&executables)?;
    let mut every_right = journeys.command(&[])?;
    every_right.env(RIGHTS_LOG, &rights).args(["--ignored", "--exact", EVERY_RIGHT]).current_dir("tests");
    test_run::pass("rights, both ways", every_right, gates)?;
    let mut refused = journeys.command(&[])?;
    refused.env(REFUSALS, SEED).args(filters(OF_REFUSALS)).current_dir("tests");
    test_run::pass("journeys while one call in ten is refused", refused, gates)
}
