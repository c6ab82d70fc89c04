//! Reports for operators: one JSON object in the bucket for each file and each offer, overwritten by the next. The same
//! state gives the same bytes.

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::{
    Academie, PlatformCampaign, PlatformCampaignName, RecordBookName, Round, SchoolYear, Scope, Uai, UserId,
};
use rentree_table::InMediacentre;
use rentree_uploads as uploads;
use serde::{Serialize, Serializer};

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

/// What is known of a campaign of the platform's team.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CampaignReport {
    pub(crate) name: PlatformCampaignName,
    /// Why nothing was changed, if that is so.
    pub(crate) refused: Option<CampaignRefusal>,
    /// What schools are told of it now, if it is known.
    pub(crate) campaign: Option<PlatformCampaign>,
    /// Schools that it is for, closed ones left out.
    pub(crate) schools: usize,
    /// Of these, schools that have their space.
    pub(crate) activated: usize,
}

/// What came of giving a campaign to the schools of an académie.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct GivingReport {
    pub(crate) name: PlatformCampaignName,
    pub(crate) academie: Academie,
    /// Why it was given to nobody, or not to all, if that is so.
    pub(crate) refused: Option<CampaignRefusal>,
    /// Schools of the académie that it is for, and that have their space. Others get it when they have one.
    pub(crate) schools: usize,
    /// Schools that had it before.
    pub(crate) had: usize,
    /// Schools that have it since this word.
    pub(crate) given: usize,
}

/// Why a word about a campaign was not followed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CampaignRefusal {
    pub(crate) code: CampaignRefusalCode,
    /// What is wrong, and how to mend it.
    pub(crate) detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CampaignRefusalCode {
    CourseUnknown,
    /// Another course than the one that pupils have worked for.
    CourseChanged,
    DatesReversed,
    /// A day that is years away.
    DatesFar,
    /// Its days are past.
    Over,
    /// No school is one of those that it is for.
    Nobody,
    /// The word is of a moment to come: it would hold over all others until then.
    InFuture,
    /// The team has said something else since.
    OlderWord,
    CampaignUnknown,
    NotGiven,
    Technical,
}

/// What became of the credentials of a record book.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RecordBookReport {
    pub(crate) name: RecordBookName,
    /// Why nothing was changed, if that is so.
    pub(crate) refused: Option<RecordBookRefusal>,
    /// What they are now.
    pub(crate) client: Option<ListedRecordBook>,
}

/// The credentials of all record books.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RecordBooksReport {
    /// Why they are not listed, if that is so.
    pub(crate) refused: Option<RecordBookRefusal>,
    /// By name.
    pub(crate) clients: Vec<ListedRecordBook>,
}

/// Credentials, without what proves them.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ListedRecordBook {
    pub(crate) name: RecordBookName,
    pub(crate) scope: Scope,
    /// The last day on which they hold.
    pub(crate) until: Date,
    pub(crate) made_at: Timestamp,
    /// Since when they are revoked.
    pub(crate) revoked_at: Option<Timestamp>,
}

/// Why a word about credentials was not followed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RecordBookRefusal {
    pub(crate) code: RecordBookRefusalCode,
    /// What is wrong, and how to mend it.
    pub(crate) detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RecordBookRefusalCode {
    UntilPast,
    UntilFar,
    NameTaken,
    Unknown,
    Technical,
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

/// Whose sessions ended. An account is told by its identifier: no report tells a name.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SessionsReport {
    /// The school, if it was about one.
    pub(crate) uai: Option<Uai>,
    /// The account, if it was about one that there is.
    pub(crate) user: Option<UserId>,
    /// Why nothing, or not everything, was done, if that is so.
    pub(crate) refused: Option<SessionsRefusal>,
    /// How many accounts have no session of before any more.
    pub(crate) accounts: usize,
}

/// Why nothing, or not everything, was done.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SessionsRefusal {
    pub(crate) code: SessionsRefusalCode,
    /// What is wrong, and how to mend it.
    pub(crate) detail: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SessionsRefusalCode {
    SchoolUnknown,
    AccountUnknown,
    Technical,
}

