//! The gate of the deployment: `cargo dev deploy --check`, when what a deployment depends on has changed since it passed last.

use std::path::Path;

use rentree_verify::deployed;

use crate::executables;
use crate::gate::Gates;

/// When the deployment is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    Always,
    Changed,
}

/// Everything was built before.
pub(crate) fn pass(root: &Path, when: When, gates: &mut Gates) -> Result<(), String> {
    let changed = deployed::changed(root)?;
    if changed.is_empty() && when == When::Changed {
        println!(
            "verify: the deployment is as it was when it was checked ({}); --all checks it again",
            deployed::RECORD
        );
        return Ok(());
    }
    if !changed.is_empty() {
        println!("verify: since the deployment was checked, these changed: {}", changed.join(", "));
    }
    let executables = executables::built()?;
    let mut deploy = executables::journeys(&executables)?.program("rentree-local")?;
    gates.pass("the deployment", deploy.args(["deploy", "--check"]))
}
