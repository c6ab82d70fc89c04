//! What the pupils of a school did in a school year, in all its campaigns and examinations together. Participations keep the class of the day
//! on which they began, and certifications that of their year: no import changes what is told here of a year that is over.

use std::collections::HashMap;

use jiff::Timestamp;
use rentree_domain::progress::Sent;
use rentree_domain::{CampaignId, CertificationNumber, CertificationStatus, LearnerId, SchoolYear, Uai, paris};
use tokio::task::JoinSet;
use tokio::try_join;

use crate::{Certification, Participation, Table, TableError};

/// Campaigns that are read at the same time.
const AT_ONCE: usize = 20;

/// What a pupil did in a school year.
#[derive(Debug, Clone, Default)]
pub struct PupilYear {
    /// Campaigns joined.
    pub joined: usize,
    /// Those of them of which a result was sent.
    pub sent: usize,
    /// The latest profile of these campaigns.
    pub profile: Option<Sent>,
    /// The certification that was validated, else the latest one.
    pub certification: Option<Certification>,
    /// Of all results that hold.
    scores: usize,
    /// The class of the day on which the pupil joined last, of those that were kept.
    joined_in: Option<(Timestamp, String)>,
    /// By which one certification is before another.
    rank: Option<(bool, jiff::civil::Date, CertificationNumber)>,
}

/// What the pupils of a school did in a school year.
#[derive(Debug, Clone, Default)]
pub struct YearOfSchool {
    /// Campaigns that somebody joined.
    pub campaigns: usize,
    /// Everybody who joined one, or was certified.
    pub pupils: HashMap<LearnerId, PupilYear>,
    /// Certifications that no pupil of the school is found for.
    pub of_no_pupil: usize,
    /// Those of them that were validated.
    pub validated_of_no_pupil: usize,
}

/// What one pupil did.
#[derive(Debug, Clone, Default)]
pub struct YearOfPupil {
    /// In the school year that was asked for, as the year of the school tells it.
    pub of_year: PupilYear,
    /// The campaigns of that year, and the pupil's part in each, from the latest.
    pub parts: Vec<(CampaignId, Participation)>,
    /// Certifications of all school years, from the latest.
    pub certifications: Vec<(CertificationNumber, Certification)>,
}

impl PupilYear {
    fn take_part(&mut self, part: Participation) {
        let profile = part.latest_profile();
        self.joined += 1;
        if let Some(score) = part.score {
            self.sent += 1;
            self.scores += usize::from(score.per_cent());
        }
        self.profile = self.profile.max(profile);
        let joined_in = part.division.map(|division| (part.joined_at, division));
        self.joined_in = self.joined_in.take().max(joined_in);
    }

    fn take(&mut self, number: CertificationNumber, certification: Certification) {
        let latest = &certification.latest;
        let rank = Some((latest.status == CertificationStatus::Validated, latest.taken_on, number));
        if rank > self.rank {
            (self.rank, self.certification) = (rank, Some(certification));
        }
    }

    /// The class of that year: of the day on which the pupil joined last, else that of the certification, as far as either is known.
    pub fn division(&self) -> Option<&str> {
        let of_certification = || self.certification.as_ref()?.pupil.as_ref()?.division.as_deref();
        self.joined_in.as_ref().map(|(_, division)| division.as_str()).or_else(of_certification)
    }

    /// Mean of the results, in per cent, rounded.
    pub fn mean_score(&self) -> Option<u8> {
        (2 * self.scores + self.sent).checked_div(2 * self.sent).and_then(|mean| u8::try_from(mean).ok())
    }

    /// Whether the pupil may be registered for a certification; `None` while no profile says.
    pub fn certifiable(&self) -> Option<bool> {
        Some(self.profile?.profile?.is_certifiable())
    }

    /// Whether a certification was validated.
    pub fn is_certified(&self) -> bool {
        self.rank.is_some_and(|(is_validated, ..)| is_validated)
    }
}

impl Table {
    /// What the pupils of a school did in a school year: its campaigns and certifications, then a read for each campaign that could be
    /// joined then, side by side.
    pub async fn year_of_school(&self, uai: Uai, year: SchoolYear) -> Result<YearOfSchool, TableError> {
        let parts = async {
            let campaigns = self.campaigns_as_stored(uai).await?;
            let open = campaigns.into_iter().filter(|(_, campaign)| campaign.was_open_in(year)).map(|(id, _)| id);
            self.participations_in_all(open, year).await
        };
        let (parts, certifications) = try_join!(parts, self.certifications(uai, year))?;

        let mut of_school = YearOfSchool { campaigns: parts.len(), ..YearOfSchool::default() };
        for (learner, part) in parts.into_iter().flatten() {
            of_school.pupils.entry(learner).or_default().take_part(part);
        }
        for (number, certification) in certifications {
            if let Some(learner) = certification.pupil.as_ref().map(|pupil| pupil.learner) {
                of_school.pupils.entry(learner).or_default().take(number, certification);
            } else {
                let is_validated = certification.latest.status == CertificationStatus::Validated;
                of_school.of_no_pupil += 1;
                of_school.validated_of_no_pupil += usize::from(is_validated);
            }
        }
        Ok(of_school)
    }

