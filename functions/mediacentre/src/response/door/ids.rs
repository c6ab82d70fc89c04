//! No ID stands twice, however it is spelled: whoever looks an element up by one finds the same.

use std::collections::HashSet;

use roxmltree::{Attribute, Document};

use crate::response::code::Code;
use crate::response::name;

/// Refuses a document in which two attributes that may be IDs have one value.
pub(super) fn check(document: &Document<'_>) -> Result<(), Code> {
    let mut known = HashSet::new();
    let attributes = document.descendants().flat_map(|node| node.attributes());
    let all_new = attributes.filter(is_id).all(|id| known.insert(id.value()));
    if all_new { Ok(()) } else { Err(Code::IdTwice) }
}

/// `ID` of SAML, `Id` of XML signatures, `id` and `xml:id` of others.
fn is_id(attribute: &Attribute<'_, '_>) -> bool {
    attribute.name().eq_ignore_ascii_case("id") && attribute.namespace().is_none_or(|namespace| namespace == name::XML)
}
