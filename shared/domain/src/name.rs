//! Names of people, compared as a person would: without case, accents, spaces or signs.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// `N'Golo` → `ngolo`, `D'HÉROUVILLE` → `dherouville`, `Lœtitia` → `loetitia`.
///
/// Trim, lower case, strip accents, drop what is not alphanumeric. Ligatures count as their two letters.
pub fn fold(name: &str) -> String {
    if name.is_ascii() {
        return name.bytes().filter(u8::is_ascii_alphanumeric).map(|c| char::from(c.to_ascii_lowercase())).collect();
    }
    let mut folded = String::with_capacity(name.len());
    for character in name.nfkd().flat_map(char::to_lowercase) {
        match character {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            // Accents. (Some scripts count theirs as letters, and normalising reorders them once a sign between is gone.)
            c if is_combining_mark(c) => {}
            c if c.is_alphanumeric() => folded.push(c),
            _ => {}
        }
    }
    folded
}

/// `DUPONT Karine`: how messages name a pupil. Either part may be empty.
pub fn full(last_name: &str, first_name: &str) -> String {
    let mut full = last_name.trim().to_owned();
    if !first_name.trim().is_empty() {
        if !full.is_empty() {
            full.push(' ');
        }
        let _ = full.write_str(first_name.trim());
    }
    full
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn folds_like_a_person() {
        for (name, folded) in [
            ("N'Golo", "ngolo"),
            ("D'HÉROUVILLE", "dherouville"),
            ("Lœtitia", "loetitia"),
            ("LŒTITIA", "loetitia"),
            ("Noëmie", "noemie"),
            (" Jean-Élie  Marie ", "jeaneliemarie"),
            ("Ærø", "aero"),
            ("", ""),
            ("\u{10A0D}:\u{C55}", ""),
        ] {
            assert_eq!(fold(name), folded);
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(name in "\\PC*") {
            let once = fold(&name);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn case_does_not_count(name in "[A-Za-zÀ-ÖØ-öø-ÿŒœ' -]*") {
            prop_assert_eq!(fold(&name.to_uppercase()), fold(&name.to_lowercase()));
        }
    }
}
