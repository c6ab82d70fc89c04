//! A value as a person sees it: signs that nobody can see are dropped, and every kind of white space is a space.
//!
//! Names, numbers and headers are pasted from web pages, word processors and messages, which leave zero-width signs, soft
//! hyphens, direction marks and byte order marks in them. Nobody could find those in SIECLE or Fregata to take them out.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// `raw` without what cannot be seen, trimmed, with single spaces, accents composed (NFC).
pub(crate) fn tidy(raw: &str) -> Cow<'_, str> {
    let trimmed = raw.trim_ascii();
    if is_plain(trimmed) {
        return Cow::Borrowed(trimmed);
    }
    let mut tidied = String::with_capacity(trimmed.len());
    let mut composed = true;
    for character in trimmed.chars() {
        if is_invisible(character) {
            continue;
        }
        if is_space(character) {
            if !tidied.is_empty() && !tidied.ends_with(' ') {
                tidied.push(' ');
            }
            continue;
        }
        composed &= !matches!(character, '\u{300}'..='\u{36F}');
        tidied.push(character);
    }
    if tidied.ends_with(' ') {
        tidied.pop();
    }
    Cow::Owned(if composed { tidied } else { tidied.nfc().collect() })
}

/// Printable ASCII with single spaces: nothing to do, and nearly every value of a file.
fn is_plain(text: &str) -> bool {
    let mut after_space = false;
    text.bytes().all(|byte| {
        let is_space = byte == b' ';
        let plain = matches!(byte, b' '..=b'~') && !(is_space && after_space);
        after_space = is_space;
        plain
    })
}

/// White space of any kind, and the blank Braille pattern, which looks like it.
fn is_space(character: char) -> bool {
    character.is_whitespace() || character == '\u{2800}'
}

/// Whether a character leaves no trace on a page: Unicode's `Default_Ignorable_Code_Point` (`DerivedCoreProperties.txt`), and
/// the marks of interlinear annotations.
pub(crate) fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Whether `text` shows nothing at all.
pub(crate) fn is_blank(text: &str) -> bool {
    let is_blank = |character| is_space(character) || is_invisible(character);
    text.chars().all(|character| is_blank(character) || u8::try_from(character).is_ok_and(is_padding))
}

/// What old software fills the end of a file with: zeros, and the Ctrl-Z of DOS.
pub(crate) fn is_padding(byte: u8) -> bool {
    matches!(byte, 0 | 0x1A)
}

/// The beginning of `text`, for what is kept or shown. A text over 255 characters stays over 255 characters.
pub(crate) fn kept(text: &str) -> &str {
    const KEPT: usize = 256;
    match text.len() {
        0..=KEPT => text,
        _ => text.char_indices().nth(KEPT).map_or(text, |(end, _)| &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_seen_is_dropped_and_every_white_space_is_a_space() {
        for (raw, tidied) in [
            ("DURIEUX", "DURIEUX"),
            ("  LE  GOFF ", "LE GOFF"),
            ("LE\u{A0}GOFF\u{202F}", "LE GOFF"),
            ("\u{FEFF}12345\u{200B}6789AB\u{200E}", "123456789AB"),
            ("MAR\u{AD}TIN\u{202E}NI", "MARTINNI"),
            ("Ana \u{200B} Maria", "Ana Maria"),
            ("LE\r\n\t GOFF", "LE GOFF"),
            ("\u{3000}Li\u{2003}Na\u{2028}", "Li Na"),
            ("Le\u{301}a", "Léa"),
            ("\u{200B}\u{A0}", ""),
        ] {
            assert_eq!(tidy(raw), tidied, "{raw:?}");
        }
    }

    #[test]
    fn what_is_kept_of_a_long_text_is_still_too_long() {
        assert_eq!(kept("Léa"), "Léa");
        assert_eq!(kept(&"é".repeat(100_000)).chars().count(), 256);
        assert_eq!(kept(&"é".repeat(200)).chars().count(), 200);
    }

    proptest! {
        #[test]
        fn tidying_twice_changes_nothing(text in "\\PC*|[ -~\u{A0}\u{200B}éa\u{301}\n]*") {
            let once = tidy(&text).into_owned();
            prop_assert_eq!(tidy(&once), once.as_str());
        }
    }
}