/// Whose second factor ended. An account is told by its identifier: no report tells a name.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SecondFactorReport {
    /// The account, if there is one.
    pub(crate) user: Option<UserId>,
    /// Why nothing was done, if that is so.
    pub(crate) refused: Option<SecondFactorRefusal>,
}

/// Why nothing was done.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SecondFactorRefusal {
    pub(crate) code: SecondFactorRefusalCode,
    /// What is wrong, and how to mend it.
    pub(crate) detail: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SecondFactorRefusalCode {
    AccountUnknown,
    NoSecondFactor,
    Technical,
}

/// The numbers of an académie in a school year.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct TotalsReport {
    pub(crate) academie: Academie,
    /// By its first calendar year.
    pub(crate) school_year: SchoolYear,
    /// Why nothing was added up, if that is so.
    pub(crate) refused: Option<Refusal>,
    pub(crate) totals: Totals,
}

/// Sums over the schools of an académie. Pupils count in each school that they were in. One to four pupils are told as `null`: of so few,
/// somebody may guess who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Totals {
    /// Schools of the académie, with those that have closed since: their pupils took part.
    pub(crate) schools: usize,
    /// Of these, schools that have their space.
    pub(crate) activated: usize,
    /// Of these, schools of which a campaign was joined in that year.
    pub(crate) with_campaigns: usize,
    /// Campaigns that somebody joined.
    pub(crate) campaigns: usize,
    /// Pupils who joined one.
    #[serde(serialize_with = "unless_few")]
    pub(crate) joined: usize,
    /// Pupils who sent a result.
    #[serde(serialize_with = "unless_few")]
    pub(crate) sent: usize,
    /// Pupils who may be registered for a certification, by the latest profile of that year.
    #[serde(serialize_with = "unless_few")]
    pub(crate) certifiable: usize,
    /// Pupils whose certification was validated.
    #[serde(serialize_with = "unless_few")]
    pub(crate) certified: usize,
    /// Validated certifications that no pupil of the school is found for.
    #[serde(serialize_with = "unless_few")]
    pub(crate) certified_of_no_pupil: usize,
}

/// Fewer pupils than this are nobody's to count, but none at all are.
const FEW: usize = 5;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over so")]
fn unless_few<S: Serializer>(pupils: &usize, serializer: S) -> Result<S::Ok, S::Error> {
    Some(pupils).filter(|pupils| !(1..FEW).contains(*pupils)).serialize(serializer)
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
    pub(crate) async fn write_totals_report(&self, report: &TotalsReport) -> Result<(), ProcessError> {
        let (year, academie) = (report.school_year.first(), report.academie.short_name());
        self.write_report(&format!("reports/totals/{year}-{academie}.json"), report).await
    }

    pub(crate) async fn write_sessions_report(&self, report: &SessionsReport) -> Result<(), ProcessError> {
        let of = report.uai.map_or_else(|| "account".to_owned(), |uai| uai.to_string());
        self.write_report(&format!("reports/sessions/{of}.json"), report).await
    }

    pub(crate) async fn write_second_factor_report(&self, report: &SecondFactorReport) -> Result<(), ProcessError> {
        self.write_report("reports/second-factor.json", report).await
    }

    pub(crate) async fn write_mediacentre_report(&self, report: &MediacentreReport) -> Result<(), ProcessError> {
        self.write_report(&format!("reports/mediacentre/{}.json", report.uai), report).await
    }

    pub(crate) async fn write_campaign_report(&self, report: &CampaignReport) -> Result<(), ProcessError> {
        self.write_report(&format!("reports/campaigns/{}.json", report.name), report).await
    }

    pub(crate) async fn write_giving_report(&self, report: &GivingReport) -> Result<(), ProcessError> {
        let (name, academie) = (&report.name, report.academie.short_name());
        self.write_report(&format!("reports/campaigns/{name}/{academie}.json"), report).await
    }

    pub(crate) async fn write_record_book_report(&self, report: &RecordBookReport) -> Result<(), ProcessError> {
        self.write_report(&format!("reports/clients/{}.json", report.name), report).await
    }

    pub(crate) async fn write_record_books_report(&self, report: &RecordBooksReport) -> Result<(), ProcessError> {
        self.write_report("reports/clients.json", report).await
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
