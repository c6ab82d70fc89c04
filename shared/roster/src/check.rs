//! Shapes of values, the same for both formats.

use jiff::civil::{Date, DateTime};

/// `DD/MM/YYYY`. With `today`, also `YYYY-MM-DD` and `DD/MM/YY` (the latest such year that is not after `today`).
pub(crate) fn date(text: &str, today: Option<Date>) -> Option<Date> {
    if let Some(today) = today {
        if let [year @ .., b'-', _, _, b'-', _, _] = text.as_bytes()
            && year.len() == 4
        {
            return Date::new(number(&text[..4])?, number(&text[5..7])?, number(&text[8..])?).ok();
        }
        if let [_, _, b'/', _, _, b'/', _, _] = text.as_bytes() {
            let short: i16 = number(&text[6..])?;
            let century = today.year() / 100 * 100;
            let year = if century + short <= today.year() { century + short } else { century - 100 + short };
            return Date::new(year, number(&text[3..5])?, number(&text[..2])?).ok();
        }
    }
    let [_, _, b'/', _, _, b'/', _, _, _, _] = text.as_bytes() else { return None };
    Date::new(number(&text[6..])?, number(&text[3..5])?, number(&text[..2])?).ok()
}

/// `DD/MM/YYYY [HH:MM:SS]`; midnight when there is no time.
pub(crate) fn date_time(text: &str) -> Option<DateTime> {
    let (day, time) = text.split_once(' ').unwrap_or((text, ""));
    let day = date(day, None)?;
    let time = time.trim();
    if time.is_empty() {
        return Some(day.at(0, 0, 0, 0));
    }
    let mut parts = time.splitn(3, ':').map(number::<i8>);
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    jiff::civil::Time::new(hour, minute, second, 0).ok().map(|time| day.to_datetime(time))
}

/// Digits only: `parse` alone would accept a sign.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|c| c.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// INSEE code of a commune: `^\d{5}$`, or Corsica's `^\d[AB]\d{3}$`. Its shape only: old communes are legal.
pub(crate) fn is_commune(code: &str) -> bool {
    match code.as_bytes() {
        [department, second, rest @ ..] if rest.len() == 3 => {
            department.is_ascii_digit()
                && (second.is_ascii_digit() || matches!(second, b'A' | b'B'))
                && rest.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;

    use super::*;

    #[test]
    fn dates() {
        let today = Some(day(2026, 9, 1));
        assert_eq!(date("31/12/2012", None), Some(day(2012, 12, 31)));
        assert_eq!(date("2012-12-31", today), Some(day(2012, 12, 31)));
        assert_eq!(date("31/12/12", today), Some(day(2012, 12, 31)));
        assert_eq!(date("31/12/27", today), Some(day(1927, 12, 31)));
        for text in ["31/02/2012", "1/1/2012", "31-12-2012", "", "+1/12/2012", "31/12/20é", "ab/cd/efgh", "31/12/12"] {
            assert_eq!(date(text, None), None, "{text}");
        }
    }

    #[test]
    fn dates_with_a_time() {
        assert_eq!(date_time("01/09/2026 08:30:05"), Some(day(2026, 9, 1).at(8, 30, 5, 0)));
        assert_eq!(date_time("01/09/2026"), Some(day(2026, 9, 1).at(0, 0, 0, 0)));
        assert_eq!(date_time("01/09/2026 99:30:05"), None);
    }

    #[test]
    fn communes() {
        for code in ["75056", "2A004", "2B033", "01001"] {
            assert!(is_commune(code), "{code}");
        }
        for code in ["", "7505", "750567", "2C004", "A2004", "7505é"] {
            assert!(!is_commune(code), "{code}");
        }
    }
}
