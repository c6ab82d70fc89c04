//! Who a mail comes from, as a header must have it: SES drops the accents of a name that is not encoded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The most bytes of text in one encoded word, which has 75 signs at most (RFC 2047, section 2).
const LONGEST: usize = 45;

/// `Rentrée <a@b.fr>` → `=?UTF-8?B?UmVudHLDqWU=?= <a@b.fr>`. A name in ASCII, or none, stays as it is.
pub(crate) fn encode(from: &str) -> String {
    let Some((name, address)) = from.rsplit_once('<').filter(|_| !from.is_ascii()) else {
        return from.to_owned();
    };
    let mut words = vec![String::new()];
    for sign in name.trim().chars() {
        if words.last().is_some_and(|word| word.len() + sign.len_utf8() > LONGEST) {
            words.push(String::new());
        }
        words.last_mut().into_iter().for_each(|word| word.push(sign));
    }
    let words: Vec<_> = words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word))).collect();
    format!("{} <{address}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_ascii_is_encoded() {
        assert_eq!(encode("Rentrée <a@b.fr>"), "=?UTF-8?B?UmVudHLDqWU=?= <a@b.fr>");
        for from in ["Rentree <a@b.fr>", "a@b.fr", "<a@b.fr>"] {
            assert_eq!(encode(from), from);
        }
    }

    #[test]
    fn a_long_name_is_several_words_and_no_sign_is_cut() {
        let encoded = encode(&format!("{} <a@b.fr>", "é".repeat(50)));
        let words: Vec<_> = encoded.split(' ').collect();
        assert_eq!(words.len(), 4);
        assert!(words.iter().all(|word| word.len() <= 75), "{encoded}");
        let decoded: String = words[..3]
            .iter()
            .map(|word| word.trim_start_matches("=?UTF-8?B?").trim_end_matches("?="))
            .map(|word| String::from_utf8(STANDARD.decode(word).unwrap()).unwrap())
            .collect();
        assert_eq!(decoded, "é".repeat(50));
    }
}
