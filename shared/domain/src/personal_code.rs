//! Personal code: what staff give to a pupil who cannot be found by names and birth date, or who has a homonym: `nadu-reka-veta-473`.
//! It stands for who the pupil is, once.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::name::fold_letters;

/// How long a code can be used.
pub const VALID: SignedDuration = SignedDuration::from_hours(24);

/// Until when a code can be used that is given now: to a second, as it is stored, so that the page says the same whenever it is sent again.
pub fn valid_until(now: Timestamp) -> Timestamp {
    let until = now + VALID;
    Timestamp::from_second(until.as_second()).unwrap_or(until)
}

/// A personal code. Never printed by `Debug`: whoever has it joins as the pupil.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonalCode(String);

/// The text is no personal code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a personal code such as nadu-reka-veta-473")]
pub struct PersonalCodeError;

/// What syllables are made of: each is heard as it is written, and no two look alike. Without c, q (heard as k), g (heard as j), h
/// (not heard), l, w, x, y; and without i and o among the vowels, which look like 1 and 0.
const CONSONANTS: &[u8] = b"bdfjkmnprstvz";
const VOWELS: &[u8] = b"aeu";
const DIGITS: &[u8] = b"23456789";
const WORDS: usize = 3;
const SYLLABLES: u128 = (CONSONANTS.len() * VOWELS.len()) as u128;
/// So many codes there are, nearly: 40 bits.
const CODES: u128 = SYLLABLES.pow(6) * (DIGITS.len() as u128).pow(3);
/// What a class would laugh at, or worse, among the words that these letters make.
const RUDE: [&str; 17] = [
    "pute", "puta", "pede", "naze", "sade", "tepu", "rate", "nude", "zeze", "pepe", "bebe", "data", "tata", "tutu",
    "fufu", "kaka", "nana",
];

impl PersonalCode {
    /// A code of `entropy`, every one as likely as the others, except what would be a word to be ashamed of.
    pub fn draw(entropy: [u8; 16]) -> Self {
        let mut number = u128::from_le_bytes(entropy);
        loop {
            let code = Self::numbered(number % CODES);
            if !RUDE.iter().any(|word| code.0.contains(word)) {
                return code;
            }
            // What is left of 128 bits holds two more draws. Then it comes to small numbers, which hold no such word.
            number = number / CODES + 1;
        }
    }

    fn numbered(mut number: u128) -> Self {
        let mut draw = |from: &[u8]| {
            let count = from.len() as u128;
            let drawn = from[usize::try_from(number % count).unwrap_or_default()];
            number /= count;
            char::from(drawn)
        };
        let mut code = String::new();
        for _ in 0..WORDS {
            code.extend([CONSONANTS, VOWELS, CONSONANTS, VOWELS].map(&mut draw));
        }
        code.extend([DIGITS; 3].map(&mut draw));
        Self(code)
    }

    /// Reads what somebody typed: any case, with or without hyphens and spaces, as it was heard: `Nadu Réca veta 473`.
    pub fn parse(text: &str) -> Result<Self, PersonalCodeError> {
        let letters = fold_letters(text);
        let signs = letters.chars().filter(|c| c.is_alphanumeric());
        // One more than a code has is enough to refuse a text of any length.
        let heard = signs.take(4 * WORDS + 4).map(|sign| match sign {
            'c' | 'q' => 'k',
            'g' => 'j',
            'w' => 'v',
            sign => sign,
        });
        let code: String = heard.collect();
        let place = |at: usize| match at {
            at if at >= 4 * WORDS => DIGITS,
            at if at % 2 == 0 => CONSONANTS,
            _ => VOWELS,
        };
        let fits = |(at, sign): (usize, u8)| place(at).contains(&sign);
        if code.len() == 4 * WORDS + 3 && code.bytes().enumerate().all(fits) {
            Ok(Self(code))
        } else {
            Err(PersonalCodeError)
        }
    }

    /// Without its hyphens: what is hashed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `nadu-reka-veta-473`: as it is shown, and read aloud.
    pub fn shown(&self) -> String {
        let (letters, digits) = self.0.split_at(4 * WORDS);
        let words: Vec<&str> = (0..WORDS).map(|word| &letters[4 * word..4 * word + 4]).collect();
        format!("{}-{digits}", words.join("-"))
    }
}

impl fmt::Debug for PersonalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonalCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forty_bits_without_a_sign_that_is_confused() {
        const { assert!(CODES > 1 << 40) };
        for sign in "ilo01cqghwxy".bytes() {
            assert!(![CONSONANTS, VOWELS, DIGITS].iter().any(|signs| signs.contains(&sign)));
        }
        assert_eq!(PersonalCode::numbered(0).shown(), "baba-baba-baba-222");
        assert_ne!(PersonalCode::numbered(CODES - 1), PersonalCode::numbered(CODES - 2));
    }

    /// Two refusals in a row leave a draw of many still: of fewer than 128 bits they would end at one code, which everybody could try.
    #[test]
    fn refusals_end_at_no_code_in_particular() {
        let rude = |number: &u128| RUDE.iter().any(|word| PersonalCode::numbered(*number).0.contains(word));
        let mut refused = (1..).map(|number| number * 7_919).filter(rude);
        let [first, second] = [refused.next().unwrap(), refused.next().unwrap()];
        let third = (0..1_000).map(|number| number * 7_919_777);
        let entropy = third.map(|third| (first + CODES * (second - 1 + CODES * third)).to_le_bytes());
        let drawn: std::collections::BTreeSet<String> = entropy.map(|it| PersonalCode::draw(it).0).collect();
        assert!(drawn.len() > 900, "{}", drawn.len());
    }

    /// Few draws are refused: what is left are forty bits still.
    #[test]
    fn hardly_any_code_is_refused() {
        let refused = (0..100_000_u128).map(|number| PersonalCode::numbered(number * (CODES / 100_000)));
        let refused = refused.filter(|code| RUDE.iter().any(|word| code.0.contains(word))).count();
        const { assert!(CODES / 10 * 9 > 1 << 40) };
        assert!(refused < 10_000, "{refused}");
    }

    #[test]
    fn typed_as_it_was_heard() {
        let code = PersonalCode::parse("nadu-reka-veta-473").unwrap();
        for typed in [" NADU REKA VETA 473 ", "nadurekaveta473", "Nadu, réca, weta ; 4 7 3", "nadu–reqa–vetà–473"]
        {
            assert_eq!(PersonalCode::parse(typed), Ok(code.clone()), "{typed}");
        }
        for typed in [
            "",
            "nadu-reka-473",
            "nadu-reka-veta-47",
            "nadu-reka-veta-4733",
            "nadu-reka-veta-410",
            "473-nadu-reka-veta",
        ] {
            assert_eq!(PersonalCode::parse(typed), Err(PersonalCodeError), "{typed}");
        }
        assert_eq!(format!("{code:?}"), "PersonalCode(…)");
    }

    proptest! {
        #[test]
        fn a_code_reads_itself_however_it_is_shown(entropy: [u8; 16]) {
            let code = PersonalCode::draw(entropy);
            prop_assert_eq!(PersonalCode::parse(&code.shown()), Ok(code.clone()));
            prop_assert_eq!(PersonalCode::parse(&code.as_str().to_uppercase()), Ok(code.clone()));
            prop_assert!(RUDE.iter().all(|word| !code.as_str().contains(word)));
        }

        #[test]
        fn any_text_reads_or_is_refused(text in "\\PC*") {
            if let Ok(code) = PersonalCode::parse(&text) {
                prop_assert_eq!(PersonalCode::parse(&code.shown()), Ok(code));
            }
        }
    }
}
