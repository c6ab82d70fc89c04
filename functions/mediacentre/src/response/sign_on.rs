//! What a response says of a person.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use super::code::Code;
use super::refusal::Refusal;
use super::settings::AttributeNames;
use super::values::Attributes;

/// At most so many characters; the GAR gives 128.
const LONGEST_IDO: usize = 255;

/// A response that was read: who has come, as the provider vouches for it.
#[derive(Clone, PartialEq, Eq)]
pub struct SignOn {
    /// The assertion's own ID, by which it is known if it comes again.
    pub assertion_id: String,
    /// From when on the same response is refused as expired: until then, whoever lets an assertion in but once remembers it.
    pub refused_from: Timestamp,
    /// The opaque identifier, which counts for this provider alone.
    pub ido: String,
    /// Given names; the first counts, and there may be none.
    pub first_names: Vec<String>,
    /// Surnames; the first counts, and there may be none.
    pub last_names: Vec<String>,
    /// Schools by their UAI, if they are told.
    pub schools: Vec<String>,
    /// Profiles, if they are told.
    pub profiles: Vec<String>,
    /// Everything that was told, as it was written.
    pub attributes: BTreeMap<String, Vec<String>>,
}

impl SignOn {
    pub(super) fn new(
        assertion_id: &str,
        refused_from: Timestamp,
        attributes: Attributes,
        names: &AttributeNames,
    ) -> Result<Self, Refusal> {
        // A blank name says nothing, and must not hide the one behind it.
        let told = |name: &str| -> Vec<String> {
            let values = attributes.get(name).into_iter().flatten();
            values.filter(|value| !value.trim().is_empty()).cloned().collect()
        };
        Ok(Self {
            assertion_id: assertion_id.to_owned(),
            refused_from,
            ido: ido(attributes.get(&names.ido))?,
            first_names: told(&names.first_name),
            last_names: told(&names.last_name),
            schools: told(&names.school),
            profiles: told(&names.profile),
            attributes,
        })
    }
}

impl fmt::Debug for SignOn {
    /// Nothing of the person: what is printed may end in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignOn").field("refused_from", &self.refused_from).finish_non_exhaustive()
    }
}

fn ido(values: Option<&Vec<String>>) -> Result<String, Refusal> {
    let ido = match values.map_or(&[][..], Vec::as_slice) {
        [] => return Err(Code::IdoMissing.into()),
        [ido] => ido,
        _ => return Err(Code::IdoSeveral.into()),
    };
    if ido.trim().is_empty() {
        return Err(Code::IdoEmpty.into());
    }
    if ido.chars().count() > LONGEST_IDO {
        return Err(Code::IdoTooLong.into());
    }
    Ok(ido.clone())
}
