//! Values that a spreadsheet spoilt. Opened there, a class `6E1` becomes the number 60 and is shown as `6,00E+01`, a class
//! `6-1` becomes the sixth of January, and a long number loses its last digits. Saved, the file holds what was shown.

use std::borrow::Cow;

/// Whether `text` is a number in scientific notation, as spreadsheets show it: `6,00E+01`, `2,47211E+09`. `6E1`, which is a
/// class, is none.
pub(crate) fn is_scientific(text: &str) -> bool {
    let text = bare(text);
    let Some((number, exponent)) = text.split_once(['E', 'e']) else { return false };
    let number = number.strip_prefix(['-', '+']).unwrap_or(number);
    let (whole, fraction) = number.split_once([',', '.']).map_or((number, None), |(whole, rest)| (whole, Some(rest)));
    let digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    // `1E-2` may be a class; a number that small is shown with a fraction.
    let is_number = fraction.is_some() || exponent.starts_with('+');
    let exponent = exponent.trim_start_matches(['+', '-']);
    !whole.is_empty()
        && digits(whole)
        && fraction.is_none_or(digits)
        && is_number
        && !exponent.is_empty()
        && digits(exponent)
}

/// A number without the spaces within, and with the signs of ASCII.
fn bare(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.contains(' ') {
        return Cow::Borrowed(text);
    }
    let sign = |c| match c {
        '\u{2212}' | '\u{2011}' | '\u{FF0D}' => '-',
        '\u{FF0B}' => '+',
        c => c,
    };
    Cow::Owned(text.chars().filter(|c| !c.is_whitespace()).map(sign).collect())
}

/// Whether `text` is a number as spreadsheets show numbers and people no class: `60,00`, `46 028`, `-5`. What may be a class (`6,1`,
/// `6.0`, `601`, `2 101`) is none.
fn is_shown_number(text: &str) -> bool {
    let number = text.strip_prefix(['-', '+', '\u{2212}']);
    let is_signed = number.is_some();
    let number = number.unwrap_or(text);
    let (whole, fraction) = number.split_once([',', '.']).map_or((number, None), |(whole, rest)| (whole, Some(rest)));
    let mut groups = whole.split([' ', '\'', '’']);
    let first = groups.next().unwrap_or_default();
    let is_grouped = whole.len() > first.len();
    let is_whole = is_number(first, 1..=20) && groups.all(|group| is_number(group, 3..=3));
    let is_round = fraction
        .is_some_and(|rest| rest.len() + whole.len() > 2 && !rest.is_empty() && rest.bytes().all(|c| c == b'0'));
    let is_fraction_well = fraction.is_none_or(|rest| is_number(rest, 1..=20));
    is_whole && is_fraction_well && (is_signed || is_round || (is_grouped && first.len() > 1))
}

/// The truth, as spreadsheets show it.
fn is_truth(text: &str) -> bool {
    matches!(text, "VRAI" | "FAUX" | "TRUE" | "FALSE")
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
    let mut parts: Vec<&str> =
        day.split(['-', '/', '.', ' ', ',', '\u{2011}', '\u{2013}']).filter(|part| !part.is_empty()).collect();
    if parts.len() > 2 && is_weekday(parts[0]) {
        parts.remove(0);
    }
    if let Some(first) = parts.first_mut().filter(|first| **first == "1er") {
        *first = "1";
    }
    match parts.as_slice() {
        // `3 MARS` and `Mars 3` may be classes: between spaces, a month is in small letters and follows the day.
        [one, other] if day.contains(['-', '/', '\u{2011}', '\u{2013}']) => {
            (is_short_number(one) && is_month(other)) || (is_month(one) && is_number(other, 1..=4))
        }
        [one, other] if day.contains(' ') => {
            is_short_number(one) && is_month(other) && other.starts_with(char::is_lowercase)
        }
        [one, month, other] => {
            // `6-1-12` may be a class; a year of two digits is shown after a day and a month of two.
            let month_fits = is_short_number(month) || is_month(month);
            let two_digits = |text: &str| is_number(text, 2..=2);
            let short = two_digits(other)
                && if is_month(month) { is_short_number(one) } else { two_digits(one) && two_digits(month) };
            let long =
                (is_short_number(one) && is_number(other, 4..=4)) || (is_number(one, 4..=4) && is_short_number(other));
            month_fits && (short || long)
        }
        _ => is_serial(text) || is_clock(text),
    }
}

/// Whether a class has become a number, a date or an error.
pub(crate) fn is_spoilt_class(text: &str) -> bool {
    // Most classes: capitals that are in no number and no time of day, and no small letter, as the names of months have.
    let is_word = |byte: u8| byte.is_ascii_uppercase() && !matches!(byte, b'E' | b'T');
    if text.bytes().any(is_word) && !text.chars().any(char::is_lowercase) {
        return is_error(text) || is_truth(text);
    }
    is_scientific(text) || is_date(text) || is_error(text) || is_shown_number(text) || is_truth(text)
}

