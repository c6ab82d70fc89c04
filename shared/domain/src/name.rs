//! Names of people, compared as a person would: without case, accents, spaces or signs. `docs/joining.md` has the rules.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The number of this way of folding. Folded names are stored; whoever changes [`fold`], or what [`given_names`] and [`parts`] give,
/// counts it up, and the next import of each school stores its names anew.
pub const FOLDING: u32 = 2;

/// `N'Golo` → `ngolo`, `D'HÉROUVILLE` → `dherouville`, `Lœtitia` → `loetitia`, `Yıldız` → `yildiz`, `St-Just` → `saintjust`.
///
/// Lower case, without accents, spaces and signs. Ligatures count as their two letters; letters of other alphabets than ours that
/// are Latin all the same count as the one they look like; `St` and `Ste` as whole words are Saint and Sainte.
pub fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    if name.is_ascii() {
        // Nearly all names of a file: nothing is normalised, nothing else allocated.
        let letters = name.bytes().filter(|c| !matches!(c, b'\'' | b'`'));
        fold_words(letters.map(|c| char::from(c.to_ascii_lowercase())), &mut folded);
    } else {
        fold_words(fold_letters(name).chars(), &mut folded);
    }
    // Of `S. T.` alone, too: what is folded once more stays what it is.
    expand(&mut folded, 0);
    folded
}

/// Adds the words that `letters` make.
fn fold_words(letters: impl Iterator<Item = char>, folded: &mut String) {
    let mut word = folded.len();
    for letter in letters {
        if letter.is_alphanumeric() {
            folded.push(letter);
        } else {
            expand(folded, word);
            word = folded.len();
        }
    }
    expand(folded, word);
}

/// Saint and Sainte in full, if that is what `folded` has from `word` on.
fn expand(folded: &mut String, word: usize) {
    let whole = match &folded[word..] {
        "st" => "saint",
        "ste" => "sainte",
        _ => return,
    };
    folded.truncate(word);
    folded.push_str(whole);
}

/// The letters and digits of `text`, folded, and its other signs as they are: no word is taken for another.
pub(crate) fn fold_letters(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars().filter(|c| !is_apostrophe(*c)).nfkd().flat_map(char::to_lowercase) {
        match character {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            'þ' => folded.push_str("th"),
            'ø' | 'ɔ' => folded.push('o'),
            'đ' | 'ð' | 'ɗ' => folded.push('d'),
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            'ȷ' => folded.push('j'),
            'ħ' => folded.push('h'),
            'ŧ' => folded.push('t'),
            'ŋ' | 'ɲ' => folded.push('n'),
            'ə' | 'ɛ' => folded.push('e'),
            'ɓ' => folded.push('b'),
            'ƙ' => folded.push('k'),
            'ƴ' => folded.push('y'),
            // Accents. (Some scripts count theirs as letters, and normalising reorders them once a sign between is gone.)
            c if is_combining_mark(c) || is_apostrophe(c) => {}
            c => folded.push(c),
        }
    }
    folded
}

/// Apostrophes of every kind, and the modifier letters that stand for them, or for a sound that a French register does not write.
/// Unicode counts many of them as letters.
fn is_apostrophe(character: char) -> bool {
    matches!(character,
        '\'' | '`' | '´' | '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{2035}' | '\u{FF07}' | '\u{FF40}'
        // Spacing modifier letters: `Heʻe`, `Nʼgolo`.
        | '\u{2B0}'..='\u{2FF}' | '\u{374}' | '\u{559}' | '\u{55A}' | '\u{5F3}' | '\u{5F4}' | '\u{640}'
        | '\u{7F4}' | '\u{7F5}' | '\u{7FA}' | '\u{1D2C}'..='\u{1D6A}' | '\u{1D78}' | '\u{1D9B}'..='\u{1DBF}'
        | '\u{A700}'..='\u{A721}' | '\u{A788}'..='\u{A78C}')
}

/// The words of a name, folded. Apostrophes are within words.
fn words(name: &str) -> Vec<String> {
    let letters = fold_letters(name);
    letters.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(fold).collect()
}

