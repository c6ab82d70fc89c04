//! Shapes of values, the same for both formats.

use jiff::civil::{Date, DateTime};

/// A day: `DD/MM/YYYY`, also with `-` or `.`, without leading zeros, or `YYYY-MM-DD`; a time behind it does not count. With
/// `latest_year`, also `DD/MM/YY`: the latest such year that is not after it.
pub(crate) fn date(text: &str, latest_year: Option<i16>) -> Option<Date> {
    let text = match text.split_once([' ', 'T']) {
        Some((day, time)) if is_time(time) => day,
        Some(_) => return None,
        None => text,
    };
    let separator = text.chars().find(|c| matches!(c, '/' | '-' | '.'))?;
    let mut parts = text.split(separator);
    let (Some(one), Some(month), Some(other), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let short = |text: &str| (1..=2).contains(&text.len()).then(|| number::<i8>(text)).flatten();
    let month = short(month)?;
    if one.len() == 4 {
        return Date::new(number(one)?, month, short(other)?).ok();
    }
    let year = match (other.len(), latest_year) {
        (4, _) => number(other)?,
        (2, Some(latest)) => {
            let in_century = latest / 100 * 100 + number::<i16>(other)?;
            if in_century <= latest { in_century } else { in_century - 100 }
        }
        _ => return None,
    };
    Date::new(year, month, short(one)?).ok()
}

/// The day on which a pupil leaves, which may be years from now. Nobody of today left before 1990: such a year is a slip of the
/// hand, and whether the pupil is there is not known.
pub(crate) fn exit_date(text: &str, today: Date) -> Option<Date> {
    const FIRST_YEAR: i16 = 1990;
    let last_year = today.year() + 20;
    date(text, Some(last_year)).filter(|day| (FIRST_YEAR..=last_year).contains(&day.year()))
}

fn is_time(text: &str) -> bool {
    let text = text.trim();
    let parts = text.split([':', '.']);
    parts.clone().count() >= 2
        && parts.into_iter().all(|part| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit()))
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
        for text in [
            "31/12/2012",
            "31-12-2012",
            "31.12.2012",
            "2012-12-31",
            "2012/12/31",
            "31/12/2012 00:00:00",
            "2012-12-31T00:00",
        ] {
            assert_eq!(date(text, None), Some(day(2012, 12, 31)), "{text}");
        }
        assert_eq!(date("1/9/2009", None), Some(day(2009, 9, 1)));
        assert_eq!(date("2/7/26", Some(2046)), Some(day(2026, 7, 2)));
        assert_eq!(date("31/12/12", Some(2026)), Some(day(2012, 12, 31)));
        assert_eq!(date("31/12/27", Some(2026)), Some(day(1927, 12, 31)));
        for text in [
            "31/02/2012",
            "12/31/2012",
            "31/12/12",
            "",
            "+1/12/2012",
            "31/12/20é",
            "ab/cd/efgh",
            "41406",
            "31/12",
            "1/1/2012/3",
            "00/00/0000",
            "31/12/2012 x",
            "31/12/201",
            "31-12/2012",
            "041/09/2009",
            "1//2009",
            "déc-12",
        ] {
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
