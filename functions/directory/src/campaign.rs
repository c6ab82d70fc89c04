//! Campaigns that the platform's team gives to schools. Saying what one is costs one write: each school gets its own when somebody
//! there first looks (`functions/campaigns`). Only where an operator asks for it, a pass gives it to a whole académie now.

use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use rentree_domain::platform_campaign::{Audience, NotSaid};
use rentree_domain::{Academie, CampaignCode, PlatformCampaign, PlatformCampaignName, Uai, paris};
use rentree_table::{SayError, School, TableError};

use crate::Directory;
use crate::error::ProcessError;
use crate::message::CampaignWord;
use crate::report::{CampaignRefusal, CampaignRefusalCode, CampaignReport, GivingReport};

/// Schools whose campaigns are looked up at a time.
const LOOKED_UP: usize = 100;
/// How much the clock of an operator's machine may be ahead.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);
/// Years between a word and the days that it says, at most.
const FAR_YEARS: i16 = 2;

impl Directory {
    /// Says what a campaign is, in place of what was said before. `sent_at` is the moment of a word that tells none.
    pub(crate) async fn tell_campaign(&self, word: CampaignWord, sent_at: Timestamp) -> Result<(), ProcessError> {
        let told = match self.read_campaign(&word, word.at.unwrap_or(sent_at)) {
            Err(refused) => Err(refused),
            Ok(campaign) if !self.is_for_anybody(&campaign).await? => Err(nobody()),
            Ok(campaign) => said(&word.name, self.table.tell_platform_campaign(&word.name, campaign).await)?,
        };
        self.report_campaign(word.name, told).await
    }

    /// Withdraws a campaign everywhere.
    pub(crate) async fn withdraw_campaign(
        &self,
        name: &PlatformCampaignName,
        at: Timestamp,
    ) -> Result<(), ProcessError> {
        let told = match self.check_moment(at) {
            Err(refused) => Err(refused),
            Ok(()) => said(name, self.table.withdraw_platform_campaign(name, at).await)?,
        };
        self.report_campaign(name.clone(), told).await
    }

    fn read_campaign(&self, word: &CampaignWord, said_at: Timestamp) -> Result<PlatformCampaign, CampaignRefusal> {
        self.check_moment(said_at)?;
        let Some(course) = self.config.courses.find(&word.course) else {
            let known: Vec<_> = self.config.courses.courses().iter().map(|course| course.id.as_str()).collect();
            let detail = format!("No course is called {}: one of {}.", word.course, known.join(", "));
            return Err(refusal(CampaignRefusalCode::CourseUnknown, detail));
        };
        if word.closes_on < word.opens_on {
            let detail = format!("It closes on {}, before it opens on {}.", word.closes_on, word.opens_on);
            return Err(refusal(CampaignRefusalCode::DatesReversed, detail));
        }
        let today = paris::date(said_at);
        if let Some(far) = [word.opens_on, word.closes_on].into_iter().find(|day| is_far(*day, today)) {
            let detail = format!("{far} is more than two years away: mend the day.");
            return Err(refusal(CampaignRefusalCode::DatesFar, detail));
        }
        Ok(PlatformCampaign {
            title: word.title.clone(),
            kind: course.kind,
            course: course.id.clone(),
            message: word.message.clone(),
            audience: word.audience.clone(),
            levels: word.levels.clone(),
            opens_on: word.opens_on,
            closes_on: word.closes_on,
            given_at: said_at,
            withdrawn_at: None,
            said_at,
        })
    }

    /// A word of a moment to come would hold over all others until then.
    fn check_moment(&self, said_at: Timestamp) -> Result<(), CampaignRefusal> {
        if said_at <= (self.clock)() + CLOCKS_DIFFER {
            return Ok(());
        }
        let detail = format!("The word is of {said_at}, which is to come: mend `at`, or leave it out.");
        Err(refusal(CampaignRefusalCode::InFuture, detail))
    }

