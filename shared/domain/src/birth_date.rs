//! A date of birth, as a child types it.

use jiff::civil::Date;

/// Why a text is no date of birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BirthDateError {
    /// Nothing was typed.
    #[error("empty")]
    Empty,
    /// Not a day, a month and a year.
    #[error("not a day, a month and a year of four digits")]
    Unreadable,
    /// No such day, or nobody at school was born then.
    #[error("no such day, in the future, or more than 120 years ago")]
    Impossible,
}

/// Reads `10/03/2012`, `10-3-2012`, `10 03 2012`, `10.03.2012`, `10032012`; and `2012-03-10`, which programs write.
pub fn typed(text: &str, today: Date) -> Result<Date, BirthDateError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(BirthDateError::Empty);
    }
    let mut parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    if let [digits] = parts[..]
        && digits.len() == 8
    {
        parts = vec![&digits[..2], &digits[2..4], &digits[4..]];
    }
    let [day, month, year] = match parts[..] {
        [year, month, day] if year.len() == 4 => [day, month, year],
        [day, month, year] if year.len() == 4 => [day, month, year],
        _ => return Err(BirthDateError::Unreadable),
    };
    let number = |part: &str| part.parse::<i16>().map_err(|_| BirthDateError::Unreadable);
    let small = |part: &str| part.parse::<i8>().map_err(|_| BirthDateError::Unreadable);
    let date = Date::new(number(year)?, small(month)?, small(day)?).map_err(|_| BirthDateError::Impossible)?;
    if date > today || date.year() < today.year() - 120 {
        return Err(BirthDateError::Impossible);
    }
    Ok(date)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const TODAY: Date = date(2026, 9, 7);

    #[test]
    fn reads_what_children_type() {
        for text in [
            "10/03/2012",
            " 10/3/2012 ",
            "10-03-2012",
            "10 03 2012",
            "10.03.2012",
            "10032012",
            "2012-03-10",
            "10 / 03 / 2012",
        ] {
            assert_eq!(typed(text, TODAY), Ok(date(2012, 3, 10)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_birthday() {
        use BirthDateError::{Empty, Impossible, Unreadable};
        for (text, error) in [
            ("", Empty),
            ("  ", Empty),
            ("10/03/12", Unreadable),
            ("10 mars 2012", Unreadable),
            ("31/02/2012", Impossible),
            ("03/2012", Unreadable),
            ("2012", Unreadable),
            ("99999999999/1/2012", Unreadable),
            ("10/03/2030", Impossible),
            ("10/03/1812", Impossible),
        ] {
            assert_eq!(typed(text, TODAY), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}") {
            let _ = typed(&text, TODAY);
        }

        #[test]
        fn reads_every_day_as_the_french_write_it(days in 0_i32..36_000) {
            let day = TODAY.checked_sub(jiff::Span::new().days(days)).unwrap();
            prop_assert_eq!(typed(&day.strftime("%d/%m/%Y").to_string(), TODAY), Ok(day));
        }
    }
}
