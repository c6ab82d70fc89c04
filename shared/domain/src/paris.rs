//! The time that schools live in.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, tz};

static PARIS: TimeZone = tz::get!("Europe/Paris");

/// The day in Paris at `instant`.
pub fn date(instant: Timestamp) -> Date {
    date_time(instant).date()
}

/// Day and time in Paris at `instant`.
pub fn date_time(instant: Timestamp) -> DateTime {
    PARIS.to_datetime(instant)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;

    use super::*;

    #[test]
    fn a_late_evening_is_already_tomorrow_in_paris() {
        assert_eq!(date("2026-09-01T22:30:00Z".parse().unwrap()), day(2026, 9, 2));
        assert_eq!(date("2026-12-01T22:30:00Z".parse().unwrap()), day(2026, 12, 1));
    }
}
