//! Sign-ons and refusals are counted for the staff of the school that the identity provider tells, by day. It is told in answers that hold
//! alone: whoever posts what nobody signed counts nowhere.
//!
//! A sign-on that is counted has been expected to come about, and is counted beside what is done for it: nobody waits longer for that. One
//! that cannot be counted is let in all the same.

use jiff::Timestamp;
use rentree_domain::Uai;
use rentree_http::Problem;
use rentree_runtime::telemetry::chain;
use rentree_table::{SignOnCount, TableError};

use crate::Mediacentre;
use crate::acs::Outcome;
use crate::answer::Answer;
use crate::refused::{Refused, Stopped};

impl Mediacentre {
    /// What comes of `sign_on`, which is counted as `what` unless it comes to nothing, or to what it came to before.
    pub(crate) async fn counting(
        &self,
        school: Option<Uai>,
        what: SignOnCount,
        sign_on: impl Future<Output = Result<Outcome, Stopped>>,
        now: Timestamp,
    ) -> Result<Outcome, Stopped> {
        let Some(uai) = school else { return sign_on.await };
        let (outcome, counted) = tokio::join!(sign_on, self.table.count_sign_on(uai, what, now));
        told(uai, &counted);
        let is_to_count = outcome.as_ref().is_ok_and(Outcome::is_new);
        if !is_to_count && counted.is_ok() {
            told(uai, &self.table.take_sign_on_back(uai, what, now).await);
        }
        outcome
    }

    /// Refuses an answer that holds, and counts that.
    pub(crate) async fn refuse(&self, answer: &Answer<'_>, refused: &Refused, now: Timestamp) -> Problem {
        if let Some(uai) = answer.uai {
            told(uai, &self.table.count_sign_on(uai, refused.count(), now).await);
        }
        refused.by(answer.provider)
    }
}

/// What is not counted is for us to mend, and no reason to refuse anybody.
fn told(uai: Uai, counted: &Result<(), TableError>) {
    if let Err(error) = counted {
        tracing::error!(%uai, why = chain(error), "a sign-on was not counted");
    }
}
