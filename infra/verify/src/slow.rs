//! `cargo verify --slow`: the journeys on a machine that is slow on purpose. How fast a machine is must not decide
//! about right and wrong.

use std::process::{Child, Command, Stdio};

use crate::executables;
use crate::gate::Gates;
use crate::install;
use crate::journeys::{OF_QUEUES, filters};
use crate::test_run;

/// How often the journeys run that wait for queues.
const TIMES: usize = 3;
/// Endless processes beside them.
const BUSY: usize = 2;
/// An endless process ends by itself when nobody ends it, in seconds.
const LONGEST: &str = "18000";

pub(crate) fn run(gates: &mut Gates) -> Result<(), String> {
    let all = executables::build(gates)?;
    install::browser(gates)?;
    let journeys = executables::journeys(&all)?;
    {
        let mut busy = Busy::start().map_err(|error| format!("no endless process: {error}"))?;
        for time in 1..=TIMES {
            let mut command = journeys.command(&[])?;
            command.args(filters(OF_QUEUES)).current_dir("tests");
            test_run::pass(
                &format!("journeys that wait for queues beside {BUSY} endless processes, {time}"),
                command,
                gates,
            )?;
        }
        let mut command = journeys.command(&[])?;
        command.current_dir("tests");
        test_run::pass(&format!("journeys beside {BUSY} endless processes"), command, gates)?;
        busy.are_still_there()?;
    }
    let mut command = journeys.command(&["taskset", "-c", "0"])?;
    command.current_dir("tests");
    test_run::pass("journeys on one core", command, gates)
}

/// Processes that take what they get of the processor, until this is dropped.
struct Busy(Vec<Child>);

impl Busy {
    fn start() -> std::io::Result<Self> {
        let mut busy = Self(Vec::new());
        for _ in 0..BUSY {
            let mut endless = Command::new("timeout");
            endless.args([LONGEST, "sh", "-c", "while :; do :; done"]).stdin(Stdio::null());
            busy.0.push(endless.spawn()?);
        }
        Ok(busy)
    }
}

impl Busy {
    /// The run is worth nothing if they ended meanwhile.
    fn are_still_there(&mut self) -> Result<(), String> {
        let ended = |child: &mut Child| !matches!(child.try_wait(), Ok(None));
        if self.0.iter_mut().any(ended) { Err("the endless processes ended too early".to_owned()) } else { Ok(()) }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // `timeout` hands the signal on to the shell; SIGKILL could not be handed on.
            let _ = Command::new("kill").arg(child.id().to_string()).status();
            let _ = child.wait();
        }
    }
}
