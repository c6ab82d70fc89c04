//! Which pupils a list shows: by name, class and account, page by page. Pure.

use jiff::Timestamp;
use rentree_domain::{ByLevel, ListedPupil, Method, Search, classes_by_level};
use rentree_table::Account;
use rentree_web::ListOrder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::Lock;

/// How many pupils a page shows, unless somebody asks for another number of [`SIZES`].
pub(crate) const PER_PAGE: usize = 50;
/// What may be asked for.
pub(crate) const SIZES: [usize; 3] = [20, PER_PAGE, 100];

/// The size of a page that was asked for, if it is one that may be.
pub(crate) fn size(asked: Option<usize>) -> usize {
    asked.filter(|size| SIZES.contains(size)).unwrap_or(PER_PAGE)
}

/// In which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline, extend("type" = "string"))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// By name.
    #[default]
    #[serde(rename = "")]
    Name,
    /// By class, and within it by name.
    Division,
}

impl ListOrder for Order {
    const ALL: &'static [Self] = &[Self::Name, Self::Division];

    fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::Name => ("", "Par nom"),
            Self::Division => ("division", "Par classe, puis par nom"),
        }
    }
}

impl Order {
    /// Puts pupils, who come by name, in this order.
    pub(crate) fn sort(self, pupils: &mut [&ListedPupil]) {
        if self == Self::Division {
            pupils.sort_by_key(|pupil| ByLevel(&pupil.division));
        }
    }
}

/// Which accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AccountFilter")]
#[serde(rename_all = "snake_case")]
pub(crate) enum Holding {
    /// Any, and none.
    #[default]
    #[serde(rename = "")]
    All,
    /// Those with Médiacentre.
    Mediacentre,
    /// Those with a user name.
    UserName,
    /// Those with an e-mail address.
    Email,
    /// No account yet.
    None,
    /// Locked after too many failed sign-ins.
    Blocked,
}

impl Holding {
    /// In the order of the list of choices.
    pub(crate) const ALL: [Self; 6] =
        [Self::All, Self::Mediacentre, Self::UserName, Self::Email, Self::None, Self::Blocked];

    /// What people read.
    pub(crate) fn french(self) -> &'static str {
        match self {
            Self::All => "Toutes",
            Self::Mediacentre => Method::Mediacentre.french(),
            Self::UserName => Method::UserName.french(),
            Self::Email => Method::Email.french(),
            Self::None => "Pas encore de compte",
            Self::Blocked => "Bloqué",
        }
    }

    /// What forms send.
    pub(crate) fn value(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Mediacentre => "mediacentre",
            Self::UserName => "user_name",
            Self::Email => "email",
            Self::None => "none",
            Self::Blocked => "blocked",
        }
    }

    /// Whether it lets a pupil through.
    pub(crate) fn admits(self, account: Option<&Account>, lock: Option<Lock>, now: Timestamp) -> bool {
        let has = |method| account.is_some_and(|account| account.methods.has(method, now));
        match self {
            Self::All => true,
            Self::Mediacentre => has(Method::Mediacentre),
            Self::UserName => has(Method::UserName),
            Self::Email => has(Method::Email),
            Self::None => account.is_none(),
            Self::Blocked => lock.is_some(),
        }
    }
}

/// The classes of `pupils`, as a school counts them.
pub(crate) fn divisions<'a>(pupils: impl Iterator<Item = &'a ListedPupil>) -> Vec<String> {
    classes_by_level(pupils.map(|pupil| pupil.division.as_str()))
}

/// Those of `pupils` who are in `division` (or any, when it is empty) and whose names hold every word of `q`, in their order.
pub(crate) fn sought<'a>(
    pupils: impl Iterator<Item = &'a ListedPupil>,
    q: &str,
    division: &str,
) -> Vec<&'a ListedPupil> {
    let search = Search::new(q);
    let in_class = pupils.filter(|pupil| division.is_empty() || pupil.division == division);
    let found = in_class
        .filter(|pupil| search.finds([&pupil.last_name, &pupil.first_name].into_iter().chain(&pupil.usage_name)));
    found.collect()
}

/// A page of a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page<T> {
    /// From 1.
    pub(crate) number: usize,
    /// How many there are, at least one.
    pub(crate) pages: usize,
    pub(crate) rows: Vec<T>,
}

/// The page `number` of `found`, of `size` rows. One beyond the last is the last.
pub(crate) fn page<T>(found: Vec<T>, number: Option<usize>, size: usize) -> Page<T> {
    let pages = found.len().div_ceil(size).max(1);
    let number = number.unwrap_or(1).clamp(1, pages);
    Page { number, pages, rows: found.into_iter().skip((number - 1) * size).take(size).collect() }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rentree_domain::{LearnerId, Listing};

    use super::*;

    #[test]
    fn pages_hold_everybody_once() {
        for count in [0, 1, 49, 50, 51, 120] {
            for size in SIZES {
                let page = |number| page((0..count).collect(), number, size);
                let pages = page(None).pages;
                let all: Vec<usize> = (1..=pages).flat_map(|number| page(Some(number)).rows).collect();
                assert_eq!(all, (0..count).collect::<Vec<_>>());
                assert_eq!(page(Some(99)), page(Some(pages)));
                assert_eq!(page(Some(0)).number, 1);
            }
        }
    }

    #[test]
    fn every_order_shows_the_same_pupils_and_keeps_names_in_theirs() {
        let pupil = |(number, division): (u8, &&str)| ListedPupil {
            id: LearnerId::new(Timestamp::UNIX_EPOCH, [number; 10]),
            left_in: None,
            last_name: ["ÉMILE", "DURAND", "ETIENNE", "ZOLA", "FAURE"][usize::from(number)].to_owned(),
            usage_name: None,
            first_name: "Léa".to_owned(),
            second_name: None,
            third_name: None,
            birth_date: date(2012, 3, 10),
            division: (*division).to_owned(),
            level: None,
        };
        let listing = Listing::new((0..).zip(&["6B", "6A", "6B", "5C", "6A"]).map(pupil).collect());
        let names = |order: Order| {
            let mut pupils: Vec<&ListedPupil> = listing.enrolled().collect();
            order.sort(&mut pupils);
            pupils.into_iter().map(|pupil| pupil.last_name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(names(Order::Name), ["DURAND", "ÉMILE", "ETIENNE", "FAURE", "ZOLA"], "accents count for nothing");
        assert_eq!(names(Order::Division), ["DURAND", "FAURE", "ÉMILE", "ETIENNE", "ZOLA"], "6A, 6B, 5C");
    }

    #[test]
    fn forms_send_what_is_read() {
        for holding in Holding::ALL {
            assert_eq!(serde_json::to_value(holding).unwrap(), holding.value());
        }
        for order in Order::ALL {
            assert_eq!(serde_json::to_value(order).unwrap(), order.value());
        }
        assert_eq!([None, Some(20), Some(100), Some(3_000)].map(size), [50, 20, 100, 50]);
    }
}
