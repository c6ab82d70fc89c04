//! The functions as Lambda takes them: a zip each, by cargo-lambda, which brings a linker for both architectures.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use rentree_testkit::workspace_root;
use zip::ZipArchive;

use crate::cargo_lambda;

/// The functions, by the names of their binaries.
pub const FUNCTIONS: [&str; 12] = [
    "accounts",
    "activation",
    "campaigns",
    "certificates-worker",
    "certifications",
    "certifications-worker",
    "directory",
    "import-worker",
    "invitations",
    "learners",
    "mail-worker",
    "mediacentre",
];
/// A function that does nothing, to measure them against.
pub const EMPTY: &str = "empty";
/// No zip is larger, in bytes,
pub const LIMIT: u64 = 4_000_000;
/// but for those that carry fonts and the library that draws.
pub const LIMIT_OF_DRAWING: u64 = 5_000_000;
const DRAWING: [&str; 2] = ["certificates-worker", "certifications"];

/// What a function is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// What `infra/template.yaml` says.
    Arm64,
    /// What runs on most machines of people.
    X86_64,
}

/// A built function.
#[derive(Debug, Clone)]
pub struct Zip {
    /// The name of its binary.
    pub function: &'static str,
    /// How large the zip is.
    pub bytes: u64,
    /// The program within.
    pub bootstrap: PathBuf,
}

impl Architecture {
    /// The name of its folder, and the option of cargo-lambda.
    fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86-64",
        }
    }

    /// Builds every function and the empty one; installs what that needs.
    pub async fn build(self) -> anyhow::Result<()> {
        let python = cargo_lambda::python().await?;
        let programs = python.parent().context("an environment of Python")?;
        self.build_with(programs, FUNCTIONS.iter().flat_map(|function| ["--bin", function]))?;
        // cargo-lambda builds binaries or examples.
        self.build_with(programs, ["--example", EMPTY])
    }

    fn build_with<'a>(self, programs: &Path, what: impl IntoIterator<Item = &'a str>) -> anyhow::Result<()> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(programs.to_owned()).chain(std::env::split_paths(&path));
        let mut build = Command::new(env!("CARGO"));
        build.args(["lambda", "build", "--release", "--locked", "--output-format", "zip"]).args(what);
        build.arg(format!("--{}", self.name())).arg("--lambda-dir").arg(self.folder());
        build.current_dir(workspace_root()).env("PATH", std::env::join_paths(path)?);
        // What cargo tells this process of its own package: build scripts that look at it (ring's does) would build again.
        let of_package = |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| name.starts_with(prefix));
        for (name, _) in std::env::vars().filter(|(name, _)| of_package(name)) {
            build.env_remove(name);
        }
        run(&mut build)
    }

    /// What was built last, the empty function at the end.
    pub fn built(self) -> anyhow::Result<Vec<Zip>> {
        FUNCTIONS.into_iter().chain([EMPTY]).map(|function| self.zip(function)).collect()
    }

    fn zip(self, function: &'static str) -> anyhow::Result<Zip> {
        let folder = self.folder().join(function);
        let (packed, bootstrap) = (folder.join("bootstrap.zip"), folder.join("bootstrap"));
        let bytes = std::fs::metadata(&packed).with_context(|| format!("{} was not built", packed.display()))?.len();
        unpack(&packed, &bootstrap)?;
        Ok(Zip { function, bytes, bootstrap })
    }

    fn folder(self) -> PathBuf {
        workspace_root().join(".local/zips").join(self.name())
    }
}

/// Fails when a zip is larger than [`LIMIT`], or [`LIMIT_OF_DRAWING`], and names each that is. Whoever has built functions looks here.
pub fn check<'a>(sizes: impl IntoIterator<Item = (&'a str, u64)>) -> anyhow::Result<()> {
    let limit = |function: &str| if DRAWING.contains(&function) { LIMIT_OF_DRAWING } else { LIMIT };
    let too_large: Vec<_> = sizes.into_iter().filter(|(function, bytes)| *bytes > limit(function)).collect();
    if too_large.is_empty() {
        return Ok(());
    }
    let named = too_large.iter().map(|(function, bytes)| format!("{function} {bytes}")).collect::<Vec<_>>().join(", ");
    bail!(
        "a function's zip has {LIMIT} bytes at most, one that draws certificates {LIMIT_OF_DRAWING} (docs/measured.md): {named}"
    )
}

fn unpack(packed: &Path, bootstrap: &Path) -> anyhow::Result<()> {
    let mut packed = ZipArchive::new(File::open(packed)?)?;
    let mut program = OpenOptions::new().write(true).create(true).truncate(true).mode(0o755).open(bootstrap)?;
    std::io::copy(&mut packed.by_name("bootstrap")?, &mut program)?;
    Ok(())
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("running {command:?}"))?;
    anyhow::ensure!(status.success(), "{command:?} failed");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_named() {
        assert!(DRAWING.iter().all(|function| FUNCTIONS.contains(function)));
        check([("accounts", LIMIT), ("directory", 1), ("certifications", LIMIT_OF_DRAWING)]).unwrap();
        check([("certificates-worker", LIMIT_OF_DRAWING + 1)]).unwrap_err();
        let refused = check([("accounts", LIMIT), ("directory", LIMIT + 1)]).unwrap_err().to_string();
        assert!(refused.ends_with(": directory 4000001"), "{refused}");
    }
}
