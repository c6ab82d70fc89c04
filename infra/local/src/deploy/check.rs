//! What is deployed is looked at from outside, through the gateway, the bucket and the queues alone: every route, the main
//! journeys and their outcome, dead letters, and how large the functions are.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, ensure};
use encoding_rs::UTF_8;
use rentree_domain::{Academie, Round, Uai};
use rentree_local::client::School;
use rentree_local::grounds;
use rentree_local::operator::Operator;
use rentree_local::tell;
use rentree_local::tour::{self, Ground};
use rentree_local::zips;
use rentree_samples::{Sample, SchoolDirectory};
use rentree_testkit::{Template, mail};
use rentree_webhook::Secrets;
use reqwest::Client;
use reqwest::header::{ACCEPT, CONTENT_SECURITY_POLICY};
use serde_json::Value;

use super::dead_letters;
use super::deployed::Deployed;
use super::sam::is_profile_of_releases;

/// Pupils of the school that the tour leads through, and those who come after it.
const PUPILS: usize = 60;
const NEWCOMERS: usize = 5;
const SESSION: &str = "2026-10";
/// Schools that are offered their space.
const OFFERED: usize = 12;

/// Everything, in the order of a year.
pub(super) async fn everything(deployed: &Deployed, url: &str, secrets: Secrets) -> anyhow::Result<()> {
    let operator = deployed.operator().await?;
    let (academie, round) = (Academie::parse("nantes")?, Round::parse("2026-rentree")?);
    let offered = SchoolDirectory::of_academie(academie, OFFERED, 1);
    let listed = SchoolDirectory::of_academie(Academie::parse("lille")?, 1, 77);
    let mut all = offered.clone();
    all.schools.extend(listed.schools.clone());
    let school = listed.schools.first().context("a school")?;

    let began = Instant::now();
    let loaded = operator.load("check", all.csv()).await?;
    ensure!(loaded["counts"]["created"] == OFFERED + 1, "the directory was not loaded: {loaded}");
    tell("directory", began, &format!("{} schools by an event of S3", OFFERED + 1));

    let began = Instant::now();
    let sent = offers_are_sent(deployed, &operator, (academie, &round)).await?;
    tell("offer", began, &format!("{sent} mails, one a school"));

    let began = Instant::now();
    let uai = Uai::parse(&school.uai)?;
    let through = Through {
        deployed,
        url,
        school: (uai, school.mail.clone()),
        kind: school.kind.clone(),
        secrets,
        visited: Mutex::default(),
    };
    tour::lead(&through, PUPILS).await?;
    let routes = through.visited_all().await?;
    tell("activation, import, join", began, &format!("every route was called, {routes}"));

    let began = Instant::now();
    let school = School::sign_in(url, uai, tour::HEAD, tour::PASSWORD).await?;
    let sample = Sample::new(uai, PUPILS + NEWCOMERS, tour::SEED);
    let summary = school.import(sample.siecle(UTF_8).bytes, false).await?;
    let expected =
        summary.status == "succeeded" && summary.counts.added == NEWCOMERS && summary.counts.deactivated == 0;
    ensure!(expected, "pupils who came after the tour: {summary:?}");
    tell("import", began, &format!("{:?}", summary.counts));

    let began = Instant::now();
    let report = operator.certify(SESSION, sample.certifications()).await?;
    let all = PUPILS + NEWCOMERS;
    ensure!(report["counts"]["created"] == all && report["counts"]["of_no_pupil"] == 0, "certifications: {report}");
    tell("certifications", began, &format!("{all} by an event of S3, each of its pupil"));

    let began = Instant::now();
    let next = Round::parse("2027-rentree")?;
    dead_letters::are_settled(deployed, &operator, &school, &sample, (academie, &next)).await?;
    let summary = school.import(sample.siecle(UTF_8).bytes, false).await?;
    ensure!(summary.status == "succeeded", "an import after dead letters: {summary:?}");
    tell(
        "dead letters",
        began,
        "an import, a mail, an offer, certifications and their file that the table refuses end there and are told",
    );

    sizes(deployed).await
}

fn tell(what: &str, began: Instant, outcome: &str) {
    tell!("deploy: {what}: {outcome} ({} s)", began.elapsed().as_secs());
}

