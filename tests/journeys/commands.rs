//! Commands, as people type them.

use std::process::{Command, Stdio};

use crate::support::run;
use crate::support::runtime_api::build;

/// `cargo dev sample … | head -0`, and the same of what checks a file: `println!` would panic.
#[test]
fn whoever_stops_reading_ends_no_command() {
    run(async {
        let programs = build()?;
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("eleves.xml");
        let file = file.to_str().expect("a plain path");
        for (program, arguments) in [
            ("rentree-local", &["sample", file, "--pupils", "3"][..]),
            ("check-roster", &[file]),
            ("check-roster", &[file, "--json"]),
        ] {
            let (reader, writer) = std::io::pipe()?;
            drop(reader);
            let child =
                Command::new(programs.join(program)).args(arguments).stdout(writer).stderr(Stdio::piped()).spawn()?;
            let ended = child.wait_with_output()?;
            let told = String::from_utf8_lossy(&ended.stderr);
            assert!(ended.status.success() && told.is_empty(), "{program} {arguments:?}: {} {told}", ended.status);
        }
        Ok(())
    });
}
