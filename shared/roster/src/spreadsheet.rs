//! Values that a spreadsheet spoilt. Opened there, a class `6E1` becomes the number 60 and is shown as `6,00E+01`, a class
//! `6-1` becomes the sixth of January, and a long number loses its last digits. Saved, the file holds what was shown.

/// Whether `text` is a number in scientific notation, as spreadsheets show it: `6,00E+01`, `2,47211E+09`. `6E1`, which is a
/// class, is none.
pub(crate) fn is_scientific(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once(['E', 'e']) else { return false };
    let number = number.strip_prefix('-').unwrap_or(number);
    let (whole, fraction) = number.split_once([',', '.']).map_or((number, None), |(whole, rest)| (whole, Some(rest)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    // `1E-2` may be a class; a number that small is shown with a fraction.
    let is_number = fraction.is_some() || exponent.starts_with('+');
    digits(whole) && fraction.is_none_or(digits) && is_number && digits(exponent.trim_start_matches(['+', '-']))
}

/// Whether `text` is what a spreadsheet shows instead of a value: `#REF!`, `#NOM?`, `########`.
pub(crate) fn is_error(text: &str) -> bool {
    const ERRORS: [&str; 14] = [
        "#REF!",
        "#NOM?",
        "#NAME?",
        "#N/A",
        "#VALEUR!",
        "#VALUE!",
        "#DIV/0!",
        "#NOMBRE!",
        "#NUM!",
        "#NUL!",
        "#NULL!",
        "#CALC!",
        "#SPILL!",
        "#PROPAGATION!",
    ];
    ERRORS.contains(&text) || (text.len() > 2 && text.bytes().all(|c| c == b'#'))
}

/// Whether `text` is a day as spreadsheets show it (`06-janv`, `janv-06`, `06/01/2026`, `2026-01-06 00:00:00`) or count it (days
/// since 30 December 1899).
pub(crate) fn is_date(text: &str) -> bool {
    let day = text.split_once([' ', 'T']).filter(|(_, time)| is_time(time)).map_or(text, |(day, _)| day);
    let parts: Vec<&str> = day.split(['-', '/', '.', '\u{2013}', ' ']).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [one, other] if day.contains(['-', '\u{2013}']) => {
            (is_short_number(one) && is_month(other)) || (is_month(one) && is_number(other, 1..=4))
        }
        [one, month, other] => {
            // `6-1-12` may be a class; a year of two digits is shown after a day and a month of two.
            let month_fits = is_short_number(month) || is_month(month);
            let short =
                is_number(one, 2..=2) && (is_number(month, 2..=2) || is_month(month)) && is_number(other, 2..=2);
            let long =
                (is_short_number(one) && is_number(other, 4..=4)) || (is_number(one, 4..=4) && is_short_number(other));
            month_fits && (short || long)
        }
        _ => is_serial(text) || is_clock(text),
    }
}

/// Whether a class has become a number, a date or an error.
pub(crate) fn is_spoilt_class(text: &str) -> bool {
    is_scientific(text) || is_date(text) || is_error(text)
}

/// Whether a number with a fixed count of digits (INE, MEF) has become another number, a date or an error. A fraction, too:
/// neither has any.
pub(crate) fn is_spoilt_number(text: &str) -> bool {
    let is_fraction =
        text.split_once([',', '.']).is_some_and(|(whole, rest)| is_number(whole, 1..=20) && is_number(rest, 1..=20));
    is_scientific(text) || is_error(text) || is_fraction || (is_date(text) && !is_serial(text))
}

/// The day of a spreadsheet as a number, of the years 2000 to 2049.
pub(crate) fn is_serial(text: &str) -> bool {
    const FIRST_OF_2000: u32 = 36_526;
    const LAST_OF_2049: u32 = 54_789;
    is_number(text, 5..=5) && text.parse().is_ok_and(|days| (FIRST_OF_2000..=LAST_OF_2049).contains(&days))
}

fn is_number(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit())
}

fn is_short_number(text: &str) -> bool {
    is_number(text, 1..=2)
}

fn is_time(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    (2..=3).contains(&parts.len()) && parts.iter().all(|part| is_number(part, 1..=2))
}

/// `06:01:00`: a class `6:1`.
fn is_clock(text: &str) -> bool {
    text.matches(':').count() == 2 && is_time(text)
}

/// The name of a month as a spreadsheet writes it, in French or English, short or long. Spreadsheets never write one in
/// capitals alone; a class may be called `MARS`.
fn is_month(text: &str) -> bool {
    const MONTHS: [&str; 38] = [
        "janv",
        "janvier",
        "jan",
        "january",
        "févr",
        "fevr",
        "février",
        "feb",
        "february",
        "mars",
        "mar",
        "march",
        "avr",
        "avril",
        "apr",
        "april",
        "mai",
        "may",
        "juin",
        "jun",
        "june",
        "juil",
        "juillet",
        "jul",
        "july",
        "août",
        "aout",
        "aug",
        "august",
        "sept",
        "septembre",
        "sep",
        "oct",
        "octobre",
        "nov",
        "novembre",
        "déc",
        "dec",
    ];
    let text = text.trim_end_matches('.');
    text.chars().skip(1).any(char::is_lowercase) && MONTHS.contains(&text.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_that_a_spreadsheet_spoilt() {
        for class in [
            "6,00E+01",
            "6.00E+02",
            "6E+01",
            "6,00e+01",
            "06-janv",
            "06-janv.",
            "6-Jan",
            "janv-06",
            "janv.-06",
            "mars-06",
            "01-mai",
            "1-févr",
            "05-août",
            "05-déc.",
            "06/01/2026",
            "06/01/26",
            "2026-01-06",
            "2026-01-06 00:00:00",
            "06-janv-26",
            "6-janv-2026",
            "6/1/2026",
            "46028",
            "06:01:00",
            "#NOM?",
            "#REF!",
            "#####",
        ] {
            assert!(is_spoilt_class(class), "{class}");
        }
    }

    #[test]
    fn classes_that_schools_have() {
        for class in [
            "6E1",
            "6E10",
            "4E05",
            "6-1",
            "6/1",
            "6.1",
            "6,1",
            "3E+",
            "2NDE PRO 1",
            "601",
            "1",
            "T°STMG",
            "MARS-06",
            "3 MARS",
            "3-MARS",
            "6 MAI",
            "DEC-1",
            "6°1",
            "CM2-CE1",
            "20261",
            "6#1",
            "5E SEGPA",
            "1E-2",
            "TSTI2D-1",
            "2-10",
            "3E3 EURO",
            "6-1-12",
            "6EME-A",
            "601-602",
            "BTS-2",
            "6ème 1",
            "2DE-9/10",
        ] {
            assert!(!is_spoilt_class(class), "{class}");
        }
    }

    #[test]
    fn numbers_that_a_spreadsheet_spoilt() {
        for number in ["2,47211E+09", "1.23457E+10", "2472110131,00", "#N/A", "06-janv"] {
            assert!(is_spoilt_number(number), "{number}");
        }
        for number in ["2472110131", "10010012110", "1234567890V", "46028", "0A1B2C3D4E0", "1234E56789"] {
            assert!(!is_spoilt_number(number), "{number}");
        }
    }
}
