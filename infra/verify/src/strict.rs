//! The tests, and what the strict cloud of `shared/testkit` adds to them: every right that the template grants is needed by
//! some test, none is missing, and the main journeys hold while AWS refuses one call in ten.
//!
//! What asserts the same while calls are refused runs only so: it holds without refusals then. `cargo test` runs everything without.

use std::path::Path;

use crate::executables;
use crate::gate::{Gates, cargo};
use crate::journeys::{OF_REFUSALS, filters, refused_alone};
use crate::test_run;

/// Where the strict cloud writes which rights were needed, and which were missing.
const RIGHTS: &str = "target/verify/rights.log";
const RIGHTS_LOG: &str = "RENTREE_RIGHTS_LOG";
const EVERY_RIGHT: &str = "rights::every_right_was_needed_and_none_was_missing";
/// How closely the journeys look at pages. Unless somebody says otherwise they keep no pictures, at which nobody looks here.
const LOOKS: &str = "RENTREE_LOOKS";
/// By which one call in ten is refused, or its answer lost.
const REFUSALS: &str = "RENTREE_REFUSALS";
const SEED: &str = "1";

/// Everything was built before.
pub(crate) fn tests(root: &Path, gates: &mut Gates) -> Result<(), String> {
    let rights = root.join(RIGHTS);
    // Those of the run before would count.
    let _ = std::fs::remove_file(&rights);
    std::fs::create_dir_all(rights.parent().unwrap_or(root)).map_err(|error| error.to_string())?;
    let executables = executables::built()?;
    let journeys = executables::journeys(&executables)?;
    let mut others = cargo(["test", "--workspace", "--lib", "--bins", "--locked", "--no-fail-fast"]);
    for folder in executables.iter().filter(|executable| executable.is_folder && executable.name != journeys.name) {
        others.args(["--test", &folder.name]);
    }
    test_run::pass("tests", others, gates)?;

    let journeys = || {
        let mut command = journeys.command(&[])?;
        let looks = std::env::var(LOOKS).unwrap_or_else(|_| "none".to_owned());
        command.env(RIGHTS_LOG, &rights).env(LOOKS, looks).current_dir("tests");
        Ok::<_, String>(command)
    };
    let mut calm = journeys()?;
    calm.args(filters(refused_alone()).iter().flat_map(|filter| ["--skip", filter]));
    test_run::pass("journeys", calm, gates)?;
    let mut refused = journeys()?;
    refused.env(REFUSALS, SEED).args(filters(OF_REFUSALS));
    test_run::pass("journeys while one call in ten is refused", refused, gates)?;
    let mut every_right = journeys()?;
    every_right.args(["--ignored", "--exact", EVERY_RIGHT]);
    test_run::pass("rights, both ways", every_right, gates)
}
