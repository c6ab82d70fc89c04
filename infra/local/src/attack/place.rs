//! Where an attack happens: a school of its own with a class of invented pupils, and as many places to come from as wanted.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, ensure};
use encoding_rs::UTF_8;
use jiff::Timestamp;
use rentree_domain::Uai;
use rentree_local::client::School;
use rentree_samples::Sample;
use reqwest::header::ACCEPT;
use reqwest::{Client, redirect};
use serde_json::{Value, json};

/// A school with a class, whom nobody attacked before.
pub(crate) struct Place {
    pub(crate) url: String,
    pub(crate) staff: School,
    pub(crate) sample: Sample,
}

impl Place {
    /// A class of `pupils`, after `change` had its way with them, in a school of its own at the product that answers at `url`.
    pub(crate) async fn begin(url: &str, pupils: usize, change: impl FnOnce(&mut Sample)) -> anyhow::Result<Self> {
        // An INE leads to one account in the whole country: each attack has children of its own.
        let seed = u64::try_from(Timestamp::now().as_millisecond())?;
        let uai = a_school(seed)?;
        let staff = School::enter(url, uai).await?;
        let mut sample = Sample::new(uai, pupils, seed);
        change(&mut sample);
        let summary = staff.import(sample.siecle(UTF_8).bytes, false).await?;
        ensure!(summary.status == "succeeded", "the class was not imported: {:?} {:?}", summary.refused, summary.brake);
        Ok(Self { url: url.to_owned(), staff, sample })
    }

    /// A campaign of the school: its identifier and its code.
    pub(crate) async fn campaign(&self, title: &str) -> anyhow::Result<(String, String)> {
        let choice = self.staff.get("/campaigns/new").await?;
        let course = choice["courses"][0]["id"].as_str().context("a course")?;
        let made = self.staff.post("/campaigns", &json!({ "title": title, "course": course })).await?;
        let text = |name: &str| made[name].as_str().map(ToOwned::to_owned).with_context(|| format!("no {name}"));
        Ok((text("id")?, text("code")?))
    }
}

/// One of the numbers of department 099, in which there is no French school; not the demo school's.
pub(crate) fn a_school(seed: u64) -> anyhow::Result<Uai> {
    let number = 2 + seed % 9_998;
    let mut letters = ('A'..='Z').filter_map(|letter| Uai::parse(&format!("099{number:04}{letter}")).ok());
    letters.next().context("no letter makes a UAI")
}

/// A device with an address of its own, also if something was tried a moment ago: the whole of 127/8 is this machine.
pub(crate) fn a_device() -> anyhow::Result<Client> {
    /// Addresses begin with `127.64.` to `127.127.`, and each second has its own.
    const ADDRESSES: u32 = 1 << 22;
    const A_SECOND: u32 = 1 << 6;
    static NEXT: LazyLock<AtomicU32> = LazyLock::new(|| {
        let second = Timestamp::now().as_second().unsigned_abs() % u64::from(ADDRESSES / A_SECOND);
        AtomicU32::new(u32::try_from(second).unwrap_or_default() * A_SECOND)
    });
    let number = NEXT.fetch_add(1, Ordering::Relaxed) % ADDRESSES;
    let address = IpAddr::V4(Ipv4Addr::from_bits(Ipv4Addr::new(127, 64, 0, 0).to_bits() + number));
    Ok(Client::builder().redirect(redirect::Policy::none()).no_proxy().local_address(address).build()?)
}

/// POSTs JSON from a device; the status, and what was answered.
pub(crate) async fn post(device: &Client, url: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
    let answer = device.post(url).header(ACCEPT, "application/json").json(body).send().await?;
    let status = answer.status().as_u16();
    Ok((status, answer.json().await.unwrap_or_default()))
}