    /// Whether a school is one of those that a campaign is for. One for the whole country is for those, too, that the directory does not
    /// know yet.
    async fn is_for_anybody(&self, campaign: &PlatformCampaign) -> Result<bool, ProcessError> {
        Ok(campaign.audience == Audience::default() || self.count_schools(campaign).await?.0 > 0)
    }

    async fn report_campaign(
        &self,
        name: PlatformCampaignName,
        told: Result<PlatformCampaign, CampaignRefusal>,
    ) -> Result<(), ProcessError> {
        let (refused, campaign) = match told {
            Ok(campaign) => (None, Some(campaign)),
            Err(refused) => (Some(refused), self.table.platform_campaign(&name).await?),
        };
        let (schools, activated) = match &campaign {
            Some(campaign) => self.count_schools(campaign).await?,
            None => (0, 0),
        };
        let report = CampaignReport { name, refused, campaign, schools, activated };
        self.write_campaign_report(&report).await?;
        let is_withdrawn = report.campaign.as_ref().is_some_and(|campaign| campaign.withdrawn_at.is_some());
        tracing::info!(
            campaign = %report.name, refused = ?report.refused.map(|refused| refused.code), is_withdrawn,
            schools, activated, "the platform's team said something of a campaign"
        );
        Ok(())
    }

    /// How many schools a campaign is for, and how many of them have their space.
    async fn count_schools(&self, campaign: &PlatformCampaign) -> Result<(usize, usize), ProcessError> {
        let (mut schools, mut activated) = (0, 0);
        let mut count = |found: Vec<(Uai, School)>| {
            for (_, school) in found.iter().filter(|(_, school)| school.is_of(&campaign.audience)) {
                schools += 1;
                activated += usize::from(school.activated_at.is_some());
            }
        };
        for academie in Academie::all().filter(|academie| may_be_of(campaign, *academie)) {
            count(self.table.schools_of(academie).await?);
        }
        if campaign.audience.academies.is_empty() {
            count(self.table.schools_of_no_academie().await?);
        }
        Ok((schools, activated))
    }

    /// Gives a campaign to every school of an académie that it is for, that has its space, and that has it not yet. Nothing says that a
    /// pass is under way: whoever dies is followed by one who compares again.
    pub(crate) async fn give_campaign(
        &self,
        name: &PlatformCampaignName,
        academie: Academie,
    ) -> Result<(), ProcessError> {
        let today = paris::date((self.clock)());
        let report = match self.table.platform_campaign(name).await? {
            None => GivingReport::refusing(name, academie, unknown(name)),
            Some(campaign) if !campaign.is_given(today) => {
                let detail = "It is withdrawn or over: say other dates, or say it again, before it is given.";
                GivingReport::refusing(name, academie, refusal(CampaignRefusalCode::NotGiven, detail))
            }
            Some(campaign) => self.give(name, &campaign, academie).await?,
        };
        self.write_giving_report(&report).await?;
        tracing::info!(
            campaign = %name, academie = academie.short_name(), schools = report.schools, had = report.had,
            given = report.given, "a campaign of the platform's team was given to an académie"
        );
        Ok(())
    }

    async fn give(
        &self,
        name: &PlatformCampaignName,
        campaign: &PlatformCampaign,
        academie: Academie,
    ) -> Result<GivingReport, ProcessError> {
        let schools = self.table.schools_of(academie).await?.into_iter();
        let meant = schools.filter(|(_, school)| school.is_of(&campaign.audience) && school.activated_at.is_some());
        let schools: Vec<Uai> = meant.map(|(uai, _)| uai).collect();
        let (mut had, mut given) = (0, 0);
        for schools in schools.chunks(LOOKED_UP) {
            let have = self.table.have_campaign(schools, (name, campaign)).await?;
            had += have.len();
            for uai in schools.iter().filter(|uai| !have.contains(uai)) {
                self.giving.wait().await;
                let draw = || CampaignCode::draw(rentree_runtime::random());
                let is_new = self.table.give_campaign(*uai, (name, campaign), draw, (self.clock)()).await?;
                // Otherwise somebody of the school has looked in between.
                given += usize::from(is_new);
                had += usize::from(!is_new);
            }
        }
        Ok(GivingReport { name: name.clone(), academie, refused: None, schools: schools.len(), had, given })
    }

