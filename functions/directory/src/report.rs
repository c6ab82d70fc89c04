//! Reports for operators: one JSON object in the bucket for each file and each offer, overwritten by the next. The same
//! state gives the same bytes.

use rentree_domain::{Academie, Round, Uai};
use rentree_table::InMediacentre;
use rentree_uploads as uploads;
use serde::Serialize;

use crate::Directory;
use crate::error::ProcessError;
use crate::listing::{Problem, Refusal, Remark};

/// How many problems a report lists, and how many remarks. Whoever has more begins with these.
pub(crate) const LISTED: usize = 10_000;

/// What came of a file.
#[derive(Debug, Default, Serialize)]
pub(crate) struct LoadReport {
    /// Where in the bucket it is.
    pub(crate) file: String,
    /// Why nothing of it was loaded, if that is so.
    pub(crate) refused: Option<Refusal>,
    pub(crate) counts: Counts,
    /// How many problems there are, warnings included.
    pub(crate) problems_total: usize,
    /// The first of them, by line.
    pub(crate) problems: Vec<Problem>,
    /// How many remarks there are: what operators should know, though nothing is wrong.
    pub(crate) remarks_total: usize,
    /// The first of them, by line.
    pub(crate) remarks: Vec<Remark>,
}

/// In lines of the file, header and blank lines aside; a school that stands on several lines is one. `lines` is the sum of those
/// from `created` to `listed_twice`.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Counts {
    pub(crate) lines: usize,
    pub(crate) created: usize,
    pub(crate) updated: usize,
    pub(crate) unchanged: usize,
    /// Open schools that are closed now. (Those that were closed already are unchanged or updated.)
    pub(crate) closed: usize,
    /// Closed schools that were not known.
    pub(crate) left_out: usize,
    pub(crate) refused: usize,
    /// Lines of schools that an earlier line has given.
    pub(crate) listed_twice: usize,
    /// Of the schools loaded, those whose line has a problem.
    pub(crate) warnings: usize,
}

/// How far the offer of a round to an académie is.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct OfferReport {
    pub(crate) academie: Academie,
    pub(crate) round: Round,
    /// Why nothing could be planned, if that is so.
    pub(crate) refused: Option<Refusal>,
    /// Schools of the académie.
    pub(crate) schools: usize,
    /// Of these, schools that have their space, whether they were offered it or not.
    pub(crate) activated: usize,
    /// Closed schools.
    pub(crate) closed: usize,
    /// Messages sent to the queue just now: schools that no mail was sent to yet.
    pub(crate) queued: usize,
    /// Schools that no mail can be sent to.
    pub(crate) without_mailbox: Vec<Uai>,
    /// Schools whose mail was sent.
    pub(crate) sent: Vec<Uai>,
    /// Schools whose mail may have been sent. It will not be sent again.
    pub(crate) uncertain: Vec<Uai>,
    /// Schools whose mail was not sent in spite of every try before; they are queued again.
    pub(crate) failed: Vec<Uai>,
}

/// Whether the Médiacentre of a school is on.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct MediacentreReport {
    pub(crate) uai: Uai,
    /// Why nothing was changed, if that is so.
    pub(crate) refused: Option<MediacentreRefusal>,
    /// What the GAR calls the school; `null` where the Médiacentre is off, or nothing was changed.
    pub(crate) mediacentre: Option<InMediacentre>,
}

/// Why nothing was changed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct MediacentreRefusal {
    pub(crate) code: MediacentreRefusalCode,
    /// What is wrong, and how to mend it.
    pub(crate) detail: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MediacentreRefusalCode {
    SchoolUnknown,
    Technical,
}

impl Directory {
    pub(crate) async fn write_mediacentre_report(&self, report: &MediacentreReport) -> Result<(), ProcessError> {
        self.write_report(&format!("reports/mediacentre/{}.json", report.uai), report).await
    }

    pub(crate) async fn write_load_report(&self, name: &str, report: &LoadReport) -> Result<(), ProcessError> {
        self.write_report(&format!("reports/directory/{name}.json"), report).await
    }

    pub(crate) async fn write_offer_report(&self, report: &OfferReport) -> Result<(), ProcessError> {
        let (round, academie) = (&report.round, report.academie.short_name());
        self.write_report(&format!("reports/offers/{round}-{academie}.json"), report).await
    }

    async fn write_report<T: Serialize + Sync>(&self, key: &str, report: &T) -> Result<(), ProcessError> {
        uploads::write_report(&self.bucket, &self.config.bucket, key, report).await.map_err(ProcessError::Report)
    }
}
