//! x
pub mod listing;
