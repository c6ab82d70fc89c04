//! Codes of an application on a phone, as RFC 6238 has them: six digits, of half a minute, with SHA-1, which all applications know.

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rentree_domain::CodeSecret;
use totp_rs::{Builder, Secret, Totp};

const ISSUER: &str = "Rentrée";
/// How many half minutes a phone's clock may be off, and a code be typed late.
const SKEW: u16 = 1;

/// The half minute of the code that was typed, if it is one of now, of the half minute before or of the one after.
pub(super) fn step_of(secret: &CodeSecret, typed: &str, now: Timestamp) -> Option<u64> {
    let digits: String = typed.chars().filter(|sign| !sign.is_whitespace()).collect();
    totp(secret).check(&digits, u64::try_from(now.as_second()).ok()?)
}

/// The secret as applications take it that cannot see the QR code, in groups of four signs.
pub(super) fn typed(secret: &CodeSecret) -> String {
    let text = Secret::new_stack(secret.bytes()).to_base32();
    let groups: Vec<String> =
        text.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join(" ")
}

/// What the QR code says: the secret, and what the application calls it.
pub(super) fn address(secret: &CodeSecret, account: &str) -> String {
    let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let secret = Secret::new_stack(secret.bytes()).to_base32();
    format!("otpauth://totp/{0}:{1}?secret={secret}&issuer={0}", encoded(ISSUER), encoded(account))
}

fn totp(secret: &CodeSecret) -> Totp {
    let builder = Builder::new().with_secret(secret.bytes()).with_digits(6).with_step_duration(30).with_skew(SKEW);
    builder.build_noncompliant()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 6238, appendix B: the secret `12345678901234567890`, SHA-1. The last six digits of its eight.
    const VECTORS: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    fn of_the_rfc() -> CodeSecret {
        CodeSecret::of(b"12345678901234567890............")
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        for (second, code) in VECTORS {
            assert_eq!(step_of(&of_the_rfc(), code, at(second)), Some(second.unsigned_abs() / 30), "{second}");
        }
    }

    #[test]
    fn a_code_holds_half_a_minute_and_as_long_before_and_after() {
        let code = "005924";
        let step: i64 = 1_234_567_890 / 30;
        for (second, holds) in [(-31, false), (-30, true), (0, true), (29, true), (59, true), (60, false)] {
            let found = step_of(&of_the_rfc(), code, at(step * 30 + second));
            assert_eq!(found, holds.then_some(step.unsigned_abs()), "{second}");
        }
    }

    #[test]
    fn codes_are_read_as_applications_show_them() {
        for typed in ["005924", "005 924", " 005924 "] {
            assert!(step_of(&of_the_rfc(), typed, at(1_234_567_890)).is_some(), "{typed}");
        }
        for typed in ["", "5924", "+05924", "-05924", "0059240", "00592a", "٠٠٥٩٢٤"] {
            assert!(step_of(&of_the_rfc(), typed, at(1_234_567_890)).is_none(), "{typed}");
        }
        assert!(step_of(&of_the_rfc(), "005924", at(-1)).is_none());
    }

    #[test]
    fn applications_are_told_what_they_need() {
        assert_eq!(typed(&of_the_rfc()), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            address(&of_the_rfc(), "camille@exemple.fr"),
            "otpauth://totp/Rentr%C3%A9e:camille%40exemple%2Efr?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Rentr%C3%A9e"
        );
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_answered(typed in "\\PC{0,12}", second in -100_i64..10_000_000_000) {
            let _ = step_of(&of_the_rfc(), &typed, at(second));
        }
    }
}
