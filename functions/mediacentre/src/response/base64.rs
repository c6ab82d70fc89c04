//! Base64 as forms and signatures hold it: white space between the characters, and nothing else beside them.

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;

use super::code::Code;
use super::refusal::Refusal;

/// At most so many bytes of base64: a third more than the largest response, and its line breaks.
const LONGEST: usize = 400 * 1024;

/// The XML of a response out of the form's field.
pub fn decode(field: &[u8]) -> Result<Vec<u8>, Refusal> {
    if field.len() > LONGEST {
        return Err(Code::TooLarge.into());
    }
    spaced(field).ok_or_else(|| Code::NotBase64.into())
}

/// What is encoded, if it is.
pub(super) fn spaced(encoded: &[u8]) -> Option<Vec<u8>> {
    let packed: Vec<u8> =
        encoded.iter().copied().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).collect();
    STANDARD.decode(packed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_are_passed_over_and_nothing_else_is() {
        for good in ["PGEvPg==", "PGE\r\nvPg==\r\n", " P G E v\tP g = = "] {
            assert_eq!(decode(good.as_bytes()).unwrap(), b"<a/>", "{good}");
        }
        for bad in
            ["PGEvPg", "PGEvPg=", "PGEvPh==", "PGEvPg==!", "PGEv\u{b}Pg==", "PGEvPg===", "PGE_Pg==", "=PGEvPg=", "é"]
        {
            assert_eq!(decode(bad.as_bytes()).unwrap_err().code, Code::NotBase64, "{bad}");
        }
    }

    #[test]
    fn a_body_has_an_end() {
        assert!(decode(&vec![b'A'; LONGEST]).is_ok());
        assert_eq!(decode(&vec![b'A'; LONGEST + 1]).unwrap_err().code, Code::TooLarge);
    }
}