    /// What a pupil did in a school year, and every certification of the pupil by this school: two reads side by side. The index that they
    /// ask may be a moment late.
    pub async fn year_of_pupil(&self, uai: Uai, pupil: LearnerId, year: SchoolYear) -> Result<YearOfPupil, TableError> {
        let (mut parts, mut certifications) = try_join!(self.participations_of(pupil), self.certifications_of(pupil))?;
        parts.retain(|(_, part)| part.uai == uai && began_in(year, part));
        parts.sort_by_key(|(id, part)| std::cmp::Reverse((part.joined_at, *id)));
        certifications.retain(|(_, certification)| certification.latest.uai == uai);
        certifications.sort_by_key(|(number, it)| std::cmp::Reverse((it.latest.taken_on, *number)));

        let mut of_year = PupilYear::default();
        parts.iter().for_each(|(_, part)| of_year.take_part(part.clone()));
        for (number, certification) in certifications.iter().filter(|(_, it)| it.latest.year() == year) {
            of_year.take(*number, certification.clone());
        }
        Ok(YearOfPupil { of_year, parts, certifications })
    }

    /// Of each of these campaigns that somebody joined in a school year, everybody's part.
    async fn participations_in_all(
        &self,
        campaigns: impl Iterator<Item = CampaignId> + Send,
        year: SchoolYear,
    ) -> Result<Vec<Vec<(LearnerId, Participation)>>, TableError> {
        let mut campaigns = campaigns;
        let mut asked = JoinSet::new();
        let ask = |asked: &mut JoinSet<_>, campaign| {
            let table = self.clone();
            asked.spawn(async move { table.participations(campaign).await });
        };
        campaigns.by_ref().take(AT_ONCE).for_each(|campaign| ask(&mut asked, campaign));
        let mut parts = Vec::new();
        while let Some(answer) = asked.join_next().await {
            if let Some(campaign) = campaigns.next() {
                ask(&mut asked, campaign);
            }
            let mut of_campaign = answer.map_err(TableError::malformed("Participation"))??;
            of_campaign.retain(|(_, part)| began_in(year, part));
            if !of_campaign.is_empty() {
                parts.push(of_campaign);
            }
        }
        Ok(parts)
    }
}

/// A participation counts for the school year of the day on which it began.
fn began_in(year: SchoolYear, part: &Participation) -> bool {
    SchoolYear::of(paris::date(part.joined_at)) == year
}

#[cfg(test)]
mod tests {
    use rentree_domain::Score;
    use rentree_domain::profile::CollectedProfile;

    use super::*;

    fn part(day: u8, division: Option<&str>, result: Option<(u8, Option<u8>)>) -> Participation {
        let at: Timestamp = format!("2026-10-{day:02}T08:00:00Z").parse().unwrap();
        let mut part = Participation::new(Uai::parse("0990001N").unwrap(), "", at);
        part.division = division.map(ToOwned::to_owned);
        part.sent_at = result.map(|_| at);
        part.score = result.map(|(score, _)| Score::new(score).unwrap());
        part.profile = result.and_then(|(_, competences)| competences).map(|competences| CollectedProfile {
            competences: competences.try_into().unwrap(),
            points: 10.try_into().unwrap(),
        });
        part
    }

    fn year(parts: &[Participation]) -> PupilYear {
        parts.iter().fold(PupilYear::default(), |mut year, part| {
            year.take_part(part.clone());
            year
        })
    }

    #[test]
    fn campaigns_of_a_year_are_told_together_in_any_order() {
        let mut parts = [
            part(1, Some("6A"), Some((40, Some(7)))),
            part(9, Some("6B"), Some((51, Some(3)))),
            part(12, None, Some((90, None))),
            part(20, None, None),
        ];
        for _ in 0..2 {
            let year = year(&parts);
            assert_eq!((year.joined, year.sent, year.mean_score()), (4, 3, Some(60)));
            assert_eq!(
                (year.division(), year.certifiable()),
                (Some("6B"), Some(false)),
                "the latest one that tells it"
            );
            parts.reverse();
        }
        let mut again = part(9, None, Some((90, None)));
        again.former = part(1, None, Some((40, Some(7)))).latest_sent().into_iter().collect();
        let year_of_again = year(&[again]);
        assert_eq!(
            year_of_again.certifiable(),
            Some(true),
            "what was collected stays true when a result tells nothing"
        );
        assert_eq!((year_of_again.sent, year_of_again.mean_score()), (1, Some(90)));
        let nothing = year(&parts[3..]);
        assert_eq!((nothing.division(), nothing.mean_score(), nothing.certifiable()), (None, None, None));
        assert!(!nothing.is_certified());
    }
}
