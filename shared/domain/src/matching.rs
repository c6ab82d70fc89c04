//! Which pupil of a school is this, who typed a first and a last name? DOMAIN §8, points 2 to 4. Who was born on another day
//! than the one typed is no candidate, and never comes here.

use serde::{Deserialize, Serialize};

use crate::learner::Entry;
use crate::name::fold;

/// The names that a pupil answers to, folded: all that matching needs of a pupil.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAs {
    /// Given names by rank; empty where there is none.
    pub given: Vec<String>,
    /// Family name, and usage name if there is one.
    pub family: Vec<String>,
}

impl KnownAs {
    /// What a file says.
    pub fn of(entry: &Entry) -> Self {
        let names = [Some(&entry.first_name), entry.second_name.as_ref(), entry.third_name.as_ref()];
        let given = names.iter().map(|name| name.map(|name| fold(name)).unwrap_or_default());
        let family = [Some(&entry.last_name), entry.usage_name.as_ref()].into_iter().flatten().map(|name| fold(name));
        Self { given: given.collect(), family: family.collect() }
    }

    /// Whether one of the given names is, nearly, the one typed.
    pub fn has_given(&self, typed: &Typed) -> bool {
        self.given.iter().any(|given| is_near(&typed.given, given))
    }

    /// Whether family or usage name is, nearly, the one typed.
    pub fn has_family(&self, typed: &Typed) -> bool {
        self.family.iter().any(|family| is_near(&typed.family, family))
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
    /// A near pass follows the exact one.
    Lenient,
    /// Exactly alone: somebody has been guessing.
    Strict,
}

/// The one of `candidates` who is meant: exactly, or else nearly; by the first given name, or else the second, or else the third.
/// Where two fit at the same rank, nobody is.
pub fn find<T: Copy>(candidates: &[(T, KnownAs)], typed: &Typed, spelling: Spelling) -> Result<T, NoMatch> {
    let passes: &[fn(&str, &str) -> bool] = match spelling {
        Spelling::Lenient => &[is_exact, is_near],
        Spelling::Strict => &[is_exact],
    };
    for fits in passes {
        let of_family = |known: &KnownAs| known.family.iter().any(|family| fits(&typed.family, family));
        let ranks = candidates.iter().map(|(_, known)| known.given.len()).max().unwrap_or_default();
        for rank in 0..ranks {
            let of_given = |known: &KnownAs| known.given.get(rank).is_some_and(|given| fits(&typed.given, given));
            let mut found = candidates.iter().filter(|(_, known)| of_family(known) && of_given(known));
            match (found.next(), found.next()) {
                (Some((one, _)), None) => return Ok(*one),
                (Some(_), Some(_)) => return Err(NoMatch::Several),
                (None, _) => {}
            }
        }
    }
    Err(NoMatch::Nobody)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `Karine Marie Aude / Dunord Martin`: given names, then family and usage name.
    fn known(names: &str) -> KnownAs {
        let (given, family) = names.split_once('/').unwrap();
        let fold_all = |names: &str| names.split_whitespace().map(fold).collect();
        KnownAs { given: fold_all(given), family: fold_all(family) }
    }

    fn among(candidates: &[&str], first_name: &str, last_name: &str) -> Result<usize, NoMatch> {
        let candidates: Vec<_> = candidates.iter().enumerate().map(|(at, names)| (at, known(names))).collect();
        find(&candidates, &Typed::new(first_name, last_name), Spelling::Lenient)
    }

    /// DOMAIN §8, sentence by sentence.
    #[test]
    fn the_examples_of_the_domain() {
        use NoMatch::{Nobody, Several};
        let karine = "Karine Marie Aude / Dunord Martin";
        for (candidates, first_name, last_name, expected, why) in [
            (&[karine][..], "Karine", "Dunord", Ok(0), "as in the file"),
            (&[karine], "  KARINE ", "du-nord", Ok(0), "case, spaces and signs"),
            (&["Noëmie / D'Hérouville"], "noemie", "dherouville", Ok(0), "accents"),
            (&["Lœtitia / Dupont"], "Loetitia", "Dupont", Ok(0), "ligatures"),
            (&[karine], "Marie", "Dunord", Ok(0), "second given name"),
            (&[karine], "Aude", "Dunord", Ok(0), "third given name"),
            (&[karine], "Karine", "Martin", Ok(0), "usage name"),
            (&[karine], "Carine", "Dunort", Ok(0), "near: one edit in six letters, twice"),
            (&[karine], "Carinne", "Dunord", Err(Nobody), "near: two edits in seven letters are too many"),
            (&["Léa / Roy"], "Lea", "Roi", Err(Nobody), "near: three letters allow no edit"),
            (&["Noé / Leroy"], "Noé", "Lero", Ok(0), "near: one edit in four letters typed"),
            (&[karine], "Karine", "Durand", Err(Nobody), "another surname"),
            (&[karine], "Sophie", "Dunord", Err(Nobody), "another given name"),
            (&["Allan / Petit", "Alian / Petit"], "Allan", "Petit", Ok(0), "twins: the exact pass"),
            (&["Allan / Petit", "Alian / Petit"], "Alian", "Petit", Ok(1), "twins: the exact pass"),
            (&["Allan / Petit", "Alian / Petit"], "Alan", "Petit", Err(Several), "twins, and a slip: nobody"),
            (&["Léa / Martin", "Léa / Martin"], "Léa", "Martin", Err(Several), "homonyms born on one day"),
            (&["Marie Léa / Martin", "Léa Marie / Martin"], "Léa", "Martin", Ok(1), "the first given name ranks first"),
            (
                &["Maria / Roussel", "Zoé Marie / Roussel"],
                "Marie",
                "Roussel",
                Ok(1),
                "exact at rank two beats near at one",
            ),
            (&[karine], "", "Dunord", Err(Nobody), "nothing typed"),
            (&[karine], "'", "-", Err(Nobody), "only signs typed"),
            (&[], "Karine", "Dunord", Err(Nobody), "nobody was born that day"),
        ] {
            assert_eq!(among(candidates, first_name, last_name), expected, "{why}");
        }
    }

    /// Who has been guessing must spell.
    #[test]
    fn strict_finds_no_slip() {
        let candidates = [(0, known("Karine / Dunord"))];
        let strict = |first_name, last_name| find(&candidates, &Typed::new(first_name, last_name), Spelling::Strict);
        assert_eq!(strict(" KARINE ", "du-nord"), Ok(0));
        assert_eq!(strict("Carine", "Dunord"), Err(NoMatch::Nobody));
    }

    /// Whose account is this?
    #[test]
    fn a_name_fits_its_pupil() {
        let karine = known("Karine Marie / Dunord Martin");
        for (first_name, last_name, fits) in [
            ("Karine", "DUNORD", (true, true)),
            ("Marie", "Martin", (true, true)),
            ("Karine", "Nouveau", (true, false)),
            ("Paul", "Dunord", (false, true)),
        ] {
            let typed = Typed::new(first_name, last_name);
            assert_eq!((karine.has_given(&typed), karine.has_family(&typed)), fits, "{first_name} {last_name}");
        }
    }

    fn a_name() -> impl Strategy<Value = String> {
        "[a-e]{1,6}"
    }

    prop_compose! {
        fn somebody()(given in prop::collection::vec(a_name(), 1..4), family in prop::collection::vec(a_name(), 1..3)) -> KnownAs {
            KnownAs { given, family }
        }
    }

    proptest! {
        /// Accents, case, spaces and signs count on neither side.
        #[test]
        fn normalising_is_symmetric(people in prop::collection::vec(somebody(), 1..5), first in a_name(), last in a_name()) {
            let dress = |name: &str| format!(" {}’ ", name.to_uppercase().replace('A', "À").replace('E', "é-"));
            let plain: Vec<_> = people.iter().cloned().enumerate().collect();
            let dressed: Vec<_> = people.iter().enumerate().map(|(at, who)| {
                let all = |names: &[String]| names.iter().map(|name| fold(&dress(name))).collect();
                (at, KnownAs { given: all(&who.given), family: all(&who.family) })
            }).collect();
            let told = find(&plain, &Typed::new(&first, &last), Spelling::Lenient);
            prop_assert_eq!(find(&plain, &Typed::new(&dress(&first), &dress(&last)), Spelling::Lenient), told);
            prop_assert_eq!(find(&dressed, &Typed::new(&first, &last), Spelling::Lenient), told);
        }

        /// Who has the names exactly is never passed over for who has them nearly.
        #[test]
        fn near_never_beats_exact(people in prop::collection::vec(somebody(), 1..8), first in a_name(), last in a_name()) {
            let candidates: Vec<_> = people.iter().cloned().enumerate().collect();
            let exact: Vec<usize> = candidates.iter()
                .filter(|(_, who)| who.given.contains(&first) && who.family.contains(&last))
                .map(|(at, _)| *at)
                .collect();
            match find(&candidates, &Typed::new(&first, &last), Spelling::Lenient) {
                Ok(found) if !exact.is_empty() => prop_assert!(exact.contains(&found)),
                Err(NoMatch::Nobody) => prop_assert!(exact.is_empty()),
                _ => {}
            }
        }

        /// Two who cannot be told apart are nobody, whoever else is there.
        #[test]
        fn several_never_tie(mut people in prop::collection::vec(somebody(), 0..6), twin in somebody()) {
            people.extend([twin.clone(), twin.clone()]);
            let candidates: Vec<_> = people.iter().cloned().enumerate().collect();
            let found = find(&candidates, &Typed::new(&twin.given[0], &twin.family[0]), Spelling::Lenient);
            if let Ok(found) = found {
                prop_assert!(people[found] != twin);
            }
        }

        /// The order in which candidates are read decides nothing.
        #[test]
        fn order_does_not_count(people in prop::collection::vec(somebody(), 0..8), first in a_name(), last in a_name()) {
            let candidates: Vec<_> = people.iter().cloned().enumerate().collect();
            let reversed: Vec<_> = candidates.iter().cloned().rev().collect();
            let typed = Typed::new(&first, &last);
            prop_assert_eq!(find(&candidates, &typed, Spelling::Lenient), find(&reversed, &typed, Spelling::Lenient));
        }
    }
}