    /// The report says that nothing is known to have changed, and an alarm listens to the log line.
    pub(crate) async fn campaign_failed(&self, name: &PlatformCampaignName) -> Result<(), ProcessError> {
        self.write_campaign_report(&CampaignReport::refusing(name.clone(), technical())).await?;
        tracing::error!(campaign = %name, "a campaign failed for a technical reason");
        Ok(())
    }

    /// The same of a pass: it may have come to a part of the schools.
    pub(crate) async fn giving_failed(
        &self,
        name: &PlatformCampaignName,
        academie: Academie,
    ) -> Result<(), ProcessError> {
        self.write_giving_report(&GivingReport::refusing(name, academie, technical())).await?;
        tracing::error!(campaign = %name, academie = academie.short_name(), "a campaign failed for a technical reason");
        Ok(())
    }
}

fn may_be_of(campaign: &PlatformCampaign, academie: Academie) -> bool {
    let academies = &campaign.audience.academies;
    academies.is_empty() || academies.contains(&academie)
}

/// What the table made of a word, for a report.
fn said(
    name: &PlatformCampaignName,
    said: Result<PlatformCampaign, SayError>,
) -> Result<Result<PlatformCampaign, CampaignRefusal>, TableError> {
    match said {
        Ok(campaign) => Ok(Ok(campaign)),
        Err(SayError::NotSaid(why)) => Ok(Err(not_said(name, &why))),
        Err(SayError::Table(error)) => Err(error),
    }
}

fn not_said(name: &PlatformCampaignName, why: &NotSaid) -> CampaignRefusal {
    match why {
        NotSaid::Unknown => unknown(name),
        NotSaid::Older => {
            let detail = "The team has said something else of it since, which holds. If this word is the right one, send it anew.";
            refusal(CampaignRefusalCode::OlderWord, detail)
        }
        NotSaid::OtherCourse(course) => {
            let detail = format!(
                "{name} leads to {course}, and what pupils did in it would count for the other course. Withdraw it, and give the other \
                 one under another name."
            );
            refusal(CampaignRefusalCode::CourseChanged, detail)
        }
        NotSaid::Over => {
            let detail = "Its last day is past, so no school would get it: mend the days.";
            refusal(CampaignRefusalCode::Over, detail)
        }
    }
}

fn nobody() -> CampaignRefusal {
    let detail = "No school that is open is of these académies and kinds: mend them (a kind is what the directory calls it, for instance \
                  Collège), or load the directory first.";
    refusal(CampaignRefusalCode::Nobody, detail)
}

fn unknown(name: &PlatformCampaignName) -> CampaignRefusal {
    let detail = format!("No campaign is called {name}. Say what it is first, or mend its name.");
    refusal(CampaignRefusalCode::CampaignUnknown, detail)
}

fn refusal(code: CampaignRefusalCode, detail: impl Into<String>) -> CampaignRefusal {
    CampaignRefusal { code, detail: detail.into() }
}

/// A year that was mistyped, most often.
fn is_far(day: Date, today: Date) -> bool {
    let far = Span::new().years(FAR_YEARS);
    day < today.saturating_sub(far) || day > today.saturating_add(far)
}

fn technical() -> CampaignRefusal {
    let detail = "The word could not be followed to its end for a technical reason. Send the same message again: no school gets a \
                  campaign twice. The log of the function says what failed.";
    refusal(CampaignRefusalCode::Technical, detail)
}

impl CampaignReport {
    fn refusing(name: PlatformCampaignName, refused: CampaignRefusal) -> Self {
        Self { name, refused: Some(refused), campaign: None, schools: 0, activated: 0 }
    }
}

impl GivingReport {
    fn refusing(name: &PlatformCampaignName, academie: Academie, refused: CampaignRefusal) -> Self {
        Self { name: name.clone(), academie, refused: Some(refused), schools: 0, had: 0, given: 0 }
    }
}
