//! One event for each function whose answer needs the table once, where there is such an event.

use anyhow::Context;
use rentree_local::zips::EMPTY;
use rentree_testkit::workspace_root;
use serde_json::{Value, json};

/// An event of `function`.
pub(crate) fn of(function: &str) -> anyhow::Result<Value> {
    match function {
        "activation" => event("activation/link-forged.json"),
        "certificates-worker" => event("certificates-worker/make.json"),
        "certifications-worker" => event("certifications-worker/upload.json"),
        "directory" => event("directory/offer-to.json"),
        "import-worker" => event("import-worker/confirmed.json"),
        "invitations" => event("invitations/link-forged.json"),
        "mail-worker" => event("mail-worker/invitation-gone.json"),
        "mediacentre" => event("mediacentre/begin.json"),
        "accounts" => with_session("accounts/account-signed-out.json"),
        "campaigns" => with_session("campaigns/own-signed-out.json"),
        "certifications" => with_session("certifications/list-signed-out.json"),
        "learners" => with_session("learners/list-signed-out.json"),
        EMPTY => event("accounts/home.json"),
        other => anyhow::bail!("{other} has no event here"),
    }
}

/// With the cookie of a session that the table does not have: without a cookie, nobody asks the table.
fn with_session(file: &str) -> anyhow::Result<Value> {
    let mut event = event(file)?;
    event["cookies"] = json!([format!("{}={}", rentree_http::SESSION_COOKIE, "A".repeat(43))]);
    Ok(event)
}

fn event(file: &str) -> anyhow::Result<Value> {
    let path = workspace_root().join("events").join(file);
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}
