//! Commands, as people type them.

use std::process::{Command, Stdio};

use jiff::Timestamp;
use rentree_domain::{EmailAddress, terms};
use rentree_local::client::School;
use rentree_local::{DEMO_EMAIL, DEMO_PASSWORD};
use rentree_table::Terms;
use serde_json::json;

use crate::support::runtime_api::build;
use crate::support::{a_uai, product, run, run_by};

/// Two minutes of it, which last ten seconds.
#[test]
fn an_hour_under_attack_holds() {
    run(async {
        let program = build()?.join("rentree-local");
        let hour = ["attack", "hour", "--minutes", "2", "--pupils", "6", "--imports", "2"];
        let ended = tokio::process::Command::new(program).args(hour).output().await?;
        let told = String::from_utf8_lossy(&ended.stdout);
        assert!(ended.status.success(), "{told}{}", String::from_utf8_lossy(&ended.stderr));
        // What there is of each, and how many were done.
        for (what, count) in [("pupils who join", "5"), ("imports", "2"), ("sign-ins of staff", "12")] {
            let row = told.lines().find(|line| line.starts_with(what)).expect(what);
            let numbers: Vec<&str> = row[what.len()..].split_whitespace().take(2).collect();
            assert_eq!(numbers, [count, count], "{told}");
        }
        Ok(())
    });
}

/// A state that was kept is from before the terms of use changed: the demo administrator, whom programs sign in as, goes on.
#[test]
fn the_demo_goes_on_after_the_terms_changed() {
    run_by(Timestamp::now, async {
        let (table, url) = (&product().table, &product().url);
        let (one, other) = (a_uai(), a_uai());
        School::enter(url, one).await?;
        let (id, _) = table.user_of_email(&EmailAddress::parse(DEMO_EMAIL)?).await?.expect("the demo administrator");
        table.accept_terms(id, Terms { version: terms::VERSION - 1, at: Timestamp::now() }).await?;
        let refused = School::sign_in(url, one, DEMO_EMAIL, DEMO_PASSWORD).await?.request(&json!({})).await;
        assert!(refused.unwrap_err().to_string().contains("terms_not_accepted"));
        School::enter(url, other).await?.request(&json!({})).await?;
        Ok(())
    });
}

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