/// The letters and digits of `text`, folded, whatever words they make: `St` is no saint here.
pub fn letters(text: &str) -> String {
    fold_letters(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The given names in a field that may hold several, folded: `Maya Rose Anne` → `maya`, `rose`, `anne`; `Jean - Élie` and `N' Golo`
/// are one.
pub fn given_names(field: &str) -> Vec<String> {
    pieces(field).iter().map(|name| fold(name)).filter(|name| !name.is_empty()).collect()
}

/// The first given name in a field that may hold several, as it is written there.
pub fn first_given_name(field: &str) -> String {
    pieces(field).into_iter().find(|name| !fold(name).is_empty()).unwrap_or_default()
}

/// `field` cut where a space or a comma parts two names.
fn pieces(field: &str) -> Vec<String> {
    let is_hyphen = |c: char| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let mut pieces: Vec<String> = Vec::new();
    for piece in field.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/')).filter(|p| !p.is_empty()) {
        match pieces.last_mut() {
            Some(last) if last.ends_with(|c| is_hyphen(c) || is_apostrophe(c)) || piece.starts_with(is_hyphen) => {
                last.push_str(piece);
            }
            _ => pieces.push(piece.to_owned()),
        }
    }
    pieces
}

/// What stands before a surname, and is none by itself.
const PARTICLES: [&str; 34] = [
    "d", "da", "das", "de", "del", "della", "dello", "den", "der", "des", "di", "do", "dos", "du", "el", "al", "ben",
    "bin", "ibn", "abd", "et", "e", "y", "i", "l", "la", "las", "le", "les", "los", "van", "von", "saint", "sainte",
];
/// A shorter word of a surname finds nobody.
const SHORTEST_PART: usize = 3;

/// By which parts the bearer of a surname of several words may go, folded: each of its words that is no particle, and the same with
/// the particles before it. `DA SILVA LEBRUN` → `silva`, `dasilva`, `lebrun`. A surname of one word has none.
pub fn parts(surname: &str) -> Vec<String> {
    let words = words(surname);
    if words.len() < 2 {
        return Vec::new();
    }
    let whole = words.concat();
    let mut parts: Vec<String> = Vec::new();
    let mut before = String::new();
    for word in words {
        let with = format!("{before}{word}");
        if PARTICLES.contains(&word.as_str()) {
            before = with;
            continue;
        }
        before.clear();
        for part in [word, with] {
            if part.chars().count() >= SHORTEST_PART && part != whole && !parts.contains(&part) {
                parts.push(part);
            }
        }
    }
    parts
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
            ("Yıldız KILIÇ", "yildizkilic"),
            ("İREM", "irem"),
            ("Þór Ħal", "thorhal"),
            ("Heʻe", "hee"),
            ("ŉgolo", "ngolo"),
            ("St Just", "saintjust"),
            ("SAINT-JUST", "saintjust"),
            ("St.-Just", "saintjust"),
            ("Ste Marie", "saintemarie"),
            ("de St Exupéry", "desaintexupery"),
            ("STEPHAN", "stephan"),
            ("Stéphane", "stephane"),
            ("Esteban", "esteban"),
            ("Ernst", "ernst"),
            ("S. T.", "saint"),
        ] {
            assert_eq!(fold(name), folded, "{name}");
        }
    }

    #[test]
    fn no_kind_of_apostrophe_counts() {
        for sign in "'’‘‛`´ʼʻʽʹˈ＇′ꞌ՚".chars() {
            assert_eq!(fold(&format!("D{sign}Artois")), "dartois", "U+{:04X}", u32::from(sign));
        }
    }

    #[test]
    fn a_field_of_several_given_names() {
        for (field, names) in [
            ("Maya Rose Anne", &["maya", "rose", "anne"][..]),
            ("Maya, Rose", &["maya", "rose"]),
            ("Jean-Élie Marie", &["jeanelie", "marie"]),
            ("Jean - Élie", &["jeanelie"]),
            ("N' Golo", &["ngolo"]),
            ("Maya", &["maya"]),
            ("- Maya", &["maya"]),
            (" ", &[]),
        ] {
            assert_eq!(given_names(field), names, "{field}");
        }
        assert_eq!(first_given_name(" Jean-Élie Marie"), "Jean-Élie");
    }

    #[test]
    fn parts_of_a_surname() {
        for (surname, expected) in [
            ("DURIEUX LEBRUN", &["durieux", "lebrun"][..]),
            ("DURIEUX-LEBRUN", &["durieux", "lebrun"]),
            ("DA SILVA LEBRUN", &["silva", "dasilva", "lebrun"]),
            ("DOS SANTOS", &["santos"]),
            ("LE GOFF", &["goff"]),
            ("SAINT-JUST", &["just"]),
            ("D'HÉROUVILLE", &[]),
            ("DURIEUX", &[]),
            ("LI WU", &[]),
            ("LI DURIEUX", &["durieux"]),
            ("DE LA", &[]),
        ] {
            assert_eq!(parts(surname), expected, "{surname}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(name in "\\PC*") {
            let once = fold(&name);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn folding_twice_changes_nothing_near_saints(name in "[sSté. '-]{0,8}") {
            let once = fold(&name);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn case_does_not_count(name in "[A-Za-zÀ-ÖØ-öø-ÿŒœ' -]*") {
            prop_assert_eq!(fold(&name.to_uppercase()), fold(&name.to_lowercase()));
        }

        #[test]
        fn accents_and_apostrophes_do_not_count(name in "[a-z' -]{0,20}", sign in "[’ʼ`´ʻ]") {
            let dressed = name.replace('e', "é").replace('i', "ï").replace('c', "ç").replace('\'', &sign);
            prop_assert_eq!(fold(&dressed), fold(&name));
        }

        /// What is cut in pieces is all there, in its order.
        #[test]
        fn given_names_make_the_field(field in "[A-Ra-réïç' -]{0,30}") {
            prop_assert_eq!(fold(&given_names(&field).concat()), fold(&field));
        }

        #[test]
        fn parts_are_within_the_surname(surname in "[A-Za-zé' -]{0,30}") {
            let whole = fold(&surname);
            for part in parts(&surname) {
                prop_assert!(whole.contains(&part) && part.len() < whole.len() && part.len() >= 3, "{} {}", whole, part);
            }
        }
    }
}
