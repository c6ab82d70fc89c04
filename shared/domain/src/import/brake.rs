//! When an import stops and asks: a file that would empty the school, or that is older than the last one.

use jiff::civil::DateTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::import::plan::Counts;
use crate::school_year::SchoolYear;

/// Why an import waits for a person's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BrakeReason {
    /// The person asked to see the changes first.
    Preview,
    /// The file is no longer the one that was shown: it was uploaded again in the meantime.
    FileReplaced,
    /// The roster that the changes were shown for is no longer the one that readers see: another import succeeded, or was
    /// undone, in the meantime.
    RosterMoved,
    /// More than half of the active pupils would be deactivated: fewer than half of them are in the file.
    MassDeparture,
    /// More pupils would be deactivated than leave within a school year: a file with some classes only, perhaps.
    DepartureWithinYear,
    /// The file is of an earlier school year than the last one applied.
    OlderSchoolYear,
    /// The file was exported before the last one applied.
    OlderExport,
}

/// When a file says it was made. Fregata files say neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Dated {
    /// `ANNEE_SCOLAIRE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school_year: Option<SchoolYear>,
    /// `DATE_EXPORT` or `HORODATAGE`, in the school's local time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exported_at: Option<DateTime>,
}

/// How many may leave before an import stops and asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// Per cent of the active pupils, at any time.
    pub mass_percent: u32,
    /// Per cent of the active pupils within one school year; only beyond [`within_year_pupils`](Self::within_year_pupils).
    pub within_year_percent: u32,
    /// So many may leave within one school year however small the school is.
    pub within_year_pupils: u32,
}

/// What is asked of the brake, besides what an import would do.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// A person wants to see the changes first.
    pub preview: bool,
    /// Pupils of the school before the import. Those already inactive are not counted among the known ones: after some
    /// years they would outnumber the school.
    pub active: usize,
    /// What the file says of its age.
    pub file: Dated,
    /// What the last file said that was applied.
    pub last_applied: Dated,
    /// The school years of today and of the day when the last file was applied; Fregata files say none of their own.
    pub years: (SchoolYear, Option<SchoolYear>),
}

/// Every reason to stop that the file itself gives; none: go on.
pub fn reasons(question: &Question, counts: &Counts, thresholds: Thresholds) -> Vec<BrakeReason> {
    let Question { preview, active, file, last_applied, .. } = *question;
    let mut reasons = Vec::new();
    if preview {
        reasons.push(BrakeReason::Preview);
    }
    let more_than = |percent: u32| counts.deactivated * 100 > active * percent as usize;
    if more_than(thresholds.mass_percent) {
        reasons.push(BrakeReason::MassDeparture);
    } else if question.is_within_year()
        && more_than(thresholds.within_year_percent)
        && counts.deactivated > thresholds.within_year_pupils as usize
    {
        reasons.push(BrakeReason::DepartureWithinYear);
    }
    if is_older(file.school_year, last_applied.school_year) {
        reasons.push(BrakeReason::OlderSchoolYear);
    }
    if is_older(file.exported_at, last_applied.exported_at) {
        reasons.push(BrakeReason::OlderExport);
    }
    reasons
}

impl Question {
    /// Whether the file and the last one that was applied are of one school year.
    fn is_within_year(&self) -> bool {
        let (today, applied) = self.years;
        let file = self.file.school_year.unwrap_or(today);
        self.last_applied.school_year.or(applied) == Some(file)
    }
}

fn is_older<T: PartialOrd>(file: Option<T>, last: Option<T>) -> bool {
    matches!((file, last), (Some(file), Some(last)) if file < last)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn dated(year: i16, day: i8) -> Dated {
        Dated { school_year: SchoolYear::starting_in(year), exported_at: Some(date(year, 9, day).at(8, 0, 0, 0)) }
    }

    fn leaving(deactivated: usize) -> Counts {
        Counts { deactivated, ..Counts::default() }
    }

    const THRESHOLDS: Thresholds = Thresholds { mass_percent: 50, within_year_percent: 10, within_year_pupils: 10 };

    fn year(first: i16) -> SchoolYear {
        SchoolYear::starting_in(first).unwrap()
    }

    fn asked(active: usize, deactivated: usize, file: Dated, last_applied: Dated) -> Vec<BrakeReason> {
        let years = (year(2026), Some(year(2025)));
        let question = Question { preview: false, active, file, last_applied, years };
        reasons(&question, &leaving(deactivated), THRESHOLDS)
    }

    #[test]
    fn a_first_import_never_stops() {
        assert_eq!(asked(0, 0, dated(2026, 1), Dated::default()), []);
    }

    #[test]
    fn more_than_half_leaving_stops() {
        assert_eq!(asked(10, 5, Dated::default(), Dated::default()), []);
        assert_eq!(asked(10, 6, Dated::default(), Dated::default()), [BrakeReason::MassDeparture]);
    }

    #[test]
    fn many_leaving_within_a_year_stop() {
        let (this, last) = (dated(2026, 2), dated(2025, 2));
        assert_eq!(asked(500, 51, this, this), [BrakeReason::DepartureWithinYear]);
        assert_eq!(asked(500, 50, this, this), [], "ten per cent may leave");
        assert_eq!(asked(20, 10, this, this), [], "ten may leave however small the school is");
        assert_eq!(asked(20, 11, this, this), [BrakeReason::MassDeparture]);
        assert_eq!(asked(500, 100, this, last), [], "another year: a whole level leaves");
    }

    #[test]
    fn the_year_of_a_file_that_names_none_is_that_of_its_import() {
        let of = |today, applied| {
            let (file, last_applied) = (Dated::default(), Dated::default());
            let question = Question { preview: false, active: 500, file, last_applied, years: (today, applied) };
            reasons(&question, &leaving(60), THRESHOLDS)
        };
        assert_eq!(of(year(2026), Some(year(2026))), [BrakeReason::DepartureWithinYear]);
        assert_eq!(of(year(2026), Some(year(2025))), []);
        assert_eq!(of(year(2026), None), []);
    }

    #[test]
    fn an_older_file_stops_and_the_same_one_does_not() {
        assert_eq!(asked(10, 0, dated(2026, 2), dated(2026, 2)), []);
        assert_eq!(asked(10, 0, dated(2026, 1), dated(2026, 2)), [BrakeReason::OlderExport]);
        let (file, last_applied) = (dated(2025, 2), dated(2026, 2));
        let question = Question { preview: true, active: 10, file, last_applied, years: (year(2026), None) };
        assert_eq!(
            reasons(&question, &leaving(0), THRESHOLDS),
            [BrakeReason::Preview, BrakeReason::OlderSchoolYear, BrakeReason::OlderExport]
        );
        assert_eq!(asked(10, 0, Dated::default(), dated(2026, 2)), [], "Fregata says nothing");
    }
}
