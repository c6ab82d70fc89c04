//! `cargo bench -p rentree-local --bench sign_in`: how much of a sign-in's processor time is the password's hash. Goal: 90 %.
//!
//! The function runs on a thread called `handler`, its hashes on threads called `hash`; the stand-ins for AWS on others. Linux
//! tells the time of each.

use std::time::Instant;

use accounts::Accounts;
use anyhow::Context;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use jiff::Timestamp;
use rentree_local::{DEMO_EMAIL, DEMO_PASSWORD, Options, Rentree};
use tower::ServiceExt;

const SIGN_INS: u32 = 200;
/// Clock ticks a second in `/proc`: fixed for user space on Linux.
const TICKS: f64 = 100.0;

fn main() -> anyhow::Result<()> {
    let cloud = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let rentree = cloud.block_on(Rentree::start(&Options::in_memory()))?;
    let settings = rentree.stack.function_settings("AccountsFunction")?;
    let measured = std::thread::Builder::new().name("handler".to_owned()).spawn(move || -> anyhow::Result<_> {
        let runtime = tokio::runtime::Builder::new_current_thread().thread_name("hash").enable_all().build()?;
        runtime.block_on(async {
            let router = Accounts::from_settings(&settings, Timestamp::now)?.router();
            let body = serde_json::json!({ "email": DEMO_EMAIL, "password": DEMO_PASSWORD }).to_string();
            let started = Instant::now();
            for _ in 0..SIGN_INS {
                let request = Request::post("/sign-in").header(header::CONTENT_TYPE, "application/json");
                let answer = router.clone().oneshot(request.body(Body::from(body.clone()))?).await?;
                anyhow::ensure!(answer.status() == StatusCode::OK, "{}", answer.status());
            }
            let took = started.elapsed().as_secs_f64();
            Ok((took, processor_seconds("handler")?, processor_seconds("hash")?))
        })
    })?;
    let (took, handler, hash) = measured.join().map_err(|_| anyhow::anyhow!("the handler panicked"))??;
    let each = |seconds: f64| seconds * 1000.0 / f64::from(SIGN_INS);
    println!(
        "{SIGN_INS} sign-ins, milliseconds each: {:.1} on the clock, {:.2} handler, {:.1} hash",
        each(took),
        each(handler),
        each(hash)
    );
    println!("Goal: at least 90 % of the processor time is the hash: {:.1} %", 100.0 * hash / (hash + handler));
    cloud.block_on(rentree.stop())
}

/// Processor time of this process's threads called `name`, those that have ended not counted.
fn processor_seconds(name: &str) -> anyhow::Result<f64> {
    let mut ticks = 0_u32;
    for task in std::fs::read_dir("/proc/self/task")? {
        let task = task?.path();
        if std::fs::read_to_string(task.join("comm"))?.trim() != name {
            continue;
        }
        let stat = std::fs::read_to_string(task.join("stat"))?;
        // After the name in brackets: utime and stime are the 12th and 13th.
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        for place in [11, 12] {
            ticks += fields.get(place).context("a time in /proc")?.parse::<u32>()?;
        }
    }
    Ok(f64::from(ticks) / TICKS)
}
