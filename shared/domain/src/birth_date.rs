//! A date of birth, as a child types it.

use jiff::civil::Date;

/// Why a text is no date of birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BirthDateError {
    /// Nothing was typed.
    #[error("empty")]
    Empty,
    /// Not a day, a month and a year.
    #[error("not a day, a month and a year")]
    Unreadable,
    /// No such day, or nobody at school was born then.
    #[error("no such day, in the future, or more than 120 years ago")]
    Impossible,
}

/// Whether a pupil may have been born on a day: files and messages have days that nobody was born on.
pub fn is_possible(day: Date, today: Date) -> bool {
    day <= today && day.year() >= 1900
}

/// Reads `10/03/2012`, `10-3-2012`, `10 03 2012`, `10.03.2012`, `10032012`; with two digits for the year, `10/03/12` and `100312`;
/// and `2012-03-10`, which programs write.
pub fn typed(text: &str, today: Date) -> Result<Date, BirthDateError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(BirthDateError::Empty);
    }
    let mut parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    if let [digits] = parts[..]
        && [6, 8].contains(&digits.len())
    {
        parts = vec![&digits[..2], &digits[2..4], &digits[4..]];
    }
    let [day, month, year] = match parts[..] {
        [year, month, day] if year.len() == 4 => [day, month, year],
        [day, month, year] if [2, 4].contains(&year.len()) => [day, month, year],
        _ => return Err(BirthDateError::Unreadable),
    };
    let number = |part: &str| part.parse::<i16>().map_err(|_| BirthDateError::Unreadable);
    let small = |part: &str| part.parse::<i8>().map_err(|_| BirthDateError::Unreadable);
    let year = match (number(year)?, year.len()) {
        (short, 2) => of_two_digits(short, today),
        (year, _) => year,
    };
    let date = Date::new(year, small(month)?, small(day)?).map_err(|_| BirthDateError::Impossible)?;
    if date > today || date.year() < today.year() - 120 {
        return Err(BirthDateError::Impossible);
    }
    Ok(date)
}

/// The last year that ends like this and is not to come: 13 is 2013, 98 is 1998.
fn of_two_digits(short: i16, today: Date) -> i16 {
    let this_century = today.year() - today.year().rem_euclid(100) + short;
    if this_century > today.year() { this_century - 100 } else { this_century }
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
            "10/03/12",
            "10-3-12",
            "100312",
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
            ("10/03/2", Unreadable),
            ("12-03-10-1", Unreadable),
            ("10/13/12", Impossible),
            ("08/09/26", Impossible),
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

    #[test]
    fn a_year_of_two_digits_is_the_last_one() {
        assert_eq!(typed("12/05/13", TODAY), Ok(date(2013, 5, 12)));
        assert_eq!(typed("12/05/98", TODAY), Ok(date(1998, 5, 12)));
        assert_eq!(typed("06/09/26", TODAY), Ok(date(2026, 9, 6)));
        assert_eq!(typed("01/01/00", TODAY), Ok(date(2000, 1, 1)));
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

        #[test]
        fn two_digits_are_enough_for_who_goes_to_school(days in 0_i32..36_000) {
            let day = TODAY.checked_sub(jiff::Span::new().days(days)).unwrap();
            prop_assert_eq!(typed(&day.strftime("%d/%m/%y").to_string(), TODAY), Ok(day));
        }
    }
}
