//! Which certifications are asked for: a school year, some classes of that year, a status, with pupils who left or without.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rentree_domain::certification::years_kept;
use rentree_domain::{CertificationStatus, SchoolYear};
use rentree_http::{Problem, unreadable_address};
use rentree_web::{Field, Form};
use schemars::JsonSchema;

/// What an address may have, each declared in the schema of [`Filter`].
const NAMES: [&str; 7] = ["year", "division", "unknown_division", "status", "former", "page", "of_no_pupil_page"];

/// What a filter looks at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// The class of that school year, where it is known.
    pub(crate) division: Option<&'a str>,
    pub(crate) status: CertificationStatus,
    /// Whether the pupil left the school.
    pub(crate) left: bool,
}

/// What an address asks for.
#[derive(Debug, PartialEq, Eq, JsonSchema)]
pub(crate) struct Filter {
    /// The first calendar year of the school year; the present one without it.
    #[schemars(rename = "year", with = "Option<SchoolYear>")]
    pub(crate) school_year: SchoolYear,
    /// As often as there are classes to be shown; all without it and without `unknown_division`.
    #[schemars(rename = "division", with = "Option<Vec<String>>")]
    pub(crate) divisions: Vec<String>,
    /// Those whose class is not known.
    #[schemars(with = "Option<bool>")]
    pub(crate) unknown_division: bool,
    /// How the examination ended; any without it.
    pub(crate) status: Option<CertificationStatus>,
    /// Pupils who left in this school year, too. Of a year that is over everybody stands there: most have left since.
    #[schemars(with = "Option<bool>")]
    pub(crate) former: bool,
    /// From 1.
    #[schemars(with = "Option<usize>")]
    pub(crate) page: usize,
    /// The page of the certifications of no pupil, from 1.
    #[schemars(with = "Option<usize>")]
    pub(crate) of_no_pupil_page: usize,
}

impl Filter {
    /// Reads the pairs of an address. What does not read asks for nothing, and is refused in the form: a file of the whole school is not
    /// what was meant.
    pub(crate) fn read(asked: &[(String, String)], today: Date) -> (Self, Form) {
        let fields = [
            ("year", "Année scolaire"),
            ("status", "Résultat"),
            ("unknown_division", "Classe inconnue"),
            ("former", "Avec les anciens élèves"),
            ("page", "Page"),
            ("of_no_pupil_page", "Page des certifications sans élève retrouvé"),
        ];
        let mut form = Form::new("filter", fields.map(|(name, label)| Field::text(name, label)));
        let kept = years_kept(today);
        let year = |text: &str| SchoolYear::starting_in(text.parse().ok()?).filter(|year| kept.contains(year));
        let status = |text: &str| text.parse().ok();
        let filter = Self {
            school_year: one(asked, &mut form, ("year", YEAR), year).unwrap_or_else(|| SchoolYear::of(today)),
            divisions: values(asked, "division").map(ToOwned::to_owned).collect(),
            unknown_division: one(asked, &mut form, ("unknown_division", YES), yes).unwrap_or_default(),
            status: one(asked, &mut form, ("status", STATUS), status),
            former: one(asked, &mut form, ("former", YES), yes).unwrap_or_default(),
            page: one(asked, &mut form, ("page", PAGE), number).unwrap_or(1),
            of_no_pupil_page: one(asked, &mut form, ("of_no_pupil_page", PAGE), number).unwrap_or(1),
        };
        (filter.with_all_of_a_past_year(today), form)
    }

    /// The same for a file, which is not made unless all of it reads.
    pub(crate) fn of_file(asked: &[(String, String)], today: Date) -> Result<Self, Problem> {
        if asked.iter().any(|(name, _)| !NAMES.contains(&name.as_str())) {
            return Err(unreadable_address());
        }
        let (filter, form) = Self::read(asked, today);
        if form.is_refused() { Err(Problem::unreadable(&form)) } else { Ok(filter) }
    }

    /// Everything of a school year, but pupils who left.
    pub(crate) fn of_year(school_year: SchoolYear) -> Self {
        Self {
            school_year,
            divisions: Vec::new(),
            unknown_division: false,
            status: None,
            former: false,
            page: 1,
            of_no_pupil_page: 1,
        }
    }

    /// Of a school year that is over everybody stands there.
    pub(crate) fn with_all_of_a_past_year(self, today: Date) -> Self {
        Self { former: self.school_year.shows_former(self.former, today), ..self }
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
        let is_asked = |division: &str| self.divisions.iter().any(|asked| asked == division);
        self.is_of_all_classes() || it.into().division.map_or(self.unknown_division, is_asked)
    }

