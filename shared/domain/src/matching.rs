//! Which pupil of a school is this, who typed a first and a last name? `docs/joining.md` has the rules. Who was born on another day
//! than the one typed is no candidate, and never comes here.

use serde::{Deserialize, Serialize};

use crate::learner::Entry;
use crate::name::{self, fold};

/// The names that a pupil answers to, folded: all that matching needs of a pupil.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct KnownAs {
    /// [`name::FOLDING`] when they were folded; 0 for those stored before it was counted.
    pub folding: u32,
    /// Given names by rank; empty where there is none.
    pub given: Vec<String>,
    /// Family name, and usage name if there is one.
    pub family: Vec<String>,
    /// Of each field that holds several given names, the first one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub first_given: Vec<String>,
    /// Of each surname of several words, the parts that its bearer may go by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub family_parts: Vec<String>,
}

impl KnownAs {
    /// What a file says.
    pub fn of(entry: &Entry) -> Self {
        let given = [Some(&entry.first_name), entry.second_name.as_ref(), entry.third_name.as_ref()];
        let given = given.into_iter().map(|field| field.map(String::as_str).unwrap_or_default());
        let family = [Some(&entry.last_name), entry.usage_name.as_ref()];
        Self::new(given, family.into_iter().flatten().map(String::as_str))
    }

    /// The names in these fields, as a file has them.
    pub fn new<'a>(given: impl Iterator<Item = &'a str>, family: impl Iterator<Item = &'a str>) -> Self {
        let mut known = Self { folding: name::FOLDING, ..Self::default() };
        for field in given {
            let whole = fold(field);
            known.first_given.extend(name::given_names(field).into_iter().next().filter(|first| *first != whole));
            known.given.push(whole);
        }
        for field in family {
            known.family.push(fold(field));
            known.family_parts.extend(name::parts(field));
        }
        known
    }

    /// How close the first name typed comes to one of the given names.
    pub fn given_like(&self, typed: &Typed) -> Closeness {
        let exact = self.given.iter().chain(&self.first_given);
        Closeness::of(exact.map(String::as_str), self.given.iter().map(String::as_str), &typed.given)
    }

    /// How close the last name typed comes to family or usage name.
    pub fn family_like(&self, typed: &Typed) -> Closeness {
        let exact = self.family.iter().chain(&self.family_parts);
        Closeness::of(exact.map(String::as_str), self.family.iter().map(String::as_str), &typed.family)
    }

    /// How close both names together come: exact is also what finds, as all given names in one field, or both names in each other's place.
    pub fn like(&self, typed: &Typed) -> Closeness {
        if self.is_found_by(typed) { Closeness::Exact } else { self.given_like(typed).min(self.family_like(typed)) }
    }

    /// Whether somebody who typed these names, well or badly, may mean this pupil.
    pub fn may_be_meant(&self, typed: &Typed) -> bool {
        self.is_found_by(typed) || (0..self.given.len()).any(|rank| self.is_nearly(typed, rank))
    }

    /// Exactly these names; the given name is the one of this rank.
    fn is_exactly(&self, typed: &Typed, rank: usize) -> bool {
        self.given.get(rank).is_some_and(|given| is_exact(&typed.given, given))
            && self.family.iter().any(|family| is_exact(&typed.family, family))
    }

    /// What finds although it is not what the file says, letter by letter: nothing of it is misspelt.
    fn is_found_by(&self, typed: &Typed) -> bool {
        let is_one_of = |names: &[String], typed: &str| names.iter().any(|name| is_exact(typed, name));
        let (given, family) = (is_one_of(&self.given, &typed.given), is_one_of(&self.family, &typed.family));
        // One of several given names that stand in one field; or all of those that stand in fields of their own.
        (family && (is_one_of(&self.first_given, &typed.given) || self.is_first_names(&typed.given)))
            // One word of a double surname.
            || (given && is_one_of(&self.family_parts, &typed.family))
            // Both fields in each other's place.
            || (is_one_of(&self.family, &typed.given) && is_one_of(&self.given, &typed.family))
    }

    /// Whether `typed` is the first given name with the next one, or the next two.
    fn is_first_names(&self, typed: &str) -> bool {
        (2..=self.given.len()).any(|count| {
            let names = &self.given[..count];
            names.iter().all(|name| !name.is_empty()) && is_exact(typed, &names.concat())
        })
    }

    /// Nearly these names; the given name is the one of this rank.
    fn is_nearly(&self, typed: &Typed, rank: usize) -> bool {
        self.given.get(rank).is_some_and(|given| is_near(&typed.given, given))
            && self.family.iter().any(|family| is_near(&typed.family, family))
    }
}

