//! Changes of the structure: parts are moved, copied, wrapped, renamed and falsified, so that most of what comes of it is still
//! well-formed and near to being signed.

use std::ops::Range;

use roxmltree::{Document, Node};

use crate::choices::Choices;

/// What a forger would like to have read.
pub const EVIL: &str = "evilevil";

const WRAPPERS: [&str; 10] = [
    "samlp:Extensions",
    "samlp:Response",
    "samlp:Status",
    "saml:Advice",
    "saml:Assertion",
    "saml:AttributeStatement",
    "saml:AttributeValue",
    "ds:Object xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"",
    "ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"",
    "a xmlns=\"urn:example:a\"",
];

const PIECES: [&str; 16] = [
    "<!---->",
    "<!--evilevil-->",
    "<![CDATA[]]>",
    "<![CDATA[evilevil]]>",
    "&#xD;",
    "&#x65;",
    "\r\n",
    " ",
    "evilevil",
    "<?a?>",
    "<a/>",
    "<saml:AttributeValue>evilevil</saml:AttributeValue>",
    "<saml:Attribute Name=\"IDO\"><saml:AttributeValue>evilevil</saml:AttributeValue></saml:Attribute>",
    "<saml:AttributeStatement><saml:Attribute Name=\"IDO\"><saml:AttributeValue>evilevil</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>",
    "<saml:Audience>https://evil.example.org</saml:Audience>",
    "<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>",
];

const ATTRIBUTES: [&str; 18] = [
    " xmlns=\"urn:example:a\"",
    " xmlns=\"\"",
    " xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"",
    " xmlns:saml=\"urn:example:a\"",
    " xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"",
    " xmlns:xs=\"urn:example:a\"",
    " xmlns:xs=\"\"",
    " saml:xmlns=\"urn:example:a\"",
    " xml:lang=\"fr\"",
    " xml:id=\"_assertion\"",
    " ID=\"_assertion\"",
    " ID=\"_response\"",
    " ID=\"_evil\"",
    " Id=\"_evil\"",
    " Name=\"IDO\"",
    " PrefixList=\"xs #default\"",
    " xsi:nil=\"true\"",
    " Consent=\"a\"",
];

/// Up to eight changes; the last text that was well-formed.
pub fn change(seed: &str, others: &[String], choices: &mut Choices<'_>) -> String {
    let mut text = seed.to_owned();
    for _ in 0..=choices.below(8) {
        let Some(changed) = change_once(&text, others, choices) else { break };
        // One in sixteen may be broken: readers must bear that too.
        if Document::parse(&changed).is_err() {
            if choices.below(16) == 1 {
                return changed;
            }
            continue;
        }
        text = changed;
    }
    text
}

fn change_once(text: &str, others: &[String], choices: &mut Choices<'_>) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let elements: Vec<Node<'_, '_>> = document.descendants().filter(Node::is_element).collect();
    let one = *choices.of(&elements)?;
    let two = *choices.of(&elements)?;
    let part = &text[one.range()];
    Some(match choices.below(16) {
        0 => insert(text, place(two, choices)?, part),
        1 => insert(text, place(two, choices)?, &falsified(part, choices)),
        2 => replace(text, one.range(), &falsified(part, choices)),
        3 => replace(text, one.range(), ""),
        4 => moved(text, one.range(), place(two, choices)?, part)?,
        5 => {
            let wrapper = choices.of(&WRAPPERS)?;
            let name = wrapper.split(' ').next()?;
            replace(text, one.range(), &format!("<{wrapper}>{part}</{name}>"))
        }
        6 => renamed(text, one, choices)?,
        7 => swapped_values(text, one, two)?,
        8 => insert(text, place(one, choices)?, choices.of(&PIECES)?),
        9 => {
            let at = one.range().start + 1 + name_of(text, one)?.len();
            insert(text, at, choices.of(&ATTRIBUTES)?)
        }
        10 => {
            let other = choices.of(others)?;
            let other_document = Document::parse(other).ok()?;
            let parts: Vec<_> = other_document.descendants().filter(Node::is_element).collect();
            let foreign = &other[choices.of(&parts)?.range()];
            if choices.below(2) == 0 { insert(text, place(one, choices)?, foreign) } else { replace(text, one.range(), foreign) }
        }
        11 => wrapped_around(text, one, choices)?,
        12 => insert(text, one.range().start + choices.below(part.len()), choices.of(&PIECES)?),
        13 => falsified_attribute(text, one, choices)?,
        14 => swapped(text, one.range(), two.range())?,
        _ => classic(text, &document, choices)?,
    })
}

/// Before, behind, first in, last in.
fn place(element: Node<'_, '_>, choices: &mut Choices<'_>) -> Option<usize> {
    let range = element.range();
    let inside = inside(element);
    match choices.below(4) {
        0 => Some(range.start),
        1 => Some(range.end),
        2 => Some(inside?.start),
        _ => Some(inside?.end),
    }
}

fn inside(element: Node<'_, '_>) -> Option<Range<usize>> {
    Some(element.first_child()?.range().start..element.last_child()?.range().end)
}