/// Offers every school of an académie its space. How many mails left.
async fn offers_are_sent(
    deployed: &Deployed,
    operator: &Operator,
    (academie, round): (Academie, &Round),
) -> anyhow::Result<usize> {
    let report = operator.offer(academie, round).await?;
    let count = |list: &str| report[list].as_array().map_or(0, Vec::len);
    let sent = count("sent");
    let is_whole = sent > 0 && sent + count("without_mailbox") == OFFERED && count("failed") + count("uncertain") == 0;
    ensure!(is_whole, "the offer: {report}");
    let mails = mail::sent(deployed.endpoint()).await?;
    let mailboxes: BTreeSet<&String> = mails.iter().flat_map(|mail| &mail.to).collect();
    ensure!(mails.len() == sent && mailboxes.len() == sent, "{} mails to {} schools", mails.len(), mailboxes.len());
    Ok(sent)
}

/// How large each function is, as it was uploaded, and that none is too large.
async fn sizes(deployed: &Deployed) -> anyhow::Result<()> {
    let mut sizes = Vec::new();
    for name in zips::FUNCTIONS {
        let function = deployed.function(name).await?;
        let size = function["CodeSize"].as_u64().context("a size")?;
        let architecture = function["Architectures"][0].as_str().unwrap_or_default();
        tell!("deploy: {name}: {}.{:02} MB ({architecture})", size / 1_000_000, size % 1_000_000 / 10_000);
        sizes.push((name, size));
    }
    if is_profile_of_releases() { zips::check(sizes) } else { Ok(()) }
}

/// The tour, through the gateway.
struct Through<'a> {
    deployed: &'a Deployed,
    url: &'a str,
    school: (Uai, String),
    kind: String,
    secrets: Secrets,
    visited: Mutex<BTreeSet<String>>,
}

impl Ground for Through<'_> {
    fn url(&self) -> &str {
        self.url
    }

    fn school(&self) -> (Uai, String) {
        self.school.clone()
    }

    async fn link(&self, address: &str, count: usize) -> anyhow::Result<String> {
        grounds::link_in_mail(self.deployed.endpoint(), self.url, address, count).await
    }

    fn signed(&self, body: &str) -> Vec<(&'static str, String)> {
        grounds::signed(&self.secrets, body)
    }

    async fn credentials(&self) -> anyhow::Result<(String, String)> {
        grounds::credentials(&self.deployed.operator().await?, &self.kind).await
    }

    fn before(&self) {}

    fn after(&self, route: &str, _again: bool) {
        self.visited.lock().unwrap_or_else(PoisonError::into_inner).insert(route.to_owned());
    }
}

impl Through<'_> {
    /// Every route that the product says it has was visited, and no other; every address of the template leads to one, and
    /// every other address to our own page. How many routes there are.
    async fn visited_all(&self) -> anyhow::Result<usize> {
        let http = Client::builder().no_proxy().build()?;
        let said: Value = http.get(format!("{}/openapi.json", self.url)).send().await?.json().await?;
        let paths = said["paths"].as_object().context("paths")?;
        let routes: BTreeSet<String> = paths
            .iter()
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().into_iter().flat_map(|methods| methods.keys());
                methods.map(move |method| format!("{} {path}", method.to_uppercase()))
            })
            .collect();
        let visited = self.visited.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let differ: Vec<&String> = routes.symmetric_difference(&visited).collect();
        ensure!(differ.is_empty(), "either the tour or the product does not have {differ:?}");

        let template = Template::of_project()?;
        let keys = template.resources("AWS::ApiGatewayV2::Route").map(|(_, route)| route["RouteKey"].as_str());
        let addresses: BTreeSet<&str> = keys.flatten().map(|key| key.strip_prefix("ANY ").unwrap_or(key)).collect();
        let wanted: BTreeSet<&str> = paths.keys().map(String::as_str).chain(["$default"]).collect();
        let differ: Vec<&&str> = addresses.symmetric_difference(&wanted).collect();
        ensure!(differ.is_empty(), "either the template or the product does not have {differ:?}");

        let nowhere = http.get(format!("{}/nulle-part", self.url)).header(ACCEPT, "text/html").send().await?;
        let ours = nowhere.headers().contains_key(CONTENT_SECURITY_POLICY);
        ensure!(nowhere.status() == 404 && ours, "an address that is not there: {nowhere:?}");
        Ok(routes.len())
    }
}
