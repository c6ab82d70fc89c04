//! samlp: a second identity provider that we did not write, a package of npm. What two makers say alike is no habit of one of them.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};

const PACKAGES: [&str; 2] = ["samlp@8.0.0", "express@5.3.0"];
const SCRIPT: &str = "tests/journeys/support/samlp/serve.js";
/// Of the reader's tests.
const KEYS: &str = "functions/mediacentre/src/response/tests/makers/keys";

/// A running one. It ends with this value.
pub(crate) struct Samlp {
    /// Where browsers are sent to.
    pub(crate) sso: String,
    /// Its certificate, as metadata have it.
    pub(crate) certificate: String,
    _process: Child,
    _lifeline: ChildStdin,
}

impl Samlp {
    /// Its name.
    pub(crate) const ENTITY_ID: &str = "urn:samlp:essai";

    pub(crate) async fn start() -> anyhow::Result<Self> {
        let root = rentree_testkit::workspace_root();
        let keys = root.join(KEYS);
        let (key, certificate) = (read(&keys, "provider.test-only.key.pem")?, read(&keys, "provider.crt.pem")?);
        let mut process = Command::new("node")
            .arg(root.join(SCRIPT))
            .env("NODE_PATH", install(&root).await?.join("node_modules"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("node is needed (Debian: apt-get install npm)")?;
        let mut lifeline = process.stdin.take().context("its standard input")?;
        let asked = json!({"issuer": Self::ENTITY_ID, "key": key, "certificate": certificate});
        lifeline.write_all(format!("{asked}\n").as_bytes()).await?;
        let mut url = String::new();
        BufReader::new(process.stdout.take().context("its standard output")?).read_line(&mut url).await?;
        anyhow::ensure!(url.starts_with("http://127.0.0.1:"), "samlp did not start");
        let certificate = certificate.lines().filter(|line| !line.starts_with('-')).collect();
        Ok(Self { sso: format!("{}/sso", url.trim()), certificate, _process: process, _lifeline: lifeline })
    }
}

fn read(keys: &Path, name: &str) -> anyhow::Result<String> {
    std::fs::read_to_string(keys.join(name)).with_context(|| format!("reading {name}"))
}

/// The folder that has the packages, installed once.
async fn install(root: &Path) -> anyhow::Result<PathBuf> {
    let folder = root.join(format!(".local/tools/{}", PACKAGES.join("+")));
    let mark = folder.join("installed");
    if !mark.exists() {
        std::fs::create_dir_all(&folder)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix", "."]).args(PACKAGES);
        let installed = npm.current_dir(&folder).stdin(Stdio::null()).status().await.context("npm is needed")?;
        anyhow::ensure!(installed.success(), "npm install {PACKAGES:?}: {installed}");
        std::fs::write(mark, "")?;
    }
    Ok(folder)
}