    fn is_of_all_classes(&self) -> bool {
        self.divisions.is_empty() && !self.unknown_division
    }

    /// Whether the pupil is in the school, or those who left are asked for.
    pub(crate) fn may_show<'a>(&self, it: impl Into<Facts<'a>>) -> bool {
        self.former || !it.into().left
    }

    /// Whether it lets a certification of no pupil through: of no class is whoever is of no pupil.
    pub(crate) fn admits_of_no_pupil<'a>(&self, it: impl Into<Facts<'a>>) -> bool {
        self.is_of_all_classes() && self.status.is_none_or(|status| it.into().status == status)
    }
}

impl Filter {
    /// The school year, the classes and the status, as the log of the school tells what was downloaded. Classes are named as far as they are
    /// `known`: an address is anybody's text, and the log tells it in somebody's name.
    pub(crate) fn told<'a>(&self, known: impl Iterator<Item = &'a str>) -> String {
        let known: BTreeSet<&str> = known.collect();
        let (named, others): (BTreeSet<&str>, BTreeSet<&str>) =
            self.divisions.iter().map(String::as_str).partition(|division| known.contains(division));
        let unknown = self.unknown_division.then_some("classe inconnue");
        let others = (!others.is_empty()).then_some("classe sans certification");
        let parts = named.into_iter().chain(others).chain(unknown);
        let told = parts.fold(self.school_year.to_string(), |told, part| format!("{told}, {part}"));
        self.status.map_or(told.clone(), |status| format!("{told}, résultat « {} »", status.french()))
    }
}

const YEAR: &str = "Donnez la première année civile d’une année scolaire conservée, par exemple 2026 pour 2026-2027.";
const STATUS: &str = "Donnez l’un de ces résultats : validated, rejected, cancelled, in_error, started.";
const YES: &str = "Donnez « true » ou « false ».";
const PAGE: &str = "Donnez un numéro de page, à partir de 1.";

/// Every value of a name that is not blank.
fn values<'a>(asked: &'a [(String, String)], wanted: &'static str) -> impl Iterator<Item = &'a str> {
    asked.iter().filter(move |(name, value)| name == wanted && !value.is_empty()).map(|(_, value)| value.as_str())
}

/// The first value of a name; each that does not read is refused.
fn one<T>(
    asked: &[(String, String)],
    form: &mut Form,
    (name, error): (&'static str, &str),
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let mut first = None;
    for value in values(asked, name) {
        match read(value) {
            None => form.refuse(name, error),
            Some(value) => first = first.or(Some(value)),
        }
    }
    first
}

fn yes(text: &str) -> Option<bool> {
    text.parse().ok()
}

fn number(text: &str) -> Option<usize> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn read_all(query: &[(&str, &str)]) -> (Filter, Vec<&'static str>) {
        let pairs: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (filter, form) = Filter::read(&pairs, date(2026, 11, 27));
        (filter, form.errors().map(|(field, _)| field).collect())
    }

    fn read(query: &[(&str, &str)]) -> Filter {
        let (filter, refused) = read_all(query);
        assert!(refused.is_empty(), "{refused:?}");
        filter
    }

    #[test]
    fn what_does_not_read_is_refused_by_its_name() {
        let nothing = read(&[]);
        assert_eq!((nothing.school_year.first(), nothing.page, nothing.former), (2026, 1, false));
        assert_eq!(read(&[("division", ""), ("year", ""), ("status", ""), ("other", "x")]), nothing);
        for (name, value) in [
            ("year", "1999"),
            ("year", "x"),
            ("status", "passed"),
            ("status", "VALIDATED"),
            ("former", "1"),
            ("unknown_division", "oui"),
            ("page", "-1"),
            ("of_no_pupil_page", "deux"),
        ] {
            assert_eq!(read_all(&[(name, value)]), (read(&[]), vec![name]), "{name}={value}");
        }
        let (twice, refused) = read_all(&[("status", "started"), ("status", "x"), ("year", "0")]);
        assert_eq!((twice.status, refused), (Some(CertificationStatus::Started), vec!["year", "status"]));
    }

    #[test]
    fn what_is_read_is_what_is_declared() {
        let schema = schemars::schema_for!(Filter);
        let declared: BTreeSet<&str> =
            schema.get("properties").unwrap().as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(declared, BTreeSet::from(NAMES));
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