/// Whether a MEF has become another number, a date or an error, or was given separators or a sign. Spaces are none of it:
/// without them it is what it was.
pub(crate) fn is_spoilt_mef(text: &str) -> bool {
    let digits = || text.bytes().filter(u8::is_ascii_digit).count();
    let has_signs = text.contains([',', '.', '\'', '’', '+', '-', '\u{2212}']);
    is_spoilt_number(text) || (has_signs && text.chars().all(|c| !c.is_alphabetic()) && digits() > 3)
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

/// `06:01:00` or `06:01`: a class `6:1`.
fn is_clock(text: &str) -> bool {
    is_time(text) && (text.matches(':').count() == 2 || text.len() == 5)
}

/// The name of a month as a spreadsheet writes it, in French or English, short or long. Spreadsheets never write one in
/// capitals alone; a class may be called `MARS`.
fn is_month(text: &str) -> bool {
    const MONTHS: [&[&str]; 12] = [
        &["janvier", "janv", "january", "jan"],
        &["février", "fevrier", "févr", "fevr", "fév", "fev", "february", "feb"],
        &["mars", "march", "mar"],
        &["avril", "avr", "april", "apr"],
        &["mai", "may"],
        &["juin", "june", "jun"],
        &["juillet", "juil", "july", "jul"],
        &["août", "aout", "aoû", "aou", "august", "aug"],
        &["septembre", "sept", "september", "sep"],
        &["octobre", "october", "oct"],
        &["novembre", "november", "nov"],
        &["décembre", "decembre", "déc", "dec", "december"],
    ];
    is_word_of(text, MONTHS.into_iter().flatten().copied())
}

/// The same for the names of days.
fn is_weekday(text: &str) -> bool {
    const DAYS: [&str; 28] = [
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "lun",
        "mar",
        "mer",
        "jeu",
        "ven",
        "sam",
        "dim",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
    ];
    is_word_of(text, DAYS.into_iter())
}

fn is_word_of<'w>(text: &str, mut words: impl Iterator<Item = &'w str>) -> bool {
    // Asked of every class: most of them have no small letter.
    text.chars().skip(1).any(char::is_lowercase) && {
        let text = text.to_lowercase();
        words.any(|word| word == text)
    }
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
            "06:01",
            "6.00E+001",
            "3E+10",
            "6,E+01",
            "+6,00E+01",
            "\u{2212}6,00E+01",
            "6,00 E+01",
            "6,00E\u{FF0B}01",
            "6,00e1",
            "6-décembre",
            "décembre-06",
            "06-fév.",
            "06-aoû",
            "06-December",
            "November-06",
            "1-octobre",
            "september-06",
            "janv/06",
            "06/janv",
            "06 janv.",
            "1 mars",
            "1er janvier",
            "6 janvier 2026",
            "mardi 6 janvier 2026",
            "jeu. 06 janv. 2026",
            "Tuesday, 6 January 2026",
            "06\u{2011}janv",
            "06\u{2013}janv",
            "46 028",
            "46028,00",
            "46 028,00",
            "60,00",
            "6,00",
            "600,0",
            "-5",
            "VRAI",
            "FAUX",
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
            "6-JAN",
            "3-SEPT",
            "1MAI",
            "DEC1",
            "Mars 3",
            "Mai 2026",
            "6:1",
            "6.0",
            "6,0",
            "2 101",
            "1 000",
            "6 E 1",
            "06-1",
            "2026",
            "99999",
            "40101B",
            "+",
            "-",
        ] {
            assert!(!is_spoilt_class(class), "{class}");
        }
    }

    #[test]
    fn every_month_and_every_dress() {
        for month in [
            "janv",
            "janvier",
            "févr",
            "février",
            "mars",
            "avr",
            "avril",
            "mai",
            "juin",
            "juil",
            "juillet",
            "août",
            "sept",
            "septembre",
            "oct",
            "octobre",
            "nov",
            "novembre",
            "déc",
            "décembre",
            "January",
            "Feb",
            "March",
            "April",
            "May",
            "June",
            "Jul",
            "Aug",
            "Sep",
            "Oct",
        ] {
            for dress in ["06-M", "6-M", "M-06", "06-M-26", "6-M-26", "6-M-2026", "6 M 2026", "06/M/2026", "M/06"] {
                let class = dress.replace('M', month);
                assert!(is_spoilt_class(&class), "{class}");
                assert!(!is_spoilt_class(&class.to_uppercase()), "{class}");
            }
        }
    }

    #[test]
    fn mefs_that_a_spreadsheet_spoilt() {
        for mef in [
            "2,47211E+09",
            "2E+09",
            "2,47E+9",
            "2.47211E9",
            "2472110131,00",
            "2472110131.0",
            "2.472.110.131",
            "2,472,110,131",
            "2'472'110'131",
            "2 472 110 131,00",
            "+2472110131",
            "-2472110131",
            "06-janv",
            "#N/A",
            "#########",
        ] {
            assert!(is_spoilt_mef(mef), "{mef}");
        }
        for mef in ["2472110131", "10010012110", "2 472 110 131", "0A1B2C3D4E0", "1A-2B", "-"] {
            assert!(!is_spoilt_mef(mef), "{mef}");
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
