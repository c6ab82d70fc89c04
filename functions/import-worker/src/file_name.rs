//! The file's name in the metadata of an object. S3 gives what is not ASCII as mails do (RFC 2047): `=?UTF-8?B?w4lsw6h2ZXM=?=`, or with
//! `Q` in place of `B`; and what it was sent in a header it took for Latin-1 before, so that an É came out as two signs.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html#UserMetadata>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// `told`, with its encoded words read. What does not read stays as it is: the name is shown, and decides nothing.
pub(crate) fn decode(told: &str) -> String {
    let mut decoded = String::new();
    let mut after_encoded = false;
    for (place, part) in told.split(' ').enumerate() {
        let word = encoded_word(part);
        // White space between two encoded words is none.
        if place > 0 && !(after_encoded && word.is_some()) {
            decoded.push(' ');
        }
        after_encoded = word.is_some();
        decoded.push_str(word.as_deref().unwrap_or(part));
    }
    as_meant(decoded)
}

fn encoded_word(part: &str) -> Option<String> {
    let mut fields = part.strip_prefix("=?")?.strip_suffix("?=")?.splitn(3, '?');
    let (charset, encoding, text) = (fields.next()?, fields.next()?, fields.next()?);
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(text).ok()?,
        "Q" | "q" => unquoted(text)?,
        _ => return None,
    };
    if charset.eq_ignore_ascii_case("utf-8") { String::from_utf8(bytes).ok() } else { None }
}

/// The bytes of `=C3=89l=C3=A8ves_2026`.
fn unquoted(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'=' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            b'_' => b' ',
            other => other,
        });
    }
    Some(bytes)
}

/// UTF-8 that was taken for Latin-1, as it was meant. No name is by chance UTF-8 when each of its letters is taken for a byte.
fn as_meant(text: String) -> String {
    let bytes: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(letter).ok()).collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_out_as_they_were_typed() {
        for (told, name) in [
            ("Eleves 2026.xml", "Eleves 2026.xml"),
            ("Élèves.xml", "Élèves.xml"),
            ("Ã\u{89}lÃ¨ves.xml", "Élèves.xml"),
            ("=?UTF-8?B?w4lsw6h2ZXMueG1s?=", "Élèves.xml"),
            ("=?UTF-8?Q?=C3=89l=C3=A8ves_2026.xml?=", "Élèves 2026.xml"),
            ("=?UTF-8?B?w4lsw6g=?= =?UTF-8?Q?ves.xml?=", "Élèves.xml"),
            ("liste =?UTF-8?B?w4lsw6h2ZXMueG1s?=", "liste Élèves.xml"),
            // As AWS's own example: `ÄMÄZÕÑ S3`, sent in a header.
            ("=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=", "ÄMÄZÕÑ S3"),
            ("=?UTF-8?B?***?=", "=?UTF-8?B?***?="),
            ("=?UTF-8?Q?=C3?=", "=?UTF-8?Q?=C3?="),
            ("=?x", "=?x"),
            ("", ""),
        ] {
            assert_eq!(decode(told), name, "{told}");
        }
    }
}
