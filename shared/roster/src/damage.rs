//! Text that went through the wrong encoding. A school opens the file in an editor, which reads its UTF-8 bytes as something
//! else and saves what it saw: `Cécile` comes back as `CÃ©cile`, `C√©cile` or `C├®cile`. Such a file is refused; nobody is ever
//! imported under such a name. A lone odd sign in a name is told as that pupil's problem.
//!
//! The bytes of UTF-8 beyond ASCII come in groups: a lead byte that says how many follow, then bytes 80 to BF. Read in a
//! one-byte encoding, each lead byte becomes the same sign every time, and what follows comes from a short list. Names have
//! nearly none of these pairs; the few that they have are let through. What each encoding makes of the lead bytes:
//!
//! | letters | bytes | windows-1252, ISO-8859-1, -15 | Mac Roman | code page 850 | code page 437 |
//! |---|---|---|---|---|---|
//! | signs: nbsp « ° ´ | C2 xx | Â | ¬ | ┬ | ┬ |
//! | à â ç é è ê î ô û … | C3 xx | Ã | √ | ├ | ├ |
//! | ā ć ğ ı … | C4 xx | Ä | ƒ | ─ | ─ |
//! | Œ œ Ÿ ł ş … | C5 xx | Å | ≈ | ┼ | ┼ |
//! | ʻ ʼ | CA BB, CA BC | Ê | nbsp | ╩ | ╩ |
//! | accents alone (NFD) | CC xx | Ì | Ã | ╠ | ╠ |
//! | ễ ạ … | E1 B8–BB xx | á | · | ß | ß |
//! | ’ € √ ├ … | E2 xx xx | â | ‚ | Ô | Γ |
//! | � | EF BF BD | ï¿½ | `ÔøΩ` | ´┐¢ | ∩┐╜ |
//!
//! What was read wrongly twice shows the marks of the second time, since the first time left nothing but such letters.

/// Whether `text` shows the marks of a wrong decoding, or characters that somebody's software already replaced by `�`.
///
/// To be asked of the text as it came: a no-break space or a soft hyphen may be half of a letter.
pub(crate) fn is_damaged(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let mut before = None;
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        let quoted = || ends_a_portuguese_word(text, before, rest.clone());
        if !character.is_ascii() && is_mark(before, character, rest.clone()) && !(character == 'Ã' && quoted()) {
            return true;
        }
        before = Some(character);
    }
    false
}

/// Whether `text`, out of an encoding of one byte a character, has U+0085. In Unicode that is white space; in files it is the byte
/// 85, which is à of code page 850, Ö of Mac Roman or `…` of windows-1252 under another name.
pub(crate) fn has_next_line(text: &str) -> bool {
    !text.is_ascii() && text.contains('\u{85}')
}

/// Whether a word in capitals ends here in `Ã`, as Portuguese ones do, and what follows is the end of a quotation or a no-break
/// space before another word: `«IRMÃ»`. What such a pair would stand for (`û`, `Ô`, `à`) is not found there.
fn ends_a_portuguese_word(text: &str, before: Option<char>, mut after: std::str::Chars<'_>) -> bool {
    let next = after.next();
    let second = after.next();
    before.is_some_and(char::is_uppercase)
        && match next {
            Some('»') => text.contains('«') && !second.is_some_and(char::is_alphabetic),
            Some('”') => text.contains('“') && !second.is_some_and(char::is_alphabetic),
            Some('\u{A0}') => second.is_some_and(char::is_uppercase),
            _ => false,
        }
}

