//! The gate of the tests. What they print is kept; at a failure the last lines are what whoever mends it needs.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::gate::Gates;

/// Where the logs of test runs are.
const LOGS: &str = "target/verify";
/// Where stand-ins write theirs.
const LOGS_OF_STAND_INS: &str = ".local/logs";
const SCREENSHOTS: &str = "target/screenshots";
/// Lines of what a failed test said.
const LINES_OF_A_FAILURE: usize = 12;

/// Runs tests. No test is tried again: a failure is a failure.
pub(crate) fn pass(name: &str, mut command: Command, gates: &mut Gates) -> Result<(), String> {
    let file = format!("{LOGS}/{}.log", name.replace(|c: char| !c.is_alphanumeric(), "-"));
    // A snapshot that changed, or that nothing refers to any more, is for a person to review.
    command.env("INSTA_UPDATE", "no").env("CARGO_TERM_COLOR", "never");
    // Journeys wait for browsers and queues half of their time.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    command.env("RUST_TEST_THREADS", (2 * cores).to_string());
    let mut last_words = Vec::new();
    let result = gates.time(name, || {
        // Those of the run before would only mislead.
        let _ = std::fs::remove_dir_all(LOGS_OF_STAND_INS);
        let (succeeded, lines) =
            run(&mut command, Path::new(&file)).map_err(|error| format!("could not run: {error}"))?;
        // A binary of a function has no tests of its own; whatever filters journeys must find some.
        if succeeded && (name.starts_with("tests of") || lines.iter().any(|line| ran_some(line))) {
            return Ok(());
        }
        last_words = told(&lines, &file);
        Err(if succeeded { "ran no test" } else { "failed" }.to_owned())
    });
    gates.say_last(last_words);
    result
}

/// Whether a line says that tests ran and passed: `test result: ok. 9 passed; …`
fn ran_some(line: &str) -> bool {
    line.strip_prefix("test result: ok. ").is_some_and(|rest| !rest.starts_with("0 passed"))
}

/// Runs a command, shows what it prints, keeps it in a file, and returns it.
fn run(command: &mut Command, file: &Path) -> std::io::Result<(bool, Vec<String>)> {
    std::fs::create_dir_all(LOGS)?;
    let mut log = File::create(file)?;
    let (reader, writer) = std::io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn()?;
    // Our own ends of the pipe, which the command would hold open for ever.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut lines = Vec::new();
    for line in BufReader::new(reader).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        println!("{line}");
        writeln!(log, "{line}")?;
        lines.push(line);
    }
    Ok((child.wait()?.success(), lines))
}

fn told(lines: &[String], file: &str) -> Vec<String> {
    let mut told = vec!["what failed:".to_owned()];
    for failure in failures(lines) {
        told.push(failure.test.to_owned());
        told.extend(failure.said.iter().map(|line| format!("    {line}")));
    }
    if told.len() == 1 {
        // No test said that it failed: a process ended before its end.
        told.extend(lines.iter().rev().take(LINES_OF_A_FAILURE).rev().map(|line| format!("    {line}")));
    }
    told.push(format!("the whole output is in {file}, logs of the stand-ins in {LOGS_OF_STAND_INS}, pictures of pages in {SCREENSHOTS}"));
    told
}

/// A test that failed.
#[derive(Debug, PartialEq, Eq)]
struct Failure<'a> {
    test: &'a str,
    /// The first lines of what it printed, and its seed, if it has one.
    said: Vec<&'a str>,
}

/// The tests that failed, by what cargo and libtest print: `---- name stdout ----`, then the test's own output.
fn failures(lines: &[String]) -> Vec<Failure<'_>> {
    let mut failures: Vec<Failure<'_>> = Vec::new();
    let mut at_one = false;
    for line in lines.iter().map(String::as_str) {
        if let Some(test) = line.strip_prefix("---- ").and_then(|line| line.strip_suffix(" stdout ----")) {
            failures.push(Failure { test, said: Vec::new() });
            at_one = true;
        } else if line == "failures:" || line.starts_with("test result:") {
            at_one = false;
        } else if let Some(failure) = failures.last_mut().filter(|_| at_one) {
            // What a test printed before it failed is in the file.
            if line.contains("panicked at") {
                failure.said.clear();
            }
            // A property test writes its seed as `cc <hexadecimal>`, ready for its file of regressions.
            let is_seed = line.trim_start().starts_with("cc ");
            if !line.trim().is_empty() && (is_seed || failure.said.len() < LINES_OF_A_FAILURE) {
                failure.said.push(line);
            }
        }
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_with_its_words_and_its_seed() {
        let output = "\
running 3 tests
test a::b ... ok
test a::c ... FAILED
test a::d ... FAILED

failures:

---- a::c stdout ----

printed before
thread 'a::c' panicked at a.rs:1:1:
1 expected, 2 found

---- a::d stdout ----
thread 'a::d' panicked at a.rs:9:9:
1
2
3
4
5
6
7
8
9
10
11
12
    cc 0123abcd
note: run with `RUST_BACKTRACE=1`

failures:
    a::c
    a::d

test result: FAILED. 1 passed; 2 failed";
        let lines: Vec<String> = output.lines().map(ToOwned::to_owned).collect();
        let failures = failures(&lines);
        assert_eq!(failures.len(), 2);
        assert_eq!((failures[0].test, failures[0].said.len()), ("a::c", 2));
        assert!(
            ran_some("test result: ok. 9 passed; 0 failed; 0 ignored")
                && !ran_some("test result: ok. 0 passed; 0 failed")
        );
        assert_eq!((failures[1].said.len(), failures[1].said.last()), (13, Some(&"    cc 0123abcd")));
    }
}
