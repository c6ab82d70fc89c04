//! One attribute after the other, out of the raw text of a tag: the parser tells neither how often a namespace is
//! declared in it nor by which words.

use crate::response::code::Code;

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// What comes next in a tag.
pub(super) enum Step<'a> {
    /// An attribute: its name and its value as they are written, and the text behind it.
    Attribute { name: &'a str, value: &'a str, rest: &'a str },
    /// No attribute: the text from there on.
    End(&'a str),
}

/// The next step through the inside of a tag.
pub(super) fn step(text: &str) -> Result<Step<'_>, Code> {
    let trimmed = text.trim_start_matches(SPACE);
    if trimmed.starts_with(['>', '/', '?']) {
        return Ok(Step::End(trimmed));
    }
    if trimmed.len() == text.len() {
        return Err(Code::NotWellFormed);
    }
    let (name, behind) = trimmed.split_once('=').ok_or(Code::NotWellFormed)?;
    let name = name.trim_end_matches(SPACE);
    let behind = behind.trim_start_matches(SPACE);
    let quote = behind.chars().next().filter(|first| matches!(first, '"' | '\'')).ok_or(Code::NotWellFormed)?;
    let (value, rest) =
        behind.strip_prefix(quote).and_then(|value| value.split_once(quote)).ok_or(Code::NotWellFormed)?;
    Ok(Step::Attribute { name, value, rest })
}

/// The name of an element at the beginning of `text`, and what is behind it.
pub(super) fn tag_name(text: &str) -> (&str, &str) {
    let end = text.find(|c| SPACE.contains(&c) || matches!(c, '/' | '>')).unwrap_or(text.len());
    text.split_at(end)
}
