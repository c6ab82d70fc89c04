//! Looks at every tag before the text is parsed: for what the parser takes although it must not, and for what would
//! make it slow. It goes by the same marks as the parser: comments and CDATA end where they end, tags at their `>`.

use super::attributes::{Step, step, tag_name};
use crate::response::code::Code;
use crate::response::refusal::Refusal;

/// At most so many elements within one another.
const DEEPEST: usize = 32;
/// At most so many attributes and declarations in a tag.
const ATTRIBUTES: usize = 64;
/// At most so many declarations on an element and those around it: the parser copies them for each element that adds one.
const DECLARATIONS: usize = 64;

/// Refuses what no document that is read may have in its tags.
pub(super) fn check(text: &str) -> Result<(), Refusal> {
    // The elements that are open, each with the number of declarations on it and around it.
    let mut open: Vec<usize> = Vec::new();
    let mut rest = text;
    while let Some((between, markup)) = rest.split_once('<') {
        check_references(between)?;
        rest = if let Some(comment) = markup.strip_prefix("!--") {
            behind(comment, "-->")?
        } else if let Some(data) = markup.strip_prefix("![CDATA[") {
            behind(data, "]]>")?
        } else if markup.starts_with('!') {
            return Err(Code::Doctype.into());
        } else if markup.starts_with('?') {
            return Err(Code::ProcessingInstruction.into());
        } else if let Some(name) = markup.strip_prefix('/') {
            open.pop();
            check_name(name)?;
            behind(name, ">")?
        } else {
            let tag = start_tag(markup)?;
            let declared = open.last().unwrap_or(&0) + tag.declared;
            if open.len() >= DEEPEST {
                return Err(Code::TooDeep.into());
            }
            if declared > DECLARATIONS {
                return Err(Code::TooManyAttributes.into());
            }
            if tag.opens {
                open.push(declared);
            }
            tag.rest
        };
    }
    Ok(check_references(rest)?)
}

fn behind<'a>(text: &'a str, mark: &str) -> Result<&'a str, Code> {
    text.split_once(mark).map(|(_, behind)| behind).ok_or(Code::NotWellFormed)
}

struct StartTag<'a> {
    /// Whether what follows is in the element.
    opens: bool,
    /// The number of namespaces that it declares.
    declared: usize,
    rest: &'a str,
}

fn start_tag(markup: &str) -> Result<StartTag<'_>, Code> {
    let (name, mut rest) = tag_name(markup);
    check_name(name)?;
    let mut declared = Vec::new();
    for _ in 0..=ATTRIBUTES {
        match step(rest)? {
            Step::Attribute { name, value, rest: behind } => {
                check_name(name)?;
                check_references(value)?;
                check_declaration(name, value, &mut declared)?;
                rest = behind;
            }
            Step::End(end) => {
                let opening = end.strip_prefix('>').map(|rest| (true, rest));
                let end = opening.or_else(|| end.strip_prefix("/>").map(|rest| (false, rest)));
                let (opens, rest) = end.ok_or(Code::NotWellFormed)?;
                return Ok(StartTag { opens, declared: declared.len(), rest });
            }
        }
    }
    Err(Code::TooManyAttributes)
}

/// The parser takes `:a` for `a`.
fn check_name(name: &str) -> Result<(), Code> {
    if name.starts_with(':') { Err(Code::NamespacesMalformed) } else { Ok(()) }
}

/// The parser takes `p:xmlns` for `xmlns`, and the first of two.
fn check_declaration<'a>(name: &'a str, value: &str, declared: &mut Vec<&'a str>) -> Result<(), Code> {
    let malformed = match name.split_once(':') {
        Some(("xmlns", prefix)) => prefix == "xmlns" || value.is_empty() || declared.contains(&name),
        Some((_, local)) => local == "xmlns",
        None if name == "xmlns" => declared.contains(&name),
        None => return Ok(()),
    };
    declared.push(name);
    if malformed { Err(Code::NamespacesMalformed) } else { Ok(()) }
}

/// The parser takes a reference to no character for U+FFFD.
fn check_references(text: &str) -> Result<(), Code> {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once("&#") {
        let (number, behind) = behind.split_once(';').ok_or(Code::NotWellFormed)?;
        let number = match number.strip_prefix('x') {
            Some(number) => u32::from_str_radix(number, 16),
            None => number.parse(),
        };
        number.ok().and_then(char::from_u32).ok_or(Code::NotWellFormed)?;
        rest = behind;
    }
    Ok(())
}
