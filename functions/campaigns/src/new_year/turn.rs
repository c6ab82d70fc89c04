//! How far a school is with the three things of a turn of the year. Pure.

use jiff::Timestamp;
use rentree_domain::{CampaignId, SchoolYear, paris};
use rentree_table::{Campaign, School};

use super::{is_from_before, is_old};

/// How far one of them is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// It is to be done.
    Due,
    /// It is done for this school year.
    Done,
    /// There was nothing to do: a space that is new this year has nothing from before.
    Nothing,
}

/// The three things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn {
    /// Who is in the team is reviewed.
    pub(super) team: Progress,
    /// The pupils of the year are there.
    pub(super) pupils: Progress,
    /// The school's own campaigns from before are in the archive.
    pub(super) campaigns: Progress,
}

impl Turn {
    /// `campaigns`: all that the school has.
    pub(super) fn of(school: &School, campaigns: &[(CampaignId, Campaign)], now: Timestamp) -> Self {
        let today = paris::date(now);
        let is_of_this_year = |at: Timestamp| !SchoolYear::of(paris::date(at)).is_over(today);
        let progress = |is_due: bool, is_done: bool| match (is_due, is_done) {
            (true, _) => Progress::Due,
            (false, true) => Progress::Done,
            (false, false) => Progress::Nothing,
        };
        let has_pupils = school.roster_year().is_some_and(|year| !year.is_over(today));
        let is_put_away = |campaign: &Campaign| {
            is_from_before(campaign, today) && campaign.put_away_at().is_some_and(is_of_this_year)
        };
        Self {
            team: progress(school.is_review_due(now), school.team_reviewed_at.is_some_and(is_of_this_year)),
            pupils: progress(!has_pupils, has_pupils),
            campaigns: progress(
                campaigns.iter().any(|(_, campaign)| is_old(campaign, today)),
                campaigns.iter().any(|(_, campaign)| is_put_away(campaign)),
            ),
        }
    }

    /// Whether nothing is left to do, until the next school year begins.
    pub(super) fn is_over(self) -> bool {
        ![self.team, self.pupils, self.campaigns].contains(&Progress::Due)
    }
}

impl Progress {
    pub(super) fn is_due(self) -> bool {
        self == Self::Due
    }

    pub(super) fn is_done(self) -> bool {
        self == Self::Done
    }

    pub(super) fn french(self) -> &'static str {
        match self {
            Self::Due => "À faire",
            Self::Done => "Fait",
            Self::Nothing => "Rien à faire",
        }
    }

    /// The classes of its badge.
    pub(super) fn badge(self) -> &'static str {
        match self {
            Self::Due => "badge careful",
            Self::Done => "badge good",
            Self::Nothing => "badge",
        }
    }

    /// The class of its step: what nobody did is not ticked.
    pub(super) fn step(self) -> &'static str {
        match self {
            Self::Due => "next",
            Self::Done => "done",
            Self::Nothing => "later",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn campaign(created_at: Timestamp, archived_at: Option<Timestamp>) -> (CampaignId, Campaign) {
        let campaign = Campaign { archived_at, ..sample::campaign(created_at) };
        (CampaignId::new(created_at, [1; 10]), campaign)
    }

    #[test]
    fn nothing_is_done_where_nothing_was_to_do() {
        let [before, summer, now] = ["2025-10-01T08:00:00Z", "2026-07-10T08:00:00Z", "2026-11-27T08:00:00Z"].map(at);
        let mut school = School::new("Collège");
        let turn = |school: &School, campaigns: &[_]| Turn::of(school, campaigns, now);
        school.activated_at = Some(now);
        let begun = turn(&school, &[campaign(now, None), campaign(now, Some(now))]);
        assert_eq!(
            begun,
            Turn { team: Progress::Nothing, pupils: Progress::Due, campaigns: Progress::Nothing },
            "this year's campaigns, archived or not, are not of a turn"
        );
        assert!(!begun.is_over(), "the pupils are missing");

        // Whoever was there the year before has something to do, and has done it.
        school.activated_at = Some(before);
        school.team_reviewed_at = Some(before);
        let old = [campaign(before, Some(summer)), campaign(before, None)];
        let due = turn(&school, &old);
        assert_eq!((due.team, due.campaigns), (Progress::Due, Progress::Due));
        assert_eq!(turn(&school, &old[..1]).campaigns, Progress::Nothing, "it was put away before the year began");
        school.team_reviewed_at = Some(now);
        let done = turn(&school, &[campaign(before, Some(now))]);
        assert_eq!((done.team, done.campaigns), (Progress::Done, Progress::Done));
        assert!(Turn { pupils: Progress::Done, ..done }.is_over());
    }
}