fn insert(text: &str, at: usize, part: &str) -> String {
    replace(text, at..at, part)
}

fn replace(text: &str, range: Range<usize>, part: &str) -> String {
    let (mut start, mut end) = (range.start.min(text.len()), range.end.min(text.len()));
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    [&text[..start], part, &text[end.max(start)..]].concat()
}

fn moved(text: &str, from: Range<usize>, to: usize, part: &str) -> Option<String> {
    if from.contains(&to) {
        return None;
    }
    let length = from.len();
    let without = replace(text, from.clone(), "");
    Some(insert(&without, if to > from.start { to - length } else { to }, part))
}

fn swapped(text: &str, one: Range<usize>, two: Range<usize>) -> Option<String> {
    let (first, second) = if one.start < two.start { (one, two) } else { (two, one) };
    if first.end > second.start {
        return None;
    }
    let [a, b] = [&text[first.clone()], &text[second.clone()]];
    Some(replace(&replace(text, second, a), first, b))
}

/// The same with other values, and perhaps another ID or no signature.
fn falsified(part: &str, choices: &mut Choices<'_>) -> String {
    let mut part = part.replace(&"0f".repeat(64), EVIL).replace("Zoé", EVIL);
    match choices.below(4) {
        0 => part = part.replacen("ID=\"_assertion\"", "ID=\"_evil\"", 1),
        1 => part = part.replacen("ID=\"_response\"", "ID=\"_evil\"", 1),
        _ => {}
    }
    if choices.below(2) == 0
        && let (Some(start), Some(end)) = (part.find("<ds:Signature "), part.find("</ds:Signature>"))
        && start < end
    {
        part.replace_range(start..end + "</ds:Signature>".len(), "");
    }
    part
}

fn name_of<'a>(text: &'a str, element: Node<'_, '_>) -> Option<&'a str> {
    let tag = text.get(element.range().start + 1..)?;
    tag.get(..tag.find([' ', '\t', '\n', '/', '>'])?)
}

fn renamed(text: &str, element: Node<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let old = name_of(text, element)?;
    let new = choices.of(&WRAPPERS)?.split(' ').next()?;
    let part = &text[element.range()];
    let part = replace(part, 1..1 + old.len(), new);
    let part = match part.strip_suffix(&format!("</{old}>")) {
        Some(before) => format!("{before}</{new}>"),
        None => part,
    };
    Some(replace(text, element.range(), &part))
}

/// Two attributes of two elements change their values: IDs and references, above all.
fn swapped_values(text: &str, one: Node<'_, '_>, two: Node<'_, '_>) -> Option<String> {
    let [a, b] = [one.attributes().next()?.range_value(), two.attributes().next()?.range_value()];
    swapped(text, a, b)
}

fn falsified_attribute(text: &str, element: Node<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    const VALUES: [&str; 12] = [
        "",
        "_assertion",
        "_response",
        "#_assertion",
        "#_response",
        "#_evil",
        "_evil",
        "IDO",
        "2036-09-01T08:00:00Z",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "urn:oasis:names:tc:SAML:2.0:status:Success",
    ];
    let attributes: Vec<_> = element.attributes().collect();
    let range = choices.of(&attributes)?.range_value();
    Some(replace(text, range, choices.of(&VALUES)?))
}

/// The element is put into a falsified copy of itself.
fn wrapped_around(text: &str, element: Node<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let part = &text[element.range()];
    let copy = falsified(part, choices);
    let document = Document::parse(&copy).ok()?;
    let elements: Vec<_> = document.descendants().filter(Node::is_element).collect();
    let at = place(*choices.of(&elements)?, choices)?;
    Some(replace(text, element.range(), &insert(&copy, at, part)))
}

/// The places of the known attacks: the assertion or its signature, falsified, beside or around each other.
fn classic(text: &str, document: &Document<'_>, choices: &mut Choices<'_>) -> Option<String> {
    let named = |name: &'static str| document.descendants().filter(move |node| node.tag_name().name() == name);
    let wanted = *choices.of(&["Assertion", "Signature", "Response", "AttributeStatement", "Subject"])?;
    let targets: Vec<_> = named(wanted).collect();
    let element = *choices.of(&targets)?;
    let part = &text[element.range()];
    let holders: Vec<_> = ["Signature", "Extensions", "Object", "KeyInfo", "Assertion", "Response", "Status", "Advice"]
        .into_iter()
        .flat_map(named)
        .collect();
    let at = place(*choices.of(&holders)?, choices)?;
    let falsified = falsified(part, choices);
    Some(match choices.below(3) {
        0 => insert(text, at, &falsified),
        1 => {
            let (range, length) = (element.range(), falsified.len());
            if range.contains(&at) {
                insert(text, at, &falsified)
            } else {
                let replaced = replace(text, range.clone(), &falsified);
                insert(&replaced, if at > range.start { at + length - range.len() } else { at }, part)
            }
        }
        _ => moved(text, element.range(), at, part)?,
    })
}
