//! Exclusive XML canonicalisation 1.0 without comments (W3C, 18 July 2002): the bytes of which a digest is taken.
//!
//! Of its rules, those about parts of a document do not occur: what is canonicalised is one element with all that is in it, but for
//! the signature. `canonicalization/` proves against libxml2 that the result is the same.

use std::collections::BTreeSet;

use roxmltree::{Attribute, Node};

use super::code::Code;

/// At most so many bytes: a namespace with a long name is repeated at each element that uses it.
const LARGEST: usize = 1024 * 1024;

/// The canonical form of `apex`, in which `without` and all that is in it is passed over.
///
/// `inclusive` are the prefixes of a `PrefixList`, with `#default` for none: their namespaces are written where they are
/// declared, not where they are used.
pub fn exclusive<'a>(
    apex: Node<'a, 'a>,
    without: Option<Node<'a, 'a>>,
    inclusive: &BTreeSet<&str>,
) -> Result<String, Code> {
    let mut writer = Writer { out: String::new(), without, inclusive };
    writer.element(apex, &mut Vec::new())?;
    Ok(writer.out)
}

/// Prefixes, `""` for none, with the namespaces that the output has for them at this place; the last of a prefix counts.
type Rendered<'a> = Vec<(&'a str, &'a str)>;

struct Writer<'a, 'i> {
    out: String,
    without: Option<Node<'a, 'a>>,
    inclusive: &'i BTreeSet<&'i str>,
}

impl<'a> Writer<'a, '_> {
    fn element(&mut self, element: Node<'a, 'a>, rendered: &mut Rendered<'a>) -> Result<(), Code> {
        let outside = rendered.len();
        let name = qualified(element, element.range().start.saturating_add(1));
        self.push(&["<", name])?;
        self.namespaces(element, name, rendered)?;
        self.attributes(element)?;
        self.push(&[">"])?;
        let without = self.without;
        for child in element.children().filter(|child| Some(*child) != without) {
            if child.is_element() {
                self.element(child, rendered)?;
            } else if child.is_text() {
                let text = child.text().unwrap_or_default();
                self.escaped(text, |c| match c {
                    '&' => Some("&amp;"),
                    '<' => Some("&lt;"),
                    '>' => Some("&gt;"),
                    '\r' => Some("&#xD;"),
                    _ => None,
                });
            }
        }
        self.push(&["</", name, ">"])?;
        rendered.truncate(outside);
        Ok(())
    }

    /// The namespaces that the element itself or an attribute of it uses, and those of inclusive prefixes, as far as the output
    /// does not have them yet. A set of prefixes is in the order that is wanted, none first.
    fn namespaces(&mut self, element: Node<'a, 'a>, name: &'a str, rendered: &mut Rendered<'a>) -> Result<(), Code> {
        let mut prefixes = BTreeSet::from([prefix(name)]);
        prefixes.extend(
            element.attributes().map(|attribute| prefix(attribute_name(element, attribute))).filter(|p| !p.is_empty()),
        );
        prefixes
            .extend(element.namespaces().filter_map(roxmltree::Namespace::name).filter(|p| self.inclusive.contains(p)));
        if self.inclusive.contains("#default") {
            prefixes.insert("");
        }
        prefixes.remove("xml");
        for prefix in prefixes {
            let uri = element.lookup_namespace_uri(Some(prefix).filter(|p| !p.is_empty())).unwrap_or_default();
            let known = rendered.iter().rev().find(|(known, _)| *known == prefix).map_or("", |(_, uri)| uri);
            if uri != known {
                rendered.push((prefix, uri));
                let attribute = if prefix.is_empty() { [" xmlns", ""] } else { [" xmlns:", prefix] };
                self.push(&attribute)?;
                self.value(uri)?;
            }
        }
        Ok(())
    }

    /// Attributes by the name of their namespace, none first, then by their own.
    fn attributes(&mut self, element: Node<'a, 'a>) -> Result<(), Code> {
        let mut attributes: Vec<_> = element.attributes().collect();
        attributes.sort_unstable_by_key(|attribute| (attribute.namespace().unwrap_or_default(), attribute.name()));
        for attribute in attributes {
            self.push(&[" ", attribute_name(element, attribute)])?;
            self.value(attribute.value())?;
        }
        Ok(())
    }

    fn value(&mut self, value: &str) -> Result<(), Code> {
        self.push(&["=\""])?;
        self.escaped(value, |c| match c {
            '&' => Some("&amp;"),
            '<' => Some("&lt;"),
            '"' => Some("&quot;"),
            '\t' => Some("&#x9;"),
            '\n' => Some("&#xA;"),
            '\r' => Some("&#xD;"),
            _ => None,
        });
        self.push(&["\""])
    }

    fn escaped(&mut self, text: &str, escape: impl Fn(char) -> Option<&'static str>) {
        for c in text.chars() {
            match escape(c) {
                Some(escaped) => self.out.push_str(escaped),
                None => self.out.push(c),
            }
        }
    }

    fn push(&mut self, parts: &[&str]) -> Result<(), Code> {
        parts.iter().for_each(|part| self.out.push_str(part));
        if self.out.len() > LARGEST { Err(Code::TooLarge) } else { Ok(()) }
    }
}

