//! The checkers that we did not write come as Python packages, in an environment of their own below `.local/`, filled when it is first
//! needed: by version and digest, as `checks/requirements.txt` has them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What the environment holds, once it is whole.
const INSTALLED: &str = "installed";
const REQUIREMENTS: &str = include_str!("../../checks/requirements.txt");

/// Runs a script of `checks/` with `arguments`. What it printed, and whether it was content.
pub(crate) fn run(script: &str, arguments: &[&Path]) -> (String, bool) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("checks").join(script);
    let output = Command::new(environment()).arg(script).args(arguments).output().expect("Python");
    let printed = [output.stdout, output.stderr].map(|printed| String::from_utf8_lossy(&printed).into_owned());
    (printed.concat(), output.status.success())
}

/// The Python of the environment.
fn environment() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two folders down");
    let venv = root.join(".local/tools/certificate-checks");
    let python = venv.join("bin/python");
    let mark = venv.join(INSTALLED);
    std::fs::create_dir_all(&venv).expect("a folder for it");
    // Tests run side by side.
    let lock = std::fs::File::create(venv.with_extension("lock")).expect("a lock");
    lock.lock().expect("the lock");
    if !std::fs::read_to_string(&mark).is_ok_and(|installed| installed == REQUIREMENTS) {
        run_whole(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv));
        let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("checks/requirements.txt");
        let pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r"];
        run_whole(Command::new(&python).args(pip).arg(requirements));
        std::fs::write(mark, REQUIREMENTS).expect("a mark");
    }
    python
}

fn run_whole(command: &mut Command) {
    let output = command.output().expect("Python 3.10 or later with venv (Debian: apt-get install python3-venv)");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
