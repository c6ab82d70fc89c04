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
        assert_eq!(number(7), "7");
        assert_eq!(number(1007), "1\u{A0}007");
        assert_eq!(printed(" Collège  de l'Île\n"), "Collège de l’Île");
    }
}
