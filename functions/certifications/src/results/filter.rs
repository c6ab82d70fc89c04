//! Which certifications are asked for: a school year, some classes of that year, a status, with pupils who left or without.

use jiff::civil::Date;
use rentree_domain::certification::years_kept;
use rentree_domain::{CertificationStatus, SchoolYear};

/// What a filter looks at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// The class of that school year, where it is known.
    pub(crate) division: Option<&'a str>,
    pub(crate) status: CertificationStatus,
    /// Whether the pupil left the school.
    pub(crate) left: bool,
}

/// What an address asks for. What does not read asks for nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    /// `year`: its first calendar year; the present one without it.
    pub(crate) school_year: SchoolYear,
    /// `division`, as often as there are classes to be shown; all without it.
    pub(crate) divisions: Vec<String>,
    /// `status`; any without it.
    pub(crate) status: Option<CertificationStatus>,
    /// `former=true`: pupils who left, too.
    pub(crate) former: bool,
    /// `page`, from 1.
    pub(crate) page: usize,
}

impl Filter {
    /// Reads the pairs of an address.
    pub(crate) fn read(asked: &[(String, String)], today: Date) -> Self {
        let all = |wanted: &'static str| {
            asked
                .iter()
                .filter(move |(name, value)| name == wanted && !value.is_empty())
                .map(|(_, value)| value.as_str())
        };
        let kept = years_kept(today);
        let year = all("year").find_map(|year| SchoolYear::starting_in(year.parse().ok()?));
        Self {
            school_year: year.filter(|year| kept.contains(year)).unwrap_or_else(|| SchoolYear::of(today)),
            divisions: all("division").map(ToOwned::to_owned).collect(),
            status: all("status").find_map(|status| status.parse().ok()),
            former: all("former").any(|former| former == "true"),
            page: all("page").find_map(|page| page.parse().ok()).unwrap_or(1),
        }
    }

    /// Everything of a school year, but pupils who left.
    pub(crate) fn of_year(school_year: SchoolYear) -> Self {
        Self { school_year, divisions: Vec::new(), status: None, former: false, page: 1 }
    }

    /// Whether it lets a certification of a pupil through.
    pub(crate) fn admits<'a>(&self, it: impl Into<Facts<'a>>) -> bool {
        let facts = it.into();
        self.asks_for(facts) && self.may_show(facts)
    }

    /// Whether its class and status are asked for, has the pupil left or not.
    pub(crate) fn asks_for<'a>(&self, it: impl Into<Facts<'a>>) -> bool {
        let facts = it.into();
        self.is_of_class(facts) && self.status.is_none_or(|status| facts.status == status)
    }

    /// Whether its class is asked for.
    pub(crate) fn is_of_class<'a>(&self, it: impl Into<Facts<'a>>) -> bool {
        let in_class = |division: &str| self.divisions.iter().any(|asked| asked == division);
        self.divisions.is_empty() || it.into().division.is_some_and(in_class)
    }

    /// Whether the pupil is in the school, or those who left are asked for.
    pub(crate) fn may_show<'a>(&self, it: impl Into<Facts<'a>>) -> bool {
        self.former || !it.into().left
    }

    /// Whether it lets a certification of no pupil through: of no class is whoever is of no pupil.
    pub(crate) fn admits_of_no_pupil<'a>(&self, it: impl Into<Facts<'a>>) -> bool {
        self.divisions.is_empty() && self.status.is_none_or(|status| it.into().status == status)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn read(query: &[(&str, &str)]) -> Filter {
        let pairs: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Filter::read(&pairs, date(2026, 11, 27))
    }

    #[test]
    fn what_does_not_read_asks_for_nothing() {
        let nothing = read(&[]);
        assert_eq!((nothing.school_year.first(), nothing.page, nothing.former), (2026, 1, false));
        for pair in
            [("year", "1999"), ("year", "x"), ("status", "passed"), ("former", "no"), ("page", "-1"), ("division", "")]
        {
            assert_eq!(read(&[pair]), nothing, "{pair:?}");
        }
    }

    #[test]
    fn several_classes_are_asked_for() {
        let filter = read(&[
            ("year", "2025"),
            ("division", "3A"),
            ("division", "3B"),
            ("status", "rejected"),
            ("former", "true"),
            ("page", "2"),
        ]);
        assert_eq!((filter.school_year.first(), filter.divisions), (2025, vec!["3A".to_owned(), "3B".to_owned()]));
        assert_eq!((filter.status, filter.former, filter.page), (Some(CertificationStatus::Rejected), true, 2));
    }
}
