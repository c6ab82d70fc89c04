//! What an XML declaration calls its encoding.

use encoding_rs::{Encoding, ISO_8859_15, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The encoding that `label` names: one of those that schools send, under a name of the WHATWG (<https://encoding.spec.whatwg.org/#names-and-labels>)
/// or one that other software uses. `None` for the others.
pub(crate) fn encoding_named(label: &str) -> Option<&'static Encoding> {
    let known = Encoding::for_label(label.as_bytes()).or_else(|| by_alias(label))?;
    match known {
        // The declaration was read byte by byte, so this is no UTF-16: the software that wrote it converted the text and
        // left the label. The WHATWG has it read as UTF-8, too.
        encoding if encoding == UTF_16LE || encoding == UTF_16BE => Some(UTF_8),
        // The web's ISO-8859-1 is windows-1252, its superset.
        encoding => [UTF_8, ISO_8859_15, WINDOWS_1252, MACINTOSH].into_iter().find(|ours| *ours == encoding),
    }
}

/// Names that are not the WHATWG's, whatever their case and signs: those of IANA, of Java, Python, PHP and of people.
fn by_alias(label: &str) -> Option<&'static Encoding> {
    let bare: String = label.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    Some(match bare.as_str() {
        "utf8" | "csutf8" | "utf8n" | "utf8bom" | "utf8sig" | "cp65001" | "utf" | "unicode" | "utf16" | "utf16le"
        | "utf16be" | "ucs2" | "al32utf8" => UTF_8,
        "latin9" | "latin0" | "l9" | "iso885915" | "885915" | "iso8859151998" | "iso885915fdis15" | "csiso885915"
        | "isoir203" | "we8iso8859p15" | "iso885915euro" | "cp923" | "ibm923" | "cp28605" | "windows28605" => {
            ISO_8859_15
        }
        "latin1" | "l1" | "iso88591" | "88591" | "iso885911987" | "iso885911998" | "csiso88591" | "iso8859"
        | "we8iso8859p1" | "we8mswin1252" | "cp819" | "ibm819" | "cp28591" | "windows28591" | "windows1252"
        | "win1252" | "cp1252" | "ms1252" | "ibm1252" | "1252" | "windowsansi" | "ansi" | "msansi" | "ascii"
        | "usascii" | "iso646us" | "ansix341968" | "cswindows1252" => WINDOWS_1252,
        "mac" | "macroman" | "macosroman" | "macintosh" | "xmacroman" | "applemacintosh" | "cp10000" | "cpmacroman" => {
            MACINTOSH
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_encodings() {
        for (label, encoding) in [
            ("UTF-8", UTF_8),
            ("utf8", UTF_8),
            ("UTF_8", UTF_8),
            (" utf-8 ", UTF_8),
            ("UTF-16", UTF_8),
            ("UTF16", UTF_8),
            ("AL32UTF8", UTF_8),
            ("iso-ir-203", ISO_8859_15),
            ("WE8ISO8859P15", ISO_8859_15),
            ("WE8ISO8859P1", WINDOWS_1252),
            ("WE8MSWIN1252", WINDOWS_1252),
            ("ISO-8859-15", ISO_8859_15),
            ("iso8859-15", ISO_8859_15),
            ("ISO8859_15", ISO_8859_15),
            ("ISO_8859-15", ISO_8859_15),
            ("Latin-9", ISO_8859_15),
            ("latin9", ISO_8859_15),
            ("ISO-8859-1", WINDOWS_1252),
            ("latin1", WINDOWS_1252),
            ("Latin-1", WINDOWS_1252),
            ("ISO8859_1", WINDOWS_1252),
            ("ISO 8859-1", WINDOWS_1252),
            ("Cp1252", WINDOWS_1252),
            ("Windows-1252", WINDOWS_1252),
            ("ANSI", WINDOWS_1252),
            ("US-ASCII", WINDOWS_1252),
            ("x-mac-roman", MACINTOSH),
            ("MacRoman", MACINTOSH),
        ] {
            assert_eq!(encoding_named(label), Some(encoding), "{label}");
        }
        for label in ["EBCDIC-CP-FR", "Shift_JIS", "ISO-8859-2", "", "cp850"] {
            assert_eq!(encoding_named(label), None, "{label}");
        }
    }
}
