//! What the assessment platform tells of pupils.

pub(crate) mod record;
