//! Certifications: what the assessment platform states of a pupil's examination. Statements come late, twice and out of order, by message
//! and by file; all end in the same state. `docs/certifications.md` says more.

mod competence;
mod parts;
mod prepared;
mod statement;
mod status;

use jiff::SignedDuration;
use jiff::civil::{Date, date};

pub use competence::{Area, Competence, CompetenceError, Level, LevelError, Levels};
pub use parts::{CertificationNumber, JuryComment, PartError, Points, SessionName, VerificationCode};
pub use prepared::{PrepareCertificates, SchoolCertificates, Stamp};
pub use statement::{About, Standing, Statement, Told};
pub use status::{CertificationStatus, StatusError};

use crate::school_year::SchoolYear;

/// How much the clock of who states something may be ahead, by message or by file.
pub const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// How many school years a certification is kept after its own.
const YEARS_KEPT: i16 = 5;

/// The last day on which a certification of `year` is kept.
pub fn kept_until(year: SchoolYear) -> Date {
    date(year.first() + 1 + YEARS_KEPT, 7, 31)
}

/// The school years of which certifications are kept on a day, from the latest.
pub fn years_kept(today: Date) -> Vec<SchoolYear> {
    let this = SchoolYear::of(today);
    (0..=YEARS_KEPT).filter_map(|back| SchoolYear::starting_in(this.first() - back)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_school_years_after_its_own() {
        let year = SchoolYear::of(date(2027, 5, 12));
        assert_eq!((year.first(), kept_until(year)), (2026, date(2032, 7, 31)));
        let last_day = years_kept(date(2032, 7, 31));
        assert!(last_day.contains(&year) && last_day.len() == 6 && last_day[0].first() == 2031);
        assert!(!years_kept(date(2032, 8, 1)).contains(&year));
    }
}
