//! Every signature is a child of what it signs, says so in one shape, and holds.

use std::collections::BTreeSet;

use roxmltree::Node;

use super::algorithm;
use super::base64;
use super::canonical::{exclusive, prefix_list};
use super::code::Code;
use super::element::{Element, attribute, children, is_blank};
use super::key;
use super::metadata::IdentityProvider;
use super::name::{self, Name};
use super::refusal::Refusal;
use super::shape;

/// At least one signature is there, and all that are hold.
pub(super) fn check(response: Element<'_>, assertion: Element<'_>, provider: &IdentityProvider) -> Result<(), Refusal> {
    let mut signed: Vec<(Element<'_>, Element<'_>)> = Vec::new();
    for signature in response.descendants().filter(|node| node.has_tag_name(name::SIGNATURE)) {
        let parent = signature.parent().filter(|parent| *parent == response || *parent == assertion);
        let parent = parent.ok_or(Code::SignatureElsewhere)?;
        if signed.iter().any(|(_, other)| *other == parent) {
            return Err(Code::SignatureTwice.into());
        }
        signed.push((signature, parent));
    }
    if signed.is_empty() {
        return Err(Code::Unsigned.into());
    }
    signed.into_iter().try_for_each(|(signature, parent)| check_one(signature, parent, provider))
}

/// What is signed is `parent` without `signature`. The signature of the information is checked before what the information says.
fn check_one(signature: Element<'_>, parent: Element<'_>, provider: &IdentityProvider) -> Result<(), Refusal> {
    let (information, value) = match exact_or_more(signature, [name::SIGNED_INFO, name::SIGNATURE_VALUE])?.as_slice() {
        [information, value] => (*information, *value),
        [information, value, key_info] if key_info.has_tag_name(name::KEY_INFO) => (*information, *value),
        _ => return Err(Code::SignatureMalformed.into()),
    };
    let [method, algorithm, reference] =
        exact(information, [name::CANONICALIZATION_METHOD, name::SIGNATURE_METHOD, name::REFERENCE]).map_err(
            |code| {
                let references = information.children().filter(|child| child.has_tag_name(name::REFERENCE)).count();
                if references > 1 { Code::ReferenceOther } else { code }
            },
        )?;
    let prefixes = exclusive_prefixes(method, Code::CanonicalizationOther)?;
    children(algorithm, &[]).map_err(|_| Code::SignatureMalformed)?;
    let algorithm = algorithm::signature(algorithm_name(algorithm))?;
    let reference = Reference::read(reference, parent)?;

    let message = canonical(information, None, &prefixes)?;
    key::check(&provider.keys, algorithm, message.as_bytes(), &bytes(value)?)?;

    let content = canonical(parent, Some(signature), &reference.prefixes)?;
    if ring::digest::digest(reference.algorithm, content.as_bytes()).as_ref() != reference.digest {
        return Err(Code::DigestWrong.into());
    }
    Ok(())
}

/// How the digest was taken, and what it is.
struct Reference {
    prefixes: BTreeSet<String>,
    algorithm: &'static ring::digest::Algorithm,
    digest: Vec<u8>,
}

impl Reference {
    /// Reads a reference, which must be to `parent`.
    fn read(reference: Element<'_>, parent: Element<'_>) -> Result<Self, Refusal> {
        let id = attribute(reference, "URI").and_then(|uri| uri.strip_prefix('#'));
        if id != Some(shape::id(parent)?) {
            return Err(Code::ReferenceOther.into());
        }
        let parts = exact(reference, [name::TRANSFORMS, name::DIGEST_METHOD, name::DIGEST_VALUE]);
        let is_plain = shape::part(reference, name::TRANSFORMS).is_none();
        let [transforms, method, value] = parts.map_err(|code| if is_plain { Code::TransformsOther } else { code })?;
        let [enveloped, exclusive] =
            exact(transforms, [name::TRANSFORM, name::TRANSFORM]).map_err(|_| Code::TransformsOther)?;
        if algorithm_name(enveloped) != algorithm::ENVELOPED || children(enveloped, &[]).is_err() {
            return Err(Code::TransformsOther.into());
        }
        let prefixes = exclusive_prefixes(exclusive, Code::TransformsOther)?;
        let algorithm = algorithm::digest(algorithm_name(method))?;
        children(method, &[]).map_err(|_| Code::SignatureMalformed)?;
        Ok(Self { prefixes, algorithm, digest: bytes(value)? })
    }
}

fn canonical<'a>(
    element: Element<'a>,
    without: Option<Element<'a>>,
    prefixes: &BTreeSet<String>,
) -> Result<String, Code> {
    exclusive(element, without, &prefixes.iter().map(String::as_str).collect())
}

/// The prefix list of exclusive canonicalisation, which is what `method` must name.
fn exclusive_prefixes(method: Element<'_>, otherwise: Code) -> Result<BTreeSet<String>, Code> {
    if algorithm_name(method) != name::EXCLUSIVE {
        return Err(otherwise);
    }
    match children(method, &[name::INCLUSIVE_NAMESPACES]).map_err(|_| otherwise)?.as_slice() {
        [] => Ok(BTreeSet::new()),
        [parameter] => Ok(prefix_list(*parameter)),
        _ => Err(otherwise),
    }
}

fn algorithm_name(method: Element<'_>) -> &str {
    attribute(method, "Algorithm").unwrap_or_default()
}

/// The elements in `parent`, which are these, in this order.
fn exact<const N: usize>(parent: Element<'_>, names: [Name; N]) -> Result<[Element<'_>; N], Code> {
    exact_or_more(parent, names)?.try_into().map_err(|_| Code::SignatureMalformed)
}

/// The elements in `parent`, of which the first are these.
fn exact_or_more<const N: usize>(parent: Element<'_>, names: [Name; N]) -> Result<Vec<Element<'_>>, Code> {
    if parent.children().any(|child| child.is_text() && !is_blank(child)) {
        return Err(Code::SignatureMalformed);
    }
    let elements: Vec<_> = parent.children().filter(Node::is_element).collect();
    let fits = elements.len() >= N && elements.iter().zip(names).all(|(element, name)| element.has_tag_name(name));
    if fits { Ok(elements) } else { Err(Code::SignatureMalformed) }
}

/// What the one text node of a value encodes. Comments would part it, and CDATA, which the tree joins: parsers differ about which
/// part they give. So nothing but the two tags of the value has a `<`.
fn bytes(value: Element<'_>) -> Result<Vec<u8>, Code> {
    let source = value.document().input_text().get(value.range()).unwrap_or_default();
    let text = value.text().filter(|_| source.matches('<').count() == 2).ok_or(Code::SignatureMalformed)?;
    base64::spaced(text.as_bytes()).ok_or(Code::SignatureMalformed)
}
