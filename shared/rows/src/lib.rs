//! Rows of a file that operators make: its lines, each of a limited length, and the fields of a line, separated by `;`. Pure, whatever the
//! bytes: no line takes another one with it.

mod fields;
mod lines;

pub use fields::{Broken, Fault, split};
pub use lines::{Line, Lines};

/// Control characters, line and paragraph separators, marks that turn the direction of writing, and what stands for a sign
/// that was lost.
pub fn is_damage(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFD}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_line_is_told_and_the_next_one_is_read() {
        let lines: Vec<_> = Lines::new(&b"\xEF\xBB\xBFa;b\r\n0123456789\nc"[..], 5).map(Result::unwrap).collect();
        assert_eq!(lines, [(1, Line::Bytes(b"a;b".to_vec())), (2, Line::TooLong), (3, Line::Bytes(b"c".to_vec()))]);
    }

    proptest! {
        /// What was written as CSV has it is read as it was.
        #[test]
        fn fields_come_back_as_they_were(fields in prop::collection::vec("[a-zé;\" ]{0,12}", 1..8)) {
            let line: Vec<String> = fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
            let line = line.join(";");
            prop_assert_eq!(split(&line, 100).unwrap(), fields);
        }

        #[test]
        fn nothing_is_read_twice_or_lost_whatever_the_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let numbers: Vec<u64> = Lines::new(&bytes[..], 20).map(|line| line.unwrap().0).collect();
            let expected = bytes.split(|byte| *byte == b'\n').count() as u64 - u64::from(bytes.last().is_none_or(|byte| *byte == b'\n'));
            prop_assert_eq!(numbers, (1..=expected).collect::<Vec<_>>());
        }
    }
}
