//! A round of offers: one mail to each school of an académie that has no space yet.

use crate::plain_name::plain_name;

plain_name!(
    /// The name of a round, as operators give it: `a-z`, `0-9` and `-`, at most 40 signs. It stands in keys.
    Round,
    RoundError,
    40,
    "a round is named with a-z, 0-9 and -, at most 40 signs, for instance 2026-rentree"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_plain_names_only() {
        assert!(Round::parse("2026-rentree").is_ok());
        for text in ["", "2026 rentrée", "A", "a#b", &"a".repeat(41)] {
            assert_eq!(Round::parse(text), Err(RoundError), "{text}");
        }
    }
}
