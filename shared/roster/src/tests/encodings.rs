//! "Lœtitia", "N'Golo", "Noëmie", "D'HÉROUVILLE" out of every encoding that schools send.

use encoding_rs::{ISO_8859_15, MACINTOSH, UTF_8, WINDOWS_1252};

use super::{assert_refused, read, sample};
use crate::RefusalCode;

#[track_caller]
fn assert_names(bytes: &[u8]) {
    let reading = read(bytes);
    assert_eq!(reading.refusal, None);
    let names: Vec<_> = reading.entries.iter().take(3).map(rentree_domain::Entry::full_name).collect();
    assert_eq!(names, ["D'HÉROUVILLE Lœtitia", "LEFÈVRE N'Golo", "ŒUVRARD Noëmie"]);
    assert_eq!(reading.entries, read(sample(50).siecle(UTF_8).bytes).entries.as_slice().to_vec().as_slice(), "siecle");
}

#[track_caller]
fn assert_csv_names(bytes: &[u8]) {
    let reading = read(bytes);
    assert_eq!(reading.refusal, None);
    let names: Vec<_> = reading.entries.iter().take(3).map(rentree_domain::Entry::full_name).collect();
    assert_eq!(names, ["D'HÉROUVILLE Lœtitia", "LEFÈVRE N'Golo", "ŒUVRARD Noëmie"]);
    assert_eq!(reading.entries, read(sample(50).fregata(UTF_8).bytes).entries);
}

fn with_bom(bytes: &[u8]) -> Vec<u8> {
    [b"\xEF\xBB\xBF", bytes].concat()
}

#[test]
fn siecle() {
    let sample = sample(50);
    assert_names(&sample.siecle(ISO_8859_15).bytes);
    assert_names(&sample.siecle(WINDOWS_1252).bytes);
    assert_names(&sample.siecle(UTF_8).bytes);
    assert_names(&with_bom(&sample.siecle(UTF_8).bytes));

    let text = String::from_utf8(sample.siecle(UTF_8).bytes).unwrap();
    let undeclared = text.split_once('\n').unwrap().1;
    assert_names(undeclared.as_bytes());
    // An editor that saves UTF-8 with its mark, and leaves the declaration.
    assert_names(&with_bom(text.replace("UTF-8", "ISO-8859-15").as_bytes()));
}

#[test]
fn latin_1_declaration() {
    let bytes = sample(50).siecle(WINDOWS_1252).bytes;
    let declaration = b"windows-1252";
    let at = bytes.windows(declaration.len()).position(|w| w == declaration).unwrap();
    assert_names(&[&bytes[..at], b"ISO-8859-1", &bytes[at + declaration.len()..]].concat());
}

#[test]
fn fregata() {
    let sample = sample(50);
    for encoding in [UTF_8, WINDOWS_1252, MACINTOSH] {
        assert_csv_names(&sample.fregata(encoding).bytes);
    }
    assert_csv_names(&with_bom(&sample.fregata(UTF_8).bytes));
}

#[test]
fn unsupported() {
    let text = String::from_utf8(sample(2).siecle(UTF_8).bytes).unwrap();
    assert_refused(text.replace("UTF-8", "EBCDIC-CP-FR"), RefusalCode::EncodingUnsupported);
    assert_refused(text.replace("UTF-8", "Shift_JIS"), RefusalCode::EncodingUnsupported);
    let utf_16: Vec<u8> = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_refused(&utf_16, RefusalCode::EncodingUnsupported);
    assert_refused(&utf_16[2..], RefusalCode::EncodingUnsupported);
    // Without a mark, of either order, behind white space; and of four bytes a character.
    let csv = String::from_utf8(sample(2).fregata(UTF_8).bytes).unwrap();
    for text in [text.clone(), csv.clone(), format!("\"{csv}"), format!("\n\u{FEFF}{text}")] {
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let wide: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        let wide_big: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        for (bytes, name) in [(little, "UTF-16"), (big, "UTF-16"), (wide, "UTF-32"), (wide_big, "UTF-32")] {
            let detail = assert_refused(bytes, RefusalCode::EncodingUnsupported);
            assert!(detail.contains(name), "{detail}");
        }
    }
}

#[test]
fn damaged_siecle() {
    let utf_8 = sample(5).siecle(UTF_8).bytes;
    let text = String::from_utf8(utf_8.clone()).unwrap();
    for declared in ["ISO-8859-15", "ISO-8859-1", "windows-1252"] {
        let detail = assert_refused(text.replace("UTF-8", declared), RefusalCode::EncodingDamaged);
        assert!(detail.starts_with("Ligne "), "{detail}");
    }
    assert_refused(text.replace("Noëmie", "Math\u{FFFD}o"), RefusalCode::EncodingDamaged);
    assert_refused(text.replace("Noëmie", "CÃ©cile"), RefusalCode::EncodingDamaged);
    assert_refused(text.replace("Noëmie", "FranÃ§oise"), RefusalCode::EncodingDamaged);
    // The reverse accident: old bytes under a UTF-8 declaration.
    let latin = sample(5).siecle(ISO_8859_15).bytes;
    let head = String::from_utf8_lossy(&latin[..44]).replace("ISO-8859-15", "UTF-8");
    assert_refused([head.as_bytes(), &latin[44..]].concat(), RefusalCode::EncodingDamaged);
}

/// The byte 85 is à of code page 850; in Unicode, U+0085 is white space.
#[test]
fn a_next_line_is_white_space_in_unicode_and_damage_elsewhere() {
    let text = String::from_utf8(sample(3).siecle(UTF_8).bytes).unwrap().replace("N'Golo", "Nicol\u{85}");
    assert_eq!(read(&text).entries[1].first_name, "Nicol");
    let (bytes, _, _) = ISO_8859_15.encode("œ");
    let latin: Vec<u8> = text
        .replace("UTF-8", "ISO-8859-15")
        .chars()
        .map(|c| if c == 'œ' { bytes[0] } else { u8::try_from(c).unwrap_or(b'O') })
        .collect();
    assert_refused(latin, RefusalCode::EncodingDamaged);
}

#[test]
fn damaged_fregata() {
    let text = String::from_utf8(sample(5).fregata(UTF_8).bytes).unwrap();
    assert_refused(text.replace("Noëmie", "NoÃ«mie"), RefusalCode::EncodingDamaged);
    let misread = WINDOWS_1252.decode_without_bom_handling(text.as_bytes()).0;
    assert_refused(misread.as_bytes(), RefusalCode::EncodingDamaged);
    let mut mixed = text.into_bytes();
    mixed.extend_from_slice(b"1;Jos\xE9\r\n");
    assert_refused(mixed, RefusalCode::EncodingDamaged);
}
