//! What staff see and do.

pub(crate) mod archive;
mod attempts;
pub(crate) mod board;
mod chart;
pub(crate) mod class_choice;
pub(crate) mod classes;
mod closed;
pub(crate) mod create;
mod done;
pub(crate) mod edit;
pub(crate) mod follow;
mod given;
pub(crate) mod joining;
pub(crate) mod lesson;
pub(crate) mod list;
pub(crate) mod missing;
pub(crate) mod new_code;
pub(crate) mod numbers;
mod pupil_order;
pub(crate) mod ready;
pub(crate) mod results;
pub(crate) mod take_back;
pub(crate) mod tally;
mod texts;
pub(crate) mod year;
