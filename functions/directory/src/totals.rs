//! How many pupils of an académie joined, sent, are certifiable and certified in a school year. Numbers alone: no pupil, no school.
//!
//! Nothing counts along. An item that counted a school would be written by a whole class in the same second; what is asked for a few times
//! a year is read when it is asked for.

use rentree_domain::{Academie, SchoolYear, Uai};
use rentree_runtime::several;
use rentree_table::{PupilYear, YearOfSchool};

use crate::Directory;
use crate::error::ProcessError;
use crate::listing::{Refusal, RefusalCode};
use crate::report::{Totals, TotalsReport};

/// Schools that are read at the same time.
const AT_ONCE: usize = 10;

impl Directory {
    /// Adds the schools of the académie up, and reports the sums.
    pub(crate) async fn total(&self, academie: Academie, year: SchoolYear) -> Result<(), ProcessError> {
        let schools = self.table.schools_of(academie).await?;
        let mut totals = Totals { schools: schools.len(), ..Totals::default() };
        // Where nobody ever entered the space, nobody joined anything.
        let activated: Vec<Uai> =
            schools.into_iter().filter(|(_, school)| school.activated_at.is_some()).map(|(uai, _)| uai).collect();
        totals.activated = activated.len();
        let years = several(activated, AT_ONCE, |uai| {
            let table = self.table.clone();
            async move { table.year_of_school(uai, year).await }
        });
        for of_school in years.await {
            totals.add(&of_school.ok_or(ProcessError::Unread)??);
        }
        let report = TotalsReport { academie, school_year: year, refused: None, totals };
        self.write_totals_report(&report).await?;
        tracing::info!(
            academie = academie.short_name(),
            school_year = year.first(),
            schools = totals.schools,
            activated = totals.activated,
            "an académie was added up"
        );
        Ok(())
    }

    /// The report says that nothing was added up, and an alarm listens to the log line.
    pub(crate) async fn totals_failed(&self, academie: Academie, year: SchoolYear) -> Result<(), ProcessError> {
        let detail = "The académie could not be added up for a technical reason. Send the same message again: nothing is changed by it. \
                      The log of the function says what failed.";
        let refused = Some(Refusal::new(RefusalCode::Technical, detail));
        let report = TotalsReport { academie, school_year: year, refused, totals: Totals::default() };
        self.write_totals_report(&report).await?;
        tracing::error!(
            academie = academie.short_name(),
            school_year = year.first(),
            "totals failed for a technical reason"
        );
        Ok(())
    }
}

impl Totals {
    fn add(&mut self, school: &YearOfSchool) {
        let count = |of: fn(&PupilYear) -> bool| school.pupils.values().filter(|pupil| of(pupil)).count();
        self.with_campaigns += usize::from(school.campaigns > 0);
        self.campaigns += school.campaigns;
        self.joined += count(|pupil| pupil.joined > 0);
        self.sent += count(|pupil| pupil.sent > 0);
        self.certifiable += count(|pupil| pupil.certifiable() == Some(true));
        self.certified += count(PupilYear::is_certified);
        self.certified_of_no_pupil += school.validated_of_no_pupil;
    }
}
