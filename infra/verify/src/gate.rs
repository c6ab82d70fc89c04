//! A gate: a command that must succeed, and the time that it took.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The gates so far.
pub(crate) struct Gates {
    passed: Vec<(String, Duration)>,
    /// What whoever mends a failure needs: told last.
    last_words: Vec<String>,
    started: Instant,
}

impl Gates {
    pub(crate) fn new() -> Self {
        Self { passed: Vec::new(), last_words: Vec::new(), started: Instant::now() }
    }

    /// Runs a command; an error says that the gate did not pass.
    pub(crate) fn pass(&mut self, name: &str, command: &mut Command) -> Result<(), String> {
        self.time(name, || match command.stdin(Stdio::null()).status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("failed ({status})")),
            Err(error) => Err(format!("could not run: {error}")),
        })
    }

    /// Does something that counts as a gate.
    pub(crate) fn time(&mut self, name: &str, gate: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
        println!("verify: {name} …");
        let started = Instant::now();
        let result = gate();
        let took = started.elapsed();
        self.passed.push((name.to_owned(), took));
        match result {
            Ok(()) => {
                println!("verify: {name} passed in {} s", took.as_secs());
                Ok(())
            }
            Err(why) => Err(format!("{name} {why}, after {} s", took.as_secs())),
        }
    }

    /// Keeps lines for the end.
    pub(crate) fn say_last(&mut self, lines: Vec<String>) {
        self.last_words = lines;
    }

    /// Prints what each took, and the last words.
    pub(crate) fn tell(&self) {
        println!("verify: seconds a gate");
        for (name, took) in &self.passed {
            println!("verify: {:>6} {name}", took.as_secs());
        }
        println!("verify: {:>6} together", self.started.elapsed().as_secs());
        for line in &self.last_words {
            println!("verify: {line}");
        }
    }
}

/// The cargo that runs us, without what it told us of our own package: build scripts that look at it (ring's does) would run again when a
/// journey builds without it, and everything that stands on them would be built once more.
pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments);
    let of_our_package = |name: &String| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for name in std::env::vars().map(|(name, _)| name).filter(of_our_package) {
        command.env_remove(name);
    }
    command
}
