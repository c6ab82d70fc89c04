//! What each route asks of AWS, seen by the strict cloud on a tour through all of them.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use rentree_domain::Uai;
use rentree_samples::SchoolDirectory;
use rentree_testkit::strict::{Call, Distance, longest_chain, time_at};
use rentree_webhook::Secrets;

use crate::operator::Operator;
use crate::tour::{self, Ground};
use crate::{Rentree, grounds};

/// The functions that answer browsers.
const OF_BROWSERS: [&str; 7] = [
    "AccountsFunction",
    "ActivationFunction",
    "CampaignsFunction",
    "CertificationsFunction",
    "InvitationsFunction",
    "LearnersFunction",
    "MediacentreFunction",
];

/// A route that was visited.
#[derive(Debug, Clone)]
pub struct Visit {
    /// `GET /schools/{uai}/learners`.
    pub route: String,
    /// Whether it was visited before with the same outcome, so that what is kept in memory is there.
    pub again: bool,
    /// What the function asked for.
    pub calls: Vec<Call>,
}

impl Visit {
    /// How many calls waited one for the other.
    pub fn chain(&self) -> usize {
        longest_chain(&self.calls)
    }

    /// Units as AWS bills them.
    pub fn units(&self) -> f64 {
        self.calls.iter().map(|call| call.units).sum()
    }

    /// Bytes sent and received.
    pub fn bytes(&self) -> usize {
        self.calls.iter().map(|call| call.bytes).sum()
    }

    /// What people wait for AWS in one region.
    pub fn waited(&self) -> Duration {
        time_at(&self.calls, |kind| Distance::OF_A_REGION.of(kind))
    }
}

/// Visits every route of a product that nobody else uses, with a school of so many pupils; AWS is as far away as `distance`.
pub async fn visits(rentree: &Rentree, pupils: usize, distance: Distance) -> anyhow::Result<Vec<Visit>> {
    let sample = SchoolDirectory::new(1, 77);
    let listed = sample.schools.first().context("a school")?;
    Operator::of(&rentree.stack)?.load("tour", sample.csv()).await?;
    let settings = rentree.stack.function_settings("CampaignsFunction")?;
    let here = Here {
        rentree,
        school: (Uai::parse(&listed.uai)?, listed.mail.clone()),
        kind: listed.kind.clone(),
        secrets: Secrets::parse(settings.required("WEBHOOK_SECRETS")?)?,
        visits: Mutex::default(),
    };
    rentree.stack.strict().set_distance(distance);
    let led = tour::lead(&here, pupils).await;
    rentree.stack.strict().set_distance(Distance::default());
    led?;
    Ok(here.visits.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// The product of this process.
struct Here<'a> {
    rentree: &'a Rentree,
    school: (Uai, String),
    kind: String,
    secrets: Secrets,
    visits: Mutex<Vec<Visit>>,
}

impl Ground for Here<'_> {
    fn url(&self) -> &str {
        &self.rentree.url
    }

    fn school(&self) -> (Uai, String) {
        self.school.clone()
    }

    async fn link(&self, address: &str, count: usize) -> anyhow::Result<String> {
        grounds::link_in_mail(self.rentree.stack.aws_endpoint(), self.url(), address, count).await
    }

    fn signed(&self, body: &str) -> Vec<(&'static str, String)> {
        grounds::signed(&self.secrets, body)
    }

    async fn credentials(&self) -> anyhow::Result<(String, String)> {
        grounds::credentials(&Operator::of(&self.rentree.stack)?, &self.kind).await
    }

    fn before(&self) {
        self.rentree.stack.strict().begin_record();
    }

    fn after(&self, route: &str, again: bool) {
        let mut calls = self.rentree.stack.strict().end_record();
        calls.retain(|call| call.route.as_deref() == Some(route) && OF_BROWSERS.contains(&call.function.as_str()));
        let visit = Visit { route: route.to_owned(), again, calls };
        self.visits.lock().unwrap_or_else(PoisonError::into_inner).push(visit);
    }
}
