//! Campaigns that the platform's team gives to schools. Saying what one is costs one write: each school gets its own when somebody
//! there first looks (`functions/campaigns`). Only where an operator asks for it, a pass gives it to a whole académie now.

use rentree_domain::{Academie, CampaignCode, PlatformCampaign, PlatformCampaignName, Uai, paris};
use rentree_table::School;

use crate::Directory;
use crate::error::ProcessError;
use crate::message::CampaignWord;
use crate::report::{CampaignRefusal, CampaignRefusalCode, CampaignReport, GivingReport};

/// Schools whose campaigns are looked up at a time.
const LOOKED_UP: usize = 100;

impl Directory {
    /// Says what a campaign is, in place of what was said before.
    pub(crate) async fn tell_campaign(&self, word: CampaignWord) -> Result<(), ProcessError> {
        let report = match self.read_campaign(&word) {
            Err(refused) => CampaignReport::refusing(word.name, refused),
            Ok(campaign) => {
                let campaign = self.table.tell_platform_campaign(&word.name, campaign).await?;
                let (schools, activated) = self.count_schools(&campaign).await?;
                CampaignReport { name: word.name, refused: None, campaign: Some(campaign), schools, activated }
            }
        };
        self.write_campaign_report(&report).await?;
        tracing::info!(
            campaign = %report.name, refused = ?report.refused.map(|refused| refused.code), schools = report.schools,
            activated = report.activated, "a campaign of the platform's team was told"
        );
        Ok(())
    }

    fn read_campaign(&self, word: &CampaignWord) -> Result<PlatformCampaign, CampaignRefusal> {
        let Some(course) = self.config.courses.find(&word.course) else {
            let known: Vec<_> = self.config.courses.courses().iter().map(|course| course.id.as_str()).collect();
            let detail = format!("No course is called {}: one of {}.", word.course, known.join(", "));
            return Err(CampaignRefusal { code: CampaignRefusalCode::CourseUnknown, detail });
        };
        if word.closes_on < word.opens_on {
            let detail = format!("It closes on {}, before it opens on {}.", word.closes_on, word.opens_on);
            return Err(CampaignRefusal { code: CampaignRefusalCode::DatesReversed, detail });
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
            given_at: (self.clock)(),
            withdrawn_at: None,
        })
    }

    /// How many schools a campaign is for, and how many of them have their space.
    async fn count_schools(&self, campaign: &PlatformCampaign) -> Result<(usize, usize), ProcessError> {
        let (mut schools, mut activated) = (0, 0);
        for academie in Academie::all().filter(|academie| may_be_of(campaign, *academie)) {
            let of_academie = self.table.schools_of(academie).await?;
            let meant = of_academie.iter().filter(|(_, school)| is_for(campaign, school));
            for (_, school) in meant {
                schools += 1;
                activated += usize::from(school.activated_at.is_some());
            }
        }
        Ok((schools, activated))
    }

    /// Withdraws a campaign everywhere.
    pub(crate) async fn withdraw_campaign(&self, name: &PlatformCampaignName) -> Result<(), ProcessError> {
        let is_known = self.table.withdraw_platform_campaign(name, (self.clock)()).await?;
        let report = if is_known {
            let campaign = self.table.platform_campaign(name).await?;
            CampaignReport { name: name.clone(), refused: None, campaign, schools: 0, activated: 0 }
        } else {
            CampaignReport::refusing(name.clone(), unknown(name))
        };
        self.write_campaign_report(&report).await?;
        tracing::info!(campaign = %name, is_known, "a campaign of the platform's team was withdrawn");
        Ok(())
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
                let detail =
                    "It is withdrawn or over: say other dates, or say it again, before it is given.".to_owned();
                let refused = CampaignRefusal { code: CampaignRefusalCode::NotGiven, detail };
                GivingReport::refusing(name, academie, refused)
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
        let meant = schools.filter(|(_, school)| is_for(campaign, school) && school.activated_at.is_some());
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

/// Whether a school that is open is one of those that a campaign is for.
fn is_for(campaign: &PlatformCampaign, school: &School) -> bool {
    !school.closed && campaign.audience.has(school.academie, &school.kind)
}

fn may_be_of(campaign: &PlatformCampaign, academie: Academie) -> bool {
    let academies = &campaign.audience.academies;
    academies.is_empty() || academies.contains(&academie)
}

fn unknown(name: &PlatformCampaignName) -> CampaignRefusal {
    let detail = format!("No campaign is called {name}. Say what it is first, or mend its name.");
    CampaignRefusal { code: CampaignRefusalCode::CampaignUnknown, detail }
}

fn technical() -> CampaignRefusal {
    let detail = "The word could not be followed to its end for a technical reason. Send the same message again: no school gets a \
                  campaign twice. The log of the function says what failed.";
    CampaignRefusal { code: CampaignRefusalCode::Technical, detail: detail.to_owned() }
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
