//! Numbers, dates and plurals, as French readers expect them.

use std::borrow::Borrow;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use rentree_domain::paris;
pub use rentree_domain::typography::spaced;

/// `15/07/2026`, in Paris.
pub fn day(instant: &Timestamp) -> String {
    date(&paris::date(*instant))
}

/// `15/07/2026 à 8 h 05`, in Paris, with no-break spaces in the time.
pub fn day_and_time(instant: &Timestamp) -> String {
    format!("{} à {}", day(instant), time(instant))
}

/// `8 h 05`, in Paris, with no-break spaces.
pub fn time(instant: &Timestamp) -> String {
    let local = paris::date_time(*instant);
    format!("{}\u{A0}h\u{A0}{:02}", local.hour(), local.minute())
}

/// `15/07/2026 à 8 h 05 min 12 s`, in Paris: for what shares its minute with something else.
pub fn day_and_second(instant: &Timestamp) -> String {
    format!("{}\u{A0}min\u{A0}{:02}\u{A0}s", day_and_time(instant), paris::date_time(*instant).second())
}

/// `à partir de 18 h 00 (heure de Paris)`, of what may be done again at `end`, within a day from `now`: `demain, ` stands before it where it
/// is only then. What ends at a full minute, as windows do, is told as [`day_and_time`] tells it.
pub fn from_time_on(end: Timestamp, now: Timestamp) -> String {
    let is_today = paris::date(paris::full_minute(end)) == paris::date(now);
    format!("{}{}", if is_today { "" } else { "demain, " }, from_time(end))
}

/// The same of what is soon: the day goes without saying, also about midnight.
pub fn from_time(end: Timestamp) -> String {
    let local = paris::date_time(paris::full_minute(end));
    format!("à partir de {}\u{A0}h\u{A0}{:02} (heure de Paris)", local.hour(), local.minute())
}

/// `15/07/2026`.
pub fn date(date: &Date) -> String {
    paris::written(*date)
}

/// `1 élève`, `0 élève`, `12 500 élèves`: in French, plural begins at two.
pub fn count(number: impl Borrow<usize>, singular: &str, plural: &str) -> String {
    let number = *number.borrow();
    format!("{} {}", Grouped(number), if number < 2 { singular } else { plural })
}

/// `12 500`.
pub fn number(number: impl Borrow<usize>) -> String {
    Grouped(*number.borrow()).to_string()
}

/// `12 500`, with narrow no-break spaces.
struct Grouped(usize);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                f.write_str("\u{202F}")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plural_begins_at_two() {
        assert_eq!(count(0, "élève", "élèves"), "0 élève");
        assert_eq!(count(1, "élève", "élèves"), "1 élève");
        assert_eq!(count(12_500, "élève", "élèves"), "12\u{202F}500 élèves");
    }

    #[test]
    fn days_are_those_of_paris() {
        let instant = "2026-07-14T22:05:00Z".parse().unwrap();
        assert_eq!(day(&instant), "15/07/2026");
        assert_eq!(day_and_time(&instant), "15/07/2026 à 0\u{A0}h\u{A0}05");
        assert_eq!(day_and_second(&instant), "15/07/2026 à 0\u{A0}h\u{A0}05\u{A0}min\u{A0}00\u{A0}s");
    }

    #[test]
    fn what_begins_again_is_told_by_the_clock() {
        let told = |end: &str, now: &str| from_time_on(end.parse().unwrap(), now.parse().unwrap());
        let (today, tomorrow) = ("à partir de 18\u{A0}h\u{A0}00", "demain, à partir de 1\u{A0}h\u{A0}00");
        assert_eq!(told("2026-11-29T17:00:00Z", "2026-11-29T16:20:00Z"), format!("{today} (heure de Paris)"));
        assert_eq!(told("2026-11-30T00:00:00Z", "2026-11-29T16:20:00Z"), format!("{tomorrow} (heure de Paris)"));
        // The night is that day's already.
        let tonight = told("2026-11-30T00:00:00Z", "2026-11-29T23:20:00Z");
        assert_eq!(tonight, "à partir de 1\u{A0}h\u{A0}00 (heure de Paris)");
    }
}
