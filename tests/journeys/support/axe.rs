//! axe-core: finds what keeps people out of a page.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use anyhow::Context;
use fantoccini::Client;
use serde_json::{Value, json};

const VERSION: &str = "4.14.1";

/// WCAG 2.2 A and AA, and what axe's authors advise besides.
const RUN: &str = "
    const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, { runOnly: tags, resultTypes: ['violations'], preload: false }).then(
        (found) => done(found.violations.map((v) => ({ id: v.id, help: v.help, nodes: v.nodes.map((n) => n.html) }))),
        (error) => done([{ id: 'axe', help: String(error), nodes: [] }]),
    );";

/// The library, from npm, installed once into `.local/tools`.
static SOURCE: LazyLock<Result<String, String>> = LazyLock::new(|| {
    install().and_then(|path| Ok(std::fs::read_to_string(path)?)).map_err(|error| format!("{error:#}"))
});

fn install() -> anyhow::Result<PathBuf> {
    let folder = rentree_testkit::workspace_root().join(format!(".local/tools/axe-core-{VERSION}"));
    let source = folder.join("package/axe.min.js");
    if !source.exists() {
        std::fs::create_dir_all(&folder)?;
        let mut pack = Command::new("npm");
        pack.args(["pack", "--silent", &format!("axe-core@{VERSION}")]).current_dir(&folder);
        let packed = pack.status().context("npm is needed for the audit of pages (Debian: apt-get install npm)")?;
        anyhow::ensure!(packed.success(), "npm pack axe-core@{VERSION}: {packed}");
        let archive = format!("axe-core-{VERSION}.tgz");
        let unpacked = Command::new("tar").args(["-xzf", &archive]).current_dir(&folder).status()?;
        anyhow::ensure!(unpacked.success(), "unpacking {archive}: {unpacked}");
    }
    Ok(source)
}

/// What is wrong with the page.
pub(crate) async fn violations(client: &Client) -> anyhow::Result<Vec<Value>> {
    let source = tokio::task::block_in_place(|| SOURCE.as_ref()).map_err(|error| anyhow::anyhow!("{error}"))?;
    client.execute(source, vec![]).await?;
    let found = client.execute_async(RUN, vec![json!(null)]).await?;
    found.as_array().cloned().context("a list of violations")
}
