//! The list of classes, `<STRUCTURES>`: which pupil is in which division. It may stand before or after the pupils, so all of it
//! is kept until the end, in little memory and no more than the limits allow.

use std::collections::HashMap;
use std::io::Read;

use foldhash::fast::RandomState;

use super::document::{Document, PupilKey};
use super::tag::Tag;
use crate::options::Limits;
use crate::refusal::{too_large, too_many};
use crate::stop::Stop;

/// A class that is none: pupils who are not active.
const INACTIVE: &str = "Inactifs";

/// Divisions by pupil.
#[derive(Default)]
pub(super) struct Classes {
    by_id: HashMap<Box<str>, u32, RandomState>,
    by_number: HashMap<Box<str>, Numbered, RandomState>,
    /// Each division once; the maps say which.
    codes: Vec<Box<str>>,
    index: HashMap<Box<str>, u32, RandomState>,
    kept_bytes: usize,
}

/// What a block says of the pupil with some `ELENOET`.
struct Numbered {
    class: u32,
    /// Whether the block has an `ELEVE_ID`, too: then it is that pupil's and no other's.
    has_id: bool,
}

impl Classes {
    /// Reads the rest of a `<STRUCTURES>` that is open.
    ///
    /// A pupil may have several blocks, and several divisions: the last one that is a class counts.
    pub(super) fn read<R: Read>(&mut self, document: &mut Document<'_, R>) -> Result<(), Stop> {
        let mut kind = String::new();
        while let Some(tag) = document.child()? {
            if tag != Tag::StructuresEleve {
                document.skip()?;
                continue;
            }
            let (key, _) = document.key();
            let key = PupilKey { eleve_id: key.eleve_id.clone(), elenoet: key.elenoet.clone() };
            let mut class = None;
            while let Some(tag) = document.child()? {
                if tag != Tag::Structure {
                    document.skip()?;
                    continue;
                }
                let mut code = None;
                kind.clear();
                while let Some(tag) = document.child()? {
                    match tag {
                        Tag::CodeStructure => document.text(&mut code)?,
                        Tag::TypeStructure => document.value(&mut kind)?,
                        _ => document.skip()?,
                    }
                }
                // Two blocks in one: nobody knows which code is of which kind.
                if document.take_repeated() {
                    return Err(document.misplaced("CODE_STRUCTURE"));
                }
                if kind.eq_ignore_ascii_case("D") && code.as_deref().is_some_and(is_class) {
                    class = code.take();
                }
            }
            if let Some(class) = class {
                self.keep(&key, &class, &document.options.limits)?;
            }
        }
        Ok(())
    }

    /// The division of a pupil: by `ELEVE_ID`, else by `ELENOET` where one of the two sides has no `ELEVE_ID`.
    pub(super) fn of(&self, eleve_id: Option<&str>, elenoet: Option<&str>) -> Option<&str> {
        let by_id = eleve_id.and_then(|id| self.by_id.get(id)).copied();
        let by_number = || {
            let numbered = self.by_number.get(elenoet?)?;
            (eleve_id.is_none() || !numbered.has_id).then_some(numbered.class)
        };
        self.codes.get(by_id.or_else(by_number)? as usize).map(|code| &**code)
    }

    fn keep(&mut self, key: &PupilKey, code: &str, limits: &Limits) -> Result<(), Stop> {
        let class = if let Some(class) = self.index.get(code) {
            *class
        } else {
            let class = u32::try_from(self.codes.len()).unwrap_or(u32::MAX);
            self.kept_bytes += 2 * code.len();
            self.codes.push(code.into());
            self.index.insert(code.into(), class);
            class
        };
        let has_id = !key.eleve_id.is_empty();
        if has_id && let Some(known) = self.by_id.get_mut(key.eleve_id.as_str()) {
            *known = class;
        } else if has_id {
            self.kept_bytes += key.eleve_id.len();
            self.by_id.insert(key.eleve_id.as_str().into(), class);
        }
        if let Some(known) = self.by_number.get_mut(key.elenoet.as_str()) {
            *known = Numbered { class, has_id: has_id && known.has_id };
        } else if !key.elenoet.is_empty() {
            self.kept_bytes += key.elenoet.len();
            self.by_number.insert(key.elenoet.as_str().into(), Numbered { class, has_id });
        }
        // A file may list classes of pupils whom it does not hold, without end.
        let most = self.by_id.len().max(self.by_number.len()).max(self.codes.len());
        if most > limits.pupils {
            return Err(too_many("élèves", limits.pupils).into());
        }
        if self.kept_bytes > limits.class_bytes {
            return Err(too_large().into());
        }
        Ok(())
    }
}

fn is_class(code: &str) -> bool {
    !code.eq_ignore_ascii_case(INACTIVE)
}
