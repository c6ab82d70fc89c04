//! Connection methods: the three ways to sign in that one account may have, all at once.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A connection method; one account may have all three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Single sign-on of GAR, from the Médiacentre of the school's ENT.
    Mediacentre,
    /// User name and password.
    UserName,
    /// E-mail address and password.
    Email,
}

impl Method {
    /// All of them, in the order that pages show.
    pub const ALL: [Self; 3] = [Self::Mediacentre, Self::UserName, Self::Email];

    /// What people call it.
    pub fn french(self) -> &'static str {
        match self {
            Self::Mediacentre => "Médiacentre",
            Self::UserName => "Identifiant",
            Self::Email => "Adresse e-mail",
        }
    }
}

/// Majorité numérique, in France: article 45 of the law « informatique et libertés ».
const DIGITAL_MAJORITY: i16 = 15;

/// Whether who was born on `birth_date` may sign in with an e-mail address on `today`: from the fifteenth birthday on.
///
/// Who was born on 29 February has it on 1 March.
pub fn may_use_email(birth_date: Date, today: Date) -> bool {
    let age = today.year() - birth_date.year();
    let had_birthday = (today.month(), today.day()) >= (birth_date.month(), birth_date.day());
    age > DIGITAL_MAJORITY || (age == DIGITAL_MAJORITY && had_birthday)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn from_the_fifteenth_birthday_on() {
        let born = date(2011, 11, 22);
        assert!(!may_use_email(born, date(2026, 11, 21)));
        assert!(may_use_email(born, date(2026, 11, 22)));
        assert!(may_use_email(born, date(2027, 1, 1)));
        assert!(!may_use_email(born, date(2025, 12, 31)));
        let leap = date(2012, 2, 29);
        assert!(!may_use_email(leap, date(2027, 2, 28)));
        assert!(may_use_email(leap, date(2027, 3, 1)));
        assert!(!may_use_email(date(2030, 1, 1), date(2026, 1, 1)), "born in the future");
    }
}
