//! What software makes of bytes that it takes for another encoding.

use encoding_rs::{Encoding, ISO_8859_15, MACINTOSH, WINDOWS_1252};

/// A one-byte encoding that UTF-8 is taken for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wrong {
    MacRoman,
    Windows1252,
    Iso8859_15,
    Iso8859_1,
    CodePage850,
    CodePage437,
}

/// The upper half of code page 850. Source: unicode.org, `MAPPINGS/VENDORS/MICSFT/PC/CP850.TXT`.
const CODE_PAGE_850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}";
/// The upper half of code page 437. Source: unicode.org, `MAPPINGS/VENDORS/MICSFT/PC/CP437.TXT`.
const CODE_PAGE_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
    └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";

impl Wrong {
    pub(super) const ALL: [Self; 6] =
        [Self::MacRoman, Self::Windows1252, Self::Iso8859_15, Self::Iso8859_1, Self::CodePage850, Self::CodePage437];

    /// The bytes of `text` in this encoding; `None` when it lacks a letter.
    pub(super) fn encode(self, text: &str) -> Option<Vec<u8>> {
        let byte = |character: char| (0..=u8::MAX).find(|byte| self.decode(&[*byte]).chars().eq([character]));
        text.chars().map(byte).collect()
    }

    /// What `bytes` look like when they are taken for this encoding.
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        let by_table = |upper_half: &str| {
            let upper_half: Vec<char> = upper_half.chars().collect();
            assert_eq!(upper_half.len(), 128);
            let character = |byte: &u8| upper_half.get(usize::from(*byte).wrapping_sub(128)).copied();
            bytes.iter().map(|byte| character(byte).unwrap_or(char::from(*byte))).collect()
        };
        let by = |encoding: &'static Encoding| encoding.decode_without_bom_handling(bytes).0.into_owned();
        match self {
            Self::MacRoman => by(MACINTOSH),
            Self::Windows1252 => by(WINDOWS_1252),
            Self::Iso8859_15 => by(ISO_8859_15),
            // The web's ISO-8859-1 is windows-1252; elsewhere each byte is the character of that number.
            Self::Iso8859_1 => bytes.iter().copied().map(char::from).collect(),
            Self::CodePage850 => by_table(CODE_PAGE_850),
            Self::CodePage437 => by_table(CODE_PAGE_437),
        }
    }
}
