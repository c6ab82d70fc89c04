//! Every code has a response that is refused for it, a sentence, and its line in the documentation.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::vectors::{Expected, index};
use crate::response::Code;

#[test]
fn every_code_has_its_vector() {
    let told: BTreeSet<Code> = index()
        .vectors
        .iter()
        .filter_map(|vector| match vector.expected {
            Expected::Refused(code) => Some(code),
            Expected::Accepted(_) => None,
        })
        .collect();
    assert_eq!(told, Code::ALL.iter().copied().collect());
}

#[test]
fn every_code_has_a_sentence_and_is_documented() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/mediacentre.md")).unwrap();
    for code in Code::ALL {
        assert!(code.sentence().ends_with('.'), "{code}");
        assert!(page.contains(&format!("| `{code}` |")), "{code} has no line in docs/mediacentre.md");
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
    }
}