/// A name with its prefix, which the tree does not keep, as it is written at `start`.
fn qualified<'a>(node: Node<'a, 'a>, start: usize) -> &'a str {
    let text = node.document().input_text().get(start..).unwrap_or_default();
    let end = text.find([' ', '\t', '\n', '\r', '/', '>', '=']).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn attribute_name<'a>(element: Node<'a, 'a>, attribute: Attribute<'a, 'a>) -> &'a str {
    qualified(element, attribute.range().start)
}

fn prefix(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

/// The prefixes of a `PrefixList`.
pub(super) fn prefix_list(parameter: Node<'_, '_>) -> BTreeSet<String> {
    let list =
        parameter.attributes().find(|attribute| attribute.namespace().is_none() && attribute.name() == "PrefixList");
    list.map(|list| list.value().split_ascii_whitespace().map(str::to_owned).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::*;

    fn canonical(xml: &str, apex: &str, without: Option<&str>, inclusive: &[&str]) -> Result<String, Code> {
        let document = Document::parse(xml).unwrap();
        let named = |name: &str| document.descendants().find(|node| node.tag_name().name() == name);
        exclusive(named(apex).unwrap(), without.and_then(named), &inclusive.iter().copied().collect())
    }

    /// The example of the recommendation (2.2): the same element in two contexts.
    #[test]
    fn the_context_does_not_count() {
        let inside = "<n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\"><n3:stuff xmlns:n3=\"ftp://example.org\"/></n1:elem2>";
        let one = format!("<n0:pdu xmlns:n0=\"http://a.example\">{inside}</n0:pdu>");
        let two = format!(
            "<n2:pdu xmlns:n1=\"http://example.com\" xmlns:n2=\"http://foo.example\" xml:lang=\"fr\" xml:space=\"retain\">{inside}</n2:pdu>"
        );
        let expected = "<n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\"><n3:stuff xmlns:n3=\"ftp://example.org\"></n3:stuff></n1:elem2>";
        assert_eq!(canonical(&one, "elem2", None, &[]).unwrap(), expected);
        assert_eq!(canonical(&two, "elem2", None, &[]).unwrap(), expected);
    }

    #[test]
    fn inclusive_prefixes_are_written_where_they_are_declared() {
        let xml = "<a xmlns=\"urn:d\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\"><q:b><q:c xmlns:p=\"urn:other\"/><q:d xmlns=\"\"/></q:b></a>";
        assert_eq!(
            canonical(xml, "b", None, &["p", "#default", "nobody"]).unwrap(),
            "<q:b xmlns=\"urn:d\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\"><q:c xmlns:p=\"urn:other\"></q:c><q:d xmlns=\"\"></q:d></q:b>"
        );
        assert_eq!(canonical(xml, "b", None, &[]).unwrap(), "<q:b xmlns:q=\"urn:q\"><q:c></q:c><q:d></q:d></q:b>");
    }

    #[test]
    fn what_is_passed_over_leaves_the_text_around_it() {
        let xml = "<a>1<b>2<c/></b>3<!-- 4 --><b/></a>";
        assert_eq!(canonical(xml, "a", Some("b"), &[]).unwrap(), "<a>13<b></b></a>");
    }

    #[test]
    fn attributes_are_sorted_by_namespace_then_by_name() {
        let xml = "<a xmlns:y=\"urn:1\" xmlns:x=\"urn:2\" x:a=\"5\" y:b=\"4\" y:a=\"3\" b=\"2\" a=\"1\" xml:a=\"0\"/>";
        let expected =
            "<a xmlns:x=\"urn:2\" xmlns:y=\"urn:1\" a=\"1\" b=\"2\" xml:a=\"0\" y:a=\"3\" y:b=\"4\" x:a=\"5\"></a>";
        assert_eq!(canonical(xml, "a", None, &[]).unwrap(), expected);
    }

    /// As the recommendation has it (Canonical XML 2.3). libxml2 leaves these marks as they are in names of namespaces.
    #[test]
    fn names_of_namespaces_are_escaped_as_values_are() {
        let xml = "<a xmlns=\"urn:&amp;&lt;&quot;&#9;\" b=\"&amp;&lt;&gt;&quot;'&#9;&#10;&#13;\">&amp;&lt;&gt;\"'&#9;&#10;&#13;</a>";
        let expected = "<a xmlns=\"urn:&amp;&lt;&quot;&#x9;\" b=\"&amp;&lt;>&quot;'&#x9;&#xA;&#xD;\">&amp;&lt;&gt;\"'\t\n&#xD;</a>";
        assert_eq!(canonical(xml, "a", None, &[]).unwrap(), expected);
    }

    #[test]
    fn what_would_grow_without_end_ends() {
        let xml = format!("<a xmlns:p=\"urn:{}\">{}</a>", "x".repeat(10_000), "<p:b/>".repeat(200));
        assert_eq!(canonical(&xml, "a", None, &[]), Err(Code::TooLarge));
    }
}
