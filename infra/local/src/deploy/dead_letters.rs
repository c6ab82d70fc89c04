//! A message that fails each time, because the table refuses, ends as a dead letter; once the table answers again, what it was
//! about is settled and told.
//!
//! The queues of the template hide what failed for six timeouts of its function, half an hour at most. For this check alone
//! they hide it for a moment.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use encoding_rs::UTF_8;
use rentree_domain::{Academie, Round};
use rentree_local::client::School;
use rentree_local::operator::Operator;
use rentree_samples::Sample;
use serde_json::json;

use super::deployed::Deployed;

/// The functions that take messages.
const WORKERS: [&str; 5] =
    ["import-worker", "mail-worker", "directory", "certificates-worker", "certifications-worker"];
/// The queues that messages fail in here; the dead letters of each are in `<queue>-dead`.
const QUEUES: [&str; 5] = ["imports", "mails", "directory", "certificates", "certifications"];
/// Of these, the queues whose dead letters are settled in the table, and so wait until it answers.
const THAT_WAIT: [&str; 3] = ["imports", "mails", "certificates"];
/// In seconds. A worker that the table refuses answers sooner.
const HIDDEN: u16 = 2;
/// Whose file the table refuses.
const SESSION: &str = "2026-11";
const PATIENCE: Duration = Duration::from_mins(5);
const PAUSE: Duration = Duration::from_millis(200);
const INVITED: &str = "sans.table@rentree.example";

/// `sample` is a list of `school`.
pub(super) async fn are_settled(
    deployed: &Deployed,
    operator: &Operator,
    school: &School,
    sample: &Sample,
    (academie, round): (Academie, &Round),
) -> anyhow::Result<()> {
    for worker in WORKERS {
        deployed.set_table_refuses(worker, true).await?;
    }
    for queue in QUEUES {
        deployed.set_visibility_timeout(queue, HIDDEN).await?;
        deployed.set_visibility_timeout(&dead(queue), HIDDEN).await?;
    }
    let import = school.request(&json!({})).await?;
    ensure!(school.send(&import, sample.siecle(UTF_8).bytes).await?, "the bucket finds the file too large");
    school.post("/invitations", &json!({ "emails": INVITED })).await?;
    school.post("/certificates/file", &json!({})).await?;

    // The letter about an offer asks nothing of the table: it is settled, by its report, while the table still refuses.
    let report = operator.plan(academie, round).await?;
    ensure!(!report["refused"].is_null(), "an offer that failed each time is told as planned: {report}");
    // Nor does the one about certifications.
    let report = operator.certify(SESSION, sample.certifications()).await?;
    ensure!(
        report["refused"]["code"] == "technical",
        "certifications that failed each time are told as loaded: {report}"
    );
    for queue in THAT_WAIT {
        until(&format!("no message of {queue} becomes a dead letter"), async || {
            Ok(deployed.messages(&dead(queue)).await? > 0 && deployed.messages(queue).await? == 0)
        })
        .await?;
    }
    for worker in WORKERS {
        deployed.set_table_refuses(worker, false).await?;
    }
    let id = import["id"].as_str().context("an import without an identifier")?;
    let summary = school.wait(id).await?;
    ensure!(summary.status == "failed", "an import that failed each time is told as {}", summary.status);
    until("the file of the certificates is not told as failed", async || {
        Ok(school.get("/certificates/file").await?["state"] == "failed")
    })
    .await?;
    until("the invitation is not told as failed", async || {
        let team = school.get("/team").await?;
        let mut invitations = team["invitations"].as_array().into_iter().flatten();
        Ok(invitations.any(|invitation| invitation["email"] == INVITED && invitation["delivery"] == "failed"))
    })
    .await?;
    for queue in QUEUES {
        until(&format!("a dead letter of {queue} stays"), async || Ok(deployed.messages(&dead(queue)).await? == 0))
            .await?;
    }
    Ok(())
}

fn dead(queue: &str) -> String {
    format!("{queue}-dead")
}

/// Waits until something holds; `not` says that it does not.
async fn until(not: &str, holds: impl AsyncFn() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if holds().await? {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    bail!("{not}, after {} minutes", PATIENCE.as_secs() / 60)
}
