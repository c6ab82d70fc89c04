//! What is asked of an element. The tree's own questions are passed over: without a namespace they match any.

use roxmltree::Node;

use super::code::Code;
use super::name::Name;
use super::refusal::Refusal;

/// A node of the tree.
pub(super) type Element<'a> = Node<'a, 'a>;

/// The elements in `parent`, which has no others than these, and no text beside them.
pub(super) fn children<'a>(parent: Element<'a>, known: &[Name]) -> Result<Vec<Element<'a>>, Refusal> {
    let mut children = Vec::new();
    for child in parent.children() {
        if child.is_element() {
            if !known.iter().any(|name| child.has_tag_name(*name)) {
                return Err(Code::UnexpectedElement.into());
            }
            children.push(child);
        } else if child.is_text() && !is_blank(child) {
            return Err(Code::UnexpectedText.into());
        }
    }
    Ok(children)
}

/// White space of XML, and nothing else.
pub(super) fn is_blank(text: Element<'_>) -> bool {
    text.text().is_none_or(|text| text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')))
}

/// Those of one name.
pub(super) fn named<'a>(children: &[Element<'a>], name: Name) -> impl Iterator<Item = Element<'a>> {
    children.iter().copied().filter(move |child| child.has_tag_name(name))
}

/// The one of this name, if there is one.
pub(super) fn at_most_one<'a>(children: &[Element<'a>], name: Name) -> Result<Option<Element<'a>>, Refusal> {
    let mut found = named(children, name);
    let first = found.next();
    if found.next().is_some() {
        return Err(Code::ElementTwice.with(format_args!("C’est {}.", name.1)));
    }
    Ok(first)
}

/// The one of this name.
pub(super) fn one<'a>(children: &[Element<'a>], name: Name) -> Result<Element<'a>, Refusal> {
    at_most_one(children, name)?.ok_or_else(|| Code::ElementMissing.with(format_args!("C’est {}.", name.1)))
}

/// An attribute of no namespace.
pub(super) fn attribute<'a>(element: Element<'a>, name: &str) -> Option<&'a str> {
    element.attributes().find(|found| found.namespace().is_none() && found.name() == name).map(|found| found.value())
}

/// All text in an element that has no elements in it. Comments part texts; what they part is one text.
pub(super) fn text(element: Element<'_>) -> Option<String> {
    let mut joined = String::new();
    for child in element.children() {
        if child.is_element() {
            return None;
        }
        if child.is_text() {
            joined.push_str(child.text().unwrap_or_default());
        }
    }
    Some(joined)
}
