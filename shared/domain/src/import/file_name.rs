//! What the school calls the file that it uploads: for the history of imports, and for nothing else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the bucket puts the file's name in the place of; a bucket that does not leaves it as it is.
pub const PLACEHOLDER: &str = "${filename}";
/// The metadata of the uploaded object that holds it.
pub const FILE_NAME_METADATA: &str = "name";
/// Longer names are cut in their middle: what tells files apart stands at the beginning, and the kind at the end.
const MOST: usize = 100;
const LAST: usize = 20;

/// The name of an uploaded file, as people are shown it: without its folder, without signs that nobody can see, not too long.
///
/// People type it: it may hold anything, also the name of a child. It stands in no log, no key and no address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct FileName(String);

impl FileName {
    /// The name in what a browser says; `None` where it says nothing.
    pub fn parse(told: &str) -> Option<Self> {
        if told == PLACEHOLDER {
            return None;
        }
        let name = told.rsplit(['/', '\\']).next().unwrap_or_default();
        let seen: String =
            name.chars().filter(|character| character.is_whitespace() || !is_hidden(*character)).collect();
        let words: Vec<&str> = seen.split_whitespace().collect();
        let name: Vec<char> = words.join(" ").chars().collect();
        let shown: String = match name.len() {
            0 => return None,
            length if length <= MOST => name.into_iter().collect(),
            length => {
                let (first, last) = (&name[..MOST - LAST - 1], &name[length - LAST..]);
                first.iter().chain(['…'].iter()).chain(last).collect()
            }
        };
        Some(Self(shown))
    }

    /// As it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Controls, and signs that leave no trace or turn the direction of what follows: `liste\u{202E}lmx.exe` would look like another file.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(told: &str) -> Option<String> {
        FileName::parse(told).map(|name| name.as_str().to_owned())
    }

    #[test]
    fn names_as_people_see_them() {
        assert_eq!(parsed("ElevesSansAdresses.xml").as_deref(), Some("ElevesSansAdresses.xml"));
        assert_eq!(parsed(r"C:\Users\Direction\Élèves 2026.zip").as_deref(), Some("Élèves 2026.zip"));
        assert_eq!(parsed(" a\u{A0}\t b\r\n.csv\u{200B}").as_deref(), Some("a b .csv"));
        assert_eq!(parsed("liste\u{202E}lmx.exe").as_deref(), Some("listelmx.exe"));
        assert_eq!(parsed(&format!("{}.xml", "é".repeat(300))).map(|name| name.chars().count()), Some(MOST));
        for nothing in ["", " ", "/", "dossier/", "\u{200B}", PLACEHOLDER] {
            assert_eq!(parsed(nothing), None, "{nothing:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_is_short_and_stays_as_it_is(told in ".{0,300}") {
            if let Some(name) = parsed(&told) {
                prop_assert!(name.chars().count() <= MOST && !name.chars().any(is_hidden));
                prop_assert_eq!(parsed(&name), Some(name));
            }
        }
    }
}
