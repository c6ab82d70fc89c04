//! Campaigns: the code that pupils type, the title and the message that they read.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a campaign is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignKind {
    /// Pupils are assessed on what the course asks.
    Assessment,
    /// Pupils send the profile that they have built so far.
    ProfileCollection,
}

impl CampaignKind {
    /// In the order in which people are shown them.
    pub const ALL: [Self; 2] = [Self::Assessment, Self::ProfileCollection];

    /// As people read it.
    pub fn french(self) -> &'static str {
        match self {
            Self::Assessment => "Évaluation",
            Self::ProfileCollection => "Collecte de profils",
        }
    }
}

/// What pupils type to join: six letters without I, L, O, which look like digits on a board, then three digits without 0 and 1,
/// which look like letters. `KRTBVW582`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CampaignCode(String);

/// The text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code is six letters (no I, L, O), then three digits from 2 to 9, for instance KRTBVW582")]
pub struct CampaignCodeError;

const LETTERS: &[u8; 23] = b"ABCDEFGHJKMNPQRSTUVWXYZ";
const DIGITS: &[u8; 8] = b"23456789";
/// The places of a code, from the last.
const PLACES: [&[u8]; 9] = [DIGITS, DIGITS, DIGITS, LETTERS, LETTERS, LETTERS, LETTERS, LETTERS, LETTERS];
/// How many codes there are: about 76 thousand million.
const CODES: u128 = 23_u128.pow(6) * 8_u128.pow(3);
/// What no board should say, in French or English, as far as the letters allow it.
const SHAMEFUL: [&str; 23] = [
    "ANUS", "ARSE", "BUTT", "CACA", "CHATTE", "CRAP", "CUM", "CUNT", "ENCU", "FAG", "FUC", "FUK", "KKK", "MERD", "NAZ",
    "NEGR", "PEDE", "PUT", "RAPE", "SEX", "SUC", "TWAT", "WANK",
];

impl CampaignCode {
    /// How often a code is drawn for one campaign before it is given up. Two of 76 thousand million are the same so rarely that the second
    /// draw is one for the tests.
    pub const DRAWS: usize = 5;

    /// Reads a code, in any case, with spaces or hyphens anywhere.
    pub fn parse(text: &str) -> Result<Self, CampaignCodeError> {
        let separator = |c: &char| c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}');
        let signs = text.chars().filter(|c| !separator(c)).map(|c| c.to_ascii_uppercase());
        // One more than a code has is enough to refuse a text of any length.
        let code: String = signs.take(PLACES.len() + 1).collect();
        let fits = |(sign, place): (u8, &&[u8])| place.contains(&sign);
        if code.len() == PLACES.len() && code.bytes().zip(PLACES.iter().rev()).all(fits) {
            Ok(Self(code))
        } else {
            Err(CampaignCodeError)
        }
    }

    /// A code of `entropy`, every one as likely as the others, except what would be a word to be ashamed of.
    pub fn draw(entropy: [u8; 16]) -> Self {
        let mut number = u128::from_le_bytes(entropy);
        loop {
            let code = Self::numbered(number % CODES);
            if !SHAMEFUL.iter().any(|word| code.0.contains(word)) {
                return code;
            }
            // What is left of 128 bits holds two more draws. Then it comes to 1, which is no word.
            number = number / CODES + 1;
        }
    }

    fn numbered(mut number: u128) -> Self {
        let mut signs = PLACES.map(|place| {
            let count = place.len() as u128;
            let sign = place[usize::try_from(number % count).unwrap_or_default()];
            number /= count;
            char::from(sign)
        });
        signs.reverse();
        Self(signs.iter().collect())
    }

    /// `KRTBVW582`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `KRTBVW` and `582`: apart, they are easier to copy from a board.
    pub fn halves(&self) -> (&str, &str) {
        self.0.split_at(6)
    }

    /// `KRTBVW 582`: as people read it in a line. They may type it with or without the space.
    pub fn spaced(&self) -> String {
        let (letters, digits) = self.halves();
        format!("{letters} {digits}")
    }
}

impl fmt::Display for CampaignCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CampaignCode {
    type Err = CampaignCodeError;

    fn from_str(text: &str) -> Result<Self, CampaignCodeError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for CampaignCode {
    type Error = CampaignCodeError;

    fn try_from(text: String) -> Result<Self, CampaignCodeError> {
        Self::parse(&text)
    }
}

impl From<CampaignCode> for String {
    fn from(code: CampaignCode) -> Self {
        code.0
    }
}

/// What a campaign is called: one line of 1 to 100 characters, trimmed, with single spaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CampaignTitle(String);

/// What pupils read before they begin: at most 500 characters, in lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CampaignMessage(String);

/// Why a text is no title, or no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CampaignTextError {
    /// Nothing, or only spaces.
    #[error("empty")]
    Empty,
    /// Too many characters.
    #[error("{count} characters, {most} at most")]
    Long {
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// Signs that nobody sees, or that turn the direction of what follows.
    #[error("holds invisible signs")]
    Invisible,
}

impl CampaignTitle {
    /// Most characters.
    pub const MOST: usize = 100;

    /// Reads a title.
    pub fn parse(text: &str) -> Result<Self, CampaignTextError> {
        let title = text.split_whitespace().collect::<Vec<_>>().join(" ");
        check(&title, Self::MOST)?;
        Ok(Self(title))
    }

