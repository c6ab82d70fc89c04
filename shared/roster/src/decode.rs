//! Bytes in any encoding a school sends → UTF-8.

mod label;
mod mark;
mod skip;
mod utf8_text;

pub(crate) use label::encoding_named;
pub(crate) use mark::{read_head, visible, without_marks};
pub(crate) use skip::SkipError;
pub(crate) use utf8_text::{Excess, Utf8Text};
