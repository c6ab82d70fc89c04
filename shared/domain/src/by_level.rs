//! The order in which a school names its classes.

use std::cmp::Ordering;
use std::collections::BTreeSet;

/// The name of a class, in the order in which a school counts: from sixième to troisième, from seconde to terminale, then the classes
/// whose name begins with no level. Within a level it goes by the rest of the name, where digits count as the number that they make:
/// `6E2` comes before `6E10`.
///
/// It is for lists alone: which level a class is of, its name does not prove; the MEF of its pupils does ([`Level`](crate::Level)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByLevel<T>(pub T);

impl<T: AsRef<str> + Eq> Ord for ByLevel<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (one, other) = (self.0.as_ref(), other.0.as_ref());
        let counted = level(one).cmp(&level(other)).then_with(|| pieces(one).cmp(pieces(other)));
        // Two names that count alike, such as `6E2` and `6E02`, are two classes.
        counted.then_with(|| one.cmp(other))
    }
}

impl<T: AsRef<str> + Eq> PartialOrd for ByLevel<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Each of these classes once, in this order.
pub fn classes_by_level<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let names: BTreeSet<ByLevel<&str>> = names.into_iter().map(ByLevel).collect();
    names.into_iter().map(|ByLevel(name)| name.to_owned()).collect()
}

/// The place of the level that the name begins with, from sixième on.
fn level(name: &str) -> u8 {
    match name.as_bytes() {
        [digit @ b'1'..=b'6', ..] => b'6' - digit,
        [b'T' | b't', ..] => 6,
        _ => 7,
    }
}

/// The numbers of a name, a longer one being the greater, and what stands between them.
fn pieces(name: &str) -> impl Iterator<Item = (bool, usize, &[u8])> {
    let pieces = name.as_bytes().chunk_by(|one, next| one.is_ascii_digit() == next.is_ascii_digit());
    pieces.map(|piece| {
        if !piece.first().is_some_and(u8::is_ascii_digit) {
            return (true, 0, piece);
        }
        let zeros = piece.iter().take_while(|digit| **digit == b'0').count();
        let number = &piece[zeros..];
        (false, number.len(), number)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn classes_stand_as_a_school_counts_them() {
        for in_order in [
            &["6A", "6B", "5A", "4A", "3 PREPA MET", "3A"][..],
            &["6E1", "6E2", "6E10", "5E1", "3E6"],
            &["601", "602", "610", "501", "301"],
            &["6EME 2", "6EME 10", "3EME A", "3EME B"],
            &["2DE1", "2DE2", "2DE11", "1G1", "1STMG", "T01", "TG2", "TG10", "Tle A"],
            &["3A", "2NDE 1", "BTS 1", "CAP", "ULIS", "UPE2A"],
            &["", "9Z", "CM2"],
            &["6E02", "6E2", "6É2"],
        ] {
            let reversed = in_order.iter().rev().copied();
            assert_eq!(classes_by_level(reversed), in_order);
        }
    }

    proptest! {
        /// From whatever order they come in, and however often each.
        #[test]
        fn any_names_have_one_order(names in prop::collection::vec("[0126T A-Cé]{0,5}", 0..12)) {
            let in_order = classes_by_level(names.iter().map(String::as_str));
            let reversed = classes_by_level(names.iter().chain(&names).rev().map(String::as_str));
            prop_assert_eq!(&reversed, &in_order);
            prop_assert_eq!(names.iter().collect::<BTreeSet<_>>(), in_order.iter().collect::<BTreeSet<_>>());
            for (place, one) in in_order.iter().enumerate() {
                prop_assert!(in_order[place + 1..].iter().all(|other| ByLevel(one) < ByLevel(other)));
            }
        }
    }
}