    /// The title.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CampaignMessage {
    /// Most characters.
    pub const MOST: usize = 500;

    /// Reads a message; its line breaks stay, as one sign each, however a browser sends them.
    pub fn parse(text: &str) -> Result<Self, CampaignTextError> {
        let message = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n").replace('\t', " ");
        let message = message.trim();
        check(message, Self::MOST)?;
        Ok(Self(message.to_owned()))
    }

    /// The message.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check(text: &str, most: usize) -> Result<(), CampaignTextError> {
    let count = text.chars().count();
    if count == 0 {
        return Err(CampaignTextError::Empty);
    }
    if count > most {
        return Err(CampaignTextError::Long { count, most });
    }
    let invisible = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    if text.chars().any(invisible) { Err(CampaignTextError::Invisible) } else { Ok(()) }
}

macro_rules! text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = CampaignTextError;

            fn try_from(text: String) -> Result<Self, CampaignTextError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    };
}

text!(CampaignTitle);
text!(CampaignMessage);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_as_pupils_type_them() {
        for typed in ["KRTBVW582", "krtbvw582", " krt bvw 582 ", "KRTBVW-582", "K R T\u{A0}B V W 5 8 2", "krtbvw–582"]
        {
            assert_eq!(CampaignCode::parse(typed).unwrap().as_str(), "KRTBVW582", "{typed}");
        }
        for typed in [
            "",
            "KRTBVW58",
            "KRTBVW5822",
            "KRTBVI582",
            "KRTLVW582",
            "KRTBVO582",
            "KRTBVW182",
            "KRTBVW502",
            "582KRTBVW",
            "ÉRTBVW582",
        ] {
            assert_eq!(CampaignCode::parse(typed), Err(CampaignCodeError), "{typed}");
        }
    }

    #[test]
    fn the_first_and_the_last_code() {
        assert_eq!(CampaignCode::draw([0; 16]).as_str(), "AAAAAA222");
        assert_eq!(CampaignCode::numbered(CODES - 1).as_str(), "ZZZZZZ999");
        assert_eq!(CampaignCode::numbered(1).as_str(), "AAAAAA223");
    }

    /// The number of the first code that holds a word: it must be drawn away from.
    #[test]
    fn no_word_to_be_ashamed_of() {
        let number = (0..6).fold(0, |number, place| {
            let letter = b"FUCKAA"[place];
            number * 23 + LETTERS.iter().position(|l| *l == letter).unwrap() as u128
        }) * 512;
        assert_eq!(CampaignCode::numbered(number).as_str(), "FUCKAA222");
        assert_eq!(CampaignCode::draw(number.to_le_bytes()).as_str(), "AAAAAA223");
        for word in SHAMEFUL {
            assert!(word.bytes().all(|letter| LETTERS.contains(&letter)), "{word} cannot be drawn");
        }
    }

    #[test]
    fn titles_and_messages() {
        assert_eq!(CampaignTitle::parse("  Rentrée\t des  6e\n").unwrap().as_str(), "Rentrée des 6e");
        assert_eq!(CampaignTitle::parse(" \n "), Err(CampaignTextError::Empty));
        assert_eq!(CampaignTitle::parse(&"é".repeat(101)), Err(CampaignTextError::Long { count: 101, most: 100 }));
        assert!(CampaignTitle::parse(&"é".repeat(100)).is_ok());
        for text in ["a\u{7}b", "a\u{202E}b", "a\u{0}"] {
            assert_eq!(CampaignTitle::parse(text), Err(CampaignTextError::Invisible));
            assert_eq!(CampaignMessage::parse(text), Err(CampaignTextError::Invisible));
        }
        assert_eq!(
            CampaignMessage::parse(" Bonjour.\r\n\r\nBon courage ! ").unwrap().as_str(),
            "Bonjour.\n\nBon courage !"
        );
        assert_eq!(CampaignMessage::parse(&"a".repeat(501)), Err(CampaignTextError::Long { count: 501, most: 500 }));
    }

    proptest! {
        #[test]
        fn a_code_reads_itself_however_it_is_written(entropy: [u8; 16], cut in 0_usize..9, separator in "[ -]{0,3}") {
            let code = CampaignCode::draw(entropy);
            let (one, other) = code.as_str().split_at(cut);
            let typed = format!("{}{separator}{other}", one.to_lowercase());
            prop_assert_eq!(CampaignCode::parse(&typed), Ok(code.clone()));
            prop_assert_eq!(serde_json::from_str::<CampaignCode>(&serde_json::to_string(&code).unwrap()).unwrap(), code);
        }

        #[test]
        fn codes_are_drawn_decent(entropy: [u8; 16]) {
            let code = CampaignCode::draw(entropy);
            prop_assert!(SHAMEFUL.iter().all(|word| !code.as_str().contains(word)));
        }

        #[test]
        fn any_text_reads_or_is_refused(text in "\\PC*") {
            if let Ok(code) = CampaignCode::parse(&text) {
                prop_assert_eq!(code.as_str().len(), 9);
            }
        }

        #[test]
        fn a_title_reads_itself(text in "\\PC{0,120}") {
            if let Ok(title) = CampaignTitle::parse(&text) {
                prop_assert_eq!(CampaignTitle::parse(title.as_str()), Ok(title.clone()));
            }
            if let Ok(message) = CampaignMessage::parse(&text) {
                prop_assert_eq!(CampaignMessage::parse(message.as_str()), Ok(message.clone()));
            }
        }
    }
}
