//! Signs that no name has: what software puts in the place of a letter it does not know, or makes of one.
//!
//! Two kinds. Some signs are in no name at all. Others are only in their place: `“Jo”` is a nickname, `Beno“t` is `Benoît` of
//! code page 850 under another name. Where a one-byte encoding was taken for another one, no letter of the file is certain, but
//! few names go through it without such a sign:
//!
//! | meant | Mac Roman, code page 850 read as windows-1252 | windows-1252 read as Mac Roman, code page 850, 437, 1251 |
//! |---|---|---|
//! | Cécile | `CŽcile` `C‚cile` | `CÈcile` `CÚcile` `CΘcile` `Cйcile` |
//! | Hélène | `HŽl\u{8F}ne` `H‚lŠne` | `HÈlËne` `HÚlÞne` `HΘlΦne` `Hйlиne` |
//! | Loïc | `Lo•c` `Lo‹c` | `LoÔc` `Lo´c` `Lo∩c` `Loпc` |
//! | BRÉHIER | `BRƒHIER` | `BR…HIER` `BR╔HIER` |
//!
//! Wrong decodings of UTF-8 are `damage`'s business.

use unicode_normalization::char::is_combining_mark;

use crate::spreadsheet;

/// Whether a name has a sign that no name has, or is no name but what a spreadsheet shows instead.
///
/// Digits, any letter of any script and the signs that people write in names (apostrophes of any kind, brackets, quotes, full
/// stops, `&`) are let through: what is uncertain must not block a pupil.
pub(crate) fn is_damaged_name(name: &str) -> bool {
    if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'-' | b'\'')) {
        return !name.bytes().any(|byte| byte.is_ascii_alphabetic());
    }
    if !name.chars().any(char::is_alphabetic)
        || spreadsheet::is_error(name)
        || (name.contains(|c: char| c.is_ascii_digit())
            && (spreadsheet::is_scientific(name) || spreadsheet::is_date(name)))
        || has_entity(name)
    {
        return true;
    }
    let is_latin = name.bytes().any(|byte| byte.is_ascii_alphabetic());
    let mut before = None;
    name.char_indices().any(|(at, character)| {
        let place = Place { before, after: &name[at + character.len_utf8()..], until: &name[..at] };
        before = Some(character);
        is_odd(character) || (is_latin && !is_of_latin_names(character)) || place.is_odd_for(character)
    })
}

/// Whether a class or a town has a sign that stands for a lost letter.
pub(crate) fn is_damaged_label(class: &str) -> bool {
    let mut before = None;
    class.char_indices().any(|(at, character)| {
        let next = class[at + character.len_utf8()..].chars().next();
        let is_within = before.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric);
        before = Some(character);
        if character == '?' { is_within } else { is_odd(character) }
    })
}

