//! What a pupil did: the campaigns of the present school year, whether a profile says that the pupil may be registered for a certification,
//! and the certifications. Members see of it what they see of it elsewhere.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::certification::{JuryComment, Points, Told, years_kept};
use rentree_domain::profile::CollectedProfile;
use rentree_domain::{
    CampaignId, CampaignKind, CampaignTitle, CertificationNumber, CertificationStatus, LearnerId, SchoolYear, Score,
    Uai, paris,
};
use rentree_http::{Problem, Visitor};
use rentree_table::{Campaign, Certification, LatestProfile, Participation, YearOfPupil};
use rentree_web::french;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::try_join;

use super::sign_in_code::open_lesson;
use crate::Learners;

/// What the pupil did.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PupilYear")]
pub(crate) struct YearView {
    /// The present one, by its first calendar year.
    pub(crate) school_year: SchoolYear,
    /// Whether a lesson of the school is under way.
    #[serde(skip)]
    pub(crate) is_in_lesson: bool,
    /// Campaigns joined in that year.
    pub(crate) joined: usize,
    /// Those of them of which a result was sent.
    pub(crate) sent: usize,
    /// Mean of these results, in per cent, rounded.
    pub(crate) mean_score: Option<u8>,
    /// The campaigns, from the one that was joined last.
    pub(crate) campaigns: Vec<CampaignRow>,
    /// The latest profile, of whatever year; `null` for who has sent none.
    pub(crate) profile: Option<ProfileView>,
    /// Of all school years that are kept, from the latest.
    pub(crate) certifications: Vec<CertificationRow>,
}

/// A campaign that the pupil joined.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PupilCampaign")]
pub(crate) struct CampaignRow {
    pub(crate) id: CampaignId,
    #[schemars(with = "String")]
    pub(crate) title: CampaignTitle,
    pub(crate) kind: CampaignKind,
    pub(crate) joined_at: Timestamp,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) sent_at: Option<Timestamp>,
    /// The result that holds.
    pub(crate) score: Option<Score>,
}

/// What the latest profile says.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PupilProfile")]
pub(crate) struct ProfileView {
    /// Whether the pupil may be registered for a certification.
    pub(crate) certifiable: bool,
    /// When the pupil sent it.
    pub(crate) found_at: Timestamp,
    #[serde(flatten)]
    pub(crate) profile: CollectedProfile,
}

/// A certification.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PupilCertification")]
pub(crate) struct CertificationRow {
    /// The platform's number.
    pub(crate) number: CertificationNumber,
    pub(crate) status: CertificationStatus,
    /// What was stated before, where it said otherwise.
    pub(crate) formerly: Option<Told>,
    pub(crate) score: Option<Points>,
    #[schemars(with = "String")]
    pub(crate) taken_on: Date,
    /// What the jury tells the school.
    pub(crate) comment: Option<JuryComment>,
    /// Where the certificate is, for administrators; `null` for members, and for one that was not passed.
    pub(crate) certificate: Option<String>,
}

impl Learners {
    /// What a pupil of the visitor's school did, in one round of reads.
    pub(crate) async fn year_of(&self, uai: Uai, visitor: &Visitor, pupil: LearnerId) -> Result<YearView, Problem> {
        let today = paris::date(visitor.at);
        let school_year = SchoolYear::of(today);
        let (YearOfPupil { of_year, parts, certifications }, profile, (campaigns, _)) = try_join!(
            self.table.year_of_pupil(uai, pupil, school_year),
            self.table.latest_profile(uai, pupil),
            self.table.campaigns(uai, &visitor.school),
        )?;
        let is_in_lesson = open_lesson(campaigns.iter().map(|(_, campaign)| campaign), visitor.at).is_some();
        let campaigns: HashMap<CampaignId, Campaign> = campaigns.into_iter().collect();
        let kept = years_kept(today);
        let certifications = certifications.into_iter().filter(|(_, it)| kept.contains(&it.latest.year()));
        let rows = parts.into_iter().filter_map(|(id, part)| Some(CampaignRow::of(id, campaigns.get(&id)?, &part)));
        Ok(YearView {
            school_year,
            is_in_lesson,
            joined: of_year.joined,
            sent: of_year.sent,
            mean_score: of_year.mean_score(),
            campaigns: rows.collect(),
            profile: profile.map(ProfileView::of),
            certifications: certifications.map(|(number, it)| CertificationRow::of(uai, visitor, number, it)).collect(),
        })
    }
}

impl CampaignRow {
    fn of(id: CampaignId, campaign: &Campaign, part: &Participation) -> Self {
        Self {
            id,
            title: campaign.title.clone(),
            kind: campaign.kind,
            joined_at: part.joined_at,
            started_at: part.started_at,
            sent_at: part.sent_at,
            score: part.score,
        }
    }
}

impl ProfileView {
    fn of(LatestProfile { at, profile, .. }: LatestProfile) -> Self {
        Self { certifiable: profile.is_certifiable(), found_at: at, profile }
    }

    /// `Oui, 7 compétences au niveau 1 ou plus, selon le profil du 12/05/2027`.
    pub(crate) fn text(&self) -> String {
        let says = if self.certifiable { "Oui" } else { "Pas encore" };
        let competences = usize::from(u8::from(self.profile.competences));
        format!(
            "{says}, {} au niveau\u{A0}1 ou plus, selon le profil du\u{A0}{}",
            french::count(competences, "compétence", "compétences"),
            french::day(&self.found_at)
        )
    }
}

impl CertificationRow {
    fn of(uai: Uai, visitor: &Visitor, number: CertificationNumber, it: Certification) -> Self {
        let is_printed = visitor.is_administrator() && it.latest.proven_by().is_some();
        let certificate =
            || format!("/schools/{uai}/certificates.pdf?year={}&number={number}", it.latest.year().first());
        Self {
            number,
            status: it.latest.status,
            formerly: it.standing().formerly(),
            score: it.latest.score,
            taken_on: it.latest.taken_on,
            certificate: is_printed.then(certificate),
            comment: it.latest.comment.filter(|comment| !comment.as_str().is_empty()),
        }
    }
}
