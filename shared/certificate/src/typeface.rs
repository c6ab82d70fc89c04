//! The two weights of Inter: which letters they have, and how wide each is.
//!
//! Letters are placed one after the other, which is right for Latin letters that are composed (NFC). Kerning is left out: at these
//! sizes it shows no difference.

use std::collections::HashMap;
use std::ops::Range;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use unicode_normalization::UnicodeNormalization;

/// What stands for a letter that the font lacks.
const MISSING: char = '?';

/// A weight of the font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

impl Weight {
    /// The file of the font.
    pub(crate) fn file(self) -> &'static [u8] {
        match self {
            Self::Regular => include_bytes!("../fonts/inter-regular.ttf"),
            Self::Bold => include_bytes!("../fonts/inter-bold.ttf"),
        }
    }
}

/// A letter in its place of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placed {
    pub(crate) glyph: u32,
    /// Which bytes of the drawn text it stands for.
    pub(crate) range: Range<usize>,
    /// Its width, for a size of one point.
    pub(crate) advance: f32,
}

/// A text as it can be drawn.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    /// What the letters say.
    pub(crate) text: String,
    pub(crate) letters: Vec<Placed>,
    /// What is meant, where the font lacks a letter of it.
    pub(crate) meant: Option<String>,
}

impl Drawn {
    /// Its width, for a size of one point.
    pub(crate) fn width(&self) -> f32 {
        self.letters.iter().map(|letter| letter.advance).sum()
    }
}

/// What one weight has.
struct Face {
    letters: HashMap<char, (u32, f32)>,
}

impl Face {
    fn load(weight: Weight) -> Option<Self> {
        let font = FontRef::new(weight.file()).ok()?;
        // At a size of one point.
        let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
        let letters = font.charmap().mappings().filter_map(|(character, glyph)| {
            Some((char::from_u32(character)?, (glyph.to_u32(), metrics.advance_width(glyph)?)))
        });
        Some(Self { letters: letters.collect() })
    }
}

/// Both weights.
pub(crate) struct Typefaces {
    regular: Face,
    bold: Face,
}

impl Typefaces {
    /// Reads the fonts of this crate.
    pub(crate) fn load() -> Option<Self> {
        Some(Self { regular: Face::load(Weight::Regular)?, bold: Face::load(Weight::Bold)? })
    }

    /// `text` in letters of `weight`. For one that the font lacks stands what it is made of, if the font has that: the letter without
    /// its accent, the parts of a ligature.
    pub(crate) fn draw(&self, weight: Weight, text: &str) -> Drawn {
        let face = match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        };
        let meant: String = text.nfc().collect();
        let mut drawn = Drawn { text: String::with_capacity(meant.len()), letters: Vec::new(), meant: None };
        let mut is_whole = true;
        for character in meant.chars() {
            if face.letters.contains_key(&character) {
                drawn.push(face, character);
                continue;
            }
            is_whole = false;
            if unicode_normalization::char::is_combining_mark(character) {
                // The letter before it stays without it.
                continue;
            }
            let parts = std::iter::once(character).nfkd().filter(|part| face.letters.contains_key(part));
            let parts: Vec<char> = parts.collect();
            for part in if parts.is_empty() { vec![MISSING] } else { parts } {
                drawn.push(face, part);
            }
        }
        if !is_whole {
            drawn.meant = Some(meant);
        }
        drawn
    }
}

impl Drawn {
    fn push(&mut self, face: &Face, character: char) {
        if let Some(&(glyph, advance)) = face.letters.get(&character) {
            let start = self.text.len();
            self.text.push(character);
            self.letters.push(Placed { glyph, range: start..self.text.len(), advance });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str) -> Drawn {
        Typefaces::load().unwrap().draw(Weight::Bold, text)
    }

    #[test]
    fn has_the_letters_of_french_registers() {
        for text in [
            "ÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸ àâäæçéèêëîïôöœùûüÿ",
            "D’HÉROUVILLE Jean-Élie N’Golo J.-P.",
            "Nguyễn Thị Ngọc Ánh Đặng Phượng",
            "Þór Łukasz Yıldız KILIÇ Ħal Šárka Ștefan",
            "ƙɓɗɛɔŋɲə Kouamé Ɛbla",
            "« 1\u{A0}024 » – — … n° 12 · €",
        ] {
            for weight in [Weight::Regular, Weight::Bold] {
                let drawn = Typefaces::load().unwrap().draw(weight, text);
                assert_eq!((drawn.text.as_str(), &drawn.meant), (text, &None), "{weight:?}");
            }
        }
    }

    #[test]
    fn letters_in_parts_are_composed() {
        assert_eq!(drawn("Ame\u{301}lie Ngo\u{323}c").text, "Amélie Ngọc");
    }

    #[test]
    fn what_it_lacks_is_meant_all_the_same() {
        for (text, shown) in [("王 Léa", "? Léa"), ("Ɛ\u{300}bla", "Ɛbla"), ("ﬁ", "fi")] {
            let drawn = drawn(text);
            assert_eq!(drawn.text, shown);
            assert_eq!(drawn.meant, (shown != text).then(|| text.to_owned()));
        }
    }
}