/// Whether `character`, between `before` and `after`, is what a lead byte became.
fn is_mark(before: Option<char>, character: char, mut after: std::str::Chars<'_>) -> bool {
    let next = after.next();
    let second = after.next();
    let latin = next.and_then(Continuation::of);
    let follows_lower_case = before.is_some_and(char::is_lowercase);
    let before_letter = second.is_some_and(char::is_alphabetic);
    match character {
        // Signs that are in no name and no town, whatever follows. (‚ is also é of code page 850 read as windows-1252.)
        '\u{FFFD}' | '‚' | '√' | '≈' | '\u{2500}'..='\u{259F}' => true,
        'Ã' => {
            latin.is_some()
                || matches!(next, Some('Å' | 'Ä' | 'à' | 'ß' | 'Ç' | 'Ñ'))
                || (follows_lower_case && next.is_none_or(|c| c == 'É' || !c.is_alphabetic()))
        }
        'Å' => latin.is_some_and(|c| c.is_plausible_after_c5(before_letter)),
        'Ä' => latin.is_some_and(Continuation::is_plausible_after_c4),
        // `Â»` may close a nickname; what opened it was damaged, too, and is seen.
        'Â' => latin.is_some_and(|c| c.is_any(|b| (0xA0..=0xBF).contains(&b) && b != 0xBB)),
        'È' => latin.is_some_and(|c| c.is_any(|b| (0x98..=0x9B).contains(&b))) && next != Some('Š'),
        'Ê' => matches!(next, Some('»' | '¼')) && before_letter,
        'Ì' => latin.is_some_and(|c| c.is_any(|b| matches!(b, 0x80..=0x84 | 0x88 | 0xA7))),
        'á' => matches!(next, Some('¸' | '¹' | 'º' | '»')) && second.is_some_and(|c| Continuation::of(c).is_some()),
        'â' => {
            matches!(next, Some('€' | '\u{80}'))
                || (latin.is_some_and(|c| c.is_any(|b| b <= 0xAF))
                    && second.is_some_and(|c| Continuation::of(c).is_some()))
        }
        'ï' => next == Some('¿') || (next, second) == (Some('»'), Some('¿')),
        '¬' => next.is_some_and(|c| !c.is_ascii()),
        'ƒ' => matches!(next, Some('Å' | 'Ä' | 'Ö' | 'Ñ' | 'ç' | 'ë' | 'ô' | 'õ' | 'ü' | 'û' | '±' | '∞' | '´')),
        '\u{A0}' => matches!(next, Some('ª' | 'º')) && before_letter,
        '»' => matches!(next, Some('ò' | 'ô' | 'ö' | 'õ')),
        '·' => matches!(next, Some('∏' | 'π' | '∫' | 'ª')) && second.is_some_and(|c| !c.is_ascii()),
        'Ô' => {
            next == Some('ø')
                || (next.is_some_and(|c| code_page_850(c).is_some_and(|b| b <= 0xAF))
                    && second.is_some_and(|c| code_page_850(c).is_some()))
        }
        // C3 of code page 1250 and of ISO-8859-2, before a sign; Romanian names have letters there.
        'Ă' => {
            next.is_some_and(|c| !c.is_alphabetic() && latin.is_some())
                && (follows_lower_case || next != Some('»'))
                && next != Some('\u{A0}')
                && !matches!(next, Some('”' | '’'))
        }
        // Greek names go on in Greek.
        'Γ' => next.is_some_and(|c| !c.is_ascii() && !('\u{370}'..='\u{3FF}').contains(&c)),
        _ => false,
    }
}

/// A character that windows-1252, ISO-8859-1 or ISO-8859-15 makes of a byte 80 to BF.
#[derive(Clone, Copy)]
struct Continuation {
    character: char,
    /// The byte in ISO-8859-1 or windows-1252.
    byte: Option<u8>,
    /// The byte in ISO-8859-15, where it is another.
    byte_in_15: Option<u8>,
}

impl Continuation {
    fn of(character: char) -> Option<Self> {
        const WINDOWS_1252: [char; 32] = [
            '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}',
            '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
        ];
        const ISO_8859_15: [(char, u8); 8] =
            [('€', 0xA4), ('Š', 0xA6), ('š', 0xA8), ('Ž', 0xB4), ('ž', 0xB8), ('Œ', 0xBC), ('œ', 0xBD), ('Ÿ', 0xBE)];
        let byte = match u32::from(character) {
            latin_1 @ 0x80..=0xBF => u8::try_from(latin_1).ok(),
            _ => WINDOWS_1252.iter().position(|c| *c == character).and_then(|i| u8::try_from(0x80 + i).ok()),
        };
        let byte_in_15 = ISO_8859_15.iter().find(|(c, _)| *c == character).map(|(_, byte)| *byte);
        (byte.is_some() || byte_in_15.is_some()).then_some(Self { character, byte, byte_in_15 })
    }

    fn is_any(self, fits: impl Fn(u8) -> bool) -> bool {
        self.byte.is_some_and(&fits) || self.byte_in_15.is_some_and(&fits)
    }

    /// Whether `Å` and this is a letter of C5 xx. Scandinavians have words that end in `Å`, so that a closing quote after it
    /// proves nothing; letters after it (`ÅŽ`) prove something for the letters that French and its neighbours have.
    fn is_plausible_after_c5(self, before_letter: bool) -> bool {
        match self.character {
            '”' | 'Š' | 'Ž' => false,
            '»' => before_letter,
            _ => true,
        }
    }