/// What somebody typed, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    given: String,
    family: String,
}

impl Typed {
    /// Both names, as typed.
    pub fn new(first_name: &str, last_name: &str) -> Self {
        Self { given: fold(first_name), family: fold(last_name) }
    }

    /// The first letter of each name, in the order of the alphabet, so that both names in each other's place have the same: what many
    /// spellings of one name share, and what few names of a school share.
    pub fn initials(&self) -> String {
        let mut initials = [&self.given, &self.family].map(|name| name.chars().next().unwrap_or('-'));
        initials.sort_unstable();
        initials.iter().collect()
    }
}

/// How close a name typed comes to those that a pupil has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closeness {
    /// It is another one.
    Another,
    /// It may be a misspelling, or a sibling's.
    Near,
    /// It is one of them.
    Exact,
}

impl Closeness {
    fn of<'a>(mut exact: impl Iterator<Item = &'a str>, mut near: impl Iterator<Item = &'a str>, typed: &str) -> Self {
        if exact.any(|name| is_exact(typed, name)) {
            Self::Exact
        } else if near.any(|name| is_near(typed, name)) {
            Self::Near
        } else {
            Self::Another
        }
    }
}

/// Who was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match<T> {
    /// This one.
    Sure(T),
    /// Perhaps this one, misspelt, or else somebody who is not in the list, a twin for instance. Whoever typed it must be asked
    /// before anything is done.
    Near(T),
}

/// Why nobody was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoMatch {
    /// No candidate has such names.
    #[error("no candidate has these names")]
    Nobody,
    /// Several have: a guess could tie a child to another one's account.
    #[error("several candidates have these names")]
    Several,
}

/// Edits allowed, as a part of the length that was typed: one in four.
const NEAR: usize = 4;

fn is_exact(typed: &str, known: &str) -> bool {
    !typed.is_empty() && typed == known
}

fn is_near(typed: &str, known: &str) -> bool {
    let length = typed.chars().count();
    length > 0 && !known.is_empty() && strsim::levenshtein(typed, known) * NEAR <= length
}

/// How closely names have to be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// Part of the names finds, and a near pass follows.
    Lenient,
    /// Exactly alone: somebody has been guessing.
    Strict,
}

/// The one of `candidates` who is meant. Exactly, by the first given name, or else the second, or else the third; else by what
/// finds when all else is exact; else nearly. Where two fit in the same pass, nobody is.
pub fn find<T: Copy>(candidates: &[(T, KnownAs)], typed: &Typed, spelling: Spelling) -> Result<Match<T>, NoMatch> {
    let ranks = 0..candidates.iter().map(|(_, known)| known.given.len()).max().unwrap_or_default();
    for rank in ranks.clone() {
        if let Some(found) = only(candidates, |known| known.is_exactly(typed, rank)) {
            return found.map(Match::Sure);
        }
    }
    if spelling == Spelling::Strict {
        return Err(NoMatch::Nobody);
    }
    if let Some(found) = only(candidates, |known| known.is_found_by(typed)) {
        return found.map(Match::Sure);
    }
    for rank in ranks {
        if let Some(found) = only(candidates, |known| known.is_nearly(typed, rank)) {
            return found.map(Match::Near);
        }
    }
    Err(NoMatch::Nobody)
}

/// The one who fits; `None` where nobody does.
fn only<T: Copy>(candidates: &[(T, KnownAs)], fits: impl Fn(&KnownAs) -> bool) -> Option<Result<T, NoMatch>> {
    let mut found = candidates.iter().filter(|(_, known)| fits(known));
    match (found.next(), found.next()) {
        (Some((one, _)), None) => Some(Ok(*one)),
        (Some(_), Some(_)) => Some(Err(NoMatch::Several)),
        (None, _) => None,
    }
}

#[cfg(test)]
mod tests;
