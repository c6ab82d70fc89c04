//! The time that schools live in.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit, tz};

static PARIS: TimeZone = tz::get!("Europe/Paris");

/// The day in Paris at `instant`.
pub fn date(instant: Timestamp) -> Date {
    date_time(instant).date()
}

/// The moment at which a day in Paris is over; nothing at the end of time.
pub fn end_of(day: Date) -> Option<Timestamp> {
    let next = day.tomorrow().ok()?;
    Some(next.to_zoned(PARIS.clone()).ok()?.timestamp())
}

/// A day as it is written in French: `15/07/2026`.
pub fn written(day: Date) -> String {
    day.strftime("%d/%m/%Y").to_string()
}

/// Day and time in Paris at `instant`.
pub fn date_time(instant: Timestamp) -> DateTime {
    PARIS.to_datetime(instant)
}

/// The first full minute from `instant` on: of what ends then, it is told so to everybody, for nobody counts seconds.
pub fn full_minute(instant: Timestamp) -> Timestamp {
    instant.round(TimestampRound::new().smallest(Unit::Minute).mode(RoundMode::Ceil)).unwrap_or(instant)
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

    #[test]
    fn a_day_is_written_with_all_its_digits() {
        assert_eq!(written(day(2026, 7, 5)), "05/07/2026");
    }

    #[test]
    fn a_day_ends_at_midnight_in_paris() {
        assert_eq!(end_of(day(2027, 8, 31)), Some("2027-08-31T22:00:00Z".parse().unwrap()));
        assert_eq!(end_of(day(2026, 12, 31)), Some("2026-12-31T23:00:00Z".parse().unwrap()));
        assert_eq!(end_of(Date::MAX), None);
    }

    #[test]
    fn a_minute_that_has_begun_is_told_as_the_next() {
        for (instant, told) in [
            ("2026-11-29T15:39:00Z", "2026-11-29T15:39:00Z"),
            ("2026-11-29T15:39:00.000000001Z", "2026-11-29T15:40:00Z"),
            ("2026-11-29T15:59:59.5Z", "2026-11-29T16:00:00Z"),
        ] {
            assert_eq!(full_minute(instant.parse().unwrap()), told.parse().unwrap(), "{instant}");
        }
    }
}