/// `&eacute;`, `&#233;`: a letter as pages of the web write it.
fn has_entity(name: &str) -> bool {
    name.split('&').skip(1).any(|rest| {
        rest.split_once(';').is_some_and(|(entity, _)| {
            let entity = entity.strip_prefix('#').unwrap_or(entity);
            (1..=8).contains(&entity.len()) && entity.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    })
}

/// Signs that are in no name, wherever they stand.
fn is_odd(character: char) -> bool {
    character.is_control()
        || is_nobody_s(character)
        || matches!(
            character,
            '?' | '¿'
                // Š š ž, Œ œ Ÿ and € of ISO-8859-15, read as ISO-8859-1.
                | '¦' | '¨' | '¸' | '¼'..='¾' | '¤'
                | '¡' | '¢' | '£' | '¥' | '§' | '©' | '¬' | '®' | '¯' | '±' | '¶' | '×' | '÷' | '€' | '™' | 'µ'
                // What windows-1252 makes of letters of Mac Roman and code page 850.
                | 'ˆ' | '˜' | '†' | '‡' | '•' | '‰'
                // Fraction slash; marks that enclose; arrows, mathematical signs, boxes, shapes; pictures.
                | '\u{2044}' | '\u{20A0}'..='\u{20FF}' | '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}'
        )
}

/// Replaced objects, private use, and what is no character.
fn is_nobody_s(character: char) -> bool {
    matches!(character, '\u{FFFC}' | '\u{FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{FDD0}'..='\u{FDEF}' | '\u{F0000}'..='\u{10FFFF}')
        || u32::from(character) & 0xFFFE == 0xFFFE
}

/// Letters, digits, accents, and the signs that people write in names of our alphabet: anything else, such as a character that
/// Unicode has not assigned, is a letter of theirs that was lost.
fn is_of_latin_names(character: char) -> bool {
    const SIGNS: &str = " -‐‑‒–—'’‘‛`´′″.,;:/()[]«»“”\"„‹›&·°*+!_{}~%^|\\@#$=<>…¡";
    character.is_alphanumeric()
        || character.is_whitespace()
        || is_combining_mark(character)
        || SIGNS.contains(character)
}

/// Where a character stands in a name.
struct Place<'n> {
    before: Option<char>,
    until: &'n str,
    after: &'n str,
}

impl Place<'_> {
    fn next(&self) -> Option<char> {
        self.after.chars().next()
    }

    fn follows_letter(&self) -> bool {
        self.before.is_some_and(char::is_alphabetic)
    }

    fn precedes_letter(&self) -> bool {
        self.next().is_some_and(char::is_alphabetic)
    }

    fn follows_lower_case(&self) -> bool {
        self.before.is_some_and(char::is_lowercase)
    }

    fn precedes_lower_case(&self) -> bool {
        self.next().is_some_and(char::is_lowercase)
    }

    /// Whether no name has `character` here.
    fn is_odd_for(&self, character: char) -> bool {
        let is_within = self.follows_letter() && self.precedes_letter();
        let touches_letter = self.follows_letter() || self.precedes_letter();
        match character {
            // Letters that were lost or written in another way: `C{cile`, `C_cile`, `C%C3%A9cile`, `C\\xe9cile`, `C=E9cile`.
            '{' | '}' | '~' | '|' | '^' | '\\' | '_' | '%' | '@' | '#' | '$' | '=' | '<' | '>' | '…' => {
                touches_letter
            }
            '*' | '!' | '+' | '²' | '³' | '¹' | 'ⁿ' | '‹' | '›' | '—' => {
                is_within || (character == '—' && self.ends_a_word())
            }
            '–' => (self.follows_lower_case() && self.precedes_lower_case()) || self.ends_a_word(),
            // An apostrophe in some typewriters' hands; alone it is Ž, read as ISO-8859-1.
            '´' => !is_within || self.is_no_apostrophe(),
            '‘' => self.is_no_apostrophe() || (self.ends_a_word() && !self.until.contains('‘')),
            // Quotes are in pairs, around a word.
            '“' => is_within || (self.precedes_letter() && !self.after.contains(['”', '“'])),
            '”' => is_within || (self.follows_letter() && !self.until.contains(['“', '„', '”'])),
            '„' => is_within || !self.precedes_letter() || !self.after.contains(['“', '”']),
            '«' => self.precedes_letter() && !self.after.contains('»'),
            '»' if self.precedes_letter() => !self.until.contains('«'),
            '»' => self.follows_letter() && !self.until.contains('«'),
            // A letter of the Ewe, within a word and before the letters that can follow an F.
            'ƒ' => {
                let is_capital =
                    self.before.is_some_and(char::is_uppercase) && self.next().is_some_and(char::is_uppercase);
                !is_within || is_capital || !self.next().is_some_and(|c| is_vowel(c) || c == 'l')
            }
            'Ž' | 'Š' | 'Œ' | 'Ă' if self.follows_lower_case() => true,
            // `McÃO` is a name, `CÈcile` and `AndrÈ` are none.
            _ if is_of_another_script(character) => {
                self.before.is_some_and(is_latin) || self.next().is_some_and(is_latin)
            }
            _ if is_combining_mark(character) => {
                !self.before.is_some_and(|c| c.is_alphabetic() || is_combining_mark(c))
            }
            _ if !character.is_ascii() && character.is_uppercase() => {
                self.follows_letter()
                    && (self.precedes_lower_case() || (self.follows_lower_case() && !self.precedes_letter()))
            }
            _ => false,
        }
    }

    fn ends_a_word(&self) -> bool {
        self.follows_letter() && !self.next().is_some_and(char::is_alphanumeric)
    }

    /// Whether an apostrophe here is ë or ï of another encoding: `No‘l`, `Lo´c`. Those of Polynesia stand before a vowel, those of
    /// Africa and France behind a consonant.
    fn is_no_apostrophe(&self) -> bool {
        self.before.is_some_and(|c| c.is_lowercase() && is_vowel(c))
            && self.next().is_some_and(|c| c.is_lowercase() && !is_vowel(c))
    }
}

fn is_vowel(character: char) -> bool {
    "aeiouyàáâãäåæèéêëìíîïòóôõöøœùúûüýÿāēīōūɛɔəı".contains(character)
}

