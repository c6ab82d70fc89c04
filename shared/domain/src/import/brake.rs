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
    /// More than half of the active pupils would be deactivated: fewer than half of them are in the file.
    MassDeparture,
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

/// Every reason to stop that the file itself gives; none: go on.
///
/// `active` = pupils of the school before the import. Pupils already inactive are not counted among the known ones:
/// after some years they would outnumber the school.
pub fn reasons(preview: bool, active: usize, counts: &Counts, file: Dated, last_applied: Dated) -> Vec<BrakeReason> {
    let mut reasons = Vec::new();
    if preview {
        reasons.push(BrakeReason::Preview);
    }
    if counts.deactivated * 2 > active {
        reasons.push(BrakeReason::MassDeparture);
    }
    if is_older(file.school_year, last_applied.school_year) {
        reasons.push(BrakeReason::OlderSchoolYear);
    }
    if is_older(file.exported_at, last_applied.exported_at) {
        reasons.push(BrakeReason::OlderExport);
    }
    reasons
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

    #[test]
    fn a_first_import_never_stops() {
        assert_eq!(reasons(false, 0, &leaving(0), dated(2026, 1), Dated::default()), []);
    }

    #[test]
    fn more_than_half_leaving_stops() {
        assert_eq!(reasons(false, 10, &leaving(5), Dated::default(), Dated::default()), []);
        assert_eq!(reasons(false, 10, &leaving(6), Dated::default(), Dated::default()), [BrakeReason::MassDeparture]);
    }

    #[test]
    fn an_older_file_stops_and_the_same_one_does_not() {
        assert_eq!(reasons(false, 10, &leaving(0), dated(2026, 2), dated(2026, 2)), []);
        assert_eq!(reasons(false, 10, &leaving(0), dated(2026, 1), dated(2026, 2)), [BrakeReason::OlderExport]);
        assert_eq!(
            reasons(true, 10, &leaving(0), dated(2025, 2), dated(2026, 2)),
            [BrakeReason::Preview, BrakeReason::OlderSchoolYear, BrakeReason::OlderExport]
        );
        assert_eq!(reasons(false, 10, &leaving(0), Dated::default(), dated(2026, 2)), [], "Fregata says nothing");
    }
}
