//! What staff see and do.

pub(crate) mod archive;
mod chart;
pub(crate) mod classes;
mod closed;
pub(crate) mod create;
pub(crate) mod follow;
mod given;
pub(crate) mod joining;
pub(crate) mod lesson;
pub(crate) mod list;
pub(crate) mod new_code;
pub(crate) mod ready;
pub(crate) mod results;
pub(crate) mod take_back;
pub(crate) mod tally;
pub(crate) mod year;
