//! The campaign that is ready to be made: a collection of profiles before the certification, which tells who may be registered for it. It is
//! proposed between the days that an operator sets, to each school that has not made it in that school year.

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::{CampaignKind, CourseId, SchoolYear, paris};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Campaigns;

/// Which ready campaign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ReadyCampaignName")]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ready {
    /// None: it is the school's own.
    #[default]
    #[serde(rename = "")]
    None,
    /// The collection of profiles before the certification.
    Certification,
}

/// A campaign that is ready to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ReadyCampaign")]
pub(crate) struct Proposal {
    /// What it would be called.
    pub(crate) title: String,
    /// `id` of the course that it would lead to.
    #[schemars(with = "String")]
    pub(crate) course: CourseId,
    /// What pupils would read before they begin.
    pub(crate) message: String,
    /// The school year that it is for, by its first calendar year.
    pub(crate) school_year: SchoolYear,
    /// The first day on which it is proposed.
    #[schemars(with = "String")]
    pub(crate) from: Date,
    /// The last one.
    #[schemars(with = "String")]
    pub(crate) until: Date,
}

impl Campaigns {
    /// What is proposed now. Nothing where no course collects profiles; of several, the first one of the catalogue.
    pub(crate) fn proposal(&self, now: Timestamp) -> Option<Proposal> {
        let period = self.config.certification_campaign.filter(|period| period.has(paris::date(now)))?;
        let course = self.config.courses.of_kind(CampaignKind::ProfileCollection).next()?;
        // That of its first day: new days within the year propose nothing anew.
        let school_year = SchoolYear::of(period.from);
        Some(Proposal {
            title: format!("Collecte de profils avant la certification {school_year}"),
            course: course.id.clone(),
            message: "Avant la certification, envoyez votre profil. Pour pouvoir vous y présenter, il vous faut au moins cinq compétences au niveau 1."
                .to_owned(),
            school_year,
            from: period.from,
            until: period.until,
        })
    }
}