fn is_latin(character: char) -> bool {
    character.is_ascii_alphabetic() || matches!(character, '\u{C0}'..='\u{24F}' if character.is_alphabetic())
}

/// Letters that one-byte code pages have beside ours (Greek, Cyrillic), and those that pairs of bytes become in East Asia.
fn is_of_another_script(character: char) -> bool {
    matches!(character, '\u{370}'..='\u{52F}' | '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{FF61}'..='\u{FFDC}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_signs_in_their_place() {
        for name in [
            "D´ARTOIS (MARTIN)",
            "J.-P.",
            "«TOUR»",
            "SOEUR«X»",
            "X & Y",
            "N'Golo",
            "Heʻe",
            "O’Brien",
            "D`ARC",
            "M. X",
            "MARTIN-DUPONT",
            "ǃXóõ",
            "d’Été",
            "Łódź",
            "Ma'a",
            "Ta‘a",
            "‘Aua",
            "İpek",
            "ÞÓR",
            "Jr.",
            "Ana·Lluïsa",
            "Mª",
            "Nº",
            "1er",
            "“Bob”",
            "„Bob“",
            "“Bob“",
            "‹X›",
            "A/B",
            "A,B",
            "王芳",
            "Li Na 李娜",
            "김민준",
            "Мария",
            "محمد",
            "नेहा",
            "Q\u{308}",
            "X²",
            "3ème",
            "McÃO",
            "Anne–Lise",
            "DE L’Île",
            "Saint-Éloi",
            "n´golo",
            "M´baye",
            "Kofi Aƒe",
            "MARTIN*",
            "Jo!",
            "!Xam",
            "DUPONT & FILS ; SŒUR",
            "N°4 DUPONT",
            "Anne - Lise",
            "O'Éric",
            "ΓΙΩΡΓΟΣ",
            "ANDRé",
            "LEBœUF",
            "“Jo” MARTIN",
            "II",
            "Q.",
            "MĂDĂLINA",
            "BĂDIŢĂ",
        ] {
            assert!(!is_damaged_name(name), "{name}");
        }
    }

    #[test]
    fn signs_in_the_place_of_letters() {
        for name in [
            "CŽcile",
            "AndrŽ",
            "HŠlŠne",
            "CÈcile",
            "CÚcile",
            "AndrÚ",
            "HÞlÞne",
            "FRAN«OIS",
            "«elik",
            "H…L»NE",
            "BR…HIER",
            "Nicol…",
            "BRƒHIER",
            "ƒric",
            "Gƒteau",
            "Lo‹c",
            "C“me",
            "Beno”t",
            "“Bob",
            "Bob”",
            "No‘l",
            "Zo‘",
            "Lo´c",
            "Ana´s",
            "Br–l‚",
            "D–",
            "O—",
            "MU—OZ",
            "„ric",
            "Br¹lé",
            "CΘcile",
            "Cйcile",
            "C\u{483}cile",
            "BenoŒt",
            "C茅cile",
            "Cﾃｩcile",
            "Mⁿller",
            "ZoĂŠ",
            "»VE",
            "C&eacute;cile",
            "C&#233;cile",
            "C&#xE9;cile",
            "C%C3%A9cile",
            "C\\xe9cile",
            "C=C3=A9cile",
            "Ce \u{301}cile",
            "\u{301}Eric",
            "C{cile",
            "C_cile",
            "Andr@",
            "~ric",
            "C*cile",
            "C!cile",
            "C+cile",
            "C<cile",
            "Th\u{FFFF}o",
            "Th\u{FDD0}o",
            "Th\u{378}o",
            "Th😀o",
            "Th\u{20DD}o",
            "Th\u{2044}o",
            "Cµcile",
            "#NOM?",
            "######",
            "6,00E+01",
            "06-janv",
            "06/01/2026",
            "41406",
            "",
            "-",
            "CˆC",
        ] {
            assert!(is_damaged_name(name), "{name}");
        }
    }

    #[test]
    fn classes_with_lost_letters() {
        for class in ["6\u{92}A", "6¤1", "6?me", "6\u{1A}1", "6□1", "6\u{E000}1", "6\u{85}1", "6¡1", "6∞1"] {
            assert!(is_damaged_label(class), "{class:?}");
        }
        for class in
            ["6E1", "6°1", "T°STMG", "2NDE PRO 1?", "6ème 1", "6_1", "6#1", "3E+", "CM1/CM2", "6 «A»", "T.STI2D*"]
        {
            assert!(!is_damaged_label(class), "{class:?}");
        }
    }
}