    /// The same for `Ä` and C4 xx; Finnish and Estonian have words that end in `Ä`.
    fn is_plausible_after_c4(self) -> bool {
        !matches!(self.character, '”' | '’' | '»' | '´' | '\u{A0}' | 'Š' | 'š' | 'Ž' | 'œ')
    }
}

/// The byte 80 to BF that code page 850 reads as `character`. Source: unicode.org, `MAPPINGS/VENDORS/MICSFT/PC/CP850.TXT`.
fn code_page_850(character: char) -> Option<u8> {
    const HALF: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐";
    HALF.chars().position(|c| c == character).and_then(|index| u8::try_from(0x80 + index).ok())
}

/// Œ œ Ÿ where ISO-8859-15 bytes were read as ISO-8859-1 or windows-1252: `L½titia`. Fractions beside a letter are nothing else.
pub(crate) fn restore_latin_9(name: &str) -> Option<String> {
    const MEANT: [(char, char); 3] = [('¼', 'Œ'), ('½', 'œ'), ('¾', 'Ÿ')];
    let meant = |character| MEANT.iter().find(|(read, _)| *read == character).map(|(_, meant)| *meant);
    if name.is_ascii() || !name.chars().any(|c| meant(c).is_some()) {
        return None;
    }
    let characters: Vec<char> = name.chars().collect();
    let is_letter = |index: Option<usize>| {
        index.and_then(|index| characters.get(index)).is_some_and(|c| c.is_alphabetic() || meant(*c).is_some())
    };
    let restored = characters.iter().enumerate().map(|(index, character)| match meant(*character) {
        Some(letter) if is_letter(index.checked_sub(1)) || is_letter(Some(index + 1)) => letter,
        _ => *character,
    });
    Some(restored.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odd_name::is_damaged_name;

    #[test]
    fn known_accidents() {
        for text in [
            "CÃ©cile",
            "FranÃ§oise",
            "Math\u{FFFD}o",
            "LÅ“titia",
            "Dâ€™Arc",
            "Mathï¿½o",
            "LÅ\u{93}titia",
            "C√©cile",
            "FRAN√áOIS",
            "C├®cile",
            "C├⌐cile",
            "L┼ôtitia",
            "DÔÇÖArc",
            "DΓÇÖArc",
            "D‚ÄôArc",
            "Nicol\u{C3}\u{A0}",
            "NicolÃ",
            "‚àö¬©ric",
            "ÔêÜÔÇá",
            "Hé Ã‰lie",
            "AÃ\u{AD}da",
            "Le\u{CC}\u{81}a",
            "LeÃÅa",
            "Hawai╩╗i",
            "HeÊ»e",
            "NGUYá»„N",
            "NGUY·ªÑN",
            "ÅžAHIN",
            "DOÄŸAN",
            "MunÃÉoz",
        ] {
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
            "D´ARTOIS (MARTIN)",
            "J.-P.",
            "«TOUR»",
            "DUPONT & FILS",
            "Heʻe",
            "Māʻohi",
            "CÔTÉ",
            "ΓΕΩΡΓΙΟΣ",
            "M\u{AA} CARMEN",
            "“Jo”",
            "MARTIN*",
            "Ann`a",
            "SØRENSEN",
            "ANDRÉ\u{A0}MARTIN",
            "IRMÃ",
            "«IRMÃ»",
            "“IRMÃ”",
            "IRMÃ\u{A0}DA",
            "McÃO",
            "VIRTÄ\u{A0}AINO",
            "L·LUC",
            "Kofi Aƒe",
        ] {
            assert!(!is_damaged(name), "{name}");
            assert!(!is_damaged_name(name), "{name}");
        }
        for name in [
            "Th?o",
            "Ma\u{9C}l",
            "¿",
            "--",
            "Fran¤ois",
            "´ARTOIS",
            "DURAND´",
            "¦IMA",
            "Lˆa",
            "#NOM?",
            "Th\u{1A}o",
            "N□é",
        ] {
            assert!(is_damaged_name(name), "{name}");
        }
    }

    #[test]
    fn latin_9_under_another_name() {
        for (read, meant) in [("L½titia", "Lœtitia"), ("LEB¼UF", "LEBŒUF"), ("¼UVRARD", "ŒUVRARD"), ("L'HA¾", "L'HAŸ")]
        {
            assert_eq!(restore_latin_9(read).as_deref(), Some(meant));
        }
        assert_eq!(restore_latin_9("Lœtitia"), None);
        assert_eq!(restore_latin_9("1 ½").as_deref(), Some("1 ½"));
    }
}
