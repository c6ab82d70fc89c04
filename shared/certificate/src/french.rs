//! Dates and numbers as French paper writes them.

use jiff::civil::Date;

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// `12 mai 2026`, `1er mars 2026`; the day stays with its month.
pub(crate) fn day(date: Date) -> String {
    let ordinal = if date.day() == 1 { "er" } else { "" };
    let month = usize::try_from(date.month() - 1).map_or("", |month| MONTHS[month]);
    format!("{}{ordinal}\u{A0}{month}\u{A0}{}", date.day(), date.year())
}

/// `session d’octobre 2026` of `2026-10`, as the platform calls what is one of a month; another one is called as it is: `session mai 2026`.
pub(crate) fn session(name: &str) -> String {
    month_of(name).map_or_else(
        || format!("session {}", printed(name)),
        |(month, year)| {
            let of = if month.starts_with(['a', 'o']) { "d’" } else { "de " };
            format!("session {of}{month}\u{A0}{year}")
        },
    )
}

/// The month and the year of `2026-10`.
fn month_of(name: &str) -> Option<(&'static str, &str)> {
    let (year, month) = name.trim().split_once('-')?;
    let is_of = |text: &str, digits| text.len() == digits && text.bytes().all(|sign| sign.is_ascii_digit());
    if !is_of(year, 4) || !is_of(month, 2) {
        return None;
    }
    let month = month.parse::<usize>().ok()?.checked_sub(1)?;
    Some((*MONTHS.get(month)?, year))
}

/// `895`, `1 024`.
pub(crate) fn number(number: u16) -> String {
    match (number / 1000, number % 1000) {
        (0, rest) => rest.to_string(),
        (thousands, rest) => format!("{thousands}\u{A0}{rest:03}"),
    }
}

/// `text` on one line, with the apostrophe of print: what callers give may come from a file.
pub(crate) fn printed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('\'', "’")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn as_paper_writes_it() {
        assert_eq!(day(date(2026, 3, 1)), "1er\u{A0}mars\u{A0}2026");
        assert_eq!(day(date(2026, 12, 31)), "31\u{A0}décembre\u{A0}2026");
        for (name, called) in [
            ("2026-10", "session d’octobre\u{A0}2026"),
            ("2027-04", "session d’avril\u{A0}2027"),
            ("2027-05", "session de mai\u{A0}2027"),
            ("mai 2026", "session mai 2026"),
            ("2026", "session 2026"),
            ("2026-13", "session 2026-13"),
            ("2026-00", "session 2026-00"),
            ("2026-10 Paris", "session 2026-10 Paris"),
        ] {
            assert_eq!(session(name), called, "{name}");
        }
        assert_eq!(number(7), "7");
        assert_eq!(number(1007), "1\u{A0}007");
        assert_eq!(printed(" Collège  de l'Île\n"), "Collège de l’Île");
    }
}
