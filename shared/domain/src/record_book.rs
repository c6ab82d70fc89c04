//! School record books, which take certifications over: the livret scolaire unique of schools and collèges (LSU), and the livret scolaire
//! of lycées (LSL). Each has credentials of its own, and reads the schools that are its own.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use crate::plain_name::plain_name;
use crate::{name, paris};

plain_name!(
    /// The name of a record book's credentials, as operators give it, which stands in keys and in the logs of schools: `a-z`, `0-9` and `-`,
    /// at most 40 signs.
    RecordBookName,
    RecordBookNameError,
    40,
    "credentials are named with a-z, 0-9 and -, at most 40 signs, for instance lsu-2026"
);

/// Which schools a record book reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Livret scolaire unique: écoles and collèges.
    Lsu,
    /// Livret scolaire du lycée: lycées of all kinds.
    Lsl,
}

/// The text is no scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a scope is lsu (écoles and collèges) or lsl (lycées)")]
pub struct ScopeError;

impl Scope {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Lsu, Self::Lsl];

    /// As programs write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lsu => "lsu",
            Self::Lsl => "lsl",
        }
    }

    /// Those that read a school of this kind, as the directory of schools calls it. An EREA has pupils of collège and of lycée. Of any other
    /// kind, none: a school whose kind is not known is handed to no program.
    pub fn of_kind(kind: &str) -> &'static [Self] {
        let kind = name::fold(kind);
        if kind.starts_with("ecole") || kind.starts_with("college") {
            &[Self::Lsu]
        } else if kind.starts_with("lycee") {
            &[Self::Lsl]
        } else if kind == "erea" {
            &Self::ALL
        } else {
            &[]
        }
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::ALL.into_iter().find(|scope| scope.name() == text).ok_or(ScopeError)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why credentials cannot be made for so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UntilError {
    /// The last day is over.
    #[error("the last day is over")]
    Past,
    /// The last day is too far.
    #[error("the last day is more than two years away")]
    Far,
}

/// Credentials hold until the end of `until`, two years away at most: nobody remembers those that never end.
pub fn check_until(until: Date, now: Timestamp) -> Result<(), UntilError> {
    let today = paris::date(now);
    if until < today {
        Err(UntilError::Past)
    } else if until > today.saturating_add(2.years()) {
        Err(UntilError::Far)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_school_is_read_by_the_record_book_of_its_kind() {
        for (kind, scopes) in [
            ("Collège", &[Scope::Lsu][..]),
            ("COLLEGE", &[Scope::Lsu]),
            ("Ecole", &[Scope::Lsu]),
            ("École élémentaire", &[Scope::Lsu]),
            ("Lycée", &[Scope::Lsl]),
            ("Lycée général et technologique", &[Scope::Lsl]),
            ("Lycée professionnel", &[Scope::Lsl]),
            ("Lycée agricole", &[Scope::Lsl]),
            ("EREA", &[Scope::Lsu, Scope::Lsl]),
            ("Médico-social", &[]),
            ("Service Administratif", &[]),
            ("", &[]),
        ] {
            assert_eq!(Scope::of_kind(kind), scopes, "{kind}");
        }
    }

    #[test]
    fn a_name_is_what_programs_read() {
        for scope in Scope::ALL {
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.name());
            assert_eq!(scope.name().parse(), Ok(scope));
        }
        assert_eq!("LSU".parse::<Scope>(), Err(ScopeError));
    }

    #[test]
    fn credentials_end_within_two_years() {
        // Already tomorrow in Paris.
        let now = "2026-08-31T22:30:00Z".parse().unwrap();
        for (until, allowed) in [
            (date(2026, 8, 31), Err(UntilError::Past)),
            (date(2026, 9, 1), Ok(())),
            (date(2028, 9, 1), Ok(())),
            (date(2028, 9, 2), Err(UntilError::Far)),
        ] {
            assert_eq!(check_until(until, now), allowed, "{until}");
        }
    }
}
