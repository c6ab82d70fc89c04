//! AWS's own tool, in an environment of its own below `.local/`, pointed at this machine and at nothing else.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail};
use rentree_local::cargo_lambda;
use rentree_testkit::cloud::REGION;
use rentree_testkit::{python, workspace_root};
use tokio::process::Command;

use super::deployed::{STACK, upload_url};
use super::loopback::Loopback;

const PACKAGES: [&str; 2] = ["aws-sam-cli==1.170.0", cargo_lambda::PACKAGE];
/// Lines of a log that failed.
const LAST_LINES: usize = 30;

/// Ends the tool and all that it started, compilers too, when our end of its standard input closes: whatever becomes of us,
/// nothing is left running. Everything that it starts is in its group of processes.
const LAUNCHER: &str = "\
import os, signal, sys, threading
def watch():
    while os.read(0, 4096):
        pass
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=watch, daemon=True).start()
from samcli.cli.main import cli
sys.argv[0] = 'sam'
cli()
";

/// Whether the functions are built in the profile of releases as `Cargo.toml` has it: for a quick look, the environment may say
/// otherwise.
pub(super) fn is_profile_of_releases() -> bool {
    !std::env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("CARGO_PROFILE_RELEASE"))
}

/// What the functions are built for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Architecture {
    Arm64,
    X86_64,
}

impl Architecture {
    /// The one that runs here.
    pub(super) fn of_this_machine() -> anyhow::Result<Self> {
        match std::env::consts::ARCH {
            "x86_64" => Ok(Self::X86_64),
            "aarch64" => Ok(Self::Arm64),
            other => bail!("Lambda runs nothing on {other}"),
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        })
    }
}

/// The parameters of the template that are not left to their defaults.
pub(super) struct Parameters<'a> {
    pub(super) architecture: Architecture,
    /// Where browsers reach the product.
    pub(super) origin: &'a str,
    /// What the assessment platform signs with.
    pub(super) webhook_secret: &'a str,
    /// Who signs people on from the Médiacentre.
    pub(super) identity_providers: &'a str,
}

/// The tool, installed.
pub(super) struct Sam {
    python: PathBuf,
    folder: PathBuf,
}

impl Sam {
    /// Installs it if need be. What it builds and writes is in `folder`.
    pub(super) async fn install(folder: PathBuf) -> anyhow::Result<Self> {
        let python = python::environment("tools/sam", &PACKAGES).await?;
        // One that a person has beside the template is for their own account.
        std::fs::write(folder.join("samconfig.toml"), "version = 0.1\n")?;
        Ok(Self { python, folder })
    }

    /// Builds every function of the template, in the profile of releases.
    pub(super) async fn build(&self, endpoint: &Loopback, architecture: Architecture) -> anyhow::Result<()> {
        let mut command = self.command("build", endpoint)?;
        command.arg("--beta-features").arg("--template-file").arg(workspace_root().join("infra/template.yaml"));
        command.arg("--build-dir").arg(self.folder.join("build"));
        command.args(["--parameter-overrides", &format!("Architecture={architecture}")]);
        // A quarter of an hour: what it is at is shown.
        run(&mut command).await.context("sam build")
    }

    /// Deploys what was built.
    pub(super) async fn deploy(&self, endpoint: &Loopback, parameters: &Parameters<'_>) -> anyhow::Result<()> {
        let Parameters { architecture, origin, webhook_secret, identity_providers } = parameters;
        let mut command = self.command("deploy", endpoint)?;
        command.arg("--template-file").arg(self.folder.join("build/template.yaml"));
        command.args(["--stack-name", STACK, "--region", REGION, "--resolve-s3", "--no-confirm-changeset"]);
        command.args(["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]);
        command.args(["--no-fail-on-empty-changeset", "--no-progressbar", "--parameter-overrides"]);
        command.arg(format!("Architecture={architecture}"));
        command.arg(format!("Origin={origin}")).arg(format!("WebhookSecrets={webhook_secret}"));
        // In quotation marks, as the tool reads JSON.
        command.arg(format!("IdentityProviders=\"{}\"", identity_providers.replace('"', "\\\"")));
        // Where the stand-in differs from AWS (docs/stand-ins.md).
        command.arg(format!("UploadUrl={}", upload_url(endpoint))).arg("Rights=stand-in");

        let path = self.folder.join("deploy.log");
        let log = std::fs::File::create(&path).with_context(|| format!("creating {}", path.display()))?;
        command.stdout(log.try_clone()?).stderr(log);
        run(&mut command).await.with_context(|| last_lines(&path)).context("sam deploy")
    }

    fn command(&self, subcommand: &str, endpoint: &Loopback) -> anyhow::Result<Command> {
        let mut command = Command::new(&self.python);
        // Also what cargo tells this process of its own package: build scripts that look at it would build again.
        let kept_from_it = ["AWS_", "SAM_", "CARGO_PKG_", "CARGO_MANIFEST_"];
        for (name, _) in std::env::vars_os() {
            if kept_from_it.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        let home = PathBuf::from(std::env::var_os("HOME").context("a home folder")?);
        let of_home =
            |variable: &str, folder: &str| std::env::var_os(variable).map_or_else(|| home.join(folder), PathBuf::from);
        let programs = self.python.parent().context("an environment of Python")?.to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        command
            .args(["-c", LAUNCHER, subcommand])
            .arg("--config-file")
            .arg(self.folder.join("samconfig.toml"))
            // cargo-lambda is beside it.
            .env("PATH", std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path)))?)
            // Accounts of the person who runs us are not looked for, wherever a tool may look.
            .env("CARGO_HOME", of_home("CARGO_HOME", ".cargo"))
            .env("RUSTUP_HOME", of_home("RUSTUP_HOME", ".rustup"))
            .env("HOME", self.folder.join("home"))
            .env("AWS_ENDPOINT_URL", endpoint.as_str())
            .env("AWS_REGION", REGION)
            .env("AWS_DEFAULT_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("NO_PROXY", "127.0.0.1")
            .env("SAM_CLI_TELEMETRY", "0")
            .current_dir(workspace_root())
            .process_group(0);
        Ok(command)
    }
}

async fn run(command: &mut Command) -> anyhow::Result<()> {
    let mut process = command.stdin(Stdio::piped()).spawn().context("starting it")?;
    let lifeline = process.stdin.take();
    let status = process.wait().await?;
    drop(lifeline);
    if status.success() { Ok(()) } else { bail!("ended with {status}") }
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
    format!("{last}\nsee {}", log.display())
}
