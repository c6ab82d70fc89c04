//! Text that went through the wrong encoding. A school opens the file in an editor, which saves UTF-8 bytes under the
//! old declaration: `Cécile` comes back as `CÃ©cile`. Such a file is refused; `Ã©` is never imported.

/// Whether `text` shows the marks of UTF-8 bytes read as ISO-8859-1, ISO-8859-15 or windows-1252, or characters that
/// somebody's software already replaced by `�`.
///
/// Only what an ISO-8859-15 file can become is looked for (`é` → `Ã©`, `œ` → `Å“`, `’` → `â€™`), so that `JOÃO`,
/// `MAGALHÃES`, `LUKÁŠ` or `MÍŠA` pass.
pub(crate) fn is_damaged(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        let damaged = match character {
            '\u{FFFD}' => true,
            // C3 80..BF: U+00C0–U+00FF.
            'Ã' => next.is_some_and(|c| continuation(c).is_some()),
            // C5 xx: Œ œ Š š Ÿ Ž ž.
            'Å' => {
                next.and_then(continuation).is_some_and(|b| matches!(b, 0x92 | 0x93 | 0xA0 | 0xA1 | 0xB8 | 0xBD | 0xBE))
            }
            // C2 A0: a no-break space; C2 B0: a degree sign.
            'Â' => matches!(next, Some('\u{A0}' | '°')),
            // E2 80 99: ’. E2 82 AC: €.
            'â' => matches!(next, Some('\u{80}' | '€' | '\u{82}' | '‚')),
            // EF BF BD: � itself, read as single bytes.
            'ï' => next == Some('¿'),
            _ => false,
        };
        if damaged {
            return true;
        }
    }
    false
}

/// The byte 80..BF that is read as `character` in ISO-8859-1, ISO-8859-15 or windows-1252.
fn continuation(character: char) -> Option<u8> {
    const WINDOWS_1252: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    const ISO_8859_15: [(char, u8); 8] =
        [('€', 0xA4), ('Š', 0xA6), ('š', 0xA8), ('Ž', 0xB4), ('ž', 0xB8), ('Œ', 0xBC), ('œ', 0xBD), ('Ÿ', 0xBE)];
    if let latin_1 @ 0x80..=0xBF = u32::from(character) {
        return u8::try_from(latin_1).ok();
    }
    let iso_8859_15 = ISO_8859_15.iter().find(|(c, _)| *c == character).map(|(_, byte)| *byte);
    iso_8859_15.or_else(|| WINDOWS_1252.iter().position(|c| *c == character).and_then(|i| u8::try_from(0x80 + i).ok()))
}

/// Whether a name has a sign that no name has: what software puts in the place of a letter it does not know.
///
/// Accents are [`is_damaged`]'s business. Digits and any letter of any script are let through: what is uncertain must
/// not block a pupil.
pub(crate) fn is_damaged_name(name: &str) -> bool {
    name.chars().any(|c| c.is_control() || matches!(c, '?' | '¿' | '¤' | '\u{E000}'..='\u{F8FF}'))
        || !name.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{ISO_8859_15, WINDOWS_1252};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_accidents() {
        for text in ["CÃ©cile", "FranÃ§oise", "Math\u{FFFD}o", "LÅ“titia", "Dâ€™Arc", "Mathï¿½o", "LÅ\u{93}titia"]
        {
            assert!(is_damaged(text), "{text}");
        }
    }

    #[test]
    fn real_names() {
        for name in [
            "Cécile",
            "JOÃO",
            "MAGALHÃES",
            "Lukáš",
            "LUKÁŠ",
            "MÍŠA",
            "BENEŠ",
            "Lœtitia",
            "ŒUVRARD",
            "D’HÉROUVILLE",
            "Ångström",
            "ÅŽ",
            "Noëmie",
            "N'Golo",
            "Zoé",
            "Ýmir",
            "Björk",
            "Señor",
            "Nguyễn",
            "Âme",
            "Pâques",
            "naïf",
        ] {
            assert!(!is_damaged(name) && !is_damaged_name(name), "{name}");
        }
        for name in ["Th?o", "Ma\u{9C}l", "¿", "--", "Fran¤ois"] {
            assert!(is_damaged_name(name), "{name}");
        }
    }

    proptest! {
        /// Whatever accented letters a real file holds, saving it as UTF-8 under the old declaration is seen.
        #[test]
        fn the_accident_is_always_seen(name in "[A-Z]?[a-z]{0,4}[éèêëàâäîïôöùûüçÉÈÀÇœŒšžŸ][a-zéœ]{0,4}") {
            prop_assert!(!is_damaged(&name));
            for encoding in [ISO_8859_15, WINDOWS_1252] {
                let (misread, _) = encoding.decode_without_bom_handling(name.as_bytes());
                prop_assert!(is_damaged(&misread), "{misread}");
            }
        }
    }
}
