//! The values of attributes, out of the nodes whose digest was taken.

use std::collections::BTreeMap;

use super::code::Code;
use super::element::{Element, attribute, children, text};
use super::name;
use super::refusal::Refusal;

/// Every attribute by its name, with its values in their order, as they are written.
pub(super) type Attributes = BTreeMap<String, Vec<String>>;

/// The attributes of all statements.
pub(super) fn read(assertion: Element<'_>) -> Result<Attributes, Refusal> {
    let mut attributes = Attributes::new();
    for statement in assertion.children().filter(|child| child.has_tag_name(name::ATTRIBUTE_STATEMENT)) {
        for found in children(statement, &[name::ATTRIBUTE])? {
            let name = attribute(found, "Name").ok_or(Code::AttributeUnnamed)?;
            let values = children(found, &[name::ATTRIBUTE_VALUE])?.into_iter().map(text).collect::<Option<Vec<_>>>();
            let values = values.ok_or(Code::ValueHasElements)?;
            if attributes.insert(name.to_owned(), values).is_some() {
                return Err(Code::AttributeTwice.into());
            }
        }
    }
    Ok(attributes)
}
